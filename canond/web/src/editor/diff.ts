// Differences of two texts by lines (Myers, "An O(ND) Difference Algorithm").

export interface DiffLine {
  kind: 'same' | 'gone' | 'new'
  text: string
}

const mostSteps = 2000

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
  const out: DiffLine[] = []
  let x = 0
  let y = 0
  const upTo = (toX: number, toY: number): void => {
    while (x < toX) out.push({ kind: 'gone', text: a[x++]! })
    while (y < toY) out.push({ kind: 'new', text: b[y++]! })
  }

  for (const [atX, atY] of pairs(a, b)) {
    upTo(atX, atY)
    out.push({ kind: 'same', text: a[x++]! })
    y++
  }
  upTo(a.length, b.length)
  return out
}

/** Lines that stay, as their places in both texts. */
function pairs(a: string[], b: string[]): [number, number][] {
  const numbers = new Map<string, number>()
  const known = new Set(b)

  // a line that is in one text only stays in none: what is left is short
  for (const line of a) if (known.has(line) && !numbers.has(line)) numbers.set(line, numbers.size)
  const places = (lines: string[]): number[] => lines.flatMap((line, i) => (numbers.has(line) ? [i] : []))
  const inA = places(a)
  const inB = places(b)
  const found = longest(Int32Array.from(inA, (i) => numbers.get(a[i]!)!), Int32Array.from(inB, (i) => numbers.get(b[i]!)!))
  return found.map(([x, y]) => [inA[x]!, inB[y]!])
}

/** The longest common subsequence; none when it takes too many steps. */
function longest(a: Int32Array, b: Int32Array): [number, number][] {
  const most = Math.min(a.length + b.length, mostSteps)
  const reach = new Int32Array(2 * most + 3)
  const zero = most + 1
  // of each step, how far its diagonals -d to d had come before it
  const trail: Int32Array[] = []

  for (let d = 0; d <= most; d++) {
    trail.push(reach.slice(zero - d - 1, zero + d + 2))
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reach[zero + k - 1]! < reach[zero + k + 1]!)
      let x = down ? reach[zero + k + 1]! : reach[zero + k - 1]! + 1

      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      reach[zero + k] = x
      if (x >= a.length && x - k >= b.length) return walk(a, b, trail)
    }
  }
  return []
}

function walk(a: Int32Array, b: Int32Array, trail: Int32Array[]): [number, number][] {
  const out: [number, number][] = []
  let x = a.length
  let y = b.length

  for (let d = trail.length - 1; d >= 0; d--) {
    const reach = (k: number): number => trail[d]![k + d + 1]!
    const k = x - y
    const down = k === -d || (k !== d && reach(k - 1) < reach(k + 1))
    const oldX = d === 0 ? 0 : reach(down ? k + 1 : k - 1)
    const oldY = d === 0 ? 0 : oldX - (down ? k + 1 : k - 1)

    while (x > oldX && y > oldY && a[x - 1] === b[y - 1]) out.push([--x, --y])
    if (d === 0) break
    if (down) y--
    else x--
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
  let last = -Infinity
  let next = 0
  let wasNear = false

  lines.forEach((line, i) => {
    if (line.kind !== 'same') last = i
    while (next < lines.length && (next < i || lines[next]!.kind === 'same')) next++
    const isNear = i - last <= around || (next < lines.length && next - i <= around)

    if (isNear && !wasNear) out.push({ line: before, lines: [] })
    if (isNear) out.at(-1)!.lines.push(line)
    wasNear = isNear
    if (line.kind !== 'new') before++
  })
  return out
}
