import { describe, expect, it } from 'vitest'
import type { Criterion, Section } from '../src/editor/api'
import { addCriterion, isStillAt, moveCriterion, removeCriterion } from '../src/editor/lines'
import { criterionSpot, proseSpot, rewrite, titleSpot, type Spot } from '../src/editor/spots'

const doc = [
  '## 2.1 Scope of *all* <!-- canon:delta:added -->', // 1
  '',
  '<!-- canon:system:2.1 status:todo -->', // 3
  '',
  'First words of the prose <!-- canon:ticket:jira:A-1 -->', // 5
  'second line.',
  '',
  'Third.', // 8
  '',
  '### Acceptance Criteria',
  '',
  '- [ ] one thing', // 12
  '  and more of it <!-- canon:realized-in:PR#1 file:a.c -->',
  '- [x] two <!-- canon:realized-in:PR#2 file:b.c -->', // 14
  '  <!-- canon:realized-in:PR#3 file:c.c -->',
  '- [ ] three', // 16
  '',
  'Text after the list stays.', // 18
  '',
].join('\r\n')
const criteria: Criterion[] = [
  { text: 'one thing and more of it', checked: false, line: 12 },
  { text: 'two', checked: true, line: 14 },
  { text: 'three', checked: false, line: 16 },
]
const section = {
  ...{ title: 'Scope of *all*', section_number: '2.1', depth: 3, start_line: 1, end_line: 18, children: [] },
  prose_content: 'First words of the prose\nsecond line.\n\nThird.',
  acceptance_criteria: criteria,
} as unknown as Section

/** The words of a spot, and the text with others there. */
function put(spot: Spot | null, from: string, to: string): string {
  expect(spot).not.toBeNull()
  return rewrite(spot!, spot!.words.replace(from, to))
}

describe('words in their places', () => {
  it('a title changes beside number and directive', () => {
    expect(titleSpot(doc, section)!.words).toBe('Scope of *all*')
    expect(put(titleSpot(doc, section), 'Scope', 'Range')).toBe(doc.replace('Scope', 'Range'))
    const setext = { ...section, title: 'Plain', section_number: null } as Section
    expect(put(titleSpot('Plain\n-----\n', setext), 'Plain', 'Fancy')).toBe('Fancy\n-----\n')
    expect(titleSpot('## 2 of 2\n', { ...section, title: '2', section_number: null } as Section)!.from).toEqual([3])
  })
  it('a word of the prose changes alone', () => {
    expect(proseSpot(doc, section)!.words).toBe(section.prose_content)
    expect(put(proseSpot(doc, section), 'second', '2nd')).toBe(doc.replace('second', '2nd'))
    expect(put(proseSpot(doc, section), 'Third.', 'Third.\nFourth.')).toBe(doc.replace('Third.', 'Third.\r\nFourth.'))
  })
  it('directives stay when the words around them go', () => {
    const now = put(proseSpot(doc, section), 'the prose\nsecond', 'this')
    expect(now).toContain('First words of this <!-- canon:ticket:jira:A-1 --> line.')
  })
  it('prose goes without leaving a hole, and comes where it belongs', () => {
    const plain = '## A\n\n<!-- canon:system:1 status:todo -->\n\nWords.\n\n### Acceptance Criteria\n\n- [ ] a\n'
    const s = { ...section, title: 'A', section_number: null, end_line: 9, prose_content: 'Words.', acceptance_criteria: [{ text: 'a', checked: false, line: 9 }] } as Section
    const without = rewrite(proseSpot(plain, s)!, '')
    expect(without).toBe(plain.replace('Words.\n\n', ''))
    const empty = proseSpot(without, { ...s, end_line: 7, prose_content: '', acceptance_criteria: [{ text: 'a', checked: false, line: 7 }] })!
    expect(rewrite(empty, 'Words.')).toBe(plain)
    expect(rewrite(proseSpot('## A', { ...s, start_line: 1, end_line: 1, prose_content: '', acceptance_criteria: [] })!, 'B')).toBe('## A\n\nB\n')
  })
  it('prose ends before criteria without a heading', () => {
    const plain = '## A\n\nWords.\n\n- [ ] a\n\nAfter.\n'
    const s = { ...section, end_line: 7, prose_content: 'Words.\n\n- [ ] a\n\nAfter.', acceptance_criteria: [{ text: 'a', checked: false, line: 5 }] } as Section
    expect(proseSpot(plain, s)!.words).toBe('Words.')
    expect(put(proseSpot(plain, s), 'Words', 'Letters')).toBe(plain.replace('Words', 'Letters'))
  })
  it('prose that the server sees otherwise is left alone', () => {
    expect(proseSpot(doc, { ...section, prose_content: 'something else' })).toBeNull()
  })
  it('a criterion over two lines changes in one', () => {
    expect(put(criterionSpot(doc, criteria[0]!), 'more', 'less')).toBe(doc.replace('more of', 'less of'))
    expect(put(criterionSpot(doc, criteria[0]!), 'thing and', 'thing, and')).toBe(doc.replace('one thing', 'one thing,'))
    expect(put(criterionSpot(doc, criteria[1]!), 'two', 'two!')).toBe(doc.replace('two', 'two!'))
    expect(put(criterionSpot('- [ ] ends', { text: 'ends', checked: false, line: 1 }), 'ends', 'ends here')).toBe('- [ ] ends here')
  })
  it('a criterion that is not at its line is left alone', () => {
    expect(criterionSpot(doc, { ...criteria[1]!, line: 12 })).toBeNull()
    expect(criterionSpot(doc, { ...criteria[1]!, line: 13 })).toBeNull()
  })
})

