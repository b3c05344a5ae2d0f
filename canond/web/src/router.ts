import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { session } from './lib/session'
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
  { path: `${org}/`, name: 'dashboard', component: DashboardPage, meta: { title: 'Dashboard', nav: 'dashboard', needs: 'specs:read' } },
  { path: `${org}/repos/${repo}`, name: 'repo', component: () => import('./pages/RepoPage.vue'), meta: { nav: 'dashboard', needs: 'specs:read' } },
  { path: `${org}/specs/${repo}/:file+`, name: 'spec', component: () => import('./pages/SpecPage.vue'), meta: { nav: 'dashboard', needs: 'specs:read' } },
  { path: `${org}/docs/${repo}/:file+`, name: 'doc', component: () => import('./pages/DocPage.vue'), meta: { nav: 'dashboard', needs: 'specs:read' } },
  { path: `${org}/search`, name: 'search', component: () => import('./pages/SearchPage.vue'), meta: { title: 'Search', needs: 'specs:read' } },
  { path: `${org}/coverage`, name: 'coverage', component: () => import('./pages/CoveragePage.vue'), meta: { title: 'Coverage', nav: 'coverage', width: 'wide', needs: 'specs:read' } },
  { path: `${org}/tasks`, name: 'tasks', component: () => import('./pages/TasksPage.vue'), meta: { title: 'Tasks', nav: 'tasks', needs: 'specs:read' } },
  { path: `${org}/editor/`, name: 'editor', component: () => import('./pages/EditorStartPage.vue'), meta: { title: 'Editor', nav: 'editor', needs: 'specs:read' } },
  { path: `${org}/editor/${repo}/new`, name: 'new-spec', component: () => import('./pages/NewSpecPage.vue'), meta: { title: 'New spec', nav: 'editor', needs: 'specs:write' } },
  { path: `${org}/editor/${repo}/:file+`, name: 'edit', component: () => import('./pages/EditorPage.vue'), meta: { nav: 'editor', width: 'full', needs: 'specs:read' } },
  { path: `${org}/settings`, redirect: (to) => ({ name: 'profile', params: { org: to.params.org } }) },
  { path: `${org}/settings/api-keys`, name: 'api-keys', component: () => import('./pages/ApiKeysPage.vue'), meta: { title: 'API keys', nav: 'settings', width: 'narrow', needs: 'specs:admin' } },
  { path: `${org}/settings/integrations`, name: 'integrations', component: () => import('./pages/IntegrationsPage.vue'), meta: { title: 'Integrations', nav: 'settings', width: 'narrow', needs: 'specs:read' } },
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
    if (to.hash) return { el: `#${CSS.escape(decodeURIComponent(to.hash.slice(1)))}` }
    // a page that is just loaded is at its top
    return to.path === from.path || from.matched.length === 0 ? false : { top: 0 }
  },
})

/** "Thing — Canon". Pages with data of their own call it when they have it. */
export function setTitle(thing?: string): void {
  document.title = thing ? `${thing} — Canon` : 'Canon'
}

let isFirst = true

router.afterEach((to, from, failure) => {
  if (failure) return
  if (to.meta.title || to.path !== from.path) setTitle(to.meta.title)
  if (isFirst || to.path === from.path) {
    isFirst = false
    return
  }
  // Who uses a screen reader learns that the page has changed.
  void nextTick(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }))
})
