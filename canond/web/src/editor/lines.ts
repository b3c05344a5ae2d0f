// Changes of criteria as changes of lines; all others stay to the byte.
import type { Section } from './api'

const item = /^(\s*)([-*+])(\s+)\[[ xX]\]\s/

/** Lines with their ends, so that joining them gives the text back. */
function linesOf(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? []
}

const endOf = (line: string): string => /(\r\n|\r|\n)$/.exec(line)?.[0] ?? ''
const indentOf = (line: string): number => /^\s*/.exec(line)![0].length
const isBlank = (line: string | undefined): boolean => line !== undefined && line.trim() === ''

/** One past the last line (0-based) that belongs to the item at a line. */
function itemEnd(lines: string[], at: number): number {
  const own = indentOf(lines[at]!)
  let end = at + 1

  while (end < lines.length && !isBlank(lines[end]) && (indentOf(lines[end]!) > own || /^\s*<!--/.test(lines[end]!))) end++
  return end
}

/** With the box of the criterion at a line (1-based) ticked or cleared. */
export function tickCriterion(text: string, line: number, checked: boolean): string {
  const lines = linesOf(text)
  const old = lines[line - 1]

  if (old === undefined || !item.test(old)) return text
  lines[line - 1] = old.replace(/\[[ xX]\]/, checked ? '[x]' : '[ ]')
  return lines.join('')
}

/** Without the criterion at a line (1-based) and what belongs to it. */
export function removeCriterion(text: string, line: number): string {
  const lines = linesOf(text)
  const at = line - 1

  if (!lines[at] || !item.test(lines[at])) return text
  lines.splice(at, itemEnd(lines, at) - at)
  return lines.join('')
}

/** With one more criterion at the end of a section's list. */
export function addCriterion(text: string, section: Section, wording: string): string {
  const lines = linesOf(text)
  const newline = endOf(lines[0] ?? '\n') || '\n'
  const last = section.acceptance_criteria.at(-1)
  const words = wording.replace(/\s+/g, ' ').trim()

  if (last && lines[last.line - 1] && item.test(lines[last.line - 1]!)) {
    const [, indent, bullet, gap] = item.exec(lines[last.line - 1]!)!
    const at = itemEnd(lines, last.line - 1)
    if (at > 0 && !endOf(lines[at - 1]!)) lines[at - 1] += newline
    lines.splice(at, 0, `${indent}${bullet}${gap}[ ] ${words}${newline}`)
    return lines.join('')
  }
  const firstChild = section.children[0]
  let at = Math.min(firstChild ? firstChild.start_line - 1 : section.end_line, lines.length)
  while (at > section.start_line && isBlank(lines[at - 1])) at--
  if (at > 0 && !endOf(lines[at - 1]!)) lines[at - 1] += newline
  lines.splice(at, 0, newline, `### Acceptance Criteria${newline}`.replace('###', '#'.repeat(Math.min(6, section.depth + 1))), newline, `- [ ] ${words}${newline}`)
  return lines.join('')
}
