// The shell: keys, the frame, what it says when something is missing.
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, effectScope, h, ref, shallowRef } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { ApiError } from '../src/api/client'
import AsyncRegion from '../src/components/AsyncRegion.vue'
import PageLink from '../src/components/PageLink.vue'
import TroubleState from '../src/components/TroubleState.vue'
import { actionOf, keyActions, listenToKeys, singleKeys, useKeys } from '../src/lib/keys'
import { useLiveSearch } from '../src/lib/livesearch'
import { fetchPages, isLoadError, recover } from '../src/lib/pages'
import { useResource } from '../src/lib/resource'
import { renewSession } from '../src/lib/session'
import { router } from '../src/router'

/** A server that says what it was asked for. */
function answering(answer: (url: string) => Response | Promise<Response>): string[] {
  const asked: string[] = []

  vi.stubGlobal('fetch', async (url: string) => (asked.push(url), answer(url)))
  return asked
}
const json = (body: unknown, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('keys of a page', () => {
  const run = vi.fn()
  const page = () => mount({ setup: () => (listenToKeys(), useKeys([{ keys: 'e', what: 'Edit', run }])), template: '<p />' })
  const press = (target: EventTarget) => target.dispatchEvent(new KeyboardEvent('keydown', { key: 'e', bubbles: true, composed: true, cancelable: true }))

  beforeEach(() => {
    keyActions.value = []
    singleKeys.on = true
    run.mockClear()
  })
  afterEach(() => (document.body.innerHTML = ''))

  it('go with the page', () => {
    const first = page()
    const second = page()
    expect(keyActions.value).toHaveLength(2)
    first.unmount()
    expect(keyActions.value).toHaveLength(1)
    second.unmount()
    expect(keyActions.value).toEqual([])
    press(document.body)
    expect(run).not.toHaveBeenCalled()
  })

  it('leave alone who writes in a shadow root', () => {
    const box = page()
    const host = document.body.appendChild(document.createElement('div'))
    const field = host.attachShadow({ mode: 'open' }).appendChild(document.createElement('div'))
    field.setAttribute('contenteditable', 'true')
    press(field)
    expect(run).not.toHaveBeenCalled()
    press(document.body)
    expect(run).toHaveBeenCalledOnce()
    box.unmount()
  })

  it('do nothing behind a dialog, not even with Ctrl', () => {
    const box = page()
    keyActions.value = [...keyActions.value, { keys: 'Ctrl k', what: 'Search', run }]
    document.body.innerHTML = '<dialog open></dialog>'
    press(document.body)
    expect(run).not.toHaveBeenCalled()
    // taken, so that the browser does not do something of its own either
    actionOf(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true }))!.run()
    expect(run).not.toHaveBeenCalled()
    box.unmount()
  })

  it('with Ctrl and Shift are left to the browser', () => {
    keyActions.value = [{ keys: 'Ctrl k', what: 'Search', run }]
    expect(actionOf(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true }))).toBeDefined()
    expect(actionOf(new KeyboardEvent('keydown', { key: 'K', ctrlKey: true, shiftKey: true }))).toBeUndefined()
  })
})

describe('trouble', () => {
  const said = (error: ApiError, more = {}) => mount(TroubleState, { props: { error, what: 'The file', ...more } })

  it('with GitHub is no session that has ended', () => {
    const box = said(new ApiError('github', 'Not authenticated with GitHub', 401))
    expect(box.text()).not.toContain('session')
    expect(box.findAll('a, button').map((item) => [item.text(), item.attributes('href')])).toEqual([['Connect GitHub', '/auth/github/login']])
  })
  it('is not asked about again when there is nothing', () => {
    expect(said(new ApiError('missing', '', 404)).find('button').exists()).toBe(false)
  })
  it('with the GitHub App leads to its settings, if they are known', () => {
    const at = (url: string) => said(new ApiError('server', 'suspended', 502, { install_url: url })).findAll('a').map((link) => link.attributes('href'))
    expect(at('https://github.com/apps/canon')).toEqual(['https://github.com/apps/canon'])
    expect(at('javascript:alert(1)')).toEqual([])
  })
  it('with what was done has its own words', () => {
    const box = said(new ApiError('server', 'full', 507), { title: 'Not saved', text: 'The disk is full.' })
    expect(box.text()).toContain('Not saved')
    expect(box.text()).not.toContain('could not be loaded')
    expect(said(new ApiError('login', '', 401), { title: 'Not saved' }).get('a').attributes('target')).toBe('_blank')
    expect(said(new ApiError('login', '', 401)).get('a').attributes('target')).toBeUndefined()
    for (const [trouble, status] of [['github', 401], ['server', 502]] as const) {
      const link = (more = {}) => said(new ApiError(trouble, 'x', status, { install_url: 'https://github.com/apps/canon' }), more).get('a').attributes('target')
      expect([link(), link({ title: 'Not saved' })]).toEqual([undefined, '_blank'])
    }
    for (const trouble of ['login', 'github', 'missing'] as const)
      expect(said(new ApiError(trouble, 'x', 400), { title: 'Not saved' }).get('button').text()).toBe('Try again')
  })
})

