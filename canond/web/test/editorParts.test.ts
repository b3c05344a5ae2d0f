import { describe, expect, it } from 'vitest'
import { folderOf } from '../src/editor/paths'
import { across } from '../src/editor/useScrollTie'

describe('the folder of new specs', () => {
  it('is where files of the first pattern may be', () => {
    expect(folderOf('docs/specs/**/*.md')).toBe('docs/specs/')
    expect(folderOf('specs/*/x/*.md')).toBe('specs/')
    expect(folderOf('./a/b.md')).toBe('a/')
    expect(folderOf('*.md')).toBe('')
    expect(folderOf(undefined)).toBe('docs/specs/')
  })
})

describe('heights across', () => {
  const pairs: [number, number][] = [[0, 40], [100, 400], [100, 400], [300, 500]]

  it('are between those that belong together', () => {
    expect([across(pairs, 0), across(pairs, 50), across(pairs, 100), across(pairs, 200), across(pairs, 300)]).toEqual([0, 220, 400, 450, 500])
  })
  it('end where the other side ends', () => {
    expect(across(pairs, 999)).toBe(500)
    expect(across([], 10)).toBe(0)
  })
})
