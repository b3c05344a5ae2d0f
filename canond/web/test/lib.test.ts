import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError, ask, filePath, messageOf, path } from '../src/api/client'
import type { ApiKey, CoverageResponse, OrgOverview, SearchResult, SpecSummary, TaskItem } from '../src/api/types'
import StatusBadge from '../src/components/StatusBadge.vue'
import { pathProblem, slugOf } from '../src/editor/paths'
import { curlLine, keyRemarks } from '../src/lib/apikeys'
import { band, csv } from '../src/lib/coverage'
import { count, figure, percent, words } from '../src/lib/format'
import { actionOf, keyActions, singleKeys } from '../src/lib/keys'
import { hitAddress } from '../src/lib/links'
import { firstOf, tally } from '../src/lib/lists'
import { attention, filterSpecs, flatten, reasonsOf, sums } from '../src/lib/overview'
import { filterTasks, firstGroups, groupTasks, sortTasks } from '../src/lib/tasks'
import { meaningOf } from '../src/lib/people'
import { entryOf } from '../src/lib/table'
import { ago } from '../src/lib/time'

const spec = (over: Partial<SpecSummary>): SpecSummary =>
  ({ file_path: 'a.md', title: 'A', status: 'todo', owner: 'x', team: 't', tags: [], total_ac: 2, done_ac: 1, is_stale: false, review_status: null, ...over }) as SpecSummary
const overview = (specs: SpecSummary[]): OrgOverview =>
  ({ repos_with_specs: [{ owner: 'o', repo: 'r', full_name: 'o/r', specs }] }) as unknown as OrgOverview
const task = (over: Partial<TaskItem>): TaskItem =>
  ({ section_id: '1', title: 'T', status: 'todo', spec_title: 'S', spec_file_path: 's.md', repo_owner: 'o', repo_name: 'r', total_ac: 0, done_ac: 0, ...over }) as TaskItem

describe('addresses of the API', () => {
  it('escapes what is put in', () => {
    expect(path`/app/${'a/b?'}/api/${1}`).toBe('/app/a%2Fb%3F/api/1')
    expect(filePath('docs/a b/ä#.md')).toBe('docs/a%20b/%C3%A4%23.md')
  })
})

describe('a name that every object has', () => {
  const name = 'constructor'
  it('is in no table', () => {
    expect([entryOf({ a: 1 }, 'a'), entryOf({ a: 1 }, name)]).toEqual([1, undefined])
    expect([words(name), meaningOf(name)]).toEqual(['Constructor', name])
    expect(filterSpecs(flatten(overview([spec({})])), { team: '', status: '', review: '', repo: '', attention: name })).toEqual([])
    expect(sortTasks([task({ status: name as never, title: 'a' }), task({ title: 'b' })], { by: 'status', down: false }).map((t) => t.title)).toEqual(['b', 'a'])
    expect(mount(StatusBadge, { props: { status: name } }).get('.badge').classes()).toEqual(['badge', 'grey'])
  })
})

describe('what the server says', () => {
  it('is found under both names', () => {
    expect(messageOf({ detail: 'x' }, 403)).toBe('x')
    expect(messageOf({ error: 'y' }, 404)).toBe('y')
    expect(messageOf({ detail: [{ loc: ['body', 'label'], msg: 'too long' }] }, 422)).toBe('label: too long')
    expect(messageOf('<html>', 500)).toBe('Canon answered with status 500')
  })
  afterEach(() => vi.unstubAllGlobals())
  it('becomes an error with its kind', async () => {
    for (const [status, trouble] of [
      [401, 'login'],
      [403, 'denied'],
      [404, 'missing'],
      [409, 'conflict'],
      [429, 'limited'],
      [422, 'invalid'],
      [503, 'server'],
    ] as const) {
      vi.stubGlobal('fetch', async () => new Response('{"detail":"no"}', { status, headers: { 'content-type': 'application/json', 'x-request-id': 'r1', 'retry-after': '7' } }))
      const error = (await ask('/x').catch((e: unknown) => e)) as ApiError
      expect([error.trouble, error.message, error.requestId, error.retryAfter]).toEqual([trouble, 'no', 'r1', 7])
    }
  })
  it('is "offline" without a connection', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')))
    expect(((await ask('/x').catch((e: unknown) => e)) as ApiError).trouble).toBe('offline')
  })
})

