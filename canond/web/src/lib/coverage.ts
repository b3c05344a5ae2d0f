import type { CoverageResponse } from '../api/types'

export { figure } from './format'

export function band(score: number): string {
  if (score >= 80) return 'excellent'
  if (score >= 60) return 'good'
  return score >= 40 ? 'growing' : 'getting started'
}

function cell(value: unknown): string {
  const text = String(value)
  // A cell that begins like a formula is one to a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text

  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Summary and breakdowns as RFC 4180 has it. */
export function csv(data: CoverageResponse): string {
  const columns = Object.keys(data.summary)
  const lines: unknown[][] = [['group', 'name', ...columns]]
  const row = (group: string, name: string, item: Record<string, unknown>): unknown[] => [
    group,
    name,
    ...columns.map((column) => item[column] ?? ''),
  ]

  lines.push(row('all', '', data.summary as unknown as Record<string, unknown>))
  for (const [group, items] of [
    ['repository', data.breakdown_by_repo],
    ['team', data.breakdown_by_team],
  ] as const) {
    for (const [name, item] of Object.entries(items)) lines.push(row(group, name, item as unknown as Record<string, unknown>))
  }
  return lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')
}
