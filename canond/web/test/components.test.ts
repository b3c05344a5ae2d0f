import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ref, shallowRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { ApiError } from '../src/api/client'
import AsyncRegion from '../src/components/AsyncRegion.vue'
import BreakdownTable from '../src/components/BreakdownTable.vue'
import CopyButton from '../src/components/CopyButton.vue'
import FilterSelect from '../src/components/FilterSelect.vue'
import SearchBox from '../src/components/SearchBox.vue'
import { useResource } from '../src/lib/resource'
import ApiKeysPage from '../src/pages/ApiKeysPage.vue'

vi.mock('../src/lib/session', () => ({
  session: { permissions: ['specs:read', 'specs:write'], orgs: [], auth_enabled: true },
  may: () => true,
  loginAddress: () => '/auth/login',
}))

const page = { template: '<p />' }
const newRouter = () =>
  createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/app/:org/search', name: 'search', component: page },
      { path: '/app/:org/specs/:owner/:repo/:file+', name: 'spec', component: page },
      { path: '/:org/keys', name: 'api-keys', component: page },
      { path: '/:org/integrations', name: 'integrations', component: page },
      { path: '/:org/profile', name: 'profile', component: page },
      { path: '/', component: page },
    ],
  })

interface Asked {
  url: string
  method: string
  json: unknown
}
let asked: Asked[] = []

/** A server that answers by method and what the address ends with. */
function answering(answers: Record<string, unknown>): void {
  asked = []
  vi.stubGlobal('fetch', async (url: string, how: RequestInit) => {
    const name = Object.keys(answers).find((key) => `${how.method} ${url}`.includes(key))
    asked.push({ url, method: how.method ?? 'GET', json: how.body ? JSON.parse(String(how.body)) : undefined })
    const answer = name ? answers[name] : null
    const body = typeof answer === 'function' ? answer() : answer
    return new Response(JSON.stringify(body), { status: body === null ? 404 : 200, headers: { 'content-type': 'application/json' } })
  })
}

let mounted: VueWrapper[] = []
const kept = <T extends VueWrapper>(wrapper: T): T => (mounted.push(wrapper), wrapper)

afterEach(() => {
  for (const wrapper of mounted) wrapper.unmount()
  mounted = []
  vi.unstubAllGlobals()
  vi.useRealTimers()
  document.body.innerHTML = ''
})

describe('the search box', () => {
  const hit = (n: number) => ({ title: `Hit ${n}`, heading: '2. Rules', file_path: `docs/${n}.md`, repo_full_name: 'o/r', doc_type: 'spec', status: 'done', tags: [], snippet: 'a <mark>b</mark>' })

  async function typed(results: unknown[]) {
    answering({ 'GET /app/acme/api/search': { results, total: results.length } })
    const router = newRouter()
    const box = kept(mount(SearchBox, { props: { org: 'acme' }, global: { plugins: [router] }, attachTo: document.body }))
    const input = box.get('input')
    await input.setValue('team:core refund')
    await flushPromises()
    return { router, box, input }
  }

  it('asks with fields apart from words', async () => {
    await typed([hit(1)])
    const query = new URL(asked[0]!.url, 'http://x').searchParams
    expect([query.get('q'), query.get('team'), query.get('limit')]).toEqual(['refund', 'core', '8'])
  })

  it('moves with the arrows, around the ends', async () => {
    const { box, input } = await typed([hit(1), hit(2), hit(3)])
    const marked = () => box.findAll('[role=option]').findIndex((item) => item.attributes('aria-selected') === 'true')
    await input.trigger('keydown', { key: 'ArrowUp' })
    expect(marked()).toBe(2)
    await input.trigger('keydown', { key: 'ArrowDown' })
    expect(marked()).toBe(0)
    expect(input.attributes('aria-activedescendant')).toBe(box.findAll('[role=option]')[0]!.attributes('id'))
  })

  it('opens the marked hit at its section', async () => {
    const { router, box, input } = await typed([hit(1), hit(2)])
    await input.trigger('keydown', { key: 'ArrowDown' })
    await box.get('form').trigger('submit')
    await flushPromises()
    expect(router.currentRoute.value.params.file).toEqual(['docs', '1.md'])
    expect(decodeURIComponent(router.currentRoute.value.hash)).toBe('#§2')
  })

  it('marks and opens a hit that comes after the keys', async () => {
    const { router, box, input } = await typed([hit(1), hit(2)])
    let answer = (): void => {}
    vi.stubGlobal('fetch', (url: string) => new Promise((resolve) => (answer = () => resolve(new Response(JSON.stringify({ results: [hit(7)], total: 1, url }), { headers: { 'content-type': 'application/json' } })))))
    await input.setValue('team:core refunds')
    await input.trigger('keydown', { key: 'ArrowDown' })
    await box.get('form').trigger('submit')
    expect(router.currentRoute.value.path).toBe('/')
    answer()
    await flushPromises()
    expect(router.currentRoute.value.params.file).toEqual(['docs', '7.md'])
  })

  it('opens the page of all hits when none is marked', async () => {
    const { router, box } = await typed([hit(1)])
    await box.get('form').trigger('submit')
    await flushPromises()
    expect(router.currentRoute.value.query.q).toBe('team:core refund')
  })

  it('says aloud why there are no hits', async () => {
    const { box, input } = await typed([hit(1)])
    expect(box.get('[aria-live]').text()).toBe('1 hits')
    vi.stubGlobal('fetch', async () => new Response('{}', { status: 429, headers: { 'content-type': 'application/json', 'retry-after': '7' } }))
    await input.setValue('team:core refunds')
    await input.trigger('keydown', { key: 'ArrowDown' })
    await flushPromises()
    expect(box.get('[aria-live]').text()).toContain('Too many searches')
  })

  it('closes with Escape and says when there is nothing', async () => {
    const { box, input } = await typed([])
    expect(box.text()).toContain('No specs match')
    expect(input.attributes('aria-expanded')).toBe('true')
    await input.trigger('keydown', { key: 'Escape' })
    expect(input.attributes('aria-expanded')).toBe('false')
  })
})