describe('a session that is refused', () => {
  const json = (body: unknown, status: number, headers = {}) =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
  const refused = () => json({ detail: 'The session must be renewed' }, 401, { 'www-authenticate': 'Bearer realm="canon"' })
  let calls: string[] = []
  /** A server whose session is good once it was renewed. */
  const serve = (refresh: () => Response, heals = true): void => {
    let fresh = false
    calls = []
    vi.stubGlobal('fetch', async (url: string, options: RequestInit) => {
      calls.push(`${options.method} ${url} ${options.body ?? ''}`.trim())
      await Promise.resolve()
      if (url !== '/auth/refresh') return fresh ? json({ url }, 200) : refused()
      const answer = refresh()
      fresh = heals && answer.status === 200
      return answer
    })
  }
  const trouble = async (url: string) => ((await ask(url).catch((e: unknown) => e)) as ApiError).trouble
  afterEach(() => vi.unstubAllGlobals())

  it('is renewed and the request repeated', async () => {
    serve(() => json({}, 200))
    expect(await ask('/a', { method: 'POST', json: { x: 1 } })).toEqual({ url: '/a' })
    expect(calls).toEqual(['POST /a {"x":1}', 'POST /auth/refresh {}', 'POST /a {"x":1}'])
  })
  it('is renewed once for all who wait', async () => {
    serve(() => json({}, 200))
    await Promise.all(['/a', '/b', '/c'].map((url) => ask(url)))
    expect(calls.filter((call) => call.includes('/auth/refresh'))).toHaveLength(1)
    expect(calls).toHaveLength(7)
  })
  it('stays refused when it cannot be renewed', async () => {
    for (const status of [401, 502]) {
      serve(() => json({ detail: 'no' }, status))
      expect(await trouble('/a')).toBe('login')
      expect(calls).toEqual(['GET /a', 'POST /auth/refresh {}'])
    }
  })
  it('waits for another tab that renews it', async () => {
    vi.useFakeTimers()
    try {
      serve(() => json({ detail: 'Refresh already in progress' }, 409))
      const answer = trouble('/a')
      await vi.advanceTimersByTimeAsync(999)
      expect(calls).toEqual(['GET /a', 'POST /auth/refresh {}'])
      await vi.advanceTimersByTimeAsync(1)
      expect(await answer).toBe('login')
      expect(calls).toEqual(['GET /a', 'POST /auth/refresh {}', 'GET /a'])
    } finally {
      vi.useRealTimers()
    }
  })
  it('is renewed again the next time, but never twice for a request', async () => {
    serve(() => json({}, 200), false)
    expect(await trouble('/a')).toBe('login')
    expect(await trouble('/a')).toBe('login')
    expect(calls.map((call) => call.split(' ')[1])).toEqual(['/a', '/auth/refresh', '/a', '/a', '/auth/refresh', '/a'])
  })
  it('is something else than a missing GitHub account', async () => {
    calls = []
    vi.stubGlobal('fetch', async (url: string) => {
      calls.push(url)
      return json({ error: 'Not authenticated with GitHub' }, 401, { 'www-authenticate': 'GitHub-OAuth realm="canon"' })
    })
    expect(await trouble('/a')).toBe('github')
    expect(calls).toEqual(['/a'])
  })
  it('is told as it was when there is no connection any more', async () => {
    vi.stubGlobal('fetch', async (url: string) => (url === '/a' ? refused() : Promise.reject(new TypeError('failed'))))
    expect(await trouble('/a')).toBe('login')
  })
})

describe('words and numbers', () => {
  it('reads well', () => {
    expect(words('in_progress')).toBe('In Progress')
    expect(count(1, 'spec')).toBe('1 spec')
    expect(count(0, 'criterion', 'criteria')).toBe('0 criteria')
    expect(percent(1, 0)).toBeNaN()
    const now = new Date('2026-01-10T12:00:00Z')
    expect(ago(new Date('2026-01-07T12:00:00Z'), now)).toBe('3 days ago')
    expect(ago(now, now)).toBe('just now')
  })
})

