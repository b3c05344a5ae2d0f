// Words and numbers as people read them.
import { entryOf } from './table'

/** What is not written as the rest. */
const names: Record<string, string> = { adr: 'ADR', github: 'GitHub', readme: 'README' }

/** A state or another name of the API: "in_progress" to "In Progress", as in documents the server draws. */
export function words(name: string): string {
  return entryOf(names, name) ?? name.trim().replace(/(^|_+)(.?)/g, (_, gap: string, letter: string) => (gap && ' ') + letter.toUpperCase())
}

/** "1 spec", "2 specs". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, ',')} ${n === 1 ? one : many}`
}

/** Part of a whole in percent; NaN when there is no whole. */
export function percent(part: number, whole: number): number {
  return whole > 0 ? (100 * part) / whole : NaN
}

/** A percentage, or why there is none. */
export function figure(value: number, whole: number): string {
  return whole > 0 ? `${value.toFixed(1)} %` : '—'
}

/** The same of what is counted here, rounded as the server does: of two that are equally near, the even one. */
export function share(part: number, whole: number): string {
  const value = (part / whole) * 100
  return figure(value % 1 === 0.25 ? Math.floor(value) + 0.2 : value, whole)
}
