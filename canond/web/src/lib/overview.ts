// What the dashboard says about an organisation, computed from its overview.
import type { OrgOverview, RepoSummary, SpecSummary } from '../api/types'
import { firstOf } from './lists'

export interface SpecEntry {
  repo: RepoSummary
  spec: SpecSummary
}

export interface Filters {
  team: string
  status: string
  review: string
  repo: string
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
      (!filters.repo || repo.full_name === filters.repo),
  )
}

/** Reasons to look at a spec, most pressing first. */
export function reasonsOf(spec: SpecSummary): string[] {
  const reasons: string[] = []

  if (spec.status === 'blocked') reasons.push('blocked')
  if (spec.is_stale) reasons.push('stale')
  if (spec.status === 'done' && spec.done_ac < spec.total_ac) reasons.push('done, with open criteria')
  if (!spec.owner) reasons.push('no owner')
  return reasons
}

const weightOf = (reasons: string[]): number =>
  reasons.includes('blocked') ? 3 : reasons.includes('stale') ? 2 : 1

/** At most nine specs that need somebody, most pressing first. */
export function attention(entries: SpecEntry[], most = 9): (SpecEntry & { reasons: string[] })[] {
  const pressing: (SpecEntry & { reasons: string[]; weight: number })[] = []

  for (const entry of entries) {
    const reasons = reasonsOf(entry.spec)
    if (reasons.length > 0) pressing.push({ ...entry, reasons, weight: weightOf(reasons) })
  }
  return firstOf(pressing, most, (a, b) => b.weight - a.weight)
}

export function sums(entries: SpecEntry[]): {
  criteria: number
  doneCriteria: number
  done: number
  blocked: number
  stale: number
  ownerless: number
} {
  const total = { criteria: 0, doneCriteria: 0, done: 0, blocked: 0, stale: 0, ownerless: 0 }

  for (const { spec } of entries) {
    total.criteria += spec.total_ac
    total.doneCriteria += spec.done_ac
    if (spec.status === 'done') total.done++
    if (spec.status === 'blocked') total.blocked++
    if (spec.is_stale) total.stale++
    if (!spec.owner) total.ownerless++
  }
  return total
}
