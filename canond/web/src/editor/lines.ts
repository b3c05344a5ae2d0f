// Changes of criteria as changes of lines; all others stay to the byte.
import type { Criterion, Section } from './api'
import { usualEnd } from './lineEnds'

const item = /^(\s*)([-*+]|\d{1,9}[.)])(\s+)\[([ xX])\][ \t]+/
const criteriaHeading = /^ {0,3}#{2,6}[ \t]+acceptance criteria:?[ \t]*#*[ \t]*$/i

const comment = /^\s*<!--/
const evidence = /^\s*<!--\s*(?:canon|specwright):realized-in:/

interface Table {
  /** With their ends, so that joining them gives the text back. */
  lines: string[]
  /** Without. */
  bodies: string[]
  starts: number[]
}

let lastText: string | null = null
let lastTable: Table

/** The lines of a text; the last one asked for is remembered. */
export function tableOf(text: string): Table {
  if (text === lastText) return lastTable
  const lines = text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? []
  let at = 0

  lastText = text
  lastTable = { lines, bodies: lines.map((line) => line.replace(/[\r\n]+$/, '')), starts: lines.map((line) => (at += line.length) - line.length) }
  return lastTable
}

const linesIn = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0
const endOf = (line: string): string => /(\r\n|\r|\n)$/.exec(line)?.[0] ?? ''
const indentOf = (line: string): number => /^\s*/.exec(line)![0].length
const isBlank = (line: string | undefined): boolean => line !== undefined && line.trim() === ''

/** What stands before the words of a criterion; null where there is none. */
export function itemParts(line: string | undefined): { indent: string; bullet: string; gap: string; box: number } | null {
  const found = line === undefined ? null : item.exec(line)

  return found && { indent: found[1]!, bullet: found[2]!, gap: found[3]!, box: found[0].length }
}

/** One past the last line (0-based) that belongs to the item at a line: what is
 * indented below it, and its evidence, which may begin in the first column. */
function itemEnd(lines: string[], at: number): number {
  const own = indentOf(lines[at]!)
  let end = at + 1

  for (let next = end; next < lines.length; next++) {
    const line = lines[next]!
    const isComment = comment.test(line)
    if (isBlank(line)) continue
    if (indentOf(line) <= own && !isComment) break
    if (indentOf(line) > own || next === end || evidence.test(line)) end = next + 1
  }
  return end
}

/** Have no lines come or gone? Then line numbers of the one hold in the other. */
export const isSameLines = (parsed: string, text: string): boolean => parsed === text || linesIn(parsed) === linesIn(text)

/** Is the criterion still at its line, in a text that was parsed before? Boxes may have been ticked since. */
export function isStillAt(parsed: string, text: string, line: number): boolean {
  if (parsed === text) return true
  const was = tableOf(parsed).lines
  const is = tableOf(text).lines
  const plain = (words: string | undefined): string | undefined => words?.replace(item, '$1$2$3')

  return was.length === is.length && plain(was[line - 1]) === plain(is[line - 1])
}

/** With the box of the criterion at a line (1-based) ticked or cleared. */
export function tickCriterion(text: string, line: number, checked: boolean): string {
  const lines = [...tableOf(text).lines]
  const old = lines[line - 1]

  if (old === undefined || !item.test(old)) return text
  lines[line - 1] = old.replace(/\[[ xX]\]/, checked ? '[x]' : '[ ]')
  return lines.join('')
}

/** Without the criterion at a line (1-based) and what belongs to it. */
export function removeCriterion(text: string, line: number): string {
  const lines = [...tableOf(text).lines]
  const at = line - 1

  if (!lines[at] || !item.test(lines[at])) return text
  lines.splice(at, itemEnd(lines, at) - at)
  return lines.join('')
}

