// Tasks, coverage, keys: what their pages compute.
import { describe, expect, it } from 'vitest'
import type { CoverageResponse, OrgOverview, TaskItem } from '../src/api/types'
import { badge, daysOf, trendCsv, wholeOf } from '../src/lib/coverage'
import { gaps } from '../src/lib/gaps'
import { compareWith, orderText, readOrder, sortState, turned } from '../src/lib/order'
import { criteriaText, filterTasks, ownNames, sortTasks } from '../src/lib/tasks'
import { nextStep } from '../src/lib/taskstate'
import { trendLines } from '../src/lib/trend'

const task = (over: Partial<TaskItem>): TaskItem =>
  ({ section_id: '1', title: 'T', status: 'todo', spec_title: 'S', spec_file_path: 's.md', repo_owner: 'o', repo_name: 'r', total_ac: 0, done_ac: 0, ...over }) as TaskItem
const every = { status: '', repo: '', spec: '', team: '', owner: '', text: '' }

describe('an order in the address', () => {
  const columns = ['a', 'b'] as const
  const preset = { by: 'a' as const, down: false }
  it('is read, and unknown ones are the preset', () => {
    expect(readOrder('-b', columns, preset)).toEqual({ by: 'b', down: true })
    expect(readOrder('b', columns, preset)).toEqual({ by: 'b', down: false })
    for (const text of [undefined, '', 'c', '-', ['a', 'b']]) expect(readOrder(text, columns, preset)).toBe(preset)
    expect(orderText({ by: 'b', down: true })).toBe('-b')
  })
  it('turns round when the same heading is pressed again', () => {
    const once = turned(preset, 'b', true)
    expect(once).toEqual({ by: 'b', down: true })
    expect(turned<'a' | 'b'>(once, 'b', true)).toEqual({ by: 'b', down: false })
    expect(sortState(once, 'b')).toBe('descending')
    expect(sortState(once, 'a')).toBeUndefined()
  })
  it('has what is not there at its end, both ways', () => {
    const text = (a: string, b: string): number => (a < b ? -1 : 1)
    for (const down of [false, true]) expect([null, 1, null, 2].sort(compareWith((x) => x, down, text)).slice(2)).toEqual([null, null])
  })
})

describe('tasks', () => {
  it('are mine when the owner is one of my names', () => {
    const mine = ownNames({ user: { name: 'Dana Fox', email: 'dana@acme.org' }, github_user: { login: 'dfox', name: '' } } as never)
    const of = (owner: string): number => filterTasks([task({ owner })], { ...every, mine }).length
    for (const owner of ['dana', '@DFox', 'Dana Fox', 'dana@acme.org', 'D. Fox <dana@acme.org>']) expect(of(owner)).toBe(1)
    for (const owner of ['', 'dan', 'fox', 'Dana Fo']) expect(of(owner)).toBe(0)
    expect(ownNames({ user: null, github_user: null }).size).toBe(0)
  })
  it('are filtered by team and owner', () => {
    const all = [task({ owner: 'ann', team: 'core' }), task({ owner: 'ben' })]
    expect(filterTasks(all, { ...every, team: 'core' })).toHaveLength(1)
    expect(filterTasks(all, { ...every, owner: 'ben' })).toHaveLength(1)
  })
  it('are sorted both ways, those without a value last', () => {
    const all = [task({ title: 'none' }), task({ title: 'old', updated: '2026-01-01T00:00:00Z' }), task({ title: 'new', updated: '2026-03-01T00:00:00Z' })]
    expect(sortTasks(all, { by: 'updated', down: true }).map((t) => t.title)).toEqual(['new', 'old', 'none'])
    expect(sortTasks(all, { by: 'updated', down: false }).map((t) => t.title)).toEqual(['old', 'new', 'none'])
  })
  it('count what is below them', () => {
    expect(criteriaText(task({ total_ac: 5, done_ac: 2, sub_total_ac: 4, sub_done_ac: 1 }))).toBe('2/5 + 1/4 below')
    expect(criteriaText(task({ sub_total_ac: 4, sub_done_ac: 1 }))).toBe('1/4 below')
    expect(criteriaText(task({}))).toBe('')
  })
  it('know what comes next', () => {
    expect(['todo', 'blocked', 'in_progress', 'done', 'draft'].map((state) => nextStep(state)?.state)).toEqual(['in_progress', 'in_progress', 'done', undefined, undefined])
  })
})

