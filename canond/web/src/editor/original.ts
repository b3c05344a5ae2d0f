// The text with its own line ends, beside the document of the source, which
// knows only one kind.
import { invertedEffects } from '@codemirror/commands'
import { StateEffect, StateField, type Extension, type Transaction } from '@codemirror/state'
import { placesOf, shown, withChanges, type Change } from './lineEnds'

/** The whole text, from outside. */
export const setOriginal = StateEffect.define<string>()

/** What an undone deletion brings back, as it was. */
const broughtBack = StateEffect.define<{ at: number; text: string }>({
  map: ({ at, text }, changes) => ({ at: changes.mapPos(at, 1), text }),
})

function changesOf(tr: Transaction): Change[] {
  const out: Change[] = []

  tr.changes.iterChanges((from, to, _fromNow, _toNow, insert) => out.push({ from, to, insert: insert.toString() }))
  return out
}

function putBack(text: string, at: number, piece: string): string {
  const plain = shown(piece)
  const [from, to] = placesOf(text, [at, at + plain.length]) as [number, number]

  return shown(text.slice(from, to)) === plain ? text.slice(0, from) + piece + text.slice(to) : text
}

export const original = StateField.define<string>({
  create: (state) => state.doc.toString(),
  update(text, tr) {
    for (const effect of tr.effects) if (effect.is(setOriginal)) return effect.value
    if (!tr.docChanged) return text
    let now = withChanges(text, changesOf(tr))

    for (const effect of tr.effects) if (effect.is(broughtBack)) now = putBack(now, effect.value.at, effect.value.text)
    return now
  },
})

const undoing = invertedEffects.of((tr) => {
  const text = tr.startState.field(original)

  if (!tr.docChanged || !text.includes('\r')) return []
  return changesOf(tr).flatMap(({ from, to }) => {
    const piece = text.slice(...(placesOf(text, [from, to]) as [number, number]))
    return /[\r\n]/.test(piece) ? [broughtBack.of({ at: from, text: piece })] : []
  })
})

/** For a document that begins with a text. */
export const keepingEnds = (text: string): Extension => [original.init(() => text), undoing]
