// What the cards of the sections ask of the page around them.
import type { Ref } from 'vue'
import type { Section } from './api'

export interface CardDesk {
  text: Ref<string>
  /** The text whose line numbers the sections have. */
  parsedText: Ref<string>
  isFresh: Ref<boolean>
  isReadonly: Ref<boolean>
  write: (text: string) => void
  /** False when it stays as it was. */
  setStatus: (section: Section, state: string) => Promise<boolean>
  goTo: (line: number) => void
  /** False when the text cannot be read. */
  reread: () => Promise<boolean>
  /** Words of a field that are not in the text: `finish` tries again and gives
   * why it is not possible, or nothing. Null when there are none any more. */
  hold: (field: symbol, finish: (() => string) | null) => void
  /** For those who do not see what has happened. */
  say: (words: string) => void
}

export const states = ['draft', 'todo', 'in_progress', 'blocked', 'done', 'deprecated']
