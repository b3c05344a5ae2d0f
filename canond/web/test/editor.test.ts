import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter, useRoute } from 'vue-router'
import { useEditor, type EditorState } from '../src/editor/useEditor'

type Answer = [status: number, body: unknown] | ((json: Record<string, unknown>) => [status: number, body: unknown] | Promise<[status: number, body: unknown]>)

/** The editor of a file, and a server that answers by the end of the path. */
async function editing(answers: Record<string, Answer>, isNew = false) {
  const asked: { name: string; json: Record<string, unknown> | null }[] = []
  const all: Record<string, Answer> = { '/json': [200, { content: 'old\n', sha: '1' }], '/parse': [200, {}], '/preview': [200, { html: '' }], ...answers }
  let editor: EditorState | undefined
  const page = {
    setup() {
      const route = useRoute()
      editor = useEditor(() => ({ org: 'acme', owner: 'o', repo: 'r', file: `${String(route.params.file ?? 'a')}.md` }), isNew)
      return {}
    },
    template: '<p />',
  }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/other', component: { template: '<p />' } }, { path: '/:file?', component: page }] })

  vi.stubGlobal('fetch', async (url: string, how: RequestInit) => {
    const name = Object.keys(all).find((end) => url.endsWith(end)) ?? ''
    const answer = all[name] ?? [404, {}]
    const json = how.body ? JSON.parse(String(how.body)) : null
    asked.push({ name, json })
    const [status, body] = typeof answer === 'function' ? await answer(json) : answer
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  })
  await router.push('/')
  // as in the application: another path is another page
  const box = mount({ template: '<RouterView :key="$route.path" />' }, { global: { plugins: [router] } })
  await flushPromises()
  mounted.push(box)
  const kept = () => Object.keys(localStorage).map((key) => (JSON.parse(localStorage.getItem(key)!) as { text: string }).text)
  editor!.text.value = 'mine\n'
  return { editor: editor!, current: () => editor!, asked, router, box, kept }
}
const pause = (ms = 200) => new Promise((resolve) => setTimeout(resolve, ms))

