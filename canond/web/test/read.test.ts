import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { OrgOverview, SpecSection, SpecSummary } from '../src/api/types'
import SafeHtml from '../src/components/SafeHtml.vue'
import TimeAgo from '../src/components/TimeAgo.vue'
import { share, words } from '../src/lib/format'
import { attention, attentionCounts, filterSpecs, flatten, sums } from '../src/lib/overview'
import { forgetSpec, placeOf, prepareSpec, returnTo, revealSection, stepSection, unfoldForPrint } from '../src/lib/spec'
import { readTime } from '../src/lib/time'

type Evidence = SpecSection['acceptance_criteria'][number]['realized_in']
const proof: Evidence = [{ pr_number: 140, file_path: 'src/a b.c', lines: '22-130' }]
const criterion = (checked: boolean, realized_in: Evidence = []) => ({ text: 'x', checked, line: 1, realized_in, strength: null })
const section = (id: string, over: Partial<SpecSection> = {}): SpecSection =>
  ({ id, section_number: null, title: id, status: { state: 'todo' }, acceptance_criteria: [], realized_in: [], children: [], ...over }) as unknown as SpecSection

const html = (id: string, n: number): string =>
  `<div class="spec-section" id="section-${id}"><h3>${id}</h3><div class="spec-state"><span class="status-badge">Todo</span></div><div class="prose"><p>text</p></div><ul class="criteria">${'<li><input type="checkbox" disabled> x</li>'.repeat(n)}</ul></div>`

let observing = 0
beforeEach(() => {
  observing = 0
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor() {
        observing++
      }
      observe(): void {}
      disconnect(): void {
        observing--
      }
    },
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  document.body.innerHTML = ''
})

function body(inner: string): HTMLElement {
  const box = document.createElement('div')
  box.innerHTML = inner
  document.body.append(box)
  return box
}

describe('a spec that is fetched again', () => {
  const sections = [section('a', { acceptance_criteria: [criterion(true, proof), criterion(false)], realized_in: proof }), section('b')]
  const prepared = (box: HTMLElement, list = sections): void => prepareSpec(box, list, '', () => {})

  it('has each of its anchors, lines of evidence and counts once', () => {
    const box = body(html('a', 2) + html('b', 0))
    prepared(box)
    const first = box.innerHTML
    prepared(box)
    expect(box.innerHTML).toBe(first)
    expect(box.querySelectorAll('.anchor')).toHaveLength(2)
    expect(box.querySelectorAll('li > .evidence')).toHaveLength(1)
  })
  it('is watched once, and no more when it is gone', () => {
    const box = body(html('a', 2))
    prepared(box)
    prepared(box)
    expect(observing).toBe(1)
    forgetSpec(box)
    expect(observing).toBe(0)
  })
  it('shows evidence that the same HTML came with', () => {
    const box = body(html('a', 2))
    prepared(box, [section('a', { acceptance_criteria: [criterion(true), criterion(false)] })])
    expect(box.querySelectorAll('.evidence')).toHaveLength(0)
    prepared(box)
    expect(box.querySelectorAll('.evidence')).toHaveLength(2)
  })
  it('leaves the reader what they have folded', () => {
    const box = body(html('a', 2) + html('b', 0))
    prepared(box)
    box.querySelectorAll('details')[1]!.open = false
    const place = placeOf(box)
    box.innerHTML = html('new', 0) + html('a', 2) + html('b', 0)
    prepared(box)
    returnTo(box, place)
    expect([...box.querySelectorAll('details')].map((part) => part.open)).toEqual([true, true, false])
  })
})

describe('evidence', () => {
  const sections = [section('a', { acceptance_criteria: [criterion(true, proof)], realized_in: [{ pr_number: null, file_path: 'docs/audit.md', lines: '' }] })]

  it('is links where the repository is on GitHub', () => {
    const box = body(html('a', 1))
    prepareSpec(box, sections, 'https://github.com/o/r', () => {})
    expect([...box.querySelectorAll<HTMLAnchorElement>('.evidence a')].map((a) => a.href)).toEqual([
      'https://github.com/o/r/blob/HEAD/docs/audit.md',
      'https://github.com/o/r/pull/140',
      'https://github.com/o/r/blob/HEAD/src/a%20b.c#L22-L130',
    ])
  })
  it('is text elsewhere, of a section as well', () => {
    const box = body(html('a', 1))
    prepareSpec(box, sections, '', () => {})
    expect(box.querySelectorAll('.evidence a')).toHaveLength(0)
    expect(box.querySelector('.prose + .evidence')!.textContent).toBe('Evidence: Audit docs/audit.md ')
  })
  it('goes with how many criteria are done, of the sections below, too', () => {
    const child = section('b', { acceptance_criteria: [criterion(true), criterion(false)] })
    const box = body(html('a', 1).replace(/<\/div>$/, `${html('b', 2)}</div>`))
    prepareSpec(box, [{ ...sections[0]!, children: [child] }, child], '', () => {})
    expect([...box.querySelectorAll('.section-count > :first-child')].map((n) => n.textContent)).toEqual(['2/3', '1/2'])
    expect(box.querySelector('.section-count .unseen')!.textContent).toBe('2 of 3 criteria done')
  })
})

