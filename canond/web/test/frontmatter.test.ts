import { GFM, parser } from '@lezer/markdown'
import { describe, expect, it } from 'vitest'
import { frontMatter } from '../src/editor/frontmatter'

const language = parser.configure([GFM, frontMatter])

/** "name: text" of each node that is coloured. */
function nodes(text: string): string[] {
  const all: string[] = []
  language.parse(text).iterate({
    enter: ({ name, from, to }) => {
      if (name !== 'Document' && name !== 'FrontMatter') all.push(`${name}: ${text.slice(from, to)}`)
    },
  })
  return all
}

describe('the front matter', () => {
  it('has keys and is no heading', () => {
    expect(nodes('---\ntitle: "A: b # c"\ntags: [a, b] # more\n  - x: 1\n---\n')).toEqual([
      'FrontMatterFence: ---',
      'FrontMatterKey: title',
      'FrontMatterKey: tags',
      'FrontMatterRemark: # more',
      'FrontMatterKey: x',
      'FrontMatterFence: ---',
    ])
  })
  it('ends where Markdown begins', () => {
    expect(nodes('---\na: 1\n---\n# A\n\n- [ ] b\n').slice(3)).toEqual(['ATXHeading1: # A', 'HeaderMark: #', 'BulletList: - [ ] b', 'ListItem: - [ ] b', 'ListMark: -', 'Task: [ ] b', 'TaskMarker: [ ]'])
  })
  it('is at the beginning of the file only', () => {
    expect(nodes('a: 1\n\n---\n').some((node) => node.startsWith('Front'))).toBe(false)
    expect(nodes('# A\n\n---\nb: 1\n---\n').some((node) => node.startsWith('Front'))).toBe(false)
  })
  it('may be all there is', () => {
    for (const text of ['---', '---\n', '---\na: 1', '---\na: 1\n---']) expect(nodes(text)[0]).toBe('FrontMatterFence: ---')
  })
})