describe('a resource', () => {
  function of(address: () => string) {
    const scope = effectScope()
    return { ...scope.run(() => useResource<{ url: string }>(address))!, stop: () => scope.stop() }
  }

  it('keeps what is shown while another question about it is asked', async () => {
    let open = () => {}
    const at = ref('/list?a')
    answering((url) => (url === '/list?b' ? new Promise((resolve) => (open = () => resolve(json({ url })))) : url === '/list?c' ? json({}, 500) : json({ url })))
    const list = of(() => at.value)
    await flushPromises()
    at.value = '/list?b'
    await flushPromises()
    expect(list.data.value?.url).toBe('/list?a')
    open()
    await flushPromises()
    expect(list.data.value?.url).toBe('/list?b')
    // an answer to another question is no old data
    at.value = '/list?c'
    await flushPromises()
    expect([list.data.value, list.error.value?.status]).toEqual([null, 500])
    at.value = '/other'
    await Promise.resolve()
    expect(list.data.value).toBeNull()
    list.stop()
  })

  it('is asked for again when somebody comes back from signing in', async () => {
    let isIn = true
    const asked = answering((url) => (url === '/auth/refresh' ? json({}, 401) : isIn ? json({ url }) : json({}, 401)))
    const list = of(() => '/list')
    await flushPromises()
    isIn = false
    await list.reload()
    expect(list.error.value?.trouble).toBe('login')
    isIn = true
    dispatchEvent(new Event('focus'))
    await flushPromises()
    expect(asked.slice(-2)).toEqual([expect.stringMatching(/api\/session$/), '/list'])
    expect(list.error.value).toBeNull()
    list.stop()
  })
})

describe('a region', () => {
  const resource = () => ({ data: shallowRef<object | null>(null), error: shallowRef<ApiError | null>(null), waiting: ref(false), since: shallowRef(new Date()), reload: vi.fn() })

  it('gives the focus of its first heading to the one of the data', async () => {
    const it = resource()
    const page = defineComponent(() => () => h('main', h(AsyncRegion as never, { resource: it as never, what: 'x', heading: 'Before' }, () => h('h1', { tabindex: -1 }, 'After'))))
    const box = mount(page, { attachTo: document.body })
    document.querySelector('h1')!.focus()
    expect(document.activeElement?.textContent).toBe('Before')
    it.data.value = {}
    await flushPromises()
    expect(document.activeElement?.textContent).toBe('After')
    box.unmount()
  })

  it('offers to sign in beside old data', () => {
    const it = { ...resource(), data: shallowRef({}), error: shallowRef(new ApiError('login', 'The session has ended', 401)) }
    const link = mount(AsyncRegion, { props: { resource: it as never, what: 'x' }, slots: { default: 'old' } }).get('.stale a')
    expect([link.attributes('target'), link.attributes('href')]).toEqual(['_blank', expect.stringContaining('/auth/login?next=')])
  })
})

describe('a search while somebody types', () => {
  const hits = (url: string) => json({ results: [], total: url.length, facets: {} })

  function box() {
    vi.useFakeTimers()
    const scope = effectScope()
    return { ...scope.run(() => useLiveSearch(() => {}))!, stop: () => scope.stop() }
  }
  const after = (ms: number) => vi.advanceTimersByTimeAsync(ms)

  it('asks at once, then when the keys rest, and for nothing twice', async () => {
    const asked = answering(hits)
    const search = box()
    search.look('/r')
    await after(0)
    expect(asked).toEqual(['/r'])
    for (const address of ['/re', '/ref', '/refu']) {
      await after(60)
      search.look(address)
    }
    await after(79)
    expect(asked).toEqual(['/r'])
    await after(1)
    expect(asked).toEqual(['/r', '/refu'])
    // whoever types slowly does not wait
    await after(400)
    search.look('/refun')
    await after(0)
    expect(asked).toHaveLength(3)
    search.look('/refu')
    expect([asked.length, search.answer.value?.total]).toEqual([3, 5])
    search.stop()
  })

  it('asks one thing at a time, and for what was typed last', async () => {
    const waiting: (() => void)[] = []
    const asked = answering((url) => new Promise((resolve) => waiting.push(() => resolve(hits(url)))))
    const search = box()
    for (const address of ['/a', '/ab', '/abc']) {
      search.look(address)
      await after(100)
    }
    expect(asked).toEqual(['/a'])
    waiting.shift()!()
    await after(0)
    expect(asked).toEqual(['/a', '/abc'])
    waiting.shift()!()
    await after(1000)
    expect(asked).toHaveLength(2)
    search.stop()
  })

  it('waits as long as the server wants, then goes on by itself', async () => {
    let isFull = true
    const asked = answering((url) => (isFull ? json({ detail: 'Rate limit exceeded' }, 429, { 'retry-after': '7' }) : hits(url)))
    const search = box()
    search.look('/a')
    await after(0)
    expect(search.failure.value).toContain('7 s')
    isFull = false
    search.look('/ab')
    await after(6900)
    expect(asked).toEqual(['/a'])
    await after(200)
    expect(asked).toEqual(['/a', '/ab'])
    expect([search.failure.value, search.answer.value?.total]).toEqual(['', 3])
    search.stop()
  })
})

