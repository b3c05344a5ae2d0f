// The text that is being edited, what is known of it, and where it goes.
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, type RouteLocationNormalized } from 'vue-router'
import { ApiError } from '../api/client'
import type { SaveConflict, SavePrResult } from '../api/types'
import { renewSession, session } from '../lib/session'
import * as api from './api'
import type { Edit, Merged, Place } from './api'
import type { KeptDraft } from './drafts'
import { useDrafts } from './useDrafts'
import { asApiError, useLook } from './useLook'

export type Saving = 'saved' | 'unsaved' | 'saving' | 'proposed'
export type Doing = 'save' | 'propose' | 'edit'

/** A text and the version of the file that it was made from. */
export interface Version {
  text: string
  base: string
  sha: string
}

export type Outcome =
  | { how: 'saved' | 'failed' }
  | { how: 'proposed'; result: SavePrResult }
  | { how: 'conflict'; merged: Merged; theirs: string; sha: string }

const failed: Outcome = { how: 'failed' }
const question = (isKept: boolean, isTyping: boolean): string =>
  `There are unsaved changes. ${isTyping ? 'Words in a field are not in the text yet.' : isKept ? 'They are kept in this browser.' : 'This browser has no room to keep them.'} Leave the page?`

/** `onRestored`: a draft of another path of a new file is put back. */
export function useEditor(at: () => Place, isNew: boolean, onRestored?: (file: string, text: string) => void) {
  const base = ref('')
  const sha = ref('')
  const text = ref('')
  const proposedText = ref<string | null>(null)
  const isLoaded = ref(false)
  const isSlow = ref(false)
  const loadError = shallowRef<ApiError | null>(null)
  const failure = shallowRef<ApiError | null>(null)
  const failedAt = ref<Doing>('save')
  const isSaving = ref(false)
  /** Is something in a field that is not in the text yet? */
  const isTyping = ref(false)
  const seen = useLook(at, text)
  const drafts = useDrafts(isNew)
  /** Counts the files that were opened: what comes late for one before is dropped. */
  let visit = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const isChanged = computed(() => isLoaded.value && (text.value !== base.value || (isNew && !sha.value)))
  /** Would something be lost that somebody wrote? */
  const isUnsaved = computed(() => isLoaded.value && text.value !== base.value && text.value !== proposedText.value)
  const state = computed<Saving>(() => {
    if (isSaving.value) return 'saving'
    if (!isChanged.value) return 'saved'
    return text.value === proposedText.value ? 'proposed' : 'unsaved'
  })
  const now = (): Version => ({ text: text.value, base: base.value, sha: sha.value })

  function fail(doing: Doing, error: unknown): Outcome {
    failure.value = asApiError(error)
    failedAt.value = doing
    return failed
  }

  async function load(): Promise<void> {
    const mine = ++visit
    const slow = setTimeout(() => (isSlow.value = true), 150)

    loadError.value = failure.value = proposedText.value = null
    isLoaded.value = false
    seen.clear()
    drafts.begin(at())
    try {
      const file = isNew ? { ...(await api.template(at())), sha: '' } : await api.load(at())
      if (mine !== visit) return
      base.value = text.value = file.content
      sha.value = file.sha
      isLoaded.value = true
      drafts.look(file.content)
      void seen.look()
    } catch (error) {
      if (mine === visit) loadError.value = asApiError(error)
    } finally {
      clearTimeout(slow)
      if (mine === visit) isSlow.value = false
    }
  }

  /** What would be lost goes to the browser; what is not there any more leaves it. */
  function keep(name = at().file): void {
    clearTimeout(timer)
    if (!isLoaded.value) return
    if (isUnsaved.value) drafts.keep({ file: name, ...now() })
    else drafts.drop()
  }

  /** Put a draft of an earlier visit back: with the version it began with,
   * so that saving notices what has happened since. */
  function restore(draft: KeptDraft): void {
    if (isUnsaved.value) drafts.setAside({ file: at().file, ...now() })
    rebase(draft.text, draft.base, draft.sha)
    if (draft.file !== at().file) onRestored?.(draft.file, draft.text)
    drafts.keep({ file: draft.file, ...now() })
    drafts.settle(draft)
  }

  let file = ''
  watch(text, () => {
    file = at().file
    clearTimeout(timer)
    timer = setTimeout(keep, 150)
  })

  let queue: Promise<unknown> = Promise.resolve()

  /** Changes that the library makes, to the byte; one after the other, and on
   * the text as it is when the answer is there. */
  async function apply(edits: Edit[]): Promise<boolean> {
    const mine = visit

    try {
      for (;;) {
        const from = text.value
        const changed = await api.apply(at(), from, edits)
        if (mine !== visit) return false
        if (text.value !== from) continue
        text.value = changed
        if (failedAt.value === 'edit') failure.value = null
        return true
      }
    } catch (error) {
      if (mine === visit) fail('edit', error)
      return false
    }
  }

  async function edit(edits: Edit[]): Promise<boolean> {
    const mine = queue.then(() => apply(edits))

    queue = mine
    const isDone = await mine
    if (isDone) await seen.look()
    return isDone
  }

  /** A change that is made here, for the cards: they need its line numbers soon. */
  function write(changed: string): void {
    text.value = changed
    void seen.look()
  }

  /** Put theirs and mine together; an answer without their text does not mean that there is none. */
  async function meet(conflict: SaveConflict, version?: Version): Promise<Outcome> {
    if (isNew && !(version ?? now()).sha) throw new ApiError('conflict', 'There is a file at this path already: choose another path', 409)
    const theirs =
      typeof conflict.server_content === 'string' ? { content: conflict.server_content, sha: conflict.server_sha ?? '' } : await api.load(at())

    for (;;) {
      // without a text of its own it is the one at hand, with what was typed meanwhile
      const ours = version ?? now()
      const merged = await api.merge(at(), ours.base, ours.text, theirs.content)
      if (version || ours.text === text.value) return { how: 'conflict', merged, theirs: theirs.content, sha: theirs.sha }
    }
  }

  async function send(doing: Doing, work: () => Promise<Outcome>, version?: Version): Promise<Outcome> {
    const mine = visit

    if (isSaving.value) return failed
    isSaving.value = true
    failure.value = null
    try {
      return await work()
    } catch (error) {
      if (mine !== visit) return failed
      // 409 is also said of branches; a conflict of texts names itself
      const body = error instanceof ApiError && error.trouble === 'conflict' ? (error.body as SaveConflict | null) : null
      if (body?.error !== 'conflict') return fail(doing, error)
      return await meet(body, version).catch((late: unknown) => fail(doing, late))
    } finally {
      isSaving.value = false
    }
  }

  const save = (message: string): Promise<Outcome> => {
    const sent = now()
    const mine = visit

    return send('save', async () => {
      const result = await api.save(at(), sent.text, sent.sha, message)
      if (mine !== visit) return failed
      sha.value = result.sha
      base.value = sent.text
      // what was typed meanwhile begins with the new version
      keep()
      return { how: 'saved' }
    })
  }

  /** As a pull request: the text at hand unless a conflict made another. The file stays as it is. */
  const propose = (json: Record<string, string>, version?: Version): Promise<Outcome> => {
    const sent = version ?? now()
    const shownText = text.value
    const mine = visit

    return send('propose', async () => {
      const result = await api.savePr(at(), { ...json, content: sent.text, sha: sent.sha })
      if (mine !== visit) return failed
      proposedText.value = shownText
      keep()
      return { how: 'proposed', result }
    }, version)
  }

  /** Go on from another version of the file. */
  function rebase(content: string, from: string, id: string): void {
    base.value = from
    sha.value = id
    text.value = content
    keep()
  }

  /** Who has signed in again, after the session had ended. */
  async function whoIsBack(): Promise<'same' | 'other' | 'nobody'> {
    const who = session.user?.sub

    if (!(await renewSession())) return 'nobody'
    return session.user?.sub === who ? 'same' : 'other'
  }

  function warn(event: BeforeUnloadEvent): void {
    keep()
    if (isUnsaved.value || isTyping.value) event.preventDefault()
  }
  const hide = (): void => keep()
  function mayLeave(): boolean {
    keep()
    return !(isUnsaved.value || isTyping.value) || confirm(question(drafts.isKept.value, isTyping.value))
  }
  onMounted(() => {
    addEventListener('beforeunload', warn)
    addEventListener('pagehide', hide)
    void load()
  })
  onBeforeUnmount(() => {
    // by now the address may be that of the next page
    keep(file)
    visit++
    removeEventListener('beforeunload', warn)
    removeEventListener('pagehide', hide)
  })
  onBeforeRouteLeave(mayLeave)
  onBeforeRouteUpdate((to: RouteLocationNormalized, from: RouteLocationNormalized) => to.path === from.path || mayLeave())

  return {
    ...{ base, text, sha, proposedText, isLoaded, isSlow, loadError, failure, failedAt, state, isChanged, isUnsaved, isSaving, isTyping },
    ...{ seen, drafts, load, keep, restore, edit, write, save, propose, rebase, whoIsBack, settled: () => queue },
  } as const
}

export type EditorState = ReturnType<typeof useEditor>
