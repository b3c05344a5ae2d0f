import type { ApiKey } from '../api/types'

const day = 86_400_000

export interface KeyRemark {
  text: string
  look: 'good' | 'warn' | 'gone'
}

const days = (n: number): string => `${n} ${n === 1 ? 'day' : 'days'}`

/** How a key is doing; several things may be so at once. */
export function keyRemarks(key: ApiKey, now = Date.now()): KeyRemark[] {
  const expires = key.expires_at ? Date.parse(key.expires_at) : null
  const used = Date.parse(key.last_used_at ?? key.created_at)
  const remarks: KeyRemark[] = []

  if (key.revoked_at) return [{ text: 'Revoked', look: 'gone' }]
  if (expires !== null && expires <= now) return [{ text: 'Expired', look: 'gone' }]
  if (expires !== null && expires - now < 14 * day) remarks.push({ text: `Expires in ${days(Math.ceil((expires - now) / day))}`, look: 'warn' })
  if (now - used > 90 * day) remarks.push({ text: 'Unused for 90 days', look: 'warn' })
  return remarks.length ? remarks : [{ text: 'Active', look: 'good' }]
}

/** A line for a shell that asks for the tasks with a key. */
export function curlLine(origin: string, org: string, key: string): string {
  return `curl -H "Authorization: Bearer ${key}" ${origin}/app/${encodeURIComponent(org)}/api/tasks`
}
