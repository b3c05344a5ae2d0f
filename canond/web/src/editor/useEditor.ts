// The text that is being edited, what is known of it, and where it goes.
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { ApiError } from '../api/client'
import type { SaveConflict } from '../api/types'
import * as api from './api'
import type { Edit, Merged, Parsed, Place } from './api'
import { dropDraft, findDraft, keepDraft } from './drafts'

export type Saving = 'saved' | 'unsaved' | 'saving'

export function useEditor(at: () => Place, isNew: boolean) {
  const base = ref('')
  const sha = ref('')
  const text = ref('')
  const isLoaded = ref(false)
  const loadError = shallowRef<ApiError | null>(null)
  const failure = shallowRef<ApiError | null>(null)
  const parsed = shallowRef<Parsed | null>(null)
  const html = ref('')
  const isSaving = ref(false)
  const draft = shallowRef<ReturnType<typeof findDraft>>(null)
  let watching: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const isChanged = computed(() => isLoaded.value && (text.value !== base.value || (isNew && !sha.value)))
  const state = computed<Saving>(() => (isSaving.value ? 'saving' : isChanged.value ? 'unsaved' : 'saved'))

  async function guarded<T>(work: () => Promise<T>): Promise<T | null> {
    failure.value = null
    try {
      return await work()
    } catch (error) {
      failure.value = error instanceof ApiError ? error : new ApiError('server', String(error))
      return null
    }
  }

  async function load(): Promise<void> {
    loadError.value = null
    try {
      const file = isNew ? { ...(await api.template(at())), sha: '' } : await api.load(at())
      base.value = file.content
      sha.value = file.sha
      text.value = file.content
      isLoaded.value = true
      const kept = findDraft(at())
      draft.value = kept && kept.text !== file.content ? kept : null
    } catch (error) {
      loadError.value = error instanceof ApiError ? error : new ApiError('server', String(error))
    }
  }

  /** Put the draft of an earlier visit back: with the version it began with,
   * so that saving notices what has happened since. */
  function restore(): void {
    if (!draft.value) return
    text.value = draft.value.text
    base.value = draft.value.base
    sha.value = draft.value.sha
    draft.value = null
  }

  function discardDraft(): void {
    draft.value = null
    dropDraft(at())
  }

  async function look(): Promise<void> {
    const mine = new AbortController()
    const now = text.value

    watching?.abort()
    watching = mine
    try {
      const [p, h] = await Promise.all([api.parse(at(), now, mine.signal), api.preview(at(), now, mine.signal)])
      parsed.value = p
      html.value = h.html
    } catch {
      // the text is what counts; the next change tries again
    }
  }

  watch(text, (now) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      void look()
      if (isChanged.value) keepDraft(at(), sha.value, base.value, now)
    }, 150)
  })

  /** Changes that the library makes, to the byte. */
  async function edit(edits: Edit[]): Promise<void> {
    const changed = await guarded(() => api.apply(at(), text.value, edits))
    if (changed !== null) text.value = changed
  }

  /** 'saved', 'conflict' (with what fits together), or 'failed'. */
  async function save(message: string): Promise<{ how: 'saved' | 'failed' } | { how: 'conflict'; merged: Merged; theirs: string; sha: string }> {
    const sent = text.value

    if (isSaving.value) return { how: 'failed' }
    isSaving.value = true
    try {
      const result = await api.save(at(), sent, sha.value, message)
      sha.value = result.sha
      base.value = sent
      failure.value = null
      dropDraft(at())
      return { how: 'saved' }
    } catch (error) {
      if (error instanceof ApiError && error.trouble === 'conflict') {
        const conflict = error.body as SaveConflict
        // an answer without their text does not mean that there is none
        const theirs = await guarded(async () =>
          typeof conflict.server_content === 'string' ? { content: conflict.server_content, sha: conflict.server_sha ?? '' } : api.load(at()),
        )
        const merged = theirs && (await guarded(() => api.merge(at(), base.value, sent, theirs.content)))
        return merged ? { how: 'conflict', merged, theirs: theirs.content, sha: theirs.sha } : { how: 'failed' }
      }
      failure.value = error instanceof ApiError ? error : new ApiError('server', String(error))
      return { how: 'failed' }
    } finally {
      isSaving.value = false
    }
  }

  /** Go on from another version of the file. */
  function rebase(content: string, from: string, id: string): void {
    base.value = from
    sha.value = id
    text.value = content
  }

  const propose = (json: Record<string, string>) =>
    guarded(async () => {
      const result = await api.savePr(at(), { content: text.value, sha: sha.value, ...json })
      dropDraft(at())
      base.value = text.value
      return result
    })

  function warn(event: BeforeUnloadEvent): void {
    if (isChanged.value && text.value !== base.value) event.preventDefault()
  }
  onMounted(() => {
    addEventListener('beforeunload', warn)
    void load()
  })
  onBeforeUnmount(() => {
    removeEventListener('beforeunload', warn)
    clearTimeout(timer)
    watching?.abort()
  })
  onBeforeRouteLeave(() => text.value === base.value || !isLoaded.value || confirm('There are unsaved changes. They are kept in this browser. Leave the page?'))

  return { base, text, sha, isLoaded, loadError, failure, parsed, html, state, draft, isChanged, load, restore, discardDraft, edit, save, rebase, propose } as const
}

export type EditorState = ReturnType<typeof useEditor>
export type Text = Ref<string>
