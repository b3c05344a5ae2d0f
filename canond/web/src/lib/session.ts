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

let renewing: Promise<boolean> | null = null

/** Ask who it is now, after a login in another tab: once for all who wait. False: there was no answer. */
export function renewSession(): Promise<boolean> {
  // pages of no organisation have other names there
  const org = /^\/app\/(?!(?:admin|no-org|choose-org)\/)([\w.-]+)\//.exec(location.pathname)?.[1] ?? state.org

  renewing ??= ask<Session>(path`/app/${org}/api/session`)
    .then((now) => {
      Object.assign(state, now)
      return true
    })
    .catch(() => false)
    .finally(() => (renewing = null))
  return renewing
}

/** Where to sign in, and to come back to. */
export function loginAddress(to = location.pathname + location.search + location.hash): string {
  return `/auth/login?next=${encodeURIComponent(to)}`
}