describe('the dashboard', () => {
  it('names reasons to look at a spec', () => {
    expect(reasonsOf(spec({ status: 'blocked', owner: '' }))).toEqual(['blocked', 'no owner'])
    expect(reasonsOf(spec({ status: 'done', done_ac: 1 }))).toEqual(['done, with open criteria'])
    expect(reasonsOf(spec({}))).toEqual([])
  })
  it('puts the most pressing first', () => {
    const list = attention(flatten(overview([spec({ owner: '', title: '1' }), spec({ is_stale: true, title: '2' }), spec({ status: 'blocked', title: '3' })])))
    expect(list.map((e) => e.spec.title)).toEqual(['3', '2', '1'])
  })
  it('filters and counts', () => {
    const all = flatten(overview([spec({ team: 'a' }), spec({ team: 'b', status: 'done' }), spec({ team: 'b' })]))
    expect(tally(all, (e) => e.spec.team)).toEqual([['b', 2], ['a', 1]])
    expect(filterSpecs(all, { team: 'b', status: 'done', review: '', repo: '' })).toHaveLength(1)
    expect(sums(all)).toMatchObject({ criteria: 6, doneCriteria: 3, done: 1, blocked: 0 })
  })
})

describe('tasks', () => {
  it('are grouped by spec, work in progress first', () => {
    const groups = groupTasks([task({ spec_file_path: 'a.md', status: 'blocked' }), task({ spec_file_path: 'b.md', status: 'in_progress' })])
    expect(groups.map((g) => g.file)).toEqual(['b.md', 'a.md'])
  })
  it('are shown a number at a time', () => {
    const groups = groupTasks(['a', 'a', 'b', 'c'].map((name) => task({ spec_file_path: `${name}.md` })))
    expect(firstGroups(groups, 1).map((g) => g.tasks.length)).toEqual([1])
    expect(firstGroups(groups, 3).map((g) => g.file)).toEqual(['a.md', 'b.md'])
    expect(firstGroups(groups, 9)).toHaveLength(3)
  })
  it('are found by text, number and ticket', () => {
    const every = { status: '', repo: '', spec: '', team: '', owner: '', text: '' }
    const all = [task({ section_number: '2.1', title: 'Retry', ticket_id: 'PAY-1' }), task({})]
    for (const text of ['2.1', 'retry', 'pay-1', '2.1 RETRY', '.1 r']) expect(filterTasks(all, { ...every, text })).toHaveLength(1)
    for (const text of ['2x1', '(', 're.*y', '[a-z]', '\\d', 'a-z', '/']) expect(filterTasks(all, { ...every, text })).toHaveLength(0)
  })
  it('are sorted without changing the list', () => {
    const all = [task({ title: 'b' }), task({ title: 'a' })]
    expect(sortTasks(all, { by: 'title', down: false }).map((t) => t.title)).toEqual(['a', 'b'])
    expect(all[0]!.title).toBe('b')
  })
})

describe('long lists', () => {
  it('begin with what a sort of all would begin with', () => {
    let seed = 3
    const items = Array.from({ length: 500 }, (_, id) => ({ id, n: (seed = (seed * 1103515245 + 12345) % 2147483648) % 40 }))
    const compare = (a: { n: number }, b: { n: number }): number => a.n - b.n
    for (const n of [0, 1, 17, 499, 500, 900]) expect(firstOf(items, n, compare)).toEqual([...items].sort(compare).slice(0, n))
  })
  it('are counted by value, most frequent first', () => {
    expect(tally(['b', 'a', '', 'b', 'c'], (item) => item)).toEqual([['b', 2], ['a', 1], ['c', 1]])
  })
})

describe('a hit', () => {
  it('opens at its section', () => {
    const hit = { repo_full_name: 'o/r', file_path: 'd/a.md', doc_type: 'spec', heading: '2.1. Title (+1 more match)' } as SearchResult
    expect(hitAddress('x', hit)).toMatchObject({ name: 'spec', hash: '#§2.1', params: { owner: 'o', repo: 'r', file: ['d', 'a.md'] } })
  })
})

