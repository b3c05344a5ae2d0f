/** "in_progress" to "In progress". */
export function words(state: string): string {
  const text = state.replaceAll('_', ' ').trim()
  return text.charAt(0).toUpperCase() + text.slice(1)
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

/** "3 days ago". */
export function ago(date: Date, now = new Date()): string {
  const seconds = (date.getTime() - now.getTime()) / 1000

  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) {
      relative ??= new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
      return relative.format(Math.round(seconds / size), unit)
    }
  }
  return 'just now'
}
