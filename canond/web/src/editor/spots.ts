// Where the words of a section are in the text. What is shown of them leaves
// out directives, line ends and marks; a change of a word changes that word and
// no other byte.
import type { Criterion, Section } from './api'
import { usualEnd } from './lineEnds'
import { itemParts, tableOf } from './lines'

/** Words as they are shown, and for each letter where it begins and ends. */
export interface Spot {
  doc: string
  words: string
  from: number[]
  to: number[]
  /** Where the first words go, and what stands around them. */
  empty?: { at: number; before: string; after: string }
}

const anyDirective = /<!--\s*(?:canon|specwright):[^]*?-->/g
const hiddenDirective = /<!--\s*(?:canon|specwright):(?:system|ticket):[^]*?-->/g
const blankStart = /^[ \t]+/
const blankEnd = /[ \t]+$/

interface Piece {
  words: string
  at: number
}

/** A line without its directives and the blanks that these leave. */
function piecesOf(line: string, at: number, directive: RegExp): { pieces: Piece[]; isCut: boolean } {
  const pieces: Piece[] = []
  let last = 0

  for (const found of line.matchAll(directive)) {
    pieces.push({ words: line.slice(last, found.index), at: at + last })
    last = found.index + found[0].length
  }
  pieces.push({ words: line.slice(last), at: at + last })
  const isCut = pieces.length > 1
  for (let i = 1; i < pieces.length; i++) {
    const blanks = blankStart.exec(pieces[i]!.words)?.[0].length ?? 0
    pieces[i] = { words: pieces[i]!.words.slice(blanks), at: pieces[i]!.at + blanks }
  }
  for (let i = pieces.length - 1; isCut && i >= 0; i--) {
    pieces[i]!.words = pieces[i]!.words.replace(blankEnd, '')
    if (pieces[i]!.words) break
  }
  return { pieces: pieces.filter(({ words }) => words), isCut }
}

class Builder {
  words = ''
  readonly from: number[] = []
  readonly to: number[] = []

  add({ words, at }: Piece): void {
    for (let i = 0; i < words.length; i++) this.letter(words[i]!, at + i, at + i + 1)
  }

  letter(letter: string, from: number, to: number): void {
    this.words += letter
    this.from.push(from)
    this.to.push(to)
  }

  cutTo(length: number): void {
    this.words = this.words.slice(0, length)
    this.from.length = this.to.length = length
  }

  spot(doc: string): Spot {
    return { doc, words: this.words, from: this.from, to: this.to }
  }
}

