// Steps with tasks, as a page takes them: one at a time, asked about when
// criteria are open, and told of.
import { ref, shallowRef, toValue, type MaybeRefOrGetter } from 'vue'
import { ApiError } from '../api/client'
import type { TaskItem } from '../api/types'
import { taskKey, taskName } from './tasks'
import { nextStep, takeStep } from './taskstate'

/** `reload`: read the list again, which may be older than the spec. */
export function useSteps(org: MaybeRefOrGetter<string>, reload: () => Promise<void>) {
  /** Key of the task that is being changed. */
  const busy = ref('')
  const said = ref('')
  const failure = shallowRef<ApiError | null>(null)
  /** Whose change has failed. */
  const failed = ref('')

  /** Is it to be done with criteria that are open? */
  const isDoubtful = (task: TaskItem): boolean => nextStep(task.status)?.state === 'done' && task.done_ac < task.total_ac

  /** False: nothing was done, because another step is on its way. */
  async function take(task: TaskItem): Promise<boolean> {
    const next = nextStep(task.status)

    if (!next || busy.value) return false
    busy.value = taskKey(task)
    said.value = ''
    failure.value = null
    failed.value = taskName(task)
    try {
      await takeStep(toValue(org), task, next)
    } catch (error) {
      failure.value = error instanceof ApiError ? error : new ApiError('server', String(error))
    }
    const trouble = (failure.value as ApiError | null)?.trouble
    if (!trouble || trouble === 'conflict') await reload()
    if (!trouble) said.value = `${next.said}: ${taskName(task)}`
    busy.value = ''
    return true
  }

  return { busy, said, failure, failed, isDoubtful, take }
}