const mounted: { unmount: () => void }[] = []
afterEach(() => {
  for (const box of mounted.splice(0)) box.unmount()
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
  it('merges what was typed while the answer was on its way', async () => {
    let answer = (_: [number, unknown]): void => {}
    const { editor, asked } = await editing({ '/save': () => new Promise((resolve) => (answer = resolve)), '/merge': [200, merged] })
    const done = editor.save('why')
    await flushPromises()
    editor.text.value = 'mine and two words\n'
    answer([409, { error: 'conflict', server_content: 'theirs\n', server_sha: '2' }])
    expect((await done).how).toBe('conflict')
    expect(asked.findLast(({ name }) => name === '/merge')!.json).toEqual({ base: 'old\n', ours: 'mine and two words\n', theirs: 'theirs\n' })
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

describe('proposing', () => {
  const proposed = { ok: true, branch: 'b', pr_url: '', pr_number: 0 }

  it('leaves the version of the file alone', async () => {
    const { editor, asked } = await editing({ '/save-pr': [200, proposed] })
    expect(await editor.propose({ message: 'm' })).toEqual({ how: 'proposed', result: proposed })
    expect([editor.base.value, editor.sha.value, editor.state.value, editor.isUnsaved.value]).toEqual(['old\n', '1', 'proposed', false])
    editor.text.value = 'mine\nmore\n'
    expect([editor.state.value, editor.isUnsaved.value]).toEqual(['unsaved', true])
    expect(asked.find(({ name }) => name === '/save-pr')!.json).toEqual({ message: 'm', content: 'mine\n', sha: '1' })
  })
  it('merges when somebody was faster, as saving does', async () => {
    const merged = { content: '', conflicts: 1, parts: [] }
    const { editor, asked } = await editing({ '/save-pr': [409, { error: 'conflict', server_content: 'theirs\n', server_sha: '2' }], '/merge': [200, merged] })
    expect(await editor.propose({})).toEqual({ how: 'conflict', merged, theirs: 'theirs\n', sha: '2' })
    expect(asked.at(-1)!.json).toEqual({ base: 'old\n', ours: 'mine\n', theirs: 'theirs\n' })
  })
  it('sends what came of a conflict, on their version', async () => {
    const { editor, asked } = await editing({ '/save-pr': [200, proposed] })
    await editor.propose({}, { text: 'both\n', base: 'theirs\n', sha: '2' })
    expect(asked.at(-1)!.json).toEqual({ content: 'both\n', sha: '2' })
    expect([editor.text.value, editor.base.value, editor.sha.value, editor.state.value]).toEqual(['mine\n', 'old\n', '1', 'proposed'])
  })
  it('happens once at a time', async () => {
    const { editor, asked } = await editing({ '/save-pr': [200, proposed] })
    const both = await Promise.all([editor.propose({}), editor.propose({})])
    expect(both.map(({ how }) => how)).toEqual(['proposed', 'failed'])
    expect(asked.filter(({ name }) => name === '/save-pr')).toHaveLength(1)
  })
})

describe('other refusals', () => {
  it('of 409 are told and not merged', async () => {
    const { editor, asked } = await editing({ '/save': [409, { error: 'Branch is protected' }] })
    expect(await editor.save('why')).toEqual({ how: 'failed' })
    expect(editor.failure.value?.message).toBe('Branch is protected')
    expect(asked.some(({ name }) => name === '/merge')).toBe(false)
  })
  it('of a new file whose path is taken say so', async () => {
    const { editor } = await editing({ '/new/template': [200, { content: 'template\n' }], '/save': [409, { error: 'conflict', server_content: 'there\n', server_sha: '9' }] }, true)
    expect(await editor.save('why')).toEqual({ how: 'failed' })
    expect(editor.failure.value?.message).toContain('at this path already')
  })
})

describe('edits of the library', () => {
  const meta = (value: string) => ({ op: 'meta' as const, field: 'title', value })
  const apply: Answer = ({ content, edits }) => [200, { content: `${String(content)}${(edits as { value: string }[])[0]!.value}\n` }]

  it('are made on what was typed meanwhile', async () => {
    const { editor } = await editing({ '/apply': apply })
    const done = editor.edit([meta('title')])
    await Promise.resolve()
    await Promise.resolve()
    editor.text.value = 'typed\n'
    expect(await done).toBe(true)
    expect(editor.text.value).toBe('typed\ntitle\n')
  })
  it('wait for each other', async () => {
    const { editor } = await editing({ '/apply': apply })
    await Promise.all([editor.edit([meta('one')]), editor.edit([meta('two')])])
    expect(editor.text.value).toBe('mine\none\ntwo\n')
  })
  it('that are refused change nothing, and the next one is made', async () => {
    let n = 0
    const { editor } = await editing({ '/apply': (json) => (n++ === 0 ? [400, { error: 'Edit 1: no' }] : (apply as (j: typeof json) => [number, unknown])(json)) })
    expect(await Promise.all([editor.edit([meta('one')]), editor.edit([meta('two')])])).toEqual([false, true])
    expect(editor.text.value).toBe('mine\ntwo\n')
  })
})

describe('drafts of the editor', () => {
  it('go when the text is again what it was', async () => {
    const { editor, kept } = await editing({})
    await pause()
    expect(kept()).toEqual(['mine\n'])
    editor.text.value = 'old\n'
    await pause()
    expect(kept()).toEqual([])
  })
  it('keep what was typed during a save, on the new version', async () => {
    let answer = (_: [number, unknown]): void => {}
    const { editor, kept } = await editing({ '/save': () => new Promise((resolve) => (answer = resolve)) })
    const done = editor.save('why')
    await flushPromises()
    editor.text.value = 'mine\nand more\n'
    await pause()
    answer([200, { sha: '2' }])
    await done
    expect(kept()).toEqual(['mine\nand more\n'])
    expect(JSON.parse(localStorage.getItem(Object.keys(localStorage)[0]!)!)).toMatchObject({ sha: '2', base: 'mine\n' })
  })
  it('that are offered stay while somebody types, and the typed text stays when one is put back', async () => {
    const first = await editing({})
    await pause()
    first.box.unmount()
    const { editor, kept } = await editing({})
    editor.text.value = 'other\n'
    await pause()
    expect(kept().sort()).toEqual(['mine\n', 'other\n'])
    const [offered] = editor.drafts.offered.value
    editor.restore(offered!)
    expect(editor.text.value).toBe('mine\n')
    expect(editor.drafts.offered.value.map(({ text }) => text)).toEqual(['other\n'])
    editor.drafts.settle(editor.drafts.offered.value[0]!)
    expect(kept()).toEqual(['mine\n'])
  })
  it('that are the same are offered once', async () => {
    for (let i = 0; i < 2; i++) {
      const { box } = await editing({})
      await pause()
      box.unmount()
    }
    const { editor } = await editing({})
    expect(editor.drafts.offered.value).toHaveLength(1)
  })
  it('keep the last letters of a page that goes', async () => {
    const { box, kept } = await editing({})
    await pause()
    box.unmount()
    expect(kept()).toEqual(['mine\n'])
    const second = await editing({})
    second.editor.text.value = 'mine, and then\n'
    await flushPromises()
    second.box.unmount()
    expect(kept().sort()).toEqual(['mine\n', 'mine, and then\n'])
  })
  it('that are thrown away go, also when there is no room for another', async () => {
    const first = await editing({})
    await pause()
    first.box.unmount()
    const { editor, kept } = await editing({})
    editor.drafts.isKept.value = false
    editor.drafts.discard(editor.drafts.offered.value[0]!)
    expect([kept(), editor.drafts.offered.value]).toEqual([[], []])
  })
  it('of a new spec are found again, whatever its path', async () => {
    const answers: Record<string, Answer> = { '/new/template': [200, { content: 'template\n' }] }
    const first = await editing(answers, true)
    await pause()
    first.box.unmount()
    const { editor } = await editing(answers, true)
    expect(editor.drafts.offered.value.map(({ text }) => text)).toEqual(['mine\n'])
  })
})

describe('leaving', () => {
  it('asks when something is unsaved, also on the way to another file', async () => {
    const asks = vi.fn(() => false)
    const { current, router } = await editing({})
    vi.stubGlobal('confirm', asks)
    await router.push('/other')
    await router.push('/b')
    expect([asks.mock.calls.length, router.currentRoute.value.path]).toEqual([2, '/'])
    asks.mockReturnValue(true)
    await router.push('/b')
    await flushPromises()
    expect([current().text.value, current().isUnsaved.value]).toEqual(['old\n', false])
    await router.push('/other')
    expect(asks).toHaveBeenCalledTimes(3)
  })
  it('asks when words in a field are not in the text', async () => {
    const asks = vi.fn(() => false)
    const { editor, router } = await editing({})
    vi.stubGlobal('confirm', asks)
    editor.text.value = 'old\n'
    editor.isTyping.value = true
    await router.push('/other')
    const leaving = new Event('beforeunload', { cancelable: true })
    dispatchEvent(leaving)
    expect([asks.mock.calls.length, router.currentRoute.value.path, leaving.defaultPrevented]).toEqual([1, '/', true])
  })
  it('drops an answer that comes for the file before', async () => {
    let answer = (_: [number, unknown]): void => {}
    const { editor, router } = await editing({ '/save': () => new Promise((resolve) => (answer = resolve)) })
    vi.stubGlobal('confirm', () => true)
    const done = editor.save('why')
    await flushPromises()
    await router.push('/b')
    await flushPromises()
    answer([200, { sha: '2' }])
    expect(await done).toEqual({ how: 'failed' })
    expect([editor.sha.value, editor.base.value]).toEqual(['1', 'old\n'])
  })
})

describe('looking at the text', () => {
  it('says when it cannot, and keeps what was there', async () => {
    let status = 200
    const { editor } = await editing({ '/preview': () => [status, { html: '<p>1</p>', error: 'broken' }] })
    await pause()
    expect([editor.seen.html.value, editor.seen.isFresh.value]).toEqual(['<p>1</p>', true])
    status = 500
    editor.text.value = 'more\n'
    expect(editor.seen.isFresh.value).toBe(false)
    await pause()
    expect([editor.seen.html.value, editor.seen.trouble.value?.message]).toEqual(['<p>1</p>', 'broken'])
    status = 200
    dispatchEvent(new Event('online'))
    await flushPromises()
    expect(editor.seen.trouble.value).toBeNull()
  })
})