describe('sections', () => {
  it('are stepped through, those that are folded away left out', () => {
    const box = body(html('a', 0).replace(/<\/div>$/, `${html('inner', 0)}</div>`) + html('b', 0))
    prepareSpec(box, [section('a', { status: { state: 'done', blocked_by: null } }), section('inner'), section('b')], '', () => {})
    const at = (): string => document.activeElement?.closest('.spec-section')?.id ?? ''
    box.querySelector('summary')!.focus()
    stepSection(box, 1)
    expect(at()).toBe('section-b')
    stepSection(box, -1)
    expect(at()).toBe('section-a')
  })
  it('are opened by their name alone, and so are headings', () => {
    const box = body(`${html('a', 1)}<h2 id="h-two">Two</h2>`)
    prepareSpec(box, [section('a', { status: { state: 'done', blocked_by: null } })], '', () => {})
    const gone: string[] = []
    box.querySelectorAll('[id]').forEach((part) => (part.scrollIntoView = () => gone.push(part.id)))
    for (const name of ['a', 'section-a-ac-1', 'two', 'none', '']) revealSection(box, name)
    expect(gone).toEqual(['section-a', 'section-a-ac-1', 'h-two'])
    expect(box.querySelector('details')!.open).toBe(true)
  })
  it('are open on paper, and as before afterwards', () => {
    const box = body('<details id="x"></details><details open id="y"></details>')
    const open = (): boolean[] => [...box.querySelectorAll('details')].map((part) => part.open)
    const end = unfoldForPrint(() => box)
    dispatchEvent(new Event('beforeprint'))
    expect(open()).toEqual([true, true])
    dispatchEvent(new Event('afterprint'))
    expect(open()).toEqual([false, true])
    end()
    dispatchEvent(new Event('beforeprint'))
    expect(open()).toEqual([false, true])
  })
})

describe('times', () => {
  const now = new Date(2026, 10, 29, 0, 30)
  it('of a day are of the calendar', () => {
    expect(readTime('2026-11-29', now)).toMatchObject({ machine: '2026-11-29', relative: 'today' })
    expect(readTime('2026-11-28', now)?.relative).toBe('yesterday')
    expect(readTime('2026-11-24', now)?.relative).toBe('5 days ago')
    expect(readTime('2026-11-15', now)?.relative).toBe('2 weeks ago')
    expect(readTime('2026-11-28', now)?.full).toBe(new Date(2026, 10, 28).toLocaleDateString())
  })
  it('of the API are moments', () => {
    expect(readTime('2026-11-29T10:00:00Z', new Date('2026-11-29T13:00:00Z'))).toMatchObject({ machine: '2026-11-29T10:00:00.000Z', relative: '3 hours ago' })
  })
  it('are not read from other words', () => {
    for (const text of ['soon', '', '3', 'November 3', '2026-02-30', '2026-13-01', '2026-11-29T99:99', 'v2026-11-29']) expect(readTime(text, now)).toBeNull()
  })
  it('are shown as they are written when they are none', () => {
    expect(mount(TimeAgo, { props: { at: 'soon' } }).html()).toContain('<span>soon</span>')
    expect(mount(TimeAgo, { props: { at: '2020-01-01' } }).get('time').attributes('datetime')).toBe('2020-01-01')
    expect(mount(TimeAgo, { props: { at: new Date(NaN) } }).find('time').exists()).toBe(false)
  })
})

describe('names of states', () => {
  it('are those of the server', () => {
    expect(['in_progress', 'todo', ' on hold ', 'adr', 'github', 'wont__do', ''].map(words)).toEqual(['In Progress', 'Todo', 'On hold', 'ADR', 'GitHub', 'Wont Do', ''])
  })
})

