import { reactive, readonly } from 'vue'
import { ask, path } from '../api/client'
import type { Session } from '../api/types'

const nobody: Session = {
  user: null,
  org: '',
  orgs: [],
  permissions: [],
  github_user: null,
  posthog_key: '',
  posthog_host: '',
  auth_enabled: false,
  auth_mode: '',
  environment: 'production',
} as unknown as Session

const state = reactive<Session>({ ...nobody, ...(window.__CANON__ ?? {}) })

/** Who is using the application, as the server put it into the page. */
export const session = readonly(state) as Session

/** What the server put into a public page. */
export const pageData: unknown = window.__CANON__?.page

export function may(permission: string): boolean {
  return (state.permissions as string[]).includes(permission)
}

/** Ask again, after a login in another window. */
export async function renewSession(org: string): Promise<void> {
  Object.assign(state, await ask<Session>(path`/app/${org}/api/session`))
}

/** Where to sign in, and to come back to. */
export function loginAddress(): string {
  const here = location.pathname + location.search + location.hash
  return `/auth/login?next=${encodeURIComponent(here)}`
}
