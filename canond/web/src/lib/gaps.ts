// What is missing, spec by spec.
import type { OrgOverview } from '../api/types'
import { flatten, type SpecEntry } from './overview'

export type Missing = 'criteria' | 'evidence'

export interface Gap extends SpecEntry {
  missing: number
}

/** Specs with criteria that are open, or without evidence; the widest gaps first. */
export function gaps(overview: OrgOverview, kind: Missing, repo: string, team: string): Gap[] {
  const list: Gap[] = []

  for (const entry of flatten(overview)) {
    const { spec } = entry
    const missing = spec.total_ac - (kind === 'criteria' ? spec.done_ac : (spec.realized_ac ?? 0))

    if (missing > 0 && (!repo || entry.repo.full_name.toLowerCase() === repo.toLowerCase()) && (!team || spec.team.toLowerCase() === team.toLowerCase()))
      list.push({ ...entry, missing })
  }
  return list.sort((a, b) => b.missing - a.missing)
}
