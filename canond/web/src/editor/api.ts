// What the editor asks of the server. Every change of a document that is more
// than typing is made by the library, which leaves all other bytes alone.
import { ask, filePath, path } from '../api/client'
import type { EditorFile, EditorRepo, EditorSection, ParseResult, PreviewResult, RepoSummary, SavePrResult, SaveResult } from '../api/types'

export interface Place {
  org: string
  owner: string
  repo: string
  file: string
}

export interface Diagnostic {
  severity: 'error' | 'warning' | 'info'
  code: string
  message: string
  line: number
}

export interface Frontmatter {
  title: string
  status: string
  owner: string
  team: string
  tags: string[]
  review_status: string | null
}

export interface Criterion {
  text: string
  checked: boolean
  line: number
}

export type Section = Omit<EditorSection, 'acceptance_criteria' | 'children'> & {
  start_line: number
  end_line: number
  blocked_by?: string
  acceptance_criteria: Criterion[]
  children: Section[]
}

export interface Parsed {
  sections: Section[]
  frontmatter: Frontmatter
  diagnostics: Diagnostic[]
}

export type Edit =
  | { op: 'meta'; field: string; value: string | string[] }
  | { op: 'status'; section: string; state: string; blocked_by?: string }

export type MergePart = { text: string } | { base: string; ours: string; theirs: string }

export interface Merged {
  content: string
  conflicts: number
  parts: MergePart[]
}

const repoPath = (at: Place): string => path`/app/${at.org}/editor/${at.owner}/${at.repo}`
const fileUrl = (at: Place): string => `${repoPath(at)}/${filePath(at.file)}`

export const load = (at: Place, signal?: AbortSignal): Promise<EditorFile> => ask<EditorFile>(`${fileUrl(at)}/json`, { ...(signal && { signal }) })

/** Are there branches to propose on? A plain folder has none. */
export const canPropose = (at: Place): Promise<boolean> =>
  ask<EditorRepo[]>(path`/app/${at.org}/editor/repos`).then(
    (repos) => repos.find(({ full_name }) => full_name.toLowerCase() === `${at.owner}/${at.repo}`.toLowerCase())?.proposals !== false,
    // the server will say so
    () => true,
  )

/** Where the repository says that its specs are. */
export const docPaths = async (at: Place): Promise<string[]> =>
  (await ask<RepoSummary>(path`/app/${at.org}/api/repos/${at.owner}/${at.repo}`)).config?.specs?.doc_paths ?? []

export const template = (at: Place): Promise<{ content: string }> => ask(`${repoPath(at)}/new/template`)

export async function parse(at: Place, content: string, signal?: AbortSignal): Promise<Parsed> {
  const answer = await ask<ParseResult>(`${repoPath(at)}/parse`, { method: 'POST', json: { content }, ...(signal && { signal }) })
  return answer as unknown as Parsed
}

export const preview = (at: Place, content: string, signal?: AbortSignal): Promise<PreviewResult> =>
  ask(`${repoPath(at)}/preview`, { method: 'POST', json: { content }, ...(signal && { signal }) })

export const save = (at: Place, content: string, sha: string, message: string): Promise<SaveResult> =>
  ask(`${fileUrl(at)}/save`, { method: 'POST', json: { content, sha, message } })

export const savePr = (at: Place, json: Record<string, string>): Promise<SavePrResult> =>
  ask(`${fileUrl(at)}/save-pr`, { method: 'POST', json })

export const apply = async (at: Place, content: string, edits: Edit[]): Promise<string> =>
  (await ask<{ content: string }>(path`/app/${at.org}/editor/apply`, { method: 'POST', json: { content, edits } })).content

export const merge = (at: Place, base: string, ours: string, theirs: string): Promise<Merged> =>
  ask(path`/app/${at.org}/editor/merge`, { method: 'POST', json: { base, ours, theirs } })
