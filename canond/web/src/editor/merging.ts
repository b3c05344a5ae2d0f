// A text out of the parts of a merge and what a person has chosen.
import type { MergePart } from './api'

export type Choice = 'ours' | 'theirs' | 'both'

/** Mine where nothing is chosen. `end`: the line end of the document. */
export function mergedText(parts: MergePart[], choices: Record<number, Choice>, end: string): string {
  const chosen = (part: MergePart, i: number): string => {
    if (!('ours' in part)) return part.text
    if (choices[i] === 'theirs') return part.theirs
    if (choices[i] !== 'both') return part.ours
    // the last line of a file may have no end
    return part.ours && part.theirs && !/[\r\n]$/.test(part.ours) ? part.ours + end + part.theirs : part.ours + part.theirs
  }

  return parts.map(chosen).join('')
}
