// Times as people read them.

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
