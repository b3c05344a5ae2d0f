// What the dashboard says about an organisation, computed from its overview.
import type { OrgOverview, RepoSummary, SpecSummary } from '../api/types'
import { firstOf } from './lists'
import { entryOf } from './table'

export interface SpecEntry {
  repo: RepoSummary
  spec: SpecSummary
}

export interface Filters {
  team: string
  status: string
  review: string
  repo: string
  /** One of `attentions`, or "any". */
  attention?: string
}

interface Attention {
  text: string
  isOf: (spec: SpecSummary) => boolean
}

/** Reasons to look at a spec, most pressing first, by their names in addresses. */
export const attentions: Record<string, Attention> = {
  blocked: { text: 'blocked', isOf: (spec) => spec.status === 'blocked' },
  stale: { text: 'stale', isOf: (spec) => spec.is_stale },
  'done-open': { text: 'done, with open criteria', isOf: (spec) => spec.status === 'done' && spec.done_ac < spec.total_ac },
  ownerless: { text: 'no owner', isOf: (spec) => !spec.owner },
}
const reasons = Object.values(attentions)

function needs(spec: SpecSummary, attention: string): boolean {
  return attention === 'any' ? reasons.some((reason) => reason.isOf(spec)) : Boolean(entryOf(attentions, attention)?.isOf(spec))
}

export function flatten(overview: OrgOverview): SpecEntry[] {
  return overview.repos_with_specs.flatMap((repo) => repo.specs.map((spec) => ({ repo, spec })))
}

export function filterSpecs(entries: SpecEntry[], filters: Filters): SpecEntry[] {
  return entries.filter(
    ({ repo, spec }) =>
      (!filters.team || spec.team === filters.team) &&
      (!filters.status || spec.status === filters.status) &&
      (!filters.review || spec.review_status === filters.review) &&
      (!filters.repo || repo.full_name === filters.repo) &&
      (!filters.attention || needs(spec, filters.attention)),
  )
}

/** What `attentions` says of a spec. */
export function reasonsOf(spec: SpecSummary): string[] {
  return reasons.filter((reason) => reason.isOf(spec)).map((reason) => reason.text)
}

const weightOf = (reasons: string[]): number =>
  reasons.includes('blocked') ? 3 : reasons.includes('stale') ? 2 : 1

/** The first specs that need somebody, most pressing first. */
export function attention(entries: SpecEntry[], most = 9): (SpecEntry & { reasons: string[] })[] {
  const pressing: (SpecEntry & { reasons: string[]; weight: number })[] = []

  for (const entry of entries) {
    const reasons = reasonsOf(entry.spec)
    if (reasons.length > 0) pressing.push({ ...entry, reasons, weight: weightOf(reasons) })
  }
  return firstOf(pressing, most, (a, b) => b.weight - a.weight)
}

export interface Sums {
  criteria: number
  doneCriteria: number
  done: number
  blocked: number
  stale: number
  ownerless: number
  doneOpen: number
  /** Specs with a reason to look at them. */
  pressing: number
}

export function sums(entries: SpecEntry[]): Sums {
  const total: Sums = { criteria: 0, doneCriteria: 0, done: 0, blocked: 0, stale: 0, ownerless: 0, doneOpen: 0, pressing: 0 }

  for (const { spec } of entries) {
    total.criteria += spec.total_ac
    total.doneCriteria += spec.done_ac
    if (spec.status === 'done') total.done++
    if (spec.status === 'blocked') total.blocked++
    if (spec.is_stale) total.stale++
    if (!spec.owner) total.ownerless++
    if (needs(spec, 'done-open')) total.doneOpen++
    if (needs(spec, 'any')) total.pressing++
  }
  return total
}

/** How many specs each filter of attention leaves. */
export function attentionCounts(total: Sums): [string, number][] {
  const counts: [string, number][] = [
    ['any', total.pressing],
    ['blocked', total.blocked],
    ['stale', total.stale],
    ['done-open', total.doneOpen],
    ['ownerless', total.ownerless],
  ]

  return counts.filter(([, n]) => n > 0)
}
