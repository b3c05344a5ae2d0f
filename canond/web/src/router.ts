import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { notice } from './lib/notice'
import { forgetTries, isLoadError, recover } from './lib/pages'
import { loginAddress, session } from './lib/session'
import DashboardPage from './pages/DashboardPage.vue'

const org = '/app/:org([A-Za-z0-9._-]+)'
const repo = ':owner/:repo'

// Names that are never an organisation; their pages come first.
const routes: RouteRecordRaw[] = [
  { path: '/', name: 'landing', component: () => import('./pages/LandingPage.vue'), meta: { open: true } },
  { path: '/pricing', name: 'pricing', component: () => import('./pages/PricingPage.vue'), meta: { open: true, title: 'Pricing' } },
  { path: '/changelog', name: 'changelog', component: () => import('./pages/ChangelogPage.vue'), meta: { open: true, title: 'Changelog' } },
  { path: '/app', redirect: () => (session.org ? `/app/${session.org}/` : '/app/no-org') },
  { path: '/app/no-org', name: 'no-org', component: () => import('./pages/NoOrgPage.vue'), meta: { title: 'No organisation' } },
  { path: '/app/choose-org', name: 'choose-org', component: () => import('./pages/ChooseOrgPage.vue'), meta: { title: 'Choose an organisation' } },
  { path: '/app/admin/indexing', name: 'indexing', component: () => import('./pages/PlacePage.vue'), meta: { title: 'Indexing', nav: 'admin', needs: 'specs:admin' } },
  { path: `${org}/`, name: 'dashboard', component: DashboardPage, meta: { nav: 'dashboard', needs: 'specs:read' } },
  { path: `${org}/repos/${repo}`, name: 'repo', component: () => import('./pages/RepoPage.vue'), meta: { nav: 'dashboard', needs: 'specs:read' } },
  { path: `${org}/specs/${repo}/:file+`, name: 'spec', component: () => import('./pages/SpecPage.vue'), meta: { nav: 'dashboard', needs: 'specs:read' } },
  { path: `${org}/docs/${repo}/:file+`, name: 'doc', component: () => import('./pages/DocPage.vue'), meta: { nav: 'dashboard', needs: 'specs:read' } },
  { path: `${org}/search`, name: 'search', component: () => import('./pages/SearchPage.vue'), meta: { title: 'Search', needs: 'specs:read' } },
  { path: `${org}/coverage`, name: 'coverage', component: () => import('./pages/CoveragePage.vue'), meta: { title: 'Coverage', nav: 'coverage', width: 'wide', needs: 'specs:read' } },
  { path: `${org}/tasks`, name: 'tasks', component: () => import('./pages/TasksPage.vue'), meta: { title: 'Tasks', nav: 'tasks', needs: 'specs:read' } },
  { path: `${org}/editor/`, name: 'editor', component: () => import('./pages/EditorStartPage.vue'), meta: { title: 'Editor', nav: 'editor', needs: 'specs:read' } },
  { path: `${org}/editor/${repo}/new`, name: 'new-spec', component: () => import('./pages/NewSpecPage.vue'), meta: { title: 'New spec', nav: 'editor', perPath: true, needs: 'specs:write' } },
  { path: `${org}/editor/${repo}/:file+`, name: 'edit', component: () => import('./pages/EditorPage.vue'), meta: { nav: 'editor', width: 'full', perPath: true, needs: 'specs:read' } },
  { path: `${org}/settings`, redirect: (to) => ({ name: 'profile', params: { org: to.params.org } }) },
  { path: `${org}/settings/api-keys`, name: 'api-keys', component: () => import('./pages/ApiKeysPage.vue'), meta: { title: 'API keys', nav: 'settings', width: 'narrow', needs: 'specs:admin' } },
  { path: `${org}/settings/integrations`, name: 'integrations', component: () => import('./pages/IntegrationsPage.vue'), meta: { title: 'Integrations', nav: 'settings', width: 'narrow', needs: 'specs:read' } },
  { path: `${org}/settings/billing`, name: 'billing', component: () => import('./pages/PlacePage.vue'), meta: { title: 'Billing', nav: 'settings', width: 'narrow', needs: 'specs:read' } },
  { path: `${org}/settings/ai`, name: 'ai', component: () => import('./pages/PlacePage.vue'), meta: { title: 'AI key', nav: 'settings', width: 'narrow', needs: 'specs:admin' } },
  { path: `${org}/profile`, name: 'profile', component: () => import('./pages/ProfilePage.vue'), meta: { title: 'Profile', nav: 'settings', width: 'narrow' } },
  { path: `${org}/welcome`, name: 'welcome', component: () => import('./pages/WelcomePage.vue'), meta: { title: 'Welcome', width: 'narrow' } },
  { path: '/:rest(.*)', name: 'missing', component: () => import('./pages/MissingPage.vue'), meta: { title: 'Not found' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  strict: false,
  scrollBehavior: (to, from, saved) => {
    if (saved) return saved
    if (to.hash) return { el: `#${CSS.escape(to.hash.slice(1))}` }
    // a page that is just loaded is at its top
    return to.path === from.path || from.matched.length === 0 ? false : { top: 0 }
  },
})

/** "Thing — Canon". Pages with data of their own call it when they have it. */
export function setTitle(thing?: string): void {
  document.title = thing ? `${thing} — Canon` : 'Canon'
}

/** What the window is called until a page knows better: also when its data does not come. */
function nameOf({ meta, params }: RouteLocationNormalized): string {
  const file = [params.file ?? []].flat().join('/')

  return meta.title ?? (file || [params.owner, params.repo].filter(Boolean).join('/'))
}

router.beforeEach((to) => {
  if (!session.auth_enabled || session.user || !/^\/app(\/|$)/.test(to.path)) return true
  location.replace(loginAddress(to.fullPath))
  return false
})

router.onError((error: unknown, to) => {
  if (isLoadError(error)) void recover(to)
})

let isFirst = true

router.afterEach((to, from, failure) => {
  if (failure) return
  if (to.name === 'dashboard') document.title = `Canon — ${String(to.params.org)}`
  else if (to.meta.title || to.path !== from.path) setTitle(nameOf(to))
  if (isFirst || to.path === from.path) {
    isFirst = false
    return
  }
  notice.value = null
  forgetTries()
  // Who uses a screen reader learns that the page has changed.
  void nextTick(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }))
})
