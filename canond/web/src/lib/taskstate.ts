// A task is started or done by a commit that changes the status comment of its
// section, and nothing else.
import { ApiError } from '../api/client'
import type { TaskItem } from '../api/types'
import { apply, load, parse, save } from '../editor/api'
import { words } from './format'
import { everyOne } from './lists'
import { taskName } from './tasks'

export interface Step {
  state: 'in_progress' | 'done'
  text: string
  said: string
}

const start: Step = { state: 'in_progress', text: 'Start', said: 'Started' }
const finish: Step = { state: 'done', text: 'Done', said: 'Done' }

/** What is done next with a task; nothing with what is done, or not decided yet. */
export function nextStep(status: string): Step | null {
  if (status === 'in_progress') return finish
  return status === 'todo' || status === 'blocked' ? start : null
}

const moved = (why: string): ApiError => new ApiError('conflict', why, 409)

/** Throws an ApiError; its trouble is "conflict" when the spec has changed since the list was made. */
export async function takeStep(org: string, task: TaskItem, step: Step): Promise<void> {
  const at = { org, owner: task.repo_owner, repo: task.repo_name, file: task.spec_file_path }
  const { content, sha } = await load(at)
  const section = everyOne((await parse(at, content)).sections).find(({ id }) => id === task.section_id)

  if (!section) throw moved('The section is not in the spec any more')
  if (section.status !== task.status) throw moved(`In the spec it is ${words(section.status).toLowerCase()} by now`)
  const changed = await apply(at, content, [{ op: 'status', section: task.section_id, state: step.state }])
  await save(at, changed, sha, `docs: ${step.state === 'done' ? 'finish' : 'start'} ${taskName(task)}`)
}
