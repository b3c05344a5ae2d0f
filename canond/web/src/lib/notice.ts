import { shallowRef } from 'vue'

/** What everybody on the page is told, until it is put away or another page is opened. */
export interface Notice {
  text: string
  action?: { text: string; run: () => void }
}

export const notice = shallowRef<Notice | null>(null)
