import type { TaskItem } from '../api/types'
import { firstOf } from './lists'

export interface TaskFilters {
  status: string
  repo: string
  spec: string
  text: string
}

export type TaskOrder = 'title' | 'status' | 'spec' | 'open'

const repoOf = (task: TaskItem): string => `${task.repo_owner}/${task.repo_name}`

const asPattern = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu')

export function filterTasks(tasks: TaskItem[], filters: TaskFilters): TaskItem[] {
  const text = filters.text.trim()
  // no copy of thousands of texts in small letters
  const pattern = text ? asPattern(text) : null
  const has = (task: TaskItem): boolean =>
    !pattern ||
    pattern.test(`${task.section_number ?? ''} ${task.title}`) ||
    pattern.test(task.spec_title) ||
    pattern.test(task.ticket_id ?? '')

  return tasks.filter(
    (task) =>
      (!filters.status || task.status === filters.status) &&
      (!filters.repo || repoOf(task) === filters.repo) &&
      (!filters.spec || task.spec_title === filters.spec) &&
      has(task),
  )
}

const rank: Record<string, number> = { in_progress: 0, todo: 1, blocked: 2 }
const rankOf = (task: TaskItem): number => rank[task.status] ?? 3

let collator: Intl.Collator | undefined

/** The first `most` tasks in this order. */
export function sortTasks(tasks: TaskItem[], order: TaskOrder, most = Infinity): TaskItem[] {
  const text = (collator ??= new Intl.Collator()).compare
  const by: Record<TaskOrder, (a: TaskItem, b: TaskItem) => number> = {
    title: (a, b) => text(a.title, b.title),
    status: (a, b) => rankOf(a) - rankOf(b),
    spec: (a, b) => text(a.spec_title, b.spec_title),
    open: (a, b) => b.total_ac - b.done_ac - (a.total_ac - a.done_ac),
  }

  return firstOf(tasks, most, by[order] ?? by.spec)
}

export interface TaskGroup {
  key: string
  repo: string
  file: string
  title: string
  tasks: TaskItem[]
}

/** Tasks by spec: those with work in progress first, then to do, then blocked. */
export function groupTasks(tasks: TaskItem[]): TaskGroup[] {
  const groups = new Map<string, TaskGroup & { rank: number }>()

  for (const task of tasks) {
    const key = `${repoOf(task)}/${task.spec_file_path}`
    const group = groups.get(key)
    if (group) {
      group.tasks.push(task)
      group.rank = Math.min(group.rank, rankOf(task))
    } else {
      groups.set(key, { key, repo: repoOf(task), file: task.spec_file_path, title: task.spec_title, tasks: [task], rank: rankOf(task) })
    }
  }
  return [...groups.values()].sort((a, b) => a.rank - b.rank)
}

/** The first groups, until they hold this many tasks. */
export function firstGroups(groups: TaskGroup[], most: number): TaskGroup[] {
  const end = groups.findIndex((group) => (most -= group.tasks.length) <= 0)

  return end < 0 ? groups : groups.slice(0, end + 1)
}

/** Where a ticket is seen; "" when its system's address is not known. */
export function ticketUrl(task: TaskItem): string {
  if (task.ticket_system === 'linear') return `https://linear.app/issue/${encodeURIComponent(task.ticket_id ?? '')}`
  if (task.ticket_system === 'github' && /^#?\d+$/.test(task.ticket_id ?? ''))
    return `https://github.com/${repoOf(task)}/issues/${(task.ticket_id ?? '').replace('#', '')}`
  return ''
}
