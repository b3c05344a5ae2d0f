import { flushPromises, mount, RouterLinkStub, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, ref, shallowRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { ApiError } from '../src/api/client'
import type { Frontmatter } from '../src/editor/api'
import BlockedDialog from '../src/editor/BlockedDialog.vue'
import ConflictDialog from '../src/editor/ConflictDialog.vue'
import EditorDesk from '../src/editor/EditorDesk.vue'
import MetaForm from '../src/editor/MetaForm.vue'
import type { EditorState } from '../src/editor/useEditor'
import { actionOf } from '../src/lib/keys'

vi.mock('../src/lib/session', () => ({
  session: { permissions: ['specs:read', 'specs:write'], orgs: [], auth_enabled: true },
  may: () => true,
  loginAddress: () => '/auth/login?next=here',
}))

const mounted: VueWrapper<any>[] = []
function kept<T extends VueWrapper<any>>(box: T): T {
  mounted.push(box)
  return box
}

afterEach(() => {
  for (const box of mounted.splice(0)) box.unmount()
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})

describe('the dialog of a conflict', () => {
  function open(parts: unknown[], canPropose = true) {
    const box = kept(mount(ConflictDialog, { props: { canPropose }, attachTo: document.body }))
    ;(box.vm as unknown as { open: (m: unknown, theirs: string) => void }).open({ content: '', conflicts: 0, parts }, 'a\r\n')
    return box
  }
  const button = (box: VueWrapper, text: string) => box.findAll('button').find((b) => b.text() === text)!
  const places = [{ text: 'a\n' }, { base: 'b\n', ours: 'mine\n', theirs: 'yours\n' }, { text: 'c\n' }]

  it('goes on at once when both changes fit', async () => {
    const box = open([{ text: 'a\n' }, { text: 'b\n' }])
    await box.vm.$nextTick()
    await box.get('.main').trigger('click')
    expect(box.emitted('take')).toEqual([['a\nb\n']])
  })
  it('wants a choice for every place', async () => {
    const box = open(places)
    await box.vm.$nextTick()
    expect(button(box, 'Continue with the merged text').attributes('disabled')).toBeDefined()
    await box.get('input[value=both]').setValue()
    await button(box, 'Continue with the merged text').trigger('click')
    expect(box.emitted('take')).toEqual([['a\nmine\nyours\nc\n']])
  })
  it('proposes mine where both changed, as the first choice', async () => {
    const box = open(places)
    await box.vm.$nextTick()
    expect(box.get('.main').text()).toBe('Save mine as a pull request')
    await box.get('.main').trigger('click')
    expect(box.emitted('propose')).toEqual([['a\nmine\nc\n']])
  })
  it('proposes nothing where there are no branches', async () => {
    const box = open(places, false)
    await box.vm.$nextTick()
    expect(box.text()).not.toContain('pull request')
  })
  it('ends the line between mine and theirs as the document does', async () => {
    const box = open([{ base: 'x', ours: 'mine', theirs: 'yours' }])
    await box.vm.$nextTick()
    await box.get('input[value=both]').setValue()
    await button(box, 'Continue with the merged text').trigger('click')
    expect(box.emitted('take')).toEqual([['mine\r\nyours']])
  })
})

describe('the reason of a blocked section', () => {
  it('is one word in the text, and nothing when somebody cancels', async () => {
    const box = kept(mount(BlockedDialog, { attachTo: document.body }))
    const { ask } = box.vm as unknown as { ask: (now: string) => Promise<string | null> }
    const given = ask('')
    await box.get('input').setValue(' waits for -- API ')
    await box.get('form').trigger('submit')
    expect(await given).toBe('waits-for-API')
    const cancelled = ask('X-1')
    await box.findAll('button').at(-1)!.trigger('click')
    expect(await cancelled).toBeNull()
  })
})

describe('the form of the front matter', () => {
  const meta: Frontmatter = { title: 'Old', status: 'todo', owner: 'ann', team: 't', tags: ['a'], review_status: null }

  it('shows again what is so when a change is refused', async () => {
    const change = vi.fn(async () => false)
    const box = kept(mount(MetaForm, { props: { meta, change } }))
    const [title] = box.findAll('input')
    await title!.setValue('New')
    await box.findAll('select')[0]!.setValue('done')
    await flushPromises()
    expect(change.mock.calls).toEqual([['title', 'New'], ['status', 'done']])
    expect(title!.element.value).toBe('Old')
    expect(box.findAll('select')[0]!.element.value).toBe('todo')
  })
  it('keeps what is typed when a change could not be tried, and tries all of it again', async () => {
    const change = vi.fn(async (): Promise<boolean | 'later'> => 'later')
    const box = kept(mount(MetaForm, { props: { meta, change } }))
    const [title, owner] = box.findAll('input')
    await title!.setValue('New')
    await title!.trigger('change')
    await owner!.setValue('ben')
    await owner!.trigger('change')
    await flushPromises()
    expect([title!.element.value, owner!.element.value]).toEqual(['New', 'ben'])
    change.mockClear().mockResolvedValue(true)
    expect(await (box.vm as unknown as { commit: () => Promise<boolean> }).commit()).toBe(true)
    expect(change.mock.calls).toEqual([['title', 'New'], ['owner', 'ben']])
  })
  it('keeps what is typed when the text is read again', async () => {
    const box = kept(mount(MetaForm, { props: { meta, change: async () => true } }))
    const [title] = box.findAll('input')
    title!.element.value = 'New ti'
    await title!.trigger('input')
    await box.setProps({ meta: { ...meta, owner: 'ben' } })
    expect(title!.element.value).toBe('New ti')
    expect(box.emitted('typing')).toEqual([[true]])
  })
})

describe('the desk of the editor', () => {
  const at = { org: 'acme', owner: 'o', repo: 'r', file: 'docs/a.md' }

  function desk(over: Record<string, unknown> = {}, drafts: Record<string, unknown> = {}, seen: Record<string, unknown> = {}) {
    const text = ref('new\n')
    const base = ref('old\n')
    const editor = {
      ...{ base, text, sha: ref('1'), proposedText: ref(null), isLoaded: ref(true), isSlow: ref(false), loadError: shallowRef(null) },
      ...{ failure: shallowRef<ApiError | null>(null), failedAt: ref('save'), isSaving: ref(false), isUnsaved: ref(true), isTyping: ref(false) },
      state: computed(() => (text.value === base.value ? 'saved' : 'unsaved')),
      isChanged: computed(() => text.value !== base.value),
      seen: { parsed: shallowRef(null), parsedText: ref(''), html: ref('<p>x</p>'), since: shallowRef(null), trouble: shallowRef(null), isFresh: ref(false), look: vi.fn(), ...seen },
      drafts: { offered: shallowRef([]), isKept: ref(true), settle: vi.fn(), discard: vi.fn(), ...drafts },
      ...{ load: vi.fn(), restore: vi.fn(), edit: vi.fn(), write: vi.fn(), rebase: vi.fn(), propose: vi.fn(), keep: vi.fn(), settled: async () => undefined, whoIsBack: vi.fn(async () => 'same') },
      save: vi.fn(async (): Promise<unknown> => ((base.value = text.value), { how: 'saved' })),
      ...over,
    }
    vi.stubGlobal('fetch', async () => new Response('[]', { headers: { 'content-type': 'application/json' } }))
    const routes = [{ path: '/', component: { template: '<p />' } }, { path: '/app/:org/specs/:owner/:repo/:file+', name: 'spec', component: { template: '<p />' } }]
    const box = kept(
      mount(EditorDesk, {
        props: { at, editor: editor as unknown as EditorState },
        global: { plugins: [createRouter({ history: createMemoryHistory(), routes })], stubs: { SourceEditor: true, RouterLink: RouterLinkStub } },
        attachTo: document.body,
      }),
    )
    return { editor, box }
  }
  const press = async (box: VueWrapper, text: string) => {
    await box.findAll('button').find((b) => b.text() === text)!.trigger('click')
    await flushPromises()
  }
  const submit = async (box: VueWrapper) => {
    await box.get('dialog.save form').trigger('submit')
    await flushPromises()
  }

  beforeEach(() => vi.stubGlobal('confirm', () => true))

  it('shows what changes, then saves with a message', async () => {
    const { editor, box } = desk()
    await press(box, 'Save')
    expect(box.get('dialog.save').text()).toContain('new')
    expect((box.get('#message').element as HTMLInputElement).value).toBe('docs: update docs/a.md')
    await submit(box)
    expect(editor.save).toHaveBeenCalledWith('docs: update docs/a.md')
    expect(box.text()).toContain('Saved')
  })
  it('does not save without words that have no place in the text', async () => {
    const { editor, box } = desk()
    const { held } = (box.vm as unknown as { $: { setupState: { held: Map<symbol, () => string> } } }).$.setupState
    const field = Symbol('field')
    held.set(field, () => 'It has no place')
    await flushPromises()
    expect(editor.isTyping.value).toBe(true)
    await press(box, 'Save')
    expect([box.find('dialog.save[open]').exists(), box.text().includes('It has no place')]).toEqual([false, true])
    held.delete(field)
    await press(box, 'Save')
    expect(box.find('dialog.save[open]').exists()).toBe(true)
  })
  it('makes no list of changes while the dialog is closed', async () => {
    const { box } = desk()
    expect(box.find('.diff').exists()).toBe(false)
    await press(box, 'Save')
    expect(box.find('.diff').exists()).toBe(true)
  })
  it('merges when somebody was faster, and saves from their version', async () => {
    const merged = { content: 'both\n', conflicts: 0, parts: [{ text: 'both\n' }] }
    const { editor, box } = desk({ save: vi.fn(async () => ({ how: 'conflict', merged, theirs: 'theirs\n', sha: '2' })) })
    await press(box, 'Save')
    await submit(box)
    await press(box, 'Continue with the merged text')
    expect(editor.rebase).toHaveBeenCalledWith('both\n', 'theirs\n', '2')
  })
  it('asks for no save when theirs is taken', async () => {
    const merged = { content: '', conflicts: 1, parts: [{ base: 'old\n', ours: 'new\n', theirs: 'theirs\n' }] }
    const { editor, box } = desk({ save: vi.fn(async () => ({ how: 'conflict', merged, theirs: 'theirs\n', sha: '2' })) })
    await press(box, 'Save')
    await submit(box)
    await box.get('input[value=theirs]').setValue()
    await press(box, 'Continue with the merged text')
    expect(editor.rebase).toHaveBeenCalledWith('theirs\n', 'theirs\n', '2')
    expect(box.find('dialog.save[open]').exists()).toBe(false)
    expect(box.text()).toContain('Nothing differs')
  })
  it('proposes mine on their version after a conflict', async () => {
    const merged = { content: '', conflicts: 1, parts: [{ text: 'a\n' }, { base: 'old\n', ours: 'new\n', theirs: 'theirs\n' }] }
    const propose = vi.fn(async (..._: unknown[]) => ({ how: 'proposed', result: { branch: 'canon/edit-1', pr_url: '', pr_number: 0 } }))
    const { box } = desk({ save: vi.fn(async () => ({ how: 'conflict', merged, theirs: 'a\ntheirs\n', sha: '2' })), propose })
    await press(box, 'Save')
    await submit(box)
    await press(box, 'Save mine as a pull request')
    await submit(box)
    expect(propose.mock.calls[0]![1]).toEqual({ text: 'a\nnew\n', base: 'a\ntheirs\n', sha: '2' })
    expect(box.text()).toContain('Proposed on branch canon/edit-1')
  })
  it('proposes with a description', async () => {
    const propose = vi.fn(async (..._: unknown[]) => ({ how: 'proposed', result: { branch: 'canon/edit-1', pr_url: '', pr_number: 0 } }))
    const { box } = desk({ propose })
    await press(box, 'Save as pull request')
    await box.get('#pr-body').setValue('because')
    await submit(box)
    expect(propose.mock.calls[0]).toEqual([{ message: 'docs: update docs/a.md', pr_title: 'docs: update docs/a.md', pr_body: 'because' }, undefined])
    expect(box.text()).toContain('Proposed on branch canon/edit-1')
  })
  it('sends nothing twice while it is busy', async () => {
    const { box } = desk({ isSaving: ref(true) })
    for (const name of ['Save', 'Save as pull request']) expect(box.findAll('button').find((b) => b.text() === name)!.attributes('disabled')).toBeDefined()
  })
  it('saves with Ctrl S, but not above another dialog', async () => {
    const { box } = desk()
    const key = () => actionOf(new KeyboardEvent('keydown', { key: 's', ctrlKey: true }))
    expect(key()?.what).toContain('Save')
    key()!.run()
    await flushPromises()
    await box.get('#message').setValue('my words')
    key()!.run()
    await flushPromises()
    expect((box.get('#message').element as HTMLInputElement).value).toBe('my words')
  })
  it('offers every draft again', async () => {
    const draft = (key: string) => ({ key, at: Date.now(), file: 'docs/a.md', text: 'x', base: 'y', sha: '1' })
    const { editor, box } = desk({}, { offered: shallowRef([draft('2'), draft('1')]) })
    await press(box, 'Put it back')
    expect(editor.restore).toHaveBeenCalledWith(expect.objectContaining({ key: '2' }))
    expect(box.findAll('button').filter((b) => b.text() === 'Throw it away')).toHaveLength(2)
  })
  it('tells that a draft cannot be kept', () => {
    expect(desk({}, { isKept: ref(false) }).box.text()).toContain('no room for a draft')
  })
  it('tells how old the preview is when it cannot be made again', async () => {
    const { editor, box } = desk({}, {}, { since: shallowRef(new Date()), trouble: shallowRef(new ApiError('offline', 'Canon cannot be reached')) })
    expect(box.text()).toMatch(/Preview as of \d.*, cannot be refreshed: Canon cannot be reached/)
    await press(box, 'Try again')
    expect(editor.seen.look).toHaveBeenCalled()
  })
  it('shows bones while the file is slow', () => {
    const { box } = desk({ isLoaded: ref(false), isSlow: ref(true) })
    expect(box.get('.desk').attributes('aria-busy')).toBe('true')
    expect(box.find('[aria-busy] [role=status]').exists()).toBe(false)
    expect(box.get('[role=status]').text()).toBe('Loading')
    expect(box.findAll('.bone').length).toBeGreaterThan(0)
  })
  it('does not save in the name of somebody else who signed in', async () => {
    const save = vi.fn()
    const { editor, box } = desk({ failure: shallowRef(new ApiError('login', 'no', 401)), save, whoIsBack: async () => 'other' })
    dispatchEvent(new Event('focus'))
    await flushPromises()
    expect(save).not.toHaveBeenCalled()
    expect(box.text()).toContain('Somebody else has signed in')
    expect(editor.keep).toHaveBeenCalled()
  })
  it('tells that nobody has signed in yet', async () => {
    const { box } = desk({ failure: shallowRef(new ApiError('github', 'no', 401)), whoIsBack: async () => 'nobody' })
    dispatchEvent(new Event('focus'))
    await flushPromises()
    expect(box.text()).toContain('Nobody has signed in yet')
  })
  it('says of a save what the server says', () => {
    for (const error of [new ApiError('missing', 'The branch is gone', 404), new ApiError('denied', 'The app may not write', 403)]) {
      const said = desk({ failure: shallowRef(error) }).box.get('[role=alert]').text()
      expect(said).toContain(`${error.message}.`)
      expect(said).not.toMatch(/index|administrator/)
      expect(said).toContain('Try again')
    }
  })
  it('tries all changes again that could not be made', async () => {
    const failure = shallowRef<ApiError | null>(null)
    const edit = vi.fn(async (_: unknown) => ((failure.value = new ApiError('login', 'no', 401)), false))
    const frontmatter: Frontmatter = { title: 'Old', status: 'todo', owner: 'ann', team: 't', tags: [], review_status: null }
    const { box } = desk({ failure, edit, failedAt: ref('edit') }, {}, { parsed: shallowRef({ frontmatter, sections: [], diagnostics: [] }) })
    for (const name of [0, 1]) await box.findAll('.meta input')[name]!.setValue('new')
    for (const name of [0, 1]) await box.findAll('.meta input')[name]!.trigger('change')
    await flushPromises()
    edit.mockClear()
    await press(box, 'Try again')
    expect(edit.mock.calls.map(([changes]) => (changes as { field: string }[])[0]!.field)).toEqual(['title', 'owner'])
  })
  it('gives the focus to the heading when what was pressed goes', async () => {
    const main = document.body.appendChild(document.createElement('main'))
    main.innerHTML = '<h1 tabindex="-1">Name</h1>'
    const failure = shallowRef<ApiError | null>(new ApiError('server', 'no', 502))
    const { box } = desk({ failure })
    const close = box.findAll('button').find((b) => b.text() === 'Close')!
    ;(close.element as HTMLElement).focus()
    await press(box, 'Close')
    expect(failure.value).toBeNull()
    expect(document.activeElement?.tagName).toBe('H1')
    const offered = shallowRef([{ key: '1', at: Date.now(), file: 'docs/a.md', text: 'x', base: 'y', sha: '1' }])
    const other = desk({}, { offered, discard: () => (offered.value = []) }).box
    ;(other.findAll('button').find((b) => b.text() === 'Throw it away')!.element as HTMLElement).focus()
    await press(other, 'Throw it away')
    expect(document.activeElement?.tagName).toBe('H1')
  })
  it('offers a proposal where the branch refuses', async () => {
    const { box } = desk({ failure: shallowRef(new ApiError('conflict', 'Branch is protected', 409)) })
    await box.findAll('[role=alert] button').find((b) => b.text() === 'Save as pull request')!.trigger('click')
    await flushPromises()
    expect(box.find('#pr-title').exists()).toBe(true)
  })
  it('saves again after a login in another tab', async () => {
    const failure = shallowRef<ApiError | null>(null)
    const save = vi.fn(async () => ((failure.value = new ApiError('login', 'no', 401)), { how: 'failed' }))
    const { editor, box } = desk({ failure, save })
    await press(box, 'Save')
    await box.get('#message').setValue('my words')
    await submit(box)
    const link = box.get('[role=alert] a')
    expect([link.attributes('href'), link.attributes('target')]).toEqual(['/auth/login?next=here', '_blank'])
    expect(box.get('[role=alert]').text()).toContain('The change was not saved')
    dispatchEvent(new Event('focus'))
    await flushPromises()
    expect(editor.whoIsBack).toHaveBeenCalled()
    expect(save.mock.calls).toEqual([['my words'], ['my words']])
    await press(box, 'Try again')
    expect(save).toHaveBeenCalledTimes(3)
  })
})
