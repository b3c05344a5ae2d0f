import type { Session, TaskItem } from '../api/types'
import { firstOf } from './lists'
import { compareWith, type Order } from './order'
import { entryOf } from './table'

export interface TaskFilters {
  status: string
  repo: string
  spec: string
  team: string
  owner: string
  text: string
  /** Names of who asks, when it is only his that he wants. */
  mine?: ReadonlySet<string> | null
}

export const taskColumns = ['title', 'status', 'spec', 'owner', 'updated', 'open'] as const
export type TaskColumn = (typeof taskColumns)[number]

const repoOf = (task: TaskItem): string => `${task.repo_owner}/${task.repo_name}`

export const taskKey = (task: TaskItem): string => `${repoOf(task)}/${task.spec_file_path}#${task.section_id}`

export const taskName = (task: TaskItem): string => `${task.section_number ?? ''} ${task.title}`.trim()

const asPattern = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu')

/** "@Dana" and "dana" are one; "Dana Fox <dana@x.org>" has two names. */
function namesOf(owner: string): string[] {
  const mail = /<([^<>]+)>/.exec(owner)?.[1] ?? ''

  return [owner.replace(/<[^<>]*>/, ''), mail].map((name) => name.trim().replace(/^@/, '').toLowerCase()).filter(Boolean)
}

/** What owners may call who is signed in. */
export function ownNames(session: Pick<Session, 'user' | 'github_user'>): Set<string> {
  const { user, github_user: github } = session
  const names = [user?.name, user?.email, user?.email?.split('@')[0], github?.login, github?.name]

  return new Set(names.flatMap((name) => (name ? namesOf(name) : [])))
}

export function filterTasks(tasks: TaskItem[], filters: TaskFilters): TaskItem[] {
  const text = filters.text.trim()
  // no copy of thousands of texts in small letters
  const pattern = text ? asPattern(text) : null
  const has = (task: TaskItem): boolean =>
    !pattern ||
    pattern.test(`${task.section_number ?? ''} ${task.title}`) ||
    pattern.test(task.spec_title) ||
    pattern.test(task.ticket_id ?? '')
  const mine = filters.mine
  const isMine = new Map<string, boolean>()
  const hasMine = (owner: string): boolean => {
    const known = isMine.get(owner) ?? namesOf(owner).some((name) => mine?.has(name))
    isMine.set(owner, known)
    return known
  }

  return tasks.filter(
    (task) =>
      (!filters.status || task.status === filters.status) &&
      (!filters.repo || repoOf(task) === filters.repo) &&
      (!filters.spec || task.spec_title === filters.spec) &&
      (!filters.team || task.team === filters.team) &&
      (!filters.owner || task.owner === filters.owner) &&
      (!mine || hasMine(task.owner ?? '')) &&
      has(task),
  )
}

const rank: Record<string, number> = { in_progress: 0, todo: 1, blocked: 2 }
const rankOf = (task: TaskItem): number => entryOf(rank, task.status) ?? 3

let collator: Intl.Collator | undefined

const values: Record<TaskColumn, (task: TaskItem) => string | number | null> = {
  title: (task) => task.title,
  status: rankOf,
  spec: (task) => task.spec_title,
  owner: (task) => task.owner || null,
  updated: (task) => (task.updated ? Date.parse(task.updated) : null),
  open: (task) => {
    const total = task.total_ac + (task.sub_total_ac ?? 0)
    return total ? total - task.done_ac - (task.sub_done_ac ?? 0) : null
  },
}

/** The first `most` tasks in this order. */
export function sortTasks(tasks: TaskItem[], order: Order<TaskColumn>, most = Infinity): TaskItem[] {
  const text = (collator ??= new Intl.Collator(undefined, { numeric: true })).compare

  return firstOf(tasks, most, compareWith(values[order.by], order.down, text))
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

/** The first groups, and of the last of them as many tasks as are wanted. */
export function firstGroups(groups: TaskGroup[], most: number): TaskGroup[] {
  const first: TaskGroup[] = []

  for (const group of groups) {
    if (most <= 0) break
    first.push(group.tasks.length > most ? { ...group, tasks: group.tasks.slice(0, most) } : group)
    most -= group.tasks.length
  }
  return first
}

/** "2 of 5", and what is below; "" without criteria. */
export function criteriaText(task: TaskItem): string {
  const own = task.total_ac ? `${task.done_ac}/${task.total_ac}` : ''
  const below = task.sub_total_ac ? `${task.sub_done_ac}/${task.sub_total_ac} below` : ''

  return [own, below].filter(Boolean).join(' + ')
}

const storage = 'canon-tasks-view'

/** "flat" or "spec": how this browser showed the tasks the last time. */
export function keptView(): string {
  try {
    return localStorage.getItem(storage) === 'flat' ? 'flat' : 'spec'
  } catch {
    return 'spec'
  }
}

export function keepView(view: string): void {
  try {
    localStorage.setItem(storage, view)
  } catch {
    // the address has it
  }
}
