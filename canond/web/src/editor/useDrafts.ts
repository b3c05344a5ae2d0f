// The drafts of one visit: its own slot, and what earlier visits have left.
import { ref, shallowRef } from 'vue'
import { session } from '../lib/session'
import type { Place } from './api'
import { draftPlace, dropDraft, findDrafts, keepDraft, newSlot, type Draft, type KeptDraft } from './drafts'
import { forgetOthers } from './owner'

export function useDrafts(isNew: boolean) {
  const offered = shallowRef<KeptDraft[]>([])
  const isKept = ref(true)
  let place = ''
  let slot = ''

  /** A visit begins. */
  function begin(at: Place): void {
    forgetOthers(session.user?.sub)
    place = draftPlace(session.user?.sub, at, isNew)
    slot = newSlot(place)
    offered.value = []
    isKept.value = true
  }

  /** What an earlier visit has left that is not the text of the file. */
  function look(content: string): void {
    const texts = new Set([content])

    offered.value = findDrafts(place).filter(({ key, text }) => {
      if (key === slot) return false
      // one of each: the latest
      const isOther = !texts.has(text)
      texts.add(text)
      if (!isOther) dropDraft(key)
      return isOther
    })
  }

  function keep(draft: Omit<Draft, 'at'>): void {
    if (slot) isKept.value = keepDraft(slot, { ...draft, at: Date.now() })
  }

  function drop(): void {
    if (slot) dropDraft(slot)
    isKept.value = true
  }

  /** The slot of the visit becomes one that is offered; the visit gets another. */
  function setAside(draft: Omit<Draft, 'at'>): void {
    keep(draft)
    offered.value = [{ ...draft, at: Date.now(), key: slot }, ...offered.value]
    slot = newSlot(place)
  }

  /** It is in the text: not offered any more, and gone if the text is kept. */
  function settle(draft: KeptDraft): void {
    if (isKept.value) dropDraft(draft.key)
    offered.value = offered.value.filter(({ key }) => key !== draft.key)
  }

  /** Somebody does not want it: it goes, and there is room. */
  function discard(draft: KeptDraft): void {
    dropDraft(draft.key)
    settle(draft)
  }

  return { offered, isKept, begin, look, keep, drop, setAside, settle, discard } as const
}
