import type { CoverageResponse } from '../api/types'

export function band(score: number): string {
  if (score >= 80) return 'excellent'
  if (score >= 60) return 'good'
  return score >= 40 ? 'growing' : 'getting started'
}

export type Counts = CoverageResponse['summary']

/** Of what a figure is a part: without it there is no figure. */
export function wholeOf(column: keyof Counts, counts: Counts): number {
  if (column === 'total_specs') return 1
  return column === 'section_coverage_pct' || column === 'health_score' ? counts.total_sections : counts.total_ac
}

/** 1 to 730, as the server takes them. */
export function daysOf(text: unknown): number {
  const days = Number(text ?? 30)
  return Number.isInteger(days) && days >= 1 && days <= 730 ? days : 30
}

// --- files ---

function cell(value: unknown): string {
  const text = String(value)
  // A cell that begins like a formula is one to a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text

  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** As RFC 4180 has it. */
const table = (lines: unknown[][]): string => lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('')

/** Summary and breakdowns. */
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
  return table(lines)
}

const trendColumns = ['date', 'total_sections', 'done_sections', 'total_ac', 'done_ac', 'realized_ac'] as const

/** One line a day. */
export function trendCsv(points: CoverageResponse['trend']): string {
  return table([[...trendColumns], ...points.map((point) => trendColumns.map((column) => point[column]))])
}

// --- the badge ---

const asLabel = (text: string): string => text.replace(/[[\]\\]/g, '\\$&')

/** Address of the picture, and the Markdown that shows it with a link to the page. */
export function badge(origin: string, org: string, repo: string, team: string): { src: string; markdown: string } {
  const query = new URLSearchParams({ ...(repo && { repo }), ...(team && { team }) }).toString()
  const tail = query ? `?${query}` : ''
  const base = `${origin}/app/${encodeURIComponent(org)}`
  const src = `${base}/badge.svg${tail}`

  return { src, markdown: `[![Specs of ${asLabel(repo || team || org)}](${src})](${base}/coverage${tail})` }
}
