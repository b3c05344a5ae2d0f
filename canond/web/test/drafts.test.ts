import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { draftPlace, dropDraft, findDrafts, keepDraft, newSlot } from '../src/editor/drafts'
import { forgetOthers } from '../src/editor/owner'

const at = { org: 'o', owner: 'a', repo: 'b', file: 'c.md' }
const draft = { file: 'c.md', sha: 's1', base: 'base', text: 'text', at: 1 }
const place = draftPlace('ann', at, false)

beforeEach(() => localStorage.clear())
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('drafts', () => {
  it('are kept with the version they began with', () => {
    const slot = newSlot(place)
    expect(keepDraft(slot, draft)).toBe(true)
    expect(findDrafts(place)).toEqual([{ ...draft, key: slot }])
    dropDraft(slot)
    expect(findDrafts(place)).toEqual([])
  })
  it('of two visits do not overwrite each other', () => {
    keepDraft(newSlot(place), draft)
    keepDraft(newSlot(place), { ...draft, text: 'later' })
    expect(findDrafts(place).map(({ text }) => text)).toEqual(['later', 'text'])
  })
  it('of a new spec have one place in each repository', () => {
    keepDraft(newSlot(draftPlace('ann', at, true)), draft)
    expect(findDrafts(draftPlace('ann', { ...at, file: 'other.md' }, true))).toHaveLength(1)
    expect(findDrafts(place)).toEqual([])
  })
  it('are forty at most, the newest ones, and none is read for that', () => {
    for (let i = 0; i < 50; i++) keepDraft(newSlot(draftPlace('ann', { ...at, file: `${i}.md` }, false)), draft)
    const read = vi.spyOn(JSON, 'parse')
    keepDraft(newSlot(place), draft)
    expect(read).not.toHaveBeenCalled()
    expect(Object.keys(localStorage)).toHaveLength(40)
    expect(findDrafts(draftPlace('ann', { ...at, file: '49.md' }, false))).toHaveLength(1)
    expect(findDrafts(draftPlace('ann', { ...at, file: '9.md' }, false))).toHaveLength(0)
  })
  it('make room by dropping the oldest, and say when there is none', () => {
    for (let i = 0; i < 3; i++) keepDraft(newSlot(draftPlace('ann', { ...at, file: `${i}.md` }, false)), draft)
    let room = 0
    const set = localStorage.setItem.bind(localStorage)
    const full = new Proxy(localStorage, {
      get: (target, name) =>
        name === 'setItem'
          ? (key: string, value: string) => {
              if (room <= 0) throw new DOMException('full', 'QuotaExceededError')
              set(key, value)
            }
          : name === 'removeItem'
            ? (key: string) => (room++, target.removeItem(key))
            : Reflect.get(target, name).bind(target),
    })
    vi.stubGlobal('localStorage', full)
    expect(keepDraft(newSlot(place), draft)).toBe(true)
    expect(findDrafts(draftPlace('ann', { ...at, file: '0.md' }, false))).toHaveLength(0)
    expect(findDrafts(draftPlace('ann', { ...at, file: '1.md' }, false))).toHaveLength(1)
    room = -10
    expect(keepDraft(newSlot(place), draft)).toBe(false)
  })
  it('that are damaged count as none', () => {
    localStorage.setItem(newSlot(place), '{')
    expect(findDrafts(place)).toEqual([])
  })
  it('of others are forgotten, and what is not a draft stays', () => {
    keepDraft(newSlot(place), draft)
    keepDraft(newSlot(draftPlace('ben', at, false)), draft)
    localStorage.setItem('canon-theme', 'dark')
    forgetOthers('ben')
    expect(findDrafts(place)).toEqual([])
    expect(findDrafts(draftPlace('ben', at, false))).toHaveLength(1)
    expect(localStorage.getItem('canon-theme')).toBe('dark')
  })
})
