// Differences of two texts by lines (Myers, "An O(ND) Difference Algorithm").

export interface DiffLine {
  kind: 'same' | 'gone' | 'new'
  text: string
}

const mostSteps = 4000

/** The shortest list of changes; for texts that differ everywhere, all of it. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split('\n')
  const b = after.split('\n')
  let head = 0
  let tail = 0

  while (head < a.length && head < b.length && a[head] === b[head]) head++
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const same = (text: string): DiffLine => ({ kind: 'same', text })
  return [
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ]
}

function middle(a: string[], b: string[]): DiffLine[] {
  const n = a.length
  const m = b.length
  const reach = new Map<number, number>([[1, 0]])
  const trail: Map<number, number>[] = []

  for (let d = 0; d <= Math.min(n + m, mostSteps); d++) {
    trail.push(new Map(reach))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1

      while (x < n && x - k < m && a[x] === b[x - k]) x++
      reach.set(k, x)
      if (x >= n && x - k >= m) return walk(a, b, trail)
    }
  }
  return [...a.map((text): DiffLine => ({ kind: 'gone', text })), ...b.map((text): DiffLine => ({ kind: 'new', text }))]
}

function walk(a: string[], b: string[], trail: Map<number, number>[]): DiffLine[] {
  const out: DiffLine[] = []
  let x = a.length
  let y = b.length

  for (let d = trail.length - 1; d >= 0; d--) {
    const reach = trail[d]!
    const k = x - y
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
    const from = down ? k + 1 : k - 1
    const oldX = d === 0 ? 0 : (reach.get(from) ?? 0)
    const oldY = d === 0 ? 0 : oldX - from

    while (x > oldX && y > oldY && a[x - 1] === b[y - 1]) {
      out.push({ kind: 'same', text: a[--x]! })
      y--
    }
    if (d === 0) break
    if (down) out.push({ kind: 'new', text: b[--y]! })
    else out.push({ kind: 'gone', text: a[--x]! })
  }
  return out.reverse()
}

export interface Hunk {
  /** In the text before. */
  line: number
  lines: DiffLine[]
}

/** Changes with up to three lines around them. */
export function hunks(lines: DiffLine[], around = 3): Hunk[] {
  const out: Hunk[] = []
  let before = 1
  let quiet = Infinity

  lines.forEach((line, i) => {
    const isNear = lines.slice(Math.max(0, i - around), i + around + 1).some((other) => other.kind !== 'same')

    if (isNear) {
      if (quiet > 0) out.push({ line: before, lines: [] })
      out.at(-1)!.lines.push(line)
      quiet = 0
    } else {
      quiet++
    }
    if (line.kind !== 'new') before++
  })
  return out
}
