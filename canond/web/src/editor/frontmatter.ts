// The front matter for the colours of the source: without it Markdown takes
// "key: value" over "---" for a heading.
import { tags } from '@lezer/highlight'
import type { BlockContext, Element, Line, MarkdownConfig } from '@lezer/markdown'

const fence = /^-{3,}[ \t]*$/
const entry = /^([ \t]*(?:- +)?)([^\s:#'"[{-][^:#]*):(?=\s|$)/
const remark = /(?:^|\s)(#.*)$/

/** Keys and remarks of one line. */
function partsOf(cx: BlockContext, line: Line): Element[] {
  const from = cx.lineStart
  const key = entry.exec(line.text)
  const note = /['"]/.test(line.text) ? null : remark.exec(line.text)
  const parts: Element[] = []

  if (key) {
    const at = from + key[1]!.length
    parts.push(cx.elt('FrontMatterKey', at, at + key[2]!.length))
  }
  if (note) parts.push(cx.elt('FrontMatterRemark', from + line.text.length - note[1]!.length, from + line.text.length))
  return parts
}

export const frontMatter: MarkdownConfig = {
  defineNodes: [
    { name: 'FrontMatter', block: true },
    { name: 'FrontMatterFence', style: tags.processingInstruction },
    { name: 'FrontMatterKey', style: tags.propertyName },
    { name: 'FrontMatterRemark', style: tags.comment },
  ],
  parseBlock: [
    {
      name: 'FrontMatter',
      before: 'LinkReference',
      parse(cx, line) {
        if (cx.lineStart !== 0 || !fence.test(line.text)) return false
        const parts = [cx.elt('FrontMatterFence', 0, line.text.length)]
        let end = line.text.length
        let isOpen = true

        while (isOpen && cx.nextLine()) {
          end = cx.lineStart + line.text.length
          isOpen = !fence.test(line.text)
          parts.push(...(isOpen ? partsOf(cx, line) : [cx.elt('FrontMatterFence', cx.lineStart, end)]))
        }
        if (!isOpen) cx.nextLine()
        cx.addElement(cx.elt('FrontMatter', 0, end, parts))
        return true
      },
    },
  ],
}
