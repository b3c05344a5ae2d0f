import { flushPromises, mount, RouterLinkStub } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import EditorStartPage from '../src/pages/EditorStartPage.vue'

const spec = (title: string, at: string) => ({ title, file_path: `docs/${title}.md`, status: 'todo', tags: [], last_doc_change_at: at })

async function open(answers: Record<string, [number, unknown]>) {
  vi.stubGlobal('fetch', async (url: string) => {
    const [status, body] = answers[Object.keys(answers).find((end) => url.endsWith(end)) ?? ''] ?? [404, {}]
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  })
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/app/:org/editor/', component: { template: '<p />' } }] })
  await router.push('/app/acme/editor/')
  const box = mount(EditorStartPage, { global: { plugins: [router], stubs: { RouterLink: RouterLinkStub } } })
  await flushPromises()
  return box
}

afterEach(() => vi.unstubAllGlobals())

describe('the start of the editor', () => {
  it('wants a login, not GitHub, when the session has ended', async () => {
    const box = await open({ '/editor/repos': [401, { detail: 'Not authenticated' }] })
    expect(box.text()).toContain('session has ended')
    expect(box.text()).not.toContain('GitHub')
  })
  it('lists specs, the last edited first, and finds them', async () => {
    const specs = [spec('Old', '2026-01-01T00:00:00Z'), spec('New', '2026-02-01T00:00:00Z')]
    const box = await open({
      '/editor/repos': [200, [{ name: 'r', full_name: 'o/r', owner: { login: 'o' } }]],
      '/api/dashboard': [200, { total_specs: 2, repos_with_specs: [{ owner: 'o', repo: 'r', full_name: 'o/r', specs }] }],
    })
    expect(box.findAll('.spec').map((line) => line.text())).toEqual([expect.stringContaining('New'), expect.stringContaining('Old')])
    await box.get('input').setValue('docs/old')
    expect(box.findAll('.spec')).toHaveLength(1)
    await box.get('input').setValue('zzz')
    expect(box.text()).toContain('None of them has these words')
  })
  it('says what is empty', async () => {
    const box = await open({ '/editor/repos': [200, []], '/api/dashboard': [200, { total_specs: 0, repos_with_specs: [] }] })
    expect(box.text()).toContain('No repositories to edit')
    expect(box.text()).toContain('There are no specs yet')
  })
})
