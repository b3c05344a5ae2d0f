// Addresses of things, made in one place.
import type { RouteLocationRaw } from 'vue-router'
import type { SearchResult, TaskItem } from '../api/types'

/** The page of a file: specs and other documents have one each. */
export function fileAddress(org: string, fullName: string, file: string, docType = 'spec', anchor = ''): RouteLocationRaw {
  const [owner = '', repo = ''] = fullName.split('/')

  return {
    name: docType === 'spec' ? 'spec' : 'doc',
    params: { org, owner, repo, file: file.split('/') as unknown as string },
    hash: anchor ? `#${anchor}` : '',
  }
}

/** A hit opens at its section: headings begin with the section's number. */
export function hitAddress(org: string, hit: SearchResult): RouteLocationRaw {
  const number = /^(\d[\d.]*)\.\s/.exec(hit.heading ?? '')?.[1]?.replace(/\.$/, '')

  return fileAddress(org, hit.repo_full_name, hit.file_path, hit.doc_type, number ? `§${number}` : '')
}

export function taskAddress(org: string, task: TaskItem): RouteLocationRaw {
  return fileAddress(org, `${task.repo_owner}/${task.repo_name}`, task.spec_file_path, 'spec', `section-${task.section_id}`)
}

export function repoAddress(org: string, owner: string, repo: string): RouteLocationRaw {
  return { name: 'repo', params: { org, owner, repo } }
}
