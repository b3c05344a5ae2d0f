import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useEditor, type EditorState } from '../src/editor/useEditor'

type Answer = [status: number, body: unknown]

/** The editor of a file, and a server that answers by the end of the path. */
async function editing(answers: Record<string, Answer>) {
  const asked: { name: string; json: Record<string, unknown> | null }[] = []
  const all: Record<string, Answer> = { '/json': [200, { content: 'old\n', sha: '1' }], '/parse': [200, {}], '/preview': [200, { html: '' }], ...answers }
  let editor: EditorState | undefined
  const page = { setup: () => ((editor = useEditor(() => ({ org: 'acme', owner: 'o', repo: 'r', file: 'a.md' }), false)), {}), template: '<p />' }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: page }] })

  vi.stubGlobal('fetch', async (url: string, how: RequestInit) => {
    const name = Object.keys(all).find((end) => url.endsWith(end)) ?? ''
    const [status, body] = all[name] ?? [404, {}]
    asked.push({ name, json: how.body ? JSON.parse(String(how.body)) : null })
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  })
  await router.push('/')
  mount({ template: '<RouterView />' }, { global: { plugins: [router] } })
  await flushPromises()
  editor!.text.value = 'mine\n'
  return { editor: editor!, asked }
}

afterEach(() => {
  vi.unstubAllGlobals()
  localStorage.clear()
})

describe('saving', () => {
  const merged = { content: 'both\n', conflicts: 0, parts: [{ text: 'both\n' }] }

  it('sends the version it began with, and goes on from the new one', async () => {
    const { editor, asked } = await editing({ '/save': [200, { sha: '2' }] })
    expect(await editor.save('why')).toEqual({ how: 'saved' })
    expect(asked.find(({ name }) => name === '/save')!.json).toEqual({ content: 'mine\n', sha: '1', message: 'why' })
    expect([editor.sha.value, editor.base.value, editor.state.value]).toEqual(['2', 'mine\n', 'saved'])
  })
  it('merges with the text that the answer brings', async () => {
    const { editor, asked } = await editing({ '/save': [409, { error: 'conflict', server_content: '', server_sha: '2' }], '/merge': [200, merged] })
    expect(await editor.save('why')).toEqual({ how: 'conflict', merged, theirs: '', sha: '2' })
    expect(asked.at(-1)).toEqual({ name: '/merge', json: { base: 'old\n', ours: 'mine\n', theirs: '' } })
  })
  it('reads the file when the answer has no text of it', async () => {
    const { editor, asked } = await editing({ '/save': [409, { error: 'conflict', server_content: null, server_sha: null }], '/merge': [200, merged] })
    expect(await editor.save('why')).toEqual({ how: 'conflict', merged, theirs: 'old\n', sha: '1' })
    expect(asked.at(-1)!.json).toMatchObject({ theirs: 'old\n' })
  })
  it('keeps the text and says why when the file cannot be read either', async () => {
    const { editor, asked } = await editing({ '/save': [409, { error: 'conflict', server_content: null, server_sha: null }] })
    vi.stubGlobal('fetch', async (url: string) =>
      url.endsWith('/save')
        ? new Response('{"error":"conflict","server_content":null,"server_sha":null}', { status: 409, headers: { 'content-type': 'application/json' } })
        : new Response('{"error":"The repository cannot be read"}', { status: 502, headers: { 'content-type': 'application/json' } }),
    )
    expect(await editor.save('why')).toEqual({ how: 'failed' })
    expect(editor.failure.value?.message).toBe('The repository cannot be read')
    expect([editor.text.value, editor.base.value, editor.sha.value]).toEqual(['mine\n', 'old\n', '1'])
    expect(asked.some(({ name }) => name === '/merge')).toBe(false)
  })
})