describe('the answer that theme.js asked for', () => {
  afterEach(() => delete window.__CANON_EARLY__)

  async function shown(early: unknown) {
    vi.resetModules()
    window.__CANON_EARLY__ = { address: '/early', answer: Promise.resolve(early) }
    const asked = answering((url) => json({ url }))
    const { useResource: fresh } = await import('../src/lib/resource')
    const scope = effectScope()
    const list = scope.run(() => fresh<{ url: string }>('/early'))!
    await flushPromises()
    const first = list.data.value?.url
    // the page keeps one copy of it
    expect(window.__CANON_EARLY__).toBeUndefined()
    await list.reload()
    scope.stop()
    return [first, asked.length]
  }

  it('is shown, and asked for again the next time', async () => {
    expect(await shown({ url: 'early' })).toEqual(['early', 1])
  })
  it('is asked for in the usual way when there is none', async () => {
    expect(await shown(null)).toEqual(['/early', 2])
  })
})

describe('scripts of pages', () => {
  const page = vi.fn(async () => ({}))
  const router = { getRoutes: () => [{ meta: {}, components: { default: page } }, { meta: { open: true }, components: { default: page } }, { meta: { needs: 'specs:admin' }, components: { default: page } }], currentRoute: { value: { matched: [1] } } }

  async function fetched(saveData: boolean) {
    vi.useFakeTimers()
    vi.stubGlobal('requestIdleCallback', (act: () => void) => setTimeout(act))
    Object.defineProperty(navigator, 'connection', { value: { saveData }, configurable: true })
    page.mockClear()
    fetchPages(router as unknown as Router)
    await vi.advanceTimersByTimeAsync(1500)
    const early = page.mock.calls.length
    await vi.advanceTimersByTimeAsync(2000)
    return [early, page.mock.calls.length]
  }

  it('are fetched when the page has calmed down, those that may be seen', async () => {
    expect(await fetched(false)).toEqual([0, 1])
  })
  it('are not when somebody saves data', async () => {
    expect(await fetched(true)).toEqual([0, 0])
  })
  it('are known when they are missing, in the words of each browser', () => {
    for (const text of ['Failed to fetch dynamically imported module: x', 'error loading dynamically imported module: x', 'Importing a module script failed.', 'Unable to preload CSS for /x.css']) expect(isLoadError(new TypeError(text))).toBe(true)
    expect(isLoadError(new Error('x is not a function'))).toBe(false)
  })

  it('that are missing are loaded anew, at an address with a fragment too', async () => {
    const gone: string[] = []
    answering(() => json({}))
    vi.stubGlobal('location', { href: 'http://x/app/acme/tasks?a=1#top', pathname: '/app/acme/tasks', search: '?a=1', reload: () => gone.push('reload'), assign: (to: string) => gone.push(to) })
    for (const fullPath of ['/app/acme/tasks?a=1#top', '/app/acme/coverage#top']) await recover({ fullPath, meta: {} } as never)
    expect(gone).toEqual(['reload', '/app/acme/coverage#top'])
  })
})

describe('an address', () => {
  const place = (hash: string) => router.options.scrollBehavior!({ hash, path: '/' } as never, { path: '/', matched: [] } as never, null)

  it('leads to its fragment, whatever its letters', () => {
    expect(place('#100%')).toEqual({ el: `#${CSS.escape('100%')}` })
    expect(place('#a%20b')).toEqual({ el: `#${CSS.escape('a%20b')}` })
  })
  it('of no organisation is not asked about as one', async () => {
    for (const [pathname, org] of [['/app/admin/indexing', ''], ['/app/no-org/', ''], ['/app/administration/', 'administration']]) {
      const asked = answering(() => json({}))
      vi.stubGlobal('location', { pathname })
      await renewSession()
      expect(asked).toEqual([`/app/${org}/api/session`])
    }
  })
})

describe('a link to a page', () => {
  async function clicked(how: MouseEventInit) {
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: { template: '<p />' } }, { path: '/to/:name', name: 'to', component: { template: '<p />' } }] })
    const link = mount(PageLink, { props: { to: { name: 'to', params: { name: 'a b' } } }, slots: { default: 'There' }, attrs: { 'aria-current': 'page' }, global: { plugins: [router] } })
    expect([link.attributes('href'), link.attributes('aria-current'), link.text()]).toEqual(['/to/a%20b', 'page', 'There'])
    const event = new MouseEvent('click', { cancelable: true, ...how })
    link.element.dispatchEvent(event)
    await flushPromises()
    return [event.defaultPrevented, router.currentRoute.value.path]
  }

  it('is followed by the application', async () => {
    expect(await clicked({})).toEqual([true, '/to/a%20b'])
  })
  it('is left to the browser when it shall open elsewhere', async () => {
    for (const how of [{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { button: 1 }]) expect((await clicked(how))[0]).toBe(false)
  })
})
