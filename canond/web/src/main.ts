import { createApp } from 'vue'
import App from './App.vue'
import { forgetOthers } from './editor/owner'
import { fetchPages } from './lib/pages'
import { earlyAnswer } from './lib/resource'
import { session } from './lib/session'
import { router } from './router'
import './styles/base.css'

const app = createApp(App).use(router)
const ready = router.isReady().catch(() => undefined)
const patience = new Promise((resolve) => setTimeout(resolve, 150))

// Drafts of somebody who used this browser before.
if (session.user) forgetOthers(session.user.sub)

// What is drawn first is the page in its own frame, and with its data when that comes quickly.
void Promise.all([ready, Promise.race([earlyAnswer, patience])]).then(() => {
  app.mount('#app')
  fetchPages(router)
})
