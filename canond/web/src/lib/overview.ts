// What the dashboard says about an organisation, computed from its overview.
import type { OrgOverview, RepoSummary, SpecSummary } from '../api/types'

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

/** How often each value occurs, most frequent first. */
export function countBy(entries: SpecEntry[], value: (entry: SpecEntry) => string): [string, number][] {
  const counts = new Map<string, number>()

  for (const entry of entries) {
    const key = value(entry)
    if (key) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
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

/** At most nine specs that need somebody, most pressing first. */
export function attention(entries: SpecEntry[], most = 9): (SpecEntry & { reasons: string[] })[] {
  const weight = (reasons: string[]): number =>
    reasons.includes('blocked') ? 3 : reasons.includes('stale') ? 2 : reasons.length > 0 ? 1 : 0

  return entries
    .map((entry) => ({ ...entry, reasons: reasonsOf(entry.spec) }))
    .filter((entry) => entry.reasons.length > 0)
    .sort((a, b) => weight(b.reasons) - weight(a.reasons))
    .slice(0, most)
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
