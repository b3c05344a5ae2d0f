// Unsaved text, kept in this browser for each file and the version it began
// with, so that a crash or a lost login loses nothing.
import type { Place } from './api'

const prefix = 'canon-draft:'
const most = 40

interface Draft {
  sha: string
  base: string
  text: string
  at: number
}

const keyOf = (at: Place): string => `${prefix}${at.org}/${at.owner}/${at.repo}/${at.file}`

export function keepDraft(at: Place, sha: string, base: string, text: string, now = Date.now()): void {
  try {
    localStorage.setItem(keyOf(at), JSON.stringify({ sha, base, text, at: now } satisfies Draft))
    dropOldest()
  } catch {
    // no storage, or no room in it: the page itself still has the text
  }
}

export function findDraft(at: Place): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(at)) ?? 'null') as Draft | null
    return draft && typeof draft.text === 'string' ? draft : null
  } catch {
    return null
  }
}

export function dropDraft(at: Place): void {
  try {
    localStorage.removeItem(keyOf(at))
  } catch {
    // as above
  }
}

function dropOldest(): void {
  const all = Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix))
    .map((key) => ({ key, at: (JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Draft>).at ?? 0 }))
    .sort((a, b) => b.at - a.at)

  for (const { key } of all.slice(most)) localStorage.removeItem(key)
}