describe('a share', () => {
  it('is rounded as the server rounds it', () => {
    expect([share(37, 80), share(39, 80), share(1, 3), share(2, 3), share(160, 160), share(0, 0), share(1, 2000)]).toEqual(['46.2 %', '48.8 %', '33.3 %', '66.7 %', '100.0 %', '—', '0.1 %'])
  })
})

describe('attention', () => {
  const spec = (over: Partial<SpecSummary>): SpecSummary =>
    ({ file_path: 'a.md', status: 'todo', owner: 'x', team: 't', tags: [], total_ac: 2, done_ac: 1, is_stale: false, review_status: null, ...over }) as SpecSummary
  const specs = [spec({ status: 'blocked', owner: '' }), spec({ is_stale: true }), spec({ status: 'done' }), spec({ status: 'done', done_ac: 2 }), spec({ owner: '' })]
  const all = flatten({ repos_with_specs: [{ full_name: 'o/r', specs }] } as unknown as OrgOverview)
  const none = { team: '', status: '', review: '', repo: '' }
  const left = (name: string): number => filterSpecs(all, { ...none, attention: name }).length

  it('is a filter, which leaves as many as the numbers say', () => {
    const counts = attentionCounts(sums(all))
    expect(counts).toEqual([['any', 4], ['blocked', 1], ['stale', 1], ['done-open', 1], ['ownerless', 2]])
    for (const [name, n] of counts) expect(left(name)).toBe(n)
    expect(left('')).toBe(5)
    expect(left('nothing-known')).toBe(0)
    expect(attention(all, 2).map((entry) => entry.reasons)).toEqual([['blocked', 'no owner'], ['stale']])
  })
})

describe('HTML of documents', () => {
  // happy-dom follows links before anybody is told of the click
  const { navigation } = (window as unknown as { happyDOM: { settings: { navigation: { disableFallbackToSetURL: boolean } } } }).happyDOM.settings
  beforeEach(() => void (navigation.disableFallbackToSetURL = true))
  async function shown(inner: string, title?: string) {
    const page = { template: '<p />' }
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [
        { path: '/app/:org/docs/:file+', name: 'doc', component: page },
        { path: '/:rest(.*)', name: 'missing', component: page },
      ],
    })
    const push = vi.spyOn(router, 'push')
    const box = mount(SafeHtml, { props: { html: inner, ...(title && { title }) }, global: { plugins: [router] }, attachTo: document.body })
    await flushPromises()
    return { box, push }
  }
  /** Was it taken from the browser? */
  async function click(attributes: string, how: MouseEventInit = {}): Promise<unknown[]> {
    const { box, push } = await shown(`<p><a ${attributes}><b>x</b></a></p>`)
    const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...how })
    addEventListener('click', (e) => e.preventDefault(), { once: true })
    box.get('b').element.dispatchEvent(event)
    return push.mock.calls.map(([to]) => (to as { fullPath: string }).fullPath)
  }

  it('leads to pages without a load', async () => {
    expect(await click('href="/app/acme/docs/a.md?x=1#two"')).toEqual(['/app/acme/docs/a.md?x=1#two'])
  })
  it('leaves everything else to the browser', async () => {
    const at = 'href="/app/acme/docs/a.md"'
    for (const attributes of [`${at} target="_blank"`, `${at} download`, 'href="https://example.com/app/acme/docs/a.md"', 'href="/app/acme/api/x"', 'href="#two"', 'href="/changelog"']) {
      expect(await click(attributes), attributes).toEqual([])
    }
    for (const how of [{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { altKey: true }, { button: 1 }]) expect(await click(at, how)).toEqual([])
  })
  it('has no heading of the first level, and not that of the page again', async () => {
    const { box } = await shown('<h1 id="a">Title</h1><h1 id="b">More <b>x</b></h1>', 'Title')
    expect(box.findAll('h1')).toHaveLength(0)
    expect(box.findAll('h2').map((h) => [h.attributes('id'), 'hidden' in h.attributes()])).toEqual([['a', true], ['b', false]])
  })
  it('has tables that are reached and scrolled with keys', async () => {
    const { box } = await shown('<table><tbody><tr><td>1</td></tr></tbody></table><pre>x</pre>')
    expect(box.get('table').element.parentElement!.outerHTML).toMatch(/^<div class="table-box" tabindex="0" role="group" aria-label="Table"><table>/)
    expect(box.get('pre').attributes()).toMatchObject({ tabindex: '0', role: 'group', 'aria-label': 'Code' })
  })
})
