// Tasks, coverage, keys: what their pages compute.
import { describe, expect, it } from 'vitest'
import type { TaskItem } from '../src/api/types'
import { compareWith, orderText, readOrder, sortState, turned } from '../src/lib/order'
import { criteriaText, filterTasks, ownNames, sortTasks } from '../src/lib/tasks'
import { nextStep } from '../src/lib/taskstate'

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
