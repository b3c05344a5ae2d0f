import { onScopeDispose } from 'vue'

/** Listen for as long as the caller's scope lives. */
export function useListener(target: EventTarget, name: string, act: (event: Event) => void): void {
  target.addEventListener(name, act)
  onScopeDispose(() => target.removeEventListener(name, act))
}
