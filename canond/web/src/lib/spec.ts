// What the spec page does with the HTML the server made: sections that fold,
// anchors of criteria, evidence, the section that is being read.
import { filePath } from '../api/client'
import type { AcceptanceCriterion, SpecSection } from '../api/types'
import { everyOne } from './lists'

type Evidence = AcceptanceCriterion['realized_in']

/** Anchor of the n-th criterion of a section. */
export function criterionId(section: string, n: number): string {
  return `${section}-ac-${n + 1}`
}

/** The numbers that documents give their sections; the HTML of the server leaves them out. Once per rendering. */
export function numberHeadings(body: HTMLElement, sections: Pick<SpecSection, 'id' | 'section_number'>[]): void {
  for (const { id, section_number } of sections) {
    const heading = section_number && body.querySelector(`#${CSS.escape(`section-${id}`)}`)?.querySelector('h2, h3, h4, h5, h6')

    if (!heading || heading.querySelector(':scope > .section-number')) continue
    heading.prepend(element('span', 'section-number', section_number), ' ')
  }
}

function element(name: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(name)

  if (className) made.className = className
  made.textContent = text
  return made
}

/** What folds; a section that folds already is left as it is. */
function foldSection(box: HTMLElement, isDone: boolean): void {
  const heading = box.querySelector(':scope > :is(h2, h3, h4, h5, h6)')
  const state = box.querySelector(':scope > .spec-state')

  if (!heading) return
  const details = document.createElement('details')
  const summary = document.createElement('summary')
  const rest = element('div', 'section-body')

  rest.append(...[...box.childNodes].filter((node) => node !== heading && node !== state))
  summary.append(heading)
  if (state) {
    // a link inside of what folds cannot be told from the folding
    const links = [...state.querySelectorAll('a')].map((link) => link.closest('.ticket') ?? link)
    if (links.length) {
      const line = element('p', 'spec-state')
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
function addEvidence(line: HTMLElement, refs: Evidence, repository: string): HTMLElement {
  for (const ref of refs) {
    const parts: [string, string][] = []

    if (ref.pr_number) parts.push([`PR #${ref.pr_number}`, `${repository}/pull/${ref.pr_number}`])
    else line.append(element('span', '', 'Audit'), ' ')
    if (ref.file_path) {
      const lines = /^(\d+)(?:-(\d+))?$/.exec(ref.lines ?? '')
      const anchor = lines ? `#L${lines[1]}${lines[2] ? `-L${lines[2]}` : ''}` : ''
      parts.push([
        `${ref.file_path}${ref.lines ? `:${ref.lines}` : ''}`,
        `${repository}/blob/HEAD/${filePath(ref.file_path)}${anchor}`,
      ])
    }
    for (const [text, address] of parts) {
      const part = element(repository ? 'a' : 'span', '', text)
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
    const button = element('button', 'anchor no-print', '#') as HTMLButtonElement

    item.id = criterionId(box.id, n)
    button.type = 'button'
    button.setAttribute('aria-label', `Copy link to criterion ${n + 1}`)
    item.append(button)
    item.querySelector('input')?.setAttribute('aria-label', `Criterion ${n + 1}`)
    if (criteria[n]?.realized_in.length) item.append(addEvidence(element('span', 'evidence'), criteria[n].realized_in, repository))
  })
}

/** "5/8" beside the state: the criteria of a section and of those below it. */
function countCriteria(box: HTMLElement, section: SpecSection): void {
  const criteria = everyOne([section]).flatMap((part) => part.acceptance_criteria)
  const state = box.querySelector(':scope > details > summary > .spec-state')
  const done = criteria.filter((item) => item.checked).length

  if (!criteria.length || !state) return
  const counts = element('span', 'section-count')
  const short = element('span', '', `${done}/${criteria.length}`)
  short.setAttribute('aria-hidden', 'true')
  counts.append(short, element('span', 'unseen', `${done} of ${criteria.length} criteria done`))
  state.append(counts)
}

/** What realises a section as a whole, after its text. */
function addOwnEvidence(box: HTMLElement, refs: Evidence, repository: string): void {
  const rest = box.querySelector(':scope > details > .section-body')
  const text = rest?.querySelector(':scope > .prose')

  if (!rest || !refs.length) return
  const line = addEvidence(element('p', 'evidence', 'Evidence: '), refs, repository)
  if (text) text.after(line)
  else rest.prepend(line)
}

const watchers = new WeakMap<HTMLElement, IntersectionObserver>()

/** No more news of the section that is at the top. */
export function forgetSpec(body: HTMLElement): void {
  watchers.get(body)?.disconnect()
  watchers.delete(body)
}

/**
 * After every answer: the same HTML may come with other evidence. `repository`:
 * where its files and pull requests are seen, or "". `seen` is told which
 * section is at the top.
 */
export function prepareSpec(
  body: HTMLElement,
  sections: SpecSection[],
  repository: string,
  seen: (id: string) => void,
): void {
  const known = new Map(sections.map((section) => [`section-${section.id}`, section]))
  const watcher = new IntersectionObserver(
    (entries) => {
      const entry = entries.find((item) => item.isIntersecting)
      if (entry) seen(entry.target.id)
    },
    { rootMargin: '-80px 0px -70% 0px' },
  )

  forgetSpec(body)
  watchers.set(body, watcher)
  for (const old of body.querySelectorAll('.anchor, .evidence, .section-count')) old.remove()
  numberHeadings(body, sections)
  for (const box of body.querySelectorAll<HTMLElement>('.spec-section')) {
    const section = known.get(box.id)
    foldSection(box, section?.status.state === 'done')
    numberCriteria(box, section?.acceptance_criteria ?? [], repository)
    if (section) {
      countCriteria(box, section)
      addOwnEvidence(box, section.realized_in ?? [], repository)
    }
    watcher.observe(box)
  }
}

/** Where a reader is: what is open, and which section is at which height. */
export interface Place {
  open: Map<string, boolean>
  id: string
  top: number
}

export function placeOf(body: HTMLElement): Place {
  const place: Place = { open: new Map(), id: '', top: 0 }

  for (const box of body.querySelectorAll<HTMLElement>('.spec-section')) {
    const own = box.querySelector<HTMLDetailsElement>(':scope > details')
    const { top, bottom } = box.getBoundingClientRect()
    if (own) place.open.set(box.id, own.open)
    if (top <= innerHeight / 2 && bottom > 0) Object.assign(place, { id: box.id, top })
  }
  return place
}

/** Other HTML of the same spec, and the reader where they were. */
export function returnTo(body: HTMLElement, { open, id, top }: Place): void {
  for (const [name, isOpen] of open) {
    const own = body.querySelector<HTMLDetailsElement>(`#${CSS.escape(name)} > details`)
    if (own) own.open = isOpen
  }
  const box = id ? body.querySelector(`#${CSS.escape(id)}`) : null
  if (box) scrollBy(0, box.getBoundingClientRect().top - top)
}

/** Open what hides an element, and go there. Tickets name sections, and other tools headings, without what `render` puts before them. */
export function revealSection(body: HTMLElement, id: string): void {
  const names = id ? ['', 'section-', 'h-'] : []
  const target = names.map((prefix) => body.querySelector<HTMLElement>(`#${CSS.escape(prefix + id)}`)).find(Boolean)

  for (let at: HTMLElement | null | undefined = target; at && at !== body; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true
  }
  const own = target?.querySelector(':scope > details')
  if (own instanceof HTMLDetailsElement) own.open = true
  target?.scrollIntoView()
}

/** The next (1) or previous (-1) section comes to the top; keys that fold are for it. */
export function stepSection(body: HTMLElement, step: 1 | -1): void {
  const boxes = [...body.querySelectorAll<HTMLElement>('.spec-section')].filter((box) => !box.parentElement?.closest('details:not([open])'))
  const tops = boxes.map((box) => box.getBoundingClientRect().top - 81)
  const own = boxes.findIndex((box) => box === document.activeElement?.closest('.spec-section'))
  const isSeen = own >= 0 && tops[own]! >= -81 && tops[own]! < innerHeight - 81
  // the last ones do not come to the top
  const at = isSeen ? own + step : step > 0 ? tops.findIndex((top) => top > 1) : tops.findLastIndex((top) => top < -1)

  boxes[at]?.scrollIntoView()
  boxes[at]?.querySelector('summary')?.focus({ preventScroll: true })
}

/** Paper does not unfold: everything is open while it is printed. Gives what ends this. */
export function unfoldForPrint(body: () => HTMLElement | null): () => void {
  let folded: HTMLDetailsElement[] = []
  const before = (): void => {
    folded = [...(body()?.querySelectorAll<HTMLDetailsElement>('details:not([open])') ?? [])]
    for (const part of folded) part.open = true
  }
  const after = (): void => {
    for (const part of folded) part.open = false
    folded = []
  }

  addEventListener('beforeprint', before)
  addEventListener('afterprint', after)
  return () => {
    removeEventListener('beforeprint', before)
    removeEventListener('afterprint', after)
  }
}
