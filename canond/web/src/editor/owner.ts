// Whose drafts the ones in this browser are: the next person who signs in here
// must not find those of the one before.

export const draftPrefix = 'canon-draft:'

/** What the keys of a person's drafts begin with; without a login there is one person. */
export const draftsOf = (sub: string | undefined): string => `${draftPrefix}${encodeURIComponent(sub || 'local')}:`

/** Remove all drafts but those of a person. */
export function forgetOthers(sub: string | undefined): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(draftPrefix) && !key.startsWith(draftsOf(sub))) localStorage.removeItem(key)
  } catch {
    // no storage, nothing in it
  }
}
