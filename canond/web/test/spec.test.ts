import { describe, expect, it } from 'vitest'
import { numberHeadings, prepareSpec } from '../src/lib/spec'
import type { SpecSection } from '../src/api/types'

const section = (id: string, section_number: string | null, state = 'todo'): SpecSection =>
  ({ id, section_number, title: id, status: { state }, acceptance_criteria: [], children: [] }) as unknown as SpecSection

function body(): HTMLElement {
  const box = document.createElement('div')
  const one = (id: string, title: string, inner = ''): string => `<div class="spec-section" id="section-${id}"><h3>${title}</h3><div class="spec-state"></div><p>text</p>${inner}</div>`
  box.innerHTML = one('2-a', 'A', one('2.1-b', 'B')) + one('c', 'C')
  return box
}
const headings = (box: HTMLElement): (string | null)[] => [...box.querySelectorAll('h3')].map((heading) => heading.textContent)

describe('headings of sections', () => {
  const sections = [section('2-a', '2'), section('2.1-b', '2.1'), section('c', null)]

  it('have their numbers, each its own', () => {
    const box = body()
    numberHeadings(box, sections)
    expect(headings(box)).toEqual(['2 A', '2.1 B', 'C'])
  })
  it('have them once', () => {
    const box = body()
    numberHeadings(box, sections)
    prepareSpec(box, sections, '', () => {})
    expect(headings(box)).toEqual(['2 A', '2.1 B', 'C'])
  })
  it('keep their tickets, as links that do not fold', () => {
    const box = body()
    box.querySelector('.spec-state')!.innerHTML = '<span class="status-badge">todo</span> <span class="ticket"><a href="https://x.test/1">1</a></span>'
    prepareSpec(box, sections, '', () => {})
    expect(box.querySelectorAll('summary .ticket, summary a')).toHaveLength(0)
    expect(box.querySelector('.section-body > .spec-state')!.innerHTML).toBe('<span class="ticket"><a href="https://x.test/1">1</a></span>')
  })
  it('are what folds, and done sections are folded', () => {
    const box = body()
    prepareSpec(box, [section('2-a', '2', 'done'), ...sections.slice(1)], '', () => {})
    expect([...box.querySelectorAll('details')].map((part) => part.open)).toEqual([false, true, true])
    expect(box.querySelector('summary')!.textContent).toBe('2 A')
  })
})
