import type { ApiKey } from '../api/types'

const day = 86_400_000

/** How a key is doing, in a few words. */
export function keyState(key: ApiKey, now = Date.now()): string {
  const expires = key.expires_at ? Date.parse(key.expires_at) : null
  const used = Date.parse(key.last_used_at ?? key.created_at)

  if (key.revoked_at) return 'revoked'
  if (expires !== null && expires <= now) return 'expired'
  if (expires !== null && expires - now < 14 * day) {
    const left = Math.ceil((expires - now) / day)
    return `expires in ${left} ${left === 1 ? 'day' : 'days'}`
  }
  return now - used > 90 * day ? 'unused for 90 days' : 'active'
}
