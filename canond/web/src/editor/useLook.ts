// What the server makes of the text: its sections and how it will look.
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { ApiError } from '../api/client'
import * as api from './api'
import type { Parsed, Place } from './api'

/** After this pause in typing, in milliseconds. */
const pause = 150

export const asApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError('server', String(error)))

export function useLook(at: () => Place, text: Ref<string>) {
  const parsed = shallowRef<Parsed | null>(null)
  const parsedText = ref('')
  const html = ref('')
  const since = shallowRef<Date | null>(null)
  const trouble = shallowRef<ApiError | null>(null)
  /** Are the line numbers those of the text? */
  const isFresh = computed(() => parsed.value !== null && parsedText.value === text.value)
  let running: AbortController | null = null
  let asked: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function stop(): void {
    clearTimeout(timer)
    running?.abort()
  }

  async function look(): Promise<void> {
    stop()
    const mine = new AbortController()
    const now = text.value

    running = mine
    asked = now
    try {
      const [p, h] = await Promise.all([api.parse(at(), now, mine.signal), api.preview(at(), now, mine.signal)])
      if (mine.signal.aborted) return
      parsed.value = p
      parsedText.value = now
      html.value = h.html
      since.value = new Date()
      trouble.value = null
    } catch (error) {
      if (!mine.signal.aborted) trouble.value = asApiError(error)
    }
  }

  function clear(): void {
    stop()
    asked = parsed.value = null
    html.value = ''
    since.value = trouble.value = null
  }

  watch(text, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void (asked !== text.value && look()), pause)
  })
  const again = (): void => void (trouble.value && look())
  onMounted(() => addEventListener('online', again))
  onBeforeUnmount(() => {
    removeEventListener('online', again)
    stop()
  })
  return { parsed, parsedText, html, since, trouble, isFresh, look, clear } as const
}
