// Keys of the whole application. Never the only way to do something, off while
// somebody writes, and off altogether by a switch in the profile.
import { onScopeDispose, ref, shallowRef } from 'vue'
import { useListener } from './listen'

const storage = 'canon-keys'

function stored(): boolean {
  try {
    return localStorage.getItem(storage) !== 'off'
  } catch {
    return true
  }
}

const on = ref(stored())

/** Are keys without Ctrl in use? */
export const singleKeys = {
  get on(): boolean {
    return on.value
  },
  set on(value: boolean) {
    on.value = value
    try {
      localStorage.setItem(storage, value ? 'on' : 'off')
    } catch {
      // lasts as long as the page
    }
  },
}

export interface KeyAction {
  /** "/", "g d", "?", "Ctrl k". */
  keys: string
  what: string
  run: () => void
}

// shallow: what is registered is compared with what is there
const actions = shallowRef<KeyAction[]>([])

/** What can be done now, for the list of keys. */
export const keyActions = actions

/** Offer keys for as long as the caller's scope lives. */
export function useKeys(list: KeyAction[]): void {
  actions.value = [...actions.value, ...list]
  onScopeDispose(() => {
    actions.value = actions.value.filter((action) => !list.includes(action))
  })
}

/** Does somebody write? `target` is not asked: it hides what lies in a shadow root, as the editor does. */
function isWriting(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0]

  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('[contenteditable=true]') !== null || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}

/** A dialog keeps what is behind it out of reach. */
const isBehind = (): boolean => document.querySelector('dialog[open]') !== null

let first = ''
let firstAt = 0

/** The action that an event asks for; `g` waits a second for its second key. */
export function actionOf(event: KeyboardEvent, now = Date.now()): KeyAction | undefined {
  const held = event.ctrlKey || event.metaKey

  if (event.altKey || event.defaultPrevented) return undefined
  // with Shift they are the browser's own
  if (held && event.shiftKey) return undefined
  if (held) {
    const found = actions.value.find((action) => action.keys === `Ctrl ${event.key.toLowerCase()}`)
    // behind a dialog it does nothing, and so does the browser: nobody wants to save the page
    return found && isBehind() ? { ...found, run: () => undefined } : found
  }
  if (isBehind()) return undefined
  if (!on.value || isWriting(event)) return undefined
  const pair = first && now - firstAt < 1000 ? `${first} ${event.key}` : ''
  const found = actions.value.find((action) => action.keys === pair || (!pair && action.keys === event.key))

  first = !pair && event.key === 'g' ? 'g' : ''
  firstAt = now
  return found
}

/** Act on keys for as long as the caller's scope lives. */
export function listenToKeys(): void {
  useListener(window, 'keydown', (event) => {
    const action = actionOf(event as KeyboardEvent)
    if (!action) return
    event.preventDefault()
    action.run()
  })
}
