import { onScopeDispose, ref, watch, type Ref } from 'vue'

/**
 * How many items of a long list are drawn: what fills a screen at once, the
 * rest up to `wanted` a step a frame, so that no frame waits for all of them.
 */
export function usePaced(wanted: Ref<number>, isThere: () => boolean, step = 9): { drawn: Ref<number>; restart: () => void } {
  const drawn = ref(step)
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function next(): void {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    if (!isThere() || drawn.value >= wanted.value) return
    // after the frame, not before it
    frame = requestAnimationFrame(() => {
      timer = setTimeout(() => {
        drawn.value = Math.min(wanted.value, drawn.value + step)
        next()
      })
    })
  }
  watch([wanted, isThere], next, { immediate: true, flush: 'post' })
  onScopeDispose(() => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  })
  return {
    drawn,
    restart: () => {
      drawn.value = step
      next()
    },
  }
}
