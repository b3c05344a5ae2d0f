// Keys of the whole application. Never the only way to do something, off while
// somebody writes, and off altogether by a switch in the profile.
import { onScopeDispose, ref } from 'vue'

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

const actions = ref<KeyAction[]>([])

/** What can be done now, for the list of keys. */
export const keyActions = actions

/** Offer keys for as long as the caller's scope lives. */
export function useKeys(list: KeyAction[]): void {
  actions.value = [...actions.value, ...list]
  onScopeDispose(() => {
    actions.value = actions.value.filter((action) => !list.includes(action))
  })
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}

let first = ''
let firstAt = 0

/** The action that an event asks for; `g` waits a second for its second key. */
export function actionOf(event: KeyboardEvent, now = Date.now()): KeyAction | undefined {
  const held = event.ctrlKey || event.metaKey

  if (event.altKey || event.defaultPrevented) return undefined
  if (held) return actions.value.find((action) => action.keys === `Ctrl ${event.key.toLowerCase()}`)
  if (!on.value || isWriting(event.target)) return undefined
  const pair = first && now - firstAt < 1000 ? `${first} ${event.key}` : ''
  const found = actions.value.find((action) => action.keys === pair || (!pair && action.keys === event.key))

  first = !pair && event.key === 'g' ? 'g' : ''
  firstAt = now
  return found
}

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    const action = actionOf(event)
    if (!action) return
    event.preventDefault()
    action.run()
  })
}
