import { history, redo, undo } from '@codemirror/commands'
import { EditorState, type TransactionSpec } from '@codemirror/state'
import { describe, expect, it } from 'vitest'
import { placesOf, shown, usualEnd, withChanges } from '../src/editor/lineEnds'
import { keepingEnds, original, setOriginal } from '../src/editor/original'

const mixed = 'one\r\ntwo\nthree\r\nfour\rfive'

describe('line ends', () => {
  it('are shown as one kind', () => {
    expect(shown(mixed)).toBe('one\ntwo\nthree\nfour\nfive')
    expect([usualEnd(mixed), usualEnd('a\nb'), usualEnd(''), usualEnd('a\rb\rc\n')]).toEqual(['\r\n', '\n', '\n', '\r'])
  })
  it('count in the places of the text', () => {
    const plain = shown(mixed)
    const words = ['one', 'two', 'three', 'four', 'five']
    const at = placesOf(mixed, words.map((word) => plain.indexOf(word)))
    expect(at).toEqual(words.map((word) => mixed.indexOf(word)))
    // before and behind a break
    expect(placesOf('a\r\nb', [1, 2])).toEqual([1, 3])
  })
  it('stay where nothing is changed, and come as most of them are', () => {
    expect(withChanges(mixed, [{ from: 4, to: 7, insert: 'TWO' }])).toBe(mixed.replace('two', 'TWO'))
    expect(withChanges(mixed, [{ from: 7, to: 7, insert: '\nmore' }, { from: 23, to: 23, insert: '!' }])).toBe('one\r\ntwo\r\nmore\nthree\r\nfour\rfive!')
  })
  it('that meet stay two', () => {
    expect(shown(withChanges('a\rX\nb', [{ from: 2, to: 3, insert: '' }]))).toBe('a\n\nb')
  })
})

describe('the source', () => {
  let state: EditorState
  const begin = (text: string) => (state = EditorState.create({ doc: shown(text), extensions: [keepingEnds(text), history()] }))
  const change = (spec: TransactionSpec) => (state = state.update(spec).state)
  const target = () => ({ state, dispatch: (tr: { state: EditorState }) => (state = tr.state) })
  const text = () => {
    expect(shown(state.field(original))).toBe(state.doc.toString())
    return state.field(original)
  }

  it('keeps the text with its line ends', () => {
    begin(mixed)
    change({ changes: { from: 0, to: 3, insert: 'ONE' } })
    expect(text()).toBe(mixed.replace('one', 'ONE'))
  })
  it('brings back what was there when a deletion is undone', () => {
    begin(mixed)
    change({ changes: { from: 2, to: 20 } })
    const cut = text()
    undo(target())
    expect(text()).toBe(mixed)
    redo(target())
    expect(text()).toBe(cut)
    undo(target())
    expect(text()).toBe(mixed)
  })
  it('brings it back after other changes as well', () => {
    begin(mixed)
    change({ changes: { from: 6, to: 9 } })
    change({ changes: { from: 0, insert: 'more\n' } })
    undo(target())
    undo(target())
    expect(text()).toBe(mixed)
  })
  it('takes a text from outside as it is', () => {
    begin('a\nb')
    change({ changes: { from: 0, to: 1, insert: 'A' }, effects: setOriginal.of('A\r\nb') })
    expect(text()).toBe('A\r\nb')
  })
  it('holds its own under many random changes', () => {
    let seed = 7
    const random = (n: number) => (seed = (seed * 16807) % 2147483647) % n
    const pieces = ['\n', 'x', 'yy\nz', '', '\n\n']
    begin(mixed.repeat(4))
    for (let i = 0; i < 400; i++) {
      const from = random(state.doc.length + 1)
      const to = Math.min(state.doc.length, from + random(6))
      if (random(5) === 0) undo(target())
      else if (random(7) === 0) redo(target())
      else change({ changes: { from, to, insert: pieces[random(pieces.length)]! } })
      text()
    }
  })
})
