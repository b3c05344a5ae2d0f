import type { TaskItem } from '../api/types'

export interface TaskFilters {
  status: string
  repo: string
  spec: string
  text: string
}

export type TaskOrder = 'title' | 'status' | 'spec' | 'open'

const repoOf = (task: TaskItem): string => `${task.repo_owner}/${task.repo_name}`

export function filterTasks(tasks: TaskItem[], filters: TaskFilters): TaskItem[] {
  const text = filters.text.toLowerCase()

  return tasks.filter(
    (task) =>
      (!filters.status || task.status === filters.status) &&
      (!filters.repo || repoOf(task) === filters.repo) &&
      (!filters.spec || task.spec_title === filters.spec) &&
      (!text || `${task.section_number ?? ''} ${task.title} ${task.spec_title} ${task.ticket_id ?? ''}`.toLowerCase().includes(text)),
  )
}

export function tally(tasks: TaskItem[], value: (task: TaskItem) => string): [string, number][] {
  const counts = new Map<string, number>()

  for (const task of tasks) counts.set(value(task), (counts.get(value(task)) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
}

const rank: Record<string, number> = { in_progress: 0, todo: 1, blocked: 2 }
const rankOf = (task: TaskItem): number => rank[task.status] ?? 3

export function sortTasks(tasks: TaskItem[], order: TaskOrder): TaskItem[] {
  const by: Record<TaskOrder, (a: TaskItem, b: TaskItem) => number> = {
    title: (a, b) => a.title.localeCompare(b.title),
    status: (a, b) => rankOf(a) - rankOf(b),
    spec: (a, b) => a.spec_title.localeCompare(b.spec_title),
    open: (a, b) => b.total_ac - b.done_ac - (a.total_ac - a.done_ac),
  }

  return [...tasks].sort(by[order] ?? by.spec)
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
  const groups = new Map<string, TaskGroup>()

  for (const task of tasks) {
    const key = `${repoOf(task)}/${task.spec_file_path}`
    const group = groups.get(key)
    if (group) group.tasks.push(task)
    else groups.set(key, { key, repo: repoOf(task), file: task.spec_file_path, title: task.spec_title, tasks: [task] })
  }
  const first = (group: TaskGroup): number => Math.min(...group.tasks.map(rankOf))
  return [...groups.values()].sort((a, b) => first(a) - first(b))
}

/** Where a ticket is seen; "" when its system's address is not known. */
export function ticketUrl(task: TaskItem): string {
  if (task.ticket_system === 'linear') return `https://linear.app/issue/${encodeURIComponent(task.ticket_id ?? '')}`
  if (task.ticket_system === 'github' && /^#?\d+$/.test(task.ticket_id ?? ''))
    return `https://github.com/${repoOf(task)}/issues/${(task.ticket_id ?? '').replace('#', '')}`
  return ''
}
