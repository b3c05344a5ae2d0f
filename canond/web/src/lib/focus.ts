import { nextTick, onBeforeUpdate, type Ref } from 'vue'

/**
 * When what has the focus goes, the heading of the page takes it: the heading
 * that was there before the data, a button that has done its work. `to`: what
 * is nearer than that.
 */
export function useFocusKept(box: Readonly<Ref<HTMLElement | null>>, to: () => HTMLElement | null | undefined = () => null): void {
  onBeforeUpdate(async () => {
    const held = document.activeElement

    if (!held || held === document.body || !box.value?.contains(held)) return
    await nextTick()
    if (held.isConnected || (document.activeElement ?? document.body) !== document.body) return
    ;(to() ?? document.querySelector<HTMLElement>('main h1'))?.focus({ preventScroll: true })
  })
}