describe('coverage', () => {
  const point = (date: string, done_ac: number, total_ac: number) => ({ date, done_ac, total_ac, realized_ac: 0, done_sections: 0, total_sections: 0 }) as CoverageResponse['trend'][number]
  const lines = (points: CoverageResponse['trend']) => trendLines(points, (p) => p.done_ac, (p) => p.total_ac)

  it('breaks the line at a day with nothing to count', () => {
    const points = [point('2026-01-01', 1, 2), point('2026-01-02', 1, 1), point('2026-01-03', 0, 0), point('2026-01-05', 0, 4)]
    expect(lines(points)).toEqual([[{ x: 0, y: 0.5 }, { x: 0.25, y: 1 }], [{ x: 1, y: 0 }]])
    expect(lines([])).toEqual([])
    expect(lines([point('2026-01-01', 1, 1)])).toEqual([[{ x: 0, y: 1 }]])
  })
  it('is written with its trend', () => {
    expect(trendCsv([point('2026-01-01', 1, 2)])).toBe('date,total_sections,done_sections,total_ac,done_ac,realized_ac\r\n2026-01-01,0,0,2,1,0\r\n')
  })
  it('asks for as many days as the server gives', () => {
    expect([undefined, '14', '730', '0', '731', 'x', '1.5', ''].map(daysOf)).toEqual([30, 14, 730, 30, 30, 30, 30, 30])
  })
  it('has no figure without a whole', () => {
    const counts = { total_specs: 0, total_sections: 0, total_ac: 3 } as CoverageResponse['summary']
    expect(wholeOf('health_score', counts)).toBe(0)
    expect(wholeOf('ac_coverage_pct', counts)).toBe(3)
    expect(wholeOf('total_specs', counts)).toBe(1)
  })
  it('lists the widest gaps first, as far as the filters let through', () => {
    const spec = (title: string, total_ac: number, done_ac: number, realized_ac: number) => ({ title, team: 'Core', total_ac, done_ac, realized_ac })
    const overview = { repos_with_specs: [{ full_name: 'o/r', specs: [spec('a', 3, 3, 1), spec('b', 5, 4, 0), spec('c', 2, 2, 2)] }] } as unknown as OrgOverview
    const titles = (...how: Parameters<typeof gaps> extends [unknown, ...infer Rest] ? Rest : never) => gaps(overview, ...how).map((gap) => `${gap.spec.title}${gap.missing}`)
    expect(titles('evidence', '', '')).toEqual(['b5', 'a2'])
    expect(titles('criteria', 'O/R', 'core')).toEqual(['b1'])
    expect(titles('criteria', 'o/x', '')).toEqual([])
    expect(titles('criteria', '', 'other')).toEqual([])
  })
  it('has a badge for what is shown', () => {
    expect(badge('https://x', 'acme', '', '').markdown).toBe('[![Specs of acme](https://x/app/acme/badge.svg)](https://x/app/acme/coverage)')
    expect(badge('https://x', 'acme', 'o/r', '').src).toBe('https://x/app/acme/badge.svg?repo=o%2Fr')
    expect(badge('https://x', 'acme', '', 'a](b) &c').markdown).toBe(
      '[![Specs of a\\](b) &c](https://x/app/acme/badge.svg?team=a%5D%28b%29+%26c)](https://x/app/acme/coverage?team=a%5D%28b%29+%26c)',
    )
  })
})
