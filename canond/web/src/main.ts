import { createApp } from 'vue'
import App from './App.vue'
import { path } from './api/client'
import { forgetOthers } from './editor/owner'
import { fetchPages } from './lib/pages'
import { askEarly } from './lib/resource'
import { may, session } from './lib/session'
import { router } from './router'
import './styles/base.css'

const app = createApp(App).use(router)
const org = /^\/app\/([\w.-]+)\/$/.exec(location.pathname)?.[1]
// the first thing drawn is the page, in its own frame
const waits: Promise<unknown>[] = [router.isReady().catch(() => undefined)]

// Drafts of somebody who used this browser before.
if (session.user) forgetOthers(session.user.sub)

// The dashboard is drawn once, with its data, when that comes quickly.
if (org && may('specs:read')) {
  const answer = askEarly(path`/app/${org}/api/dashboard`)
  const patience = new Promise((resolve) => setTimeout(resolve, 150))
  waits.push(Promise.race([answer, patience]))
}
void Promise.all(waits).then(() => {
  app.mount('#app')
  fetchPages(router)
})
