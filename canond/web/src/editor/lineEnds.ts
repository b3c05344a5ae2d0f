// Line ends. The source shows all of them as one, "\n"; the text keeps its own,
// also where they are mixed: what nobody touched is saved as it was.

const ends = /\r\n|\r|\n/g

/** The text as the source counts it. */
export function shown(text: string): string {
  return text.includes('\r') ? text.replace(ends, '\n') : text
}

/** The line end that most of the lines have. */
export function usualEnd(text: string): string {
  if (!text.includes('\r')) return '\n'
  const counts = new Map<string, number>()

  for (const [end] of text.matchAll(ends)) counts.set(end, (counts.get(end) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]![0]
}

/** Where offsets of the shown text are in the text; in ascending order. */
export function placesOf(text: string, offsets: number[]): number[] {
  if (!text.includes('\r')) return offsets
  let shift = 0
  let next = text.indexOf('\r\n')

  return offsets.map((offset) => {
    while (next >= 0 && next - shift < offset) {
      shift++
      next = text.indexOf('\r\n', next + 2)
    }
    return offset + shift
  })
}

/** Two ends that meet must not become one. */
function joined(a: string, b: string): string {
  return a.endsWith('\r') && b.startsWith('\n') ? `${a}\n${b}` : a + b
}

export interface Change {
  from: number
  to: number
  insert: string
}

/** The text after changes that are given in offsets of the shown text. */
export function withChanges(text: string, changes: Change[]): string {
  const at = placesOf(
    text,
    changes.flatMap(({ from, to }) => [from, to]),
  )
  const end = usualEnd(text)
  let out = ''
  let last = 0

  changes.forEach(({ insert }, i) => {
    out = joined(out, text.slice(last, at[2 * i]))
    out = joined(out, end === '\n' ? insert : insert.replaceAll('\n', end))
    last = at[2 * i + 1]!
  })
  return joined(out, text.slice(last))
}
