// Hits while somebody types. The server counts searches, so none is asked for
// that nobody looks at, and none twice.
import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { ask, ApiError } from '../api/client'
import type { SearchResponse } from '../api/types'

/** After a key that follows another, in milliseconds. */
const patience = 80
/** A key after such a pause begins anew: it is not waited for others. */
const rest = 250
/** Answers that are kept, for letters that are taken back. */
const most = 30

export interface LiveSearch {
  answer: Readonly<Ref<SearchResponse | null>>
  failure: Readonly<Ref<string>>
  /** Look for what stands at this address, soon; null: for nothing. */
  look: (address: string | null) => void
  /** Is what is shown not what was typed last? Then that is asked for at once. */
  hurry: () => boolean
  /** Answers that were kept may be old. */
  forget: () => void
}

/** `shown` is called when there is something to show. */
export function useLiveSearch(shown: () => void): LiveSearch {
  const answer = shallowRef<SearchResponse | null>(null)
  const failure = ref('')
  const answers = new Map<string, SearchResponse>()
  let wanted: string | null = null
  let answered: string | null = null
  let running: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let keyAt = 0
  /** The server wants to be left alone until then. */
  let notBefore = 0

  function show(address: string, found: SearchResponse): void {
    answered = address
    answers.delete(address)
    answers.set(address, found)
    if (answers.size > most) answers.delete(answers.keys().next().value!)
    answer.value = found
    failure.value = ''
    shown()
  }

  function fail(address: string, error: ApiError): void {
    answered = address
    const seconds = error.retryAfter || 10

    answer.value = null
    failure.value = error.message
    if (error.trouble === 'limited') {
      failure.value = `Too many searches at once: the next one in ${seconds} s.`
      notBefore = Date.now() + seconds * 1000
    }
    shown()
  }

  /** One request at a time: the pace is that of the server. */
  async function send(): Promise<void> {
    const address = wanted
    if (running || address === null) return
    const mine = (running = new AbortController())
    try {
      show(address, await ask<SearchResponse>(address, { signal: mine.signal }))
    } catch (error) {
      if (!mine.signal.aborted) fail(address, error as ApiError)
    } finally {
      if (running === mine) {
        running = null
        const wait = notBefore - Date.now()
        if (wait > 0) timer = setTimeout(send, wait)
        else if (wanted !== address) void send()
      }
    }
  }

  function look(address: string | null): void {
    const now = Date.now()
    const wait = Math.max(now - keyAt > rest ? 0 : patience, notBefore - now)
    const known = address === null ? undefined : answers.get(address)

    wanted = address
    clearTimeout(timer)
    // what is typed into an empty box begins anew, too
    keyAt = address === null ? 0 : now
    if (address === null) {
      answered = null
      running?.abort()
      running = null
      answer.value = null
    } else if (known) {
      show(address, known)
    } else if (wait > 0) {
      timer = setTimeout(send, wait)
    } else {
      void send()
    }
  }

  function hurry(): boolean {
    if (wanted === null || wanted === answered) return false
    if (Date.now() >= notBefore) {
      clearTimeout(timer)
      void send()
    }
    return true
  }

  onScopeDispose(() => look(null))
  return { answer, failure, look, hurry, forget: () => answers.clear() }
}