/** With the criteria at two lines (1-based) in each other's place; what stands between them stays. */
function swapCriteria(text: string, first: number, second: number): string {
  const { lines } = tableOf(text)
  const [a, b] = [first - 1, second - 1]
  const ends = [itemEnd(lines, a), itemEnd(lines, b)] as const
  const end = usualEnd(text)
  const one = lines.slice(a, ends[0])
  const two = lines.slice(b, ends[1])
  const marks = [item.exec(one[0]!)!, item.exec(two[0]!)!] as const
  const isOpen = !endOf(two.at(-1)!)

  // numbers of a numbered list stay where they are
  if (marks[0][2]!.length === marks[1][2]!.length) {
    const mark = ([, indent, bullet]: RegExpExecArray): string => `${indent}${bullet}`
    const [left, right] = [mark(marks[0]), mark(marks[1])]
    one[0] = right + one[0]!.slice(left.length)
    two[0] = left + two[0]!.slice(right.length)
  }
  if (isOpen) {
    two[two.length - 1] += end
    one[one.length - 1] = one.at(-1)!.replace(/[\r\n]+$/, '')
  }
  return [...lines.slice(0, a), ...two, ...lines.slice(ends[0], b), ...one, ...lines.slice(ends[1])].join('')
}

/** The nearest criterion that can change places with one of a section: -1 above, 1 below. */
export function neighbour(text: string, section: Section, of: Criterion, way: -1 | 1): Criterion | null {
  const { lines } = tableOf(text)
  const all = section.acceptance_criteria
  const own = itemParts(lines[of.line - 1])

  for (let i = all.indexOf(of) + way; own && all[i]; i += way) {
    const other = itemParts(lines[all[i]!.line - 1])
    if (!other || other.indent.length < own.indent.length) return null
    if (other.indent.length === own.indent.length) return all[i]!
  }
  return null
}

/** With a criterion moved by one place. */
export function moveCriterion(text: string, section: Section, of: Criterion, way: -1 | 1): string {
  const other = neighbour(text, section, of, way)

  if (!other) return text
  return swapCriteria(text, Math.min(of.line, other.line), Math.max(of.line, other.line))
}

/** "3." after "2.". */
const nextBullet = (bullet: string): string => bullet.replace(/^\d+/, (n) => String(Number(n) + 1))

/** With one more criterion at the end of a section's list. */
export function addCriterion(text: string, section: Section, wording: string): string {
  const lines = [...tableOf(text).lines]
  const newline = usualEnd(text)
  const last = section.acceptance_criteria.at(-1)
  const parts = last && itemParts(lines[last.line - 1])
  const words = wording.replace(/\s+/g, ' ').trim()
  const put = (at: number, ...added: string[]): string => {
    if (at > 0 && !endOf(lines[at - 1]!)) lines[at - 1] += newline
    lines.splice(at, 0, ...added)
    return lines.join('')
  }

  if (last && parts) return put(itemEnd(lines, last.line - 1), `${parts.indent}${nextBullet(parts.bullet)}${parts.gap}[ ] ${words}${newline}`)
  const end = Math.min(section.children[0] ? section.children[0].start_line - 1 : section.end_line, lines.length)
  const heading = lines.findIndex((line, i) => i >= section.start_line && i < end && criteriaHeading.test(line.replace(/[\r\n]+$/, '')))

  if (heading >= 0) {
    const hasMore = lines[heading + 1] !== undefined && !isBlank(lines[heading + 1])
    const at = heading + (isBlank(lines[heading + 1]) ? 2 : 1)
    const isTight = at < lines.length && !isBlank(lines[at])
    return put(at, ...(at === heading + 1 ? [newline] : []), `- [ ] ${words}${newline}`, ...(hasMore || isTight ? [newline] : []))
  }
  let at = end
  while (at > section.start_line && isBlank(lines[at - 1])) at--
  return put(at, newline, `${'#'.repeat(Math.min(6, section.depth + 1))} Acceptance Criteria${newline}`, newline, `- [ ] ${words}${newline}`)
}
