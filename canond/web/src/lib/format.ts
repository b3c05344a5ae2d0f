// Words, numbers and times as people read them.

/** What is not written as the rest. */
const names: Record<string, string> = { adr: 'ADR', github: 'GitHub', readme: 'README' }

/** A state or another name of the API: "in_progress" to "In Progress", as in documents the server draws. */
export function words(name: string): string {
  return names[name] ?? name.trim().replace(/(^|_+)(.?)/g, (_, gap: string, letter: string) => (gap && ' ') + letter.toUpperCase())
}

/** "1 spec", "2 specs". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, ',')} ${n === 1 ? one : many}`
}

/** Part of a whole in percent; NaN when there is no whole. */
export function percent(part: number, whole: number): number {
  return whole > 0 ? (100 * part) / whole : NaN
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
// made when it is needed: its tables take long to load
let relative: Intl.RelativeTimeFormat | undefined

function format(n: number, unit: Intl.RelativeTimeFormatUnit): string {
  relative ??= new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  return relative.format(Math.round(n), unit)
}

/** "3 days ago". */
export function ago(date: Date, now = new Date()): string {
  const seconds = (date.getTime() - now.getTime()) / 1000

  for (const [unit, size] of units) if (Math.abs(seconds) >= size) return format(seconds / size, unit)
  return 'just now'
}

/** A day has no hours: "today", "yesterday", "3 days ago". */
function agoDay(day: Date, now: Date): string {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate())
  const days = Math.round((day.getTime() - midnight.getTime()) / 86_400_000)

  return Math.abs(days) < 7 ? format(days, 'day') : ago(day, midnight)
}

/**
 * What people and the API write as a time. A day is one of the calendar here,
 * not the midnight of Greenwich. Null for "soon" and other texts that are none.
 */
export function readTime(text: string, now = new Date()): { machine: string; full: string; relative: string } | null {
  const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text.trim())

  if (day) {
    const [year, month, date] = [Number(day[1]), Number(day[2]) - 1, Number(day[3])]
    const at = new Date(year, month, date)
    if (at.getMonth() !== month || at.getDate() !== date) return null
    return { machine: day[0], full: at.toLocaleDateString(), relative: agoDay(at, now) }
  }
  const at = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text.trim()) ? new Date(text.trim()) : null

  if (!at || Number.isNaN(at.getTime())) return null
  return { machine: at.toISOString(), full: at.toLocaleString(), relative: ago(at, now) }
}
