import { describe, expect, it } from 'vitest'
import type { Section } from '../src/editor/api'
import { addCriterion, removeCriterion, tickCriterion } from '../src/editor/lines'

const section = (over: Partial<Section>): Section =>
  ({ start_line: 1, end_line: 6, depth: 2, children: [], acceptance_criteria: [], ...over }) as Section

describe('criteria as lines', () => {
  const text = '## A\r\n\r\n* [ ] one\r\n  more of one\r\n  <!-- canon:realized-in:PR#1 -->\r\n* [x] two\r\n\r\nend'

  it('ticks a box and leaves every other byte', () => {
    expect(tickCriterion(text, 3, true)).toBe(text.replace('[ ] one', '[x] one'))
    expect(tickCriterion(text, 6, false)).toBe(text.replace('[x] two', '[ ] two'))
  })
  it('changes nothing where there is no criterion', () => {
    expect(tickCriterion(text, 4, true)).toBe(text)
    expect(tickCriterion(text, 99, true)).toBe(text)
    expect(removeCriterion(text, 1)).toBe(text)
  })
  it('removes a criterion with all that belongs to it', () => {
    expect(removeCriterion(text, 3)).toBe('## A\r\n\r\n* [x] two\r\n\r\nend')
  })
  it('adds to the list, in its own style and line ends', () => {
    const s = section({ acceptance_criteria: [{ text: 'two', checked: true, line: 6 }] })
    expect(addCriterion(text, s, '  three\nthings ')).toBe(text.replace('two\r\n', 'two\r\n* [ ] three things\r\n'))
  })
  it('begins a list under a heading of its own', () => {
    expect(addCriterion('## A\n\nprose\n', section({ end_line: 3 }), 'x')).toBe('## A\n\nprose\n\n### Acceptance Criteria\n\n- [ ] x\n')
  })
  it('ends a last line that has no end', () => {
    const s = section({ acceptance_criteria: [{ text: 'a', checked: false, line: 1 }] })
    expect(addCriterion('- [ ] a', s, 'b')).toBe('- [ ] a\n- [ ] b\n')
  })
})