describe('a region that loads', () => {
  const resource = (over: object) => ({ data: shallowRef(null), error: shallowRef(null), waiting: ref(false), since: shallowRef(null), reload: vi.fn(), ...over })
  const region = (over: object) => {
    const it = resource(over)
    return { it, box: kept(mount(AsyncRegion, { props: { resource: it as never, what: 'The list' }, slots: { default: '<b>data</b>' } })) }
  }

  it('is empty first, then shows bones', () => {
    expect(region({}).box.find('.bone').exists()).toBe(false)
    const { box } = region({ waiting: ref(true) })
    expect(box.findAll('.bone').length).toBe(6)
    expect(box.get('[aria-busy=true]').find('.bone').exists()).toBe(true)
  })

  it('says so beside what is busy, and only then', async () => {
    const { it, box } = region({ data: shallowRef(null), waiting: ref(false) })
    const said = box.get('[role=status]')
    expect([said.text(), said.element.closest('[aria-busy]')]).toEqual(['', null])
    ;(it.waiting as { value: boolean }).value = true
    await flushPromises()
    expect(said.text()).toBe('Loading')
    ;(it.data as { value: unknown }).value = {}
    await flushPromises()
    expect(said.text()).toBe('')
  })

  it('names each trouble and offers what helps', () => {
    const said = (error: ApiError) => region({ error: shallowRef(error) }).box
    expect(said(new ApiError('login', '', 401)).get('a').attributes('href')).toBe('/auth/login')
    expect(said(new ApiError('denied', 'Needs specs:read', 403)).text()).toContain('Needs specs:read')
    expect(said(new ApiError('missing', '', 404)).text()).toContain('The list is not in the index')
    expect(said(new ApiError('limited', '', 429, null, '', 7)).text()).toContain('Wait 7 seconds')
    expect(said(new ApiError('server', 'broken', 500, null, 'R1')).text()).toContain('Request R1')
  })

  it('tries again when asked to', async () => {
    const { it, box } = region({ error: shallowRef(new ApiError('server', 'broken', 500)) })
    await box.get('button').trigger('click')
    expect(it.reload).toHaveBeenCalledOnce()
  })

  it('keeps old data after a failed refresh, and says so', () => {
    const { box } = region({ data: shallowRef({}), since: shallowRef(new Date()), error: shallowRef(new ApiError('offline', 'Canon cannot be reached')) })
    expect(box.text()).toContain('data')
    expect(box.text()).toContain('Shown as of')
  })
})

describe('a resource', () => {
  it('is fetched again when the network is back', async () => {
    let n = 0
    answering({ 'GET /x': () => ({ n: ++n }) })
    let resource: ReturnType<typeof useResource<{ n: number }>> | undefined
    kept(mount({ setup: () => ((resource = useResource<{ n: number }>('/x')), {}), template: '<p />' }))
    await flushPromises()
    dispatchEvent(new Event('online'))
    await flushPromises()
    expect(resource?.data.value?.n).toBe(2)
  })
})

