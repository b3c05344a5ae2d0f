// Scripts of pages: fetched before they are needed, and what to do when one of
// them is not to be had.
import type { RouteLocationNormalized, Router } from 'vue-router'
import { notice } from './notice'
import { may } from './session'

const mark = 'canon-loaded-anew'

/** Milliseconds after which a page that was opened has had its own requests. */
const calm = 2000

/** Load what other pages need while there is nothing else to do: they are there when the network is not. */
export function fetchPages(router: Router): void {
  const isThrifty = Boolean((navigator as { connection?: { saveData?: boolean } }).connection?.saveData)
  const loaders = router
    .getRoutes()
    .filter(({ meta }) => !isThrifty && !meta.open && (!meta.needs || may(meta.needs)))
    .map((route) => route.components?.default)
    .filter((page): page is () => Promise<unknown> => typeof page === 'function')
  const idle = window.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 100))
  const next = (): void => {
    const load = loaders[0]
    if (!load) return
    load().then(
      () => (loaders.shift(), idle(next)),
      () => addEventListener('online', next, { once: true }),
    )
  }
  setTimeout(() => {
    if (router.currentRoute.value.matched.length > 0) forgetTries()
    idle(next)
  }, calm)
}

/** Is it that a script could not be fetched? Each browser has its own words. */
export function isLoadError(error: unknown): boolean {
  return /dynamically imported module|importing a module script|unable to preload/i.test(String((error as Error)?.message))
}

function triedAlready(address: string): boolean {
  try {
    const isTried = sessionStorage.getItem(mark) === address
    sessionStorage.setItem(mark, address)
    return isTried
  } catch {
    return true
  }
}

/** A page was opened. Not while the first is drawn: what is stored is slow to come by then. */
export function forgetTries(): void {
  try {
    sessionStorage.removeItem(mark)
  } catch {
    // nothing is kept
  }
}

/** Not by the router: some browsers keep a script that could not be fetched as missing. */
function loadAnew(to: RouteLocationNormalized): void {
  const { pathname, search } = new URL(to.fullPath, location.href)

  // an address with a fragment is not loaded again by going there
  if (pathname === location.pathname && search === location.search) location.reload()
  else location.assign(to.fullPath)
}

/**
 * A newer Canon has other scripts: it is loaded as a whole, once by itself and
 * then when somebody asks for it. Without Canon, what is shown stays.
 */
export async function recover(to: RouteLocationNormalized, isAsked = false): Promise<void> {
  const isThere = await fetch(to.fullPath, { method: 'HEAD', cache: 'no-store' }).then(
    (answer) => answer.status < 500,
    () => false,
  )
  if (isThere && (!triedAlready(to.fullPath) || isAsked)) return loadAnew(to)
  notice.value = {
    text: `${to.meta.title ?? 'That page'} could not be opened: ${isThere ? 'a part of it is missing' : 'Canon cannot be reached'}.`,
    action: { text: 'Try again', run: () => void recover(to, true) },
  }
}
