import type { ApiKey } from '../api/types'
import { count } from './format'

const day = 86_400_000

export interface KeyRemark {
  text: string
  /** Of a badge. */
  colour: 'green' | 'amber' | 'grey'
}

/** How a key is doing; several things may be so at once. */
export function keyRemarks(key: ApiKey, now = Date.now()): KeyRemark[] {
  const expires = key.expires_at ? Date.parse(key.expires_at) : null
  const used = Date.parse(key.last_used_at ?? key.created_at)
  const remarks: KeyRemark[] = []

  if (key.revoked_at) return [{ text: 'Revoked', colour: 'grey' }]
  if (expires !== null && expires <= now) return [{ text: 'Expired', colour: 'grey' }]
  if (expires !== null && expires - now < 14 * day) remarks.push({ text: `Expires in ${count(Math.ceil((expires - now) / day), 'day')}`, colour: 'amber' })
  if (now - used > 90 * day) remarks.push({ text: 'Unused for 90 days', colour: 'amber' })
  return remarks.length ? remarks : [{ text: 'Active', colour: 'green' }]
}

/** A line for a shell that asks for the tasks with a key. */
export function curlLine(origin: string, org: string, key: string): string {
  return `curl -H "Authorization: Bearer ${key}" ${origin}/app/${encodeURIComponent(org)}/api/tasks`
}
