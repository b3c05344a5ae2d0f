// What the spec page does with the HTML the server made: sections that fold,
// anchors of criteria, the section that is being read.
import { filePath } from '../api/client'
import type { AcceptanceCriterion, SpecSection } from '../api/types'

/** Sections and those below them, in order. */
export function everySection(sections: SpecSection[]): SpecSection[] {
  return sections.flatMap((section) => [section, ...everySection(section.children ?? [])])
}

/** Anchor of the n-th criterion of a section. */
export function criterionId(section: string, n: number): string {
  return `${section}-ac-${n + 1}`
}

/** The numbers that documents give their sections; the HTML of the server leaves them out. Once per rendering. */
export function numberHeadings(body: HTMLElement, sections: Pick<SpecSection, 'id' | 'section_number'>[]): void {
  for (const { id, section_number } of sections) {
    const heading = section_number && body.querySelector(`#${CSS.escape(`section-${id}`)}`)?.querySelector('h2, h3, h4, h5, h6')

    if (!heading || heading.querySelector(':scope > .section-number')) continue
    const number = document.createElement('span')
    number.className = 'section-number'
    number.textContent = section_number
    heading.prepend(number, ' ')
  }
}

function foldSection(box: HTMLElement, isDone: boolean): void {
  const heading = box.querySelector(':scope > :is(h2, h3, h4, h5, h6)')
  const state = box.querySelector(':scope > .spec-state')

  if (!heading) return
  const details = document.createElement('details')
  const summary = document.createElement('summary')
  const rest = document.createElement('div')

  rest.className = 'section-body'
  rest.append(...[...box.childNodes].filter((node) => node !== heading && node !== state))
  summary.append(heading)
  if (state) {
    // a link inside of what folds cannot be told from the folding
    const links = [...state.querySelectorAll('a')].map((link) => link.closest('.ticket') ?? link)
    if (links.length) {
      const line = document.createElement('p')
      line.className = 'spec-state'
      line.append(...links)
      rest.prepend(line)
    }
    summary.append(state)
  }
  details.append(summary, rest)
  details.open = !isDone
  box.append(details)
}

/** "PR #140 src/audit.c:22-130", as links where the repository has addresses. */
function evidence(refs: AcceptanceCriterion['realized_in'], repository: string): HTMLElement {
  const line = document.createElement('span')

  line.className = 'evidence'
  for (const ref of refs) {
    const parts: [string, string][] = []

    if (ref.pr_number) parts.push([`PR #${ref.pr_number}`, `${repository}/pull/${ref.pr_number}`])
    if (ref.file_path) {
      const lines = /^(\d+)(?:-(\d+))?$/.exec(ref.lines ?? '')
      const anchor = lines ? `#L${lines[1]}${lines[2] ? `-L${lines[2]}` : ''}` : ''
      parts.push([
        `${ref.file_path}${ref.lines ? `:${ref.lines}` : ''}`,
        `${repository}/blob/HEAD/${filePath(ref.file_path)}${anchor}`,
      ])
    }
    for (const [text, address] of parts) {
      const part = document.createElement(repository ? 'a' : 'span')
      part.textContent = text
      if (part instanceof HTMLAnchorElement) {
        part.href = address
        part.rel = 'noopener nofollow'
      }
      line.append(part, ' ')
    }
  }
  return line
}

function numberCriteria(box: HTMLElement, criteria: AcceptanceCriterion[], repository: string): void {
  const items = box.querySelectorAll<HTMLElement>(':scope > details > .section-body > ul.criteria > li')

  items.forEach((item, n) => {
    const link = document.createElement('a')

    item.id = criterionId(box.id, n)
    link.href = `#${item.id}`
    link.className = 'anchor no-print'
    link.setAttribute('aria-label', `Link to criterion ${n + 1}`)
    link.textContent = '#'
    item.append(link)
    item.querySelector('input')?.setAttribute('aria-label', `Criterion ${n + 1}`)
    if (criteria[n]?.realized_in.length) item.append(evidence(criteria[n].realized_in, repository))
  })
}

/**
 * Once per rendering. `repository`: where its files and pull requests are seen,
 * or "". `seen` is told which section is at the top.
 */
export function prepareSpec(
  body: HTMLElement,
  sections: SpecSection[],
  repository: string,
  seen: (id: string) => void,
): void {
  const known = new Map(sections.map((section) => [`section-${section.id}`, section]))
  const boxes = [...body.querySelectorAll<HTMLElement>('.spec-section')]
  const watcher = new IntersectionObserver(
    (entries) => {
      const entry = entries.find((item) => item.isIntersecting)
      if (entry) seen(entry.target.id)
    },
    { rootMargin: '-80px 0px -70% 0px' },
  )

  numberHeadings(body, sections)
  for (const box of boxes) {
    foldSection(box, known.get(box.id)?.status.state === 'done')
    numberCriteria(box, known.get(box.id)?.acceptance_criteria ?? [], repository)
    watcher.observe(box)
  }
}

/** Open what hides an element, and go there. */
export function revealSection(body: HTMLElement, id: string): void {
  const target = id ? body.querySelector<HTMLElement>(`#${CSS.escape(id)}`) : null

  for (let at: HTMLElement | null | undefined = target; at && at !== body; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true
  }
  const own = target?.querySelector(':scope > details')
  if (own instanceof HTMLDetailsElement) own.open = true
  target?.scrollIntoView()
}

/** The next (1) or previous (-1) section comes to the top. */
export function stepSection(body: HTMLElement, step: number): void {
  const boxes = [...body.querySelectorAll<HTMLElement>('.spec-section')]
  const tops = boxes.map((box) => box.getBoundingClientRect().top - 81)
  const at = step > 0 ? tops.findIndex((top) => top > 1) : tops.findLastIndex((top) => top < -1)

  boxes[at]?.scrollIntoView()
}
