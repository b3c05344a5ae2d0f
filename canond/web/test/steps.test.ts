// Steps with tasks: one at a time, and what is said when one fails.
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { ApiError } from '../src/api/client'
import StepNotice from '../src/components/StepNotice.vue'
import TasksPage from '../src/pages/TasksPage.vue'

vi.mock('../src/lib/session', () => ({ session: { user: null, github_user: null, permissions: [] }, may: () => true, loginAddress: () => '/auth/login', renewSession: async () => true }))

afterEach(() => {
  vi.unstubAllGlobals()
  document.body.innerHTML = ''
})

describe('a step that failed', () => {
  const links = (trouble: 'github' | 'login' | 'server') =>
    mount(StepNotice, { props: { said: '', failed: '1 Rules', failure: new ApiError(trouble, 'No', 401) } })
      .findAll('a')
      .map((link) => [link.text(), link.attributes('href'), link.attributes('target')])

  it('for want of a GitHub account offers to connect one', () => {
    expect(links('github')).toEqual([['Connect GitHub', '/auth/github/login', undefined]])
  })
  it('for want of a session offers one in another tab', () => {
    expect(links('login')).toEqual([['Sign in in a new tab', '/auth/login', '_blank']])
    expect(links('server')).toEqual([])
  })
})

describe('steps of a list', () => {
  const task = (n: number) => ({ section_id: String(n), section_number: String(n), title: 'T', status: 'todo', spec_title: 'S', spec_file_path: 's.md', repo_owner: 'o', repo_name: 'r', total_ac: 0, done_ac: 0 })

  it('wait for the one that is on its way, and take no focus', async () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url)
      if (url !== '/app/acme/api/tasks') return new Promise(() => {})
      return new Response(JSON.stringify({ tasks: [task(1), task(2)] }), { headers: { 'content-type': 'application/json' } })
    })
    const page = { template: '<p />' }
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/app/:org/tasks', name: 'tasks', component: page }, { path: '/app/:org/specs/:owner/:repo/:file+', name: 'spec', component: page }] })
    await router.push('/app/acme/tasks?view=flat')
    const box = mount(TasksPage, { global: { plugins: [router] }, attachTo: document.body })
    await vi.waitFor(() => expect(box.findAll('.step')).toHaveLength(2))
    const [first, second] = box.findAll<HTMLButtonElement>('.step')
    await first!.trigger('click')
    await flushPromises()
    expect([first!.text(), second!.attributes('aria-disabled'), second!.attributes('title')]).toEqual(['Saving…1 T', 'true', 'Another task is being saved'])
    const before = asked.length
    second!.element.focus()
    await second!.trigger('click')
    await flushPromises()
    expect(document.activeElement).toBe(second!.element)
    expect(asked).toHaveLength(before)
    box.unmount()
  })
})