describe('a filter', () => {
  it('offers what there is, with counts', async () => {
    const box = kept(mount(FilterSelect, { props: { label: 'Status', value: '', options: [['in_progress', 3]] } }))
    expect(box.findAll('option').map((o) => o.text())).toEqual(['All', 'In Progress (3)'])
    await box.get('select').setValue('in_progress')
    expect(box.emitted('change')).toEqual([['in_progress']])
  })
  it('keeps a value that fits nothing, and hides without options', () => {
    const lost = kept(mount(FilterSelect, { props: { label: 'Team', value: 'gone', options: [], plain: true } }))
    expect(lost.text()).toContain('gone (0)')
    expect(kept(mount(FilterSelect, { props: { label: 'Team', value: '', options: [] } })).find('select').exists()).toBe(false)
  })
})

describe('a button that copies', () => {
  it('tells of it beside itself', async () => {
    vi.stubGlobal('navigator', { clipboard: { writeText: async () => {} } })
    const box = kept(mount(CopyButton, { props: { text: 'x', what: 'key' } }))
    const said = box.get('[role=status]')
    expect([said.text(), said.element.closest('button')]).toEqual(['', null])
    await box.get('button').trigger('click')
    await flushPromises()
    expect([said.text(), box.get('button').text()]).toEqual(['Copied', 'Copied'])
  })
})

describe('a table of figures', () => {
  it('keeps the focus when all of it is shown', async () => {
    const counts = { total_specs: 1, total_sections: 0, total_ac: 0 }
    const rows = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`r${n}`, counts]))
    const router = newRouter()
    const box = kept(mount(BreakdownTable, { props: { title: 'By team', rows, orderKey: 'teams', link: () => '/' }, global: { plugins: [router] }, attachTo: document.body }))
    const more = box.get<HTMLElement>('.more button')
    more.element.focus()
    await more.trigger('click')
    await flushPromises()
    expect(box.findAll('tbody tr')).toHaveLength(30)
    expect(document.activeElement?.getAttribute('aria-label')).toBe('By team')
  })
})

describe('the page of API keys', () => {
  const key = { id: '7', label: 'ci', prefix: 'sw_ab', scopes: ['specs:read'], created_at: new Date().toISOString(), last_used_at: null, expires_at: null, revoked_at: null }

  async function open(keys: unknown[]) {
    answering({ 'POST /app/acme/settings/api-keys/': { ...key, key: 'sw_secret' }, 'DELETE ': {}, 'GET /app/acme/settings/api-keys/': { keys } })
    const router = createRouter({ history: createMemoryHistory(), routes: [...newRouter().getRoutes(), { path: '/app/:org/settings/api-keys', component: page }] })
    await router.push('/app/acme/settings/api-keys')
    const box = kept(mount(ApiKeysPage, { global: { plugins: [router], stubs: { SettingsTabs: true } }, attachTo: document.body }))
    await flushPromises()
    return box
  }

  it('explains keys when there are none', async () => {
    const box = await open([])
    expect(box.text()).toContain('No keys yet')
    expect(box.text()).toContain('curl -H')
  })

  it('shows a new key once', async () => {
    const box = await open([])
    await box.get('#label').setValue(' ci ')
    await box.get('form').trigger('submit')
    await flushPromises()
    expect(asked.find((a) => a.method === 'POST')?.json).toEqual({ label: 'ci', scopes: ['specs:read'], expires_in_days: 90 })
    expect(box.get('.fresh').text()).toContain('sw_secret')
    await box.findAll('.fresh button').find((b) => b.text() === 'I have it')!.trigger('click')
    expect(box.html()).not.toContain('sw_secret')
  })

  it('keeps what was written when the session has ended', async () => {
    const box = await open([])
    await box.get('#label').setValue('ci')
    vi.stubGlobal('fetch', async () => new Response('{}', { status: 401, headers: { 'content-type': 'application/json' } }))
    await box.get('form').trigger('submit')
    await flushPromises()
    const link = box.get('form [role=alert] a')
    expect([link.attributes('target'), link.attributes('href')]).toEqual(['_blank', '/auth/login'])
    expect(box.get<HTMLInputElement>('#label').element.value).toBe('ci')
  })

  it('revokes only after a question', async () => {
    const box = await open([key])
    await box.get('td .danger').trigger('click')
    expect(asked.some((a) => a.method === 'DELETE')).toBe(false)
    expect(box.get('dialog').text()).toContain('Revoke “ci”?')
    await box.get('dialog .danger').trigger('click')
    await flushPromises()
    expect(asked.find((a) => a.method === 'DELETE')?.url).toBe('/app/acme/settings/api-keys/7')
  })
})