describe('coverage', () => {
  const data = {
    summary: { total_specs: 1, health_score: 43.1 },
    breakdown_by_repo: { 'o/"r"': { total_specs: 1, health_score: 1 } },
    breakdown_by_team: { '=cmd()': { total_specs: 2, health_score: 2 } },
  } as unknown as CoverageResponse
  it('says when there is nothing to measure', () => {
    expect(figure(0, 0)).toBe('—')
    expect(figure(45.04, 3)).toBe('45.0 %')
    expect([85, 60, 40, 0].map(band)).toEqual(['excellent', 'good', 'growing', 'getting started'])
  })
  it('is written so that a spreadsheet runs nothing', () => {
    expect(csv(data)).toBe('group,name,total_specs,health_score\r\nall,,1,43.1\r\nrepository,"o/""r""",1,1\r\nteam,\'=cmd(),2,2\r\n')
  })
})

describe('keys of the API', () => {
  const key = (over: Partial<ApiKey>): ApiKey => ({ created_at: '2026-01-01T00:00:00Z', expires_at: null, revoked_at: null, last_used_at: null, ...over }) as ApiKey
  const now = Date.parse('2026-01-10T00:00:00Z')
  it('say how they are doing, all of it', () => {
    const said = (over: Partial<ApiKey>, at = now): string => keyRemarks(key(over), at).map((remark) => remark.text).join(', ')
    expect(said({})).toBe('Active')
    expect(said({ revoked_at: '2026-01-02T00:00:00Z' })).toBe('Revoked')
    expect(said({ expires_at: '2026-01-09T00:00:00Z' })).toBe('Expired')
    expect(said({ expires_at: '2026-01-11T00:00:00Z' })).toBe('Expires in 1 day')
    expect(said({}, now + 100 * 86_400_000)).toBe('Unused for 90 days')
    expect(said({ expires_at: '2026-04-25T00:00:00Z' }, now + 100 * 86_400_000)).toBe('Expires in 5 days, Unused for 90 days')
  })
  it('have a command line to try them', () => {
    expect(curlLine('https://x', 'acme', 'sw_1')).toBe('curl -H "Authorization: Bearer sw_1" https://x/app/acme/api/tasks')
  })
})

describe('keys of the keyboard', () => {
  const press = (key: string, { target = document.body, ...over }: Partial<KeyboardEvent> = {}): KeyboardEvent =>
    ({ key, target, composedPath: () => [target], ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, ...over }) as unknown as KeyboardEvent
  beforeEach(() => {
    keyActions.value = ['/', 'g d', 'Ctrl k'].map((keys) => ({ keys, what: keys, run: () => {} }))
    singleKeys.on = true
  })
  it('finds pairs within a second', () => {
    expect(actionOf(press('g'), 0)).toBeUndefined()
    expect(actionOf(press('d'), 900)?.keys).toBe('g d')
    expect(actionOf(press('g'), 5000)).toBeUndefined()
    expect(actionOf(press('d'), 6100)).toBeUndefined()
  })
  it('leaves text fields alone, but for Ctrl', () => {
    const input = document.createElement('input')
    expect(actionOf(press('/', { target: input }))).toBeUndefined()
    expect(actionOf(press('k', { target: input, ctrlKey: true }))?.keys).toBe('Ctrl k')
  })
  it('can be switched off', () => {
    singleKeys.on = false
    expect(actionOf(press('/'))).toBeUndefined()
    expect(actionOf(press('k', { metaKey: true }))?.keys).toBe('Ctrl k')
  })
})

describe('paths of new specs', () => {
  it('are made of the title', () => {
    expect(slugOf('Größe & Form: Teil 2')).toBe('grosse-form-teil-2')
    expect(slugOf('日本')).toBe('untitled-spec')
  })
  it('lead down and end in .md', () => {
    expect(pathProblem('docs/a.md')).toBe('')
    for (const bad of ['', 'a.txt', '/a.md', '../a.md', 'a//b.md', 'a\\b.md']) expect(pathProblem(bad)).not.toBe('')
  })
})
