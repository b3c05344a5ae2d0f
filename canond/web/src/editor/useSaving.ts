// From the button to the file: the last look, the conflict, the proposal, and
// trying again.
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { useRouter } from 'vue-router'
import { fileAddress } from '../lib/links'
import type { Edit, Merged, Place } from './api'
import type { Said } from './SaveDialog.vue'
import type { EditorState, Outcome, Version } from './useEditor'

interface Around {
  editor: EditorState
  at: () => Place
  isNew: boolean
  isStopped: Readonly<Ref<boolean>>
  saveDialog: Ref<{ open: (isProposal: boolean, before: string, after: string, preset: string) => void } | null>
  conflict: Ref<{ open: (merged: Merged, theirs: string) => void } | null>
  /** What is in fields and not yet in the text; false when it cannot get there. */
  commit: () => Promise<boolean>
}

export function useSaving(on: Around) {
  const e = on.editor
  const router = useRouter()
  const proposed = ref<{ url: string; branch: string; number: number } | null>(null)
  const theirs = ref<{ text: string; sha: string } | null>(null)
  const note = ref('')

  // another file
  watch(e.isLoaded, () => {
    proposed.value = theirs.value = null
    note.value = ''
  })

  const isAsked = (): boolean => document.querySelector('dialog[open]') !== null
  /** What is being sent, for the answer of the dialog and for trying again. */
  let asked: { isProposal: boolean; version?: Version } = { isProposal: false }
  let again: () => unknown = () => undefined

  async function askToSave(isProposal: boolean, version?: Version): Promise<void> {
    if (on.isStopped.value || isAsked()) return
    if (!(await on.commit())) return
    await e.settled()
    if (isAsked() || (!version && !e.isChanged.value)) return
    asked = { isProposal, ...(version && { version }) }
    note.value = ''
    on.saveDialog.value?.open(
      isProposal,
      version?.base ?? (on.isNew && !e.sha.value ? '' : e.base.value),
      version?.text ?? e.text.value,
      `docs: ${on.isNew && !e.sha.value ? 'add' : 'update'} ${on.at().file}`,
    )
  }

  async function confirmSave(said: Said, { isProposal, version } = asked): Promise<void> {
    again = () => confirmSave(said, { isProposal, ...(version && { version }) })
    await settle(isProposal ? await e.propose({ ...said }, version) : await e.save(said.message))
  }

  async function settle(outcome: Outcome): Promise<void> {
    if (outcome.how === 'conflict') {
      theirs.value = { text: outcome.theirs, sha: outcome.sha }
      on.conflict.value?.open(outcome.merged, outcome.theirs)
    } else if (outcome.how === 'proposed') {
      const { pr_url, branch, pr_number } = outcome.result
      proposed.value = { url: pr_url ?? '', branch: branch ?? '', number: pr_number ?? 0 }
    } else if (outcome.how === 'saved' && on.isNew && !e.isUnsaved.value) {
      const { org, owner, repo, file } = on.at()
      await router.push(fileAddress(org, `${owner}/${repo}`, file))
    }
  }

  function takeMerged(text: string): void {
    if (!theirs.value) return
    e.rebase(text, theirs.value.text, theirs.value.sha)
    if (text === theirs.value.text) note.value = 'Nothing differs from what they have saved.'
    else void askToSave(false)
  }

  function proposeMerged(text: string): void {
    if (theirs.value) void askToSave(true, { text, base: theirs.value.text, sha: theirs.value.sha })
  }

  function takeTheirs(): void {
    if (theirs.value) takeMerged(theirs.value.text)
  }

  /** Changes that were not made; those that could not be tried wait in their fields, if they have one. */
  let undone: Edit[] = []

  const placeOf = (change: Edit): string => (change.op === 'meta' ? `meta ${change.field}` : `section ${change.section}`)

  async function editAgain(): Promise<void> {
    const all = undone.splice(0)

    await on.commit()
    for (const change of all) await edit(change)
  }

  /** Of the front matter or of a state: the library makes it. 'later': it could not be asked. */
  async function edit(change: Edit): Promise<boolean | 'later'> {
    const isDone = await e.edit([change])
    const isLater = !isDone && ['login', 'github', 'offline', 'limited', 'server'].includes(e.failure.value?.trouble ?? '')

    if (!isDone) again = editAgain
    undone = isDone && !e.failure.value ? [] : undone.filter((other) => placeOf(other) !== placeOf(change))
    if (!isDone && !(isLater && change.op === 'meta')) undone.push(change)
    return isDone || (isLater && 'later')
  }

  /** Nobody wants to try it again. */
  function close(): void {
    e.failure.value = null
    undone = []
  }

  let isComing = false

  /** Somebody comes back from signing in, in another tab. */
  async function comeBack(): Promise<void> {
    if (isComing || document.hidden || !['login', 'github'].includes(e.failure.value?.trouble ?? '') || e.isSaving.value) return
    isComing = true
    const who = await e.whoIsBack()
    if (who === 'same') await again()
    if (who === 'nobody') note.value = 'Nobody has signed in yet: the change is not made.'
    if (who === 'other') {
      note.value = 'Somebody else has signed in: the change is not made in their name.'
      // their page has dropped the drafts of others
      e.keep()
    }
    isComing = false
  }

  onMounted(() => {
    addEventListener('focus', comeBack)
    document.addEventListener('visibilitychange', comeBack)
  })
  onBeforeUnmount(() => {
    removeEventListener('focus', comeBack)
    document.removeEventListener('visibilitychange', comeBack)
  })
  return { proposed, note, askToSave, confirmSave, takeMerged, proposeMerged, takeTheirs, edit, close, retry: () => again() } as const
}
