import { reactive } from 'vue'

/** Parts that an installation may lack: those that have answered, which the navigation leads to. */
export const answering = reactive(new Set<string>())