describe('criteria change places', () => {
  it('with all that belongs to them', () => {
    const lines = doc.split('\r\n')
    const moved = [...lines.slice(0, 11), lines[13], lines[14], lines[11], lines[12], ...lines.slice(15)].join('\r\n')
    expect(moveCriterion(doc, section, criteria[1]!, -1)).toBe(moved)
    expect(moveCriterion(doc, section, criteria[0]!, 1)).toBe(moved)
  })
  it('and stay at the ends of the list', () => {
    expect(moveCriterion(doc, section, criteria[0]!, -1)).toBe(doc)
    expect(moveCriterion(doc, section, criteria[2]!, 1)).toBe(doc)
  })
  it('in numbered lists, between blank lines and at the end of the file', () => {
    const text = '## A\n\n1. [ ] a\n\n2. [x] b'
    const two = [{ text: 'a', checked: false, line: 3 }, { text: 'b', checked: true, line: 5 }]
    expect(moveCriterion(text, { ...section, acceptance_criteria: two }, two[0]!, 1)).toBe('## A\n\n1. [x] b\n\n2. [ ] a')
  })
  it('over those below them, not with them', () => {
    const text = '- [ ] a\n  - [ ] a1\n- [ ] b\n'
    const three = ['a', 'a1', 'b'].map((words, i) => ({ text: words, checked: false, line: i + 1 }))
    const all = { ...section, acceptance_criteria: three }
    expect(moveCriterion(text, all, three[0]!, 1)).toBe('- [ ] b\n- [ ] a\n  - [ ] a1\n')
    expect(moveCriterion(text, all, three[1]!, 1)).toBe(text)
  })
})

describe('evidence behind a blank line', () => {
  it('belongs to its criterion, another comment does not', () => {
    const proof = '\n<!-- a note -->\n<!-- canon:realized-in:PR#1 file:a.c -->\n'
    expect(removeCriterion(`- [ ] a\n${proof}\nText.\n`, 1)).toBe('\nText.\n')
    expect(removeCriterion('- [ ] a\n\n<!-- a note -->\nText.\n', 1)).toBe('\n<!-- a note -->\nText.\n')
  })
})

describe('line numbers of a text before', () => {
  it('count while no line has come or gone', () => {
    const text = '- [ ] a\n- [ ] b\n- [ ] b\n'
    expect(isStillAt(text, text.replace('[ ] a', '[x] a'), 2)).toBe(true)
    expect(isStillAt(text, text.replace('[ ] a', '[x] a'), 1)).toBe(true)
    expect(isStillAt(text, text.replace(' a', ' c'), 1)).toBe(false)
    expect(isStillAt(text, removeCriterion(text, 2), 2)).toBe(false)
  })
})

describe('the list of criteria', () => {
  const bare = { ...section, start_line: 1, acceptance_criteria: [] as Criterion[] }
  it('begins under the heading that is there', () => {
    const heading = '## A\n\n### Acceptance criteria:\n'
    expect(addCriterion(heading, { ...bare, end_line: 3 }, 'x')).toBe(`${heading}\n- [ ] x\n`)
    expect(addCriterion(`${heading}\nAfter.\n`, { ...bare, end_line: 5 }, 'x')).toBe(`${heading}\n- [ ] x\n\nAfter.\n`)
    expect(addCriterion(`${heading}After.\n`, { ...bare, end_line: 4 }, 'x')).toBe(`${heading}\n- [ ] x\n\nAfter.\n`)
  })
  it('goes on with its numbers', () => {
    const text = '## A\n\n1. [ ] a\n'
    expect(addCriterion(text, { ...bare, end_line: 3, acceptance_criteria: [{ text: 'a', checked: false, line: 3 }] }, 'b')).toBe(`${text}2. [ ] b\n`)
  })
  it('loses a criterion with its second paragraph', () => {
    expect(removeCriterion('- [ ] a\n\n  More.\n\n- [ ] b\n', 1)).toBe('\n- [ ] b\n')
  })
})