/** The title of a section; null when it cannot be told from the rest of its line. */
export function titleSpot(doc: string, section: Section): Spot | null {
  const { lines, starts } = tableOf(doc)
  const line = lines[section.start_line - 1]

  if (line === undefined || !section.title) return null
  const mark = /^ {0,3}(?:#{1,6}[ \t]+)?/.exec(line)![0].length
  const number = section.section_number ? (/^\d[\d.]*[ \t]+/.exec(line.slice(mark))?.[0].length ?? 0) : 0
  const at = line.indexOf(section.title, mark + number)

  if (at < 0 || line.slice(mark + number, at).replace(anyDirective, '').trim()) return null
  const built = new Builder()
  built.add({ words: section.title, at: starts[section.start_line - 1]! + at })
  return built.spot(doc)
}

/** The words of a criterion: its first paragraph. */
export function criterionSpot(doc: string, item: Criterion): Spot | null {
  const { lines, starts, bodies } = tableOf(doc)
  const first = itemParts(bodies[item.line - 1])
  const built = new Builder()

  if (!first) return null
  for (let n = item.line - 1; n < lines.length && built.words.length < item.text.length; n++) {
    const skip = n === item.line - 1 ? first.box : 0
    const line = bodies[n]!.slice(skip)
    const { pieces } = piecesOf(line.replace(blankEnd, ''), starts[n]! + skip, anyDirective)
    const start = pieces[0] && (blankStart.exec(pieces[0].words)?.[0].length ?? 0)

    // a directive between two lines of words would not stay where it is
    if (!pieces[0] || start === undefined) return null
    pieces[0] = { words: pieces[0].words.slice(start), at: pieces[0].at + start }
    if (built.words) built.letter(' ', starts[n - 1]! + bodies[n - 1]!.length, pieces[0].at)
    pieces.forEach((piece) => built.add(piece))
  }
  return built.words === item.text ? built.spot(doc) : null
}

/** The prose of a section, up to its criteria. */
export function proseSpot(doc: string, section: Section): Spot | null {
  const { lines, starts, bodies } = tableOf(doc)
  const isSetext = !/^ {0,3}#/.test(bodies[section.start_line - 1] ?? '') && /^ {0,3}(=+|-+)[ \t]*$/.test(bodies[section.start_line] ?? '')
  const begin = section.start_line + (isSetext ? 1 : 0)
  const stop = Math.min(section.acceptance_criteria[0] ? section.acceptance_criteria[0].line - 1 : Infinity, section.end_line, lines.length)
  const wanted = section.prose_content
  const built = new Builder()
  let place = begin

  for (let n = begin; n < stop && (!wanted || built.words.trimEnd() !== wanted); n++) {
    const { pieces, isCut } = piecesOf(bodies[n]!, starts[n]!, hiddenDirective)

    // there is none: what comes now is the heading of the criteria
    if (!wanted && pieces.some(({ words }) => words.trim())) break
    if (isCut && pieces.length === 0 && !built.words) place = n + 1
    if (pieces.length === 0 && (isCut || !built.words)) continue
    if (!built.words && pieces.every(({ words }) => !words.trim())) continue
    pieces.forEach((piece) => built.add(piece))
    built.letter('\n', starts[n]! + bodies[n]!.length, starts[n]! + lines[n]!.length)
  }
  built.cutTo(built.words.trimEnd().length)
  // without a heading of their own, the criteria are part of the prose
  if (built.words !== wanted && !(stop === section.acceptance_criteria[0]!?.line - 1 && wanted.startsWith(built.words))) return null
  if (built.words) return built.spot(doc)
  const end = usualEnd(doc)
  const at = place < lines.length ? starts[place]! : doc.length
  const isOpen = at > 0 && !/[\r\n]$/.test(doc.slice(0, at))

  return { ...built.spot(doc), empty: { at, before: isOpen ? end + end : end, after: place < lines.length && bodies[place]!.trim() ? end + end : end } }
}

/** Line ends after words that go, so that no hole stays. */
const hole = /^(?:\r\n|\r|\n){1,2}/

/** The whole text with other words at the spot. */
export function rewrite({ doc, words, from, to, empty }: Spot, wanted: string): string {
  const end = usualEnd(doc)
  const inText = (piece: string): string => (end === '\n' ? piece : piece.replaceAll('\n', end))

  if (wanted === words) return doc
  if (words === '') return empty ? doc.slice(0, empty.at) + empty.before + inText(wanted) + empty.after + doc.slice(empty.at) : doc
  let head = 0
  let tail = 0
  while (head < words.length && head < wanted.length && words[head] === wanted[head]) head++
  while (tail < words.length - head && tail < wanted.length - head && words.at(-1 - tail) === wanted.at(-1 - tail)) tail++
  const stop = words.length - tail
  const start = stop > head ? from[head]! : head > 0 ? to[head - 1]! : from[0]!
  const until = stop > head ? to[stop - 1]! : start
  // directives among the words that go stay
  const kept = Array.from({ length: Math.max(0, stop - head - 1) }, (_, i) => doc.slice(to[head + i], from[head + i + 1]).trim()).filter(Boolean)
  const rest = wanted === '' && kept.length === 0 ? doc.slice(until).replace(hole, '') : doc.slice(until)

  return doc.slice(0, start) + [inText(wanted.slice(head, wanted.length - tail)), ...kept].filter(Boolean).join(' ') + rest
}
