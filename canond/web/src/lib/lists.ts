// What long lists need: counts of values and the first of an order, without
// sorting what nobody sees.

/** Things and those below them, in order. */
export function everyOne<T extends { children?: T[] }>(items: readonly T[]): T[] {
  return items.flatMap((item) => [item, ...everyOne(item.children ?? [])])
}

/** Orders texts by their code units: fast, for what is equal otherwise. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** How often each value occurs, most frequent first; "" does not count. */
export function tally<T>(items: readonly T[], value: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>()

  for (const item of items) {
    const key = value(item)
    if (key) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1] || byText(a[0], b[0]))
}

/** The first n of the sorted items; what is equal keeps its order. */
export function firstOf<T>(items: readonly T[], n: number, compare: (a: T, b: T) => number): T[] {
  const first: T[] = []

  if (n <= 0) return []
  if (n >= items.length) return [...items].sort(compare)
  for (const item of items) {
    if (first.length >= n && compare(item, first[first.length - 1]!) >= 0) continue
    let low = 0
    let high = first.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(item, first[middle]!) < 0) high = middle
      else low = middle + 1
    }
    first.splice(low, 0, item)
    if (first.length > n) first.pop()
  }
  return first
}
