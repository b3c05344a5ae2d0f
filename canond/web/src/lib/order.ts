// Orders of tables as the address has them: "title" is ascending, "-title" is
// descending.

export interface Order<Column extends string> {
  by: Column
  down: boolean
}

export const orderText = (order: Order<string>): string => (order.down ? '-' : '') + order.by

/** The order that an address asks for; what it does not know is the preset. */
export function readOrder<Column extends string>(text: unknown, columns: readonly Column[], preset: Order<Column>): Order<Column> {
  const down = String(text ?? '').startsWith('-')
  const by = columns.find((name) => name === String(text ?? '').slice(down ? 1 : 0))

  return by ? { by, down } : preset
}

/** What a click on a heading asks for: the other way round, or the column as it is read first. */
export function turned<Column extends string>(order: Order<Column>, by: Column, beginsDown = false): Order<Column> {
  return { by, down: order.by === by ? !order.down : beginsDown }
}

/** Of aria-sort. */
export function sortState<Column extends string>(order: Order<Column>, by: Column): 'ascending' | 'descending' | undefined {
  if (order.by !== by) return undefined
  return order.down ? 'descending' : 'ascending'
}

/** Compares values in this direction; what is not there comes last in both. */
export function compareWith<T>(value: (item: T) => string | number | null, down: boolean, text: (a: string, b: string) => number): (a: T, b: T) => number {
  const sign = down ? -1 : 1

  return (a, b) => {
    const x = value(a)
    const y = value(b)

    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1
    return sign * (typeof x === 'number' ? x - Number(y) : text(x, String(y)))
  }
}
