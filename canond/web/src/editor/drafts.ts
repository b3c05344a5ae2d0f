// Unsaved text, kept in this browser so that a crash or a lost login loses
// nothing. Each visit to a file has a slot of its own: what is offered from an
// earlier one stays until somebody has decided. The keys tell whose, of which
// file and since when; nothing else needs to be read to find or to drop one.
import type { Place } from './api'
import { draftPrefix, draftsOf } from './owner'

const most = 40

export interface Draft {
  /** The file it is of; a new one may get another path. */
  file: string
  sha: string
  base: string
  text: string
  at: number
}

export interface KeptDraft extends Draft {
  key: string
}

/** Of a file, or of what is new in a repository. */
export const draftPlace = (sub: string | undefined, at: Place, isNew: boolean): string =>
  `${draftsOf(sub)}${at.org}/${at.owner}/${at.repo}/${isNew ? 'new' : at.file}#`

let lastVisit = 0

/** The slot of a visit. */
export function newSlot(place: string, now = Date.now()): string {
  lastVisit = Math.max(now, lastVisit + 1)
  return `${place}${lastVisit}`
}

const timeOf = (key: string): number => Number(key.slice(key.lastIndexOf('#') + 1)) || 0

/** All keys, those of the latest visits first. */
function keys(start = draftPrefix): string[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(start))
    .sort((a, b) => timeOf(b) - timeOf(a))
}

/** False when the browser has no room for it, not even after dropping all older ones. */
export function keepDraft(key: string, draft: Draft): boolean {
  try {
    const value = JSON.stringify(draft)
    const others = keys().filter((other) => other !== key)

    for (const old of others.splice(most - 1)) localStorage.removeItem(old)
    for (;;) {
      try {
        localStorage.setItem(key, value)
        return true
      } catch (error) {
        const oldest = others.pop()
        if (!oldest) throw error
        localStorage.removeItem(oldest)
      }
    }
  } catch {
    return false
  }
}

function read(key: string): KeptDraft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null
    return draft && typeof draft.text === 'string' ? { ...draft, key } : null
  } catch {
    return null
  }
}

/** What earlier visits have left. */
export function findDrafts(place: string): KeptDraft[] {
  try {
    return keys(place).flatMap((key) => read(key) ?? [])
  } catch {
    return []
  }
}

export function dropDraft(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // no storage, nothing in it
  }
}
