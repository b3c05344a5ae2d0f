import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { ApiError, ask } from '../api/client'
import { useListener } from './listen'
import { renewSession } from './session'

/** Data of an endpoint and how it is doing. */
export interface Resource<T> {
  data: Readonly<Ref<T | null>>
  error: Readonly<Ref<ApiError | null>>
  /** True when the answer takes longer than 150 ms: no flash for fast ones. */
  waiting: Readonly<Ref<boolean>>
  /** When the data was fetched. */
  since: Readonly<Ref<Date | null>>
  reload: () => Promise<void>
}

/** The answer that was asked for before there was a page to show it, and what it says. */
let early = window.__CANON_EARLY__
let earlyData: unknown = null

/** Settled when that answer is there, or was none. */
export const earlyAnswer = Promise.resolve(early?.answer).then((data) => void (early && (earlyData = data)))

/** It is taken once, and not kept beside what is fetched later. */
function release(): void {
  early = undefined
  earlyData = null
  delete window.__CANON_EARLY__
}

/** Its data, if it is there: then the page is drawn with it at once. */
function takeEarly<T>(address: string | null): T | null {
  if (early?.address !== address || !earlyData) return null
  const data = earlyData as T
  release()
  return data
}

async function askOnce<T>(address: string, signal: AbortSignal): Promise<T> {
  const given = early?.address === address ? early.answer : null

  release()
  // whatever went wrong is found out by asking again
  return ((await given) as T | null) ?? ask<T>(address, { signal })
}

const pathOf = (address: string | null | undefined): string => address?.split('?')[0] ?? ''

/**
 * Keep the answer of an address that may change. An overtaken answer is
 * dropped. Old data stays after a failed refresh, and until there is an answer
 * to another question about the same thing.
 */
export function useResource<T>(address: MaybeRefOrGetter<string | null>): Resource<T> {
  const first = takeEarly<T>(toValue(address))
  const data = shallowRef<T | null>(first)
  const error = shallowRef<ApiError | null>(null)
  const waiting = ref(false)
  const since = shallowRef<Date | null>(first && new Date())
  let running: AbortController | null = null
  /** What the data is the answer to. */
  let asked = first && toValue(address)

  async function load(): Promise<void> {
    const from = toValue(address)
    const mine = new AbortController()
    const timer = setTimeout(() => (waiting.value = true), 150)

    running?.abort()
    running = mine
    try {
      if (from !== null) {
        const answer = await askOnce<T>(from, mine.signal)
        if (mine.signal.aborted) return
        data.value = answer
        asked = from
        since.value = new Date()
        error.value = null
      }
    } catch (caught) {
      if (!mine.signal.aborted) {
        if (asked !== from) data.value = null
        error.value = caught instanceof ApiError ? caught : new ApiError('server', String(caught))
      }
    } finally {
      clearTimeout(timer)
      if (running === mine) waiting.value = false
    }
  }

  watch(
    () => toValue(address),
    (now, before) => {
      if (now === null || pathOf(now) !== pathOf(before)) data.value = null
      error.value = null
      void load()
    },
    { immediate: first === null },
  )
  // Who comes back, to the network or to the window, sees what is so now.
  const isEnded = (): boolean => error.value?.trouble === 'login'
  const back = (): void => void (isEnded() ? renewSession().then(() => load()) : load())
  useListener(window, 'online', back)
  useListener(window, 'focus', () => isEnded() && back())
  useListener(document, 'visibilitychange', () => {
    const isOld = since.value && Date.now() - since.value.getTime() > 30_000
    if (!document.hidden && (isOld || isEnded())) back()
  })
  onScopeDispose(() => running?.abort())
  return { data, error, waiting, since, reload: load }
}
