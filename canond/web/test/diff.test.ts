import { describe, expect, it } from 'vitest'
import { diffLines, hunks, type DiffLine } from '../src/editor/diff'

const apply = (lines: DiffLine[]): string => lines.filter((l) => l.kind !== 'gone').map((l) => l.text).join('\n')
const origin = (lines: DiffLine[]): string => lines.filter((l) => l.kind !== 'new').map((l) => l.text).join('\n')
const changes = (lines: DiffLine[]): number => lines.filter((l) => l.kind !== 'same').length

describe('differences by lines', () => {
  it('finds one changed line', () => {
    const d = diffLines('a\nb\nc\n', 'a\nX\nc\n')
    expect(d.filter((l) => l.kind !== 'same')).toEqual([
      { kind: 'gone', text: 'b' },
      { kind: 'new', text: 'X' },
    ])
  })
  it('gives both texts back, whatever they are', () => {
    let seed = 7
    const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
    for (let round = 0; round < 300; round++) {
      const make = (): string => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n')
      const before = make()
      const after = make()
      const d = diffLines(before, after)
      expect(origin(d)).toBe(before)
      expect(apply(d)).toBe(after)
    }
  })
  it('is the shortest', () => {
    expect(changes(diffLines('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc'))).toBe(5)
  })
  it('does not take for ever over texts with nothing in common', () => {
    const many = (c: string): string => Array.from({ length: 20000 }, (_, i) => `${c}${i}`).join('\n')
    const began = performance.now()
    expect(changes(diffLines(many('a'), many('b')))).toBe(40000)
    expect(performance.now() - began).toBeLessThan(1000)
  })
  it('shows all of texts whose lines are the same ones in another order', () => {
    const lines = Array.from({ length: 20000 }, (_, i) => String((i * 7919) % 20000))
    const d = diffLines(lines.join('\n'), lines.toReversed().join('\n'))
    expect(origin(d)).toBe(lines.join('\n'))
    expect(apply(d)).toBe(lines.toReversed().join('\n'))
  })
  it('keeps the changes of a long text apart', () => {
    const lines = Array.from({ length: 20000 }, (_, i) => `line ${i}`)
    const after = lines.flatMap((line, i) => (i % 100 === 50 ? [] : i % 100 === 7 ? [line, 'more'] : [line]))
    const d = diffLines(lines.join('\n'), after.join('\n'))
    expect(changes(d)).toBe(400)
    expect(hunks(d)).toHaveLength(400)
  })
  it('shows changes with three lines around them', () => {
    const text = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`).join('\n')
    const h = hunks(diffLines(text, text.replace('line 5', 'x').replace('line 25', 'y')))
    expect(h.map((hunk) => hunk.line)).toEqual([2, 22])
    expect(h[0]!.lines).toHaveLength(8)
  })
})
