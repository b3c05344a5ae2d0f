// Source and preview show the same section: one follows the other, section by
// section. Who was used last leads; what follows does not lead back.
import type { Ref } from 'vue'
import { everyOne } from '../lib/lists'
import type { Section } from './api'

interface Source {
  scroller: () => HTMLElement | null
  topOf: (line: number) => number
}

type Side = 'source' | 'preview'

/** Where a height of one side is on the other, between the nearest two that belong together. */
export function across(pairs: [number, number][], at: number): number {
  let before: [number, number] = [0, 0]

  if (at <= 0) return 0
  for (const pair of pairs) {
    if (pair[0] >= at && pair[0] > before[0]) return before[1] + ((at - before[0]) / (pair[0] - before[0])) * (pair[1] - before[1])
    before = pair
  }
  return before[1]
}

export function useScrollTie(source: Ref<Source | null>, preview: Ref<HTMLElement | null>, sections: () => Section[]) {
  let leader: Side = 'source'
  const lead = (side: Side): void => void (leader = side)

  /** Beginnings of the sections, from the top of the source and of the preview. */
  function pairs(from: HTMLElement, to: HTMLElement): [number, number][] {
    const ends: [number, number] = [from.scrollHeight - from.clientHeight, to.scrollHeight - to.clientHeight]
    const top = to.getBoundingClientRect().top - to.scrollTop
    const out: [number, number][] = []

    for (const { id, start_line } of everyOne(sections())) {
      const part = to.querySelector(`#${CSS.escape(`section-${id}`)}`)
      if (!part) continue
      const pair: [number, number] = [source.value!.topOf(start_line), part.getBoundingClientRect().top - top]
      if (pair[0] < ends[0] && pair[1] < ends[1]) out.push(pair)
    }
    return [...out, ends]
  }

  function follow(side: Side): void {
    const from = source.value?.scroller()
    const to = preview.value

    if (side !== leader || !from || !to) return
    const known = pairs(from, to)
    if (side === 'source') to.scrollTop = across(known, from.scrollTop)
    else
      from.scrollTop = across(
        known.map(([a, b]) => [b, a]),
        to.scrollTop,
      )
  }

  return { lead, follow } as const
}
