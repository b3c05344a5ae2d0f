// Every page and every state as a picture, in both themes, wide and on a phone, each looked at by axe-core as well.
// usage: shots.mjs [--only WORD] [--all]; the pictures are in build/screenshots (CANON_SHOTS).
// Without --all or CANON_LONG: wide in light, on a phone in dark, states on the dashboard.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { browser, root, samples, serve, sources, writeFiles } from './lib.mjs'

const { values: options } = parseArgs({ options: { only: { type: 'string' }, all: { type: 'boolean' } } })
const out = process.env.CANON_SHOTS ?? path.join(root, 'build/screenshots')
const { launch, audit } = await browser()

const isAll = Boolean(options.all || process.env.CANON_LONG)

const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
const odd = {
  'odd/docs/specs/long.md': `---\ntitle: ${long} and everything else that has a name which does not end where it should\nstatus: in_progress\nowner: ${long}\nteam: ${long}\ntags: [${long}]\n---\n\n# Long\n\n## 1. ${long}${long}\n\n<!-- canon:system:1 status:blocked:${long} -->\n\n### Acceptance Criteria\n\n- [ ] ${long}${long}\n\n| ${long} | ${long} | ${long} |\n|---|---|---|\n| a | b | c |\n\n\`\`\`\n${long}${long}${long}\n\`\`\`\n`,
  'odd/docs/specs/rtl.md': '---\ntitle: استرداد المدفوعات 2.1 (API)\nstatus: in_progress\nowner: ليلى حداد\nteam: المدفوعات\ntags: [استرداد]\n---\n\n# استرداد\n\n## 1. النطاق\n\n<!-- canon:system:1 status:blocked:API-12 -->\n\nيعود المال بالطريقة نفسها التي جاء بها.\n\n### Acceptance Criteria\n\n- [x] لا يتجاوز مجموع المبالغ المستردة قيمة الدفعة (API v2)\n- [ ] תשלום חוזר\n',
}

odd['bare/README.md'] = '# Bare\n'
odd['odd/docs/specs/flat.md'] = '---\ntitle: Flat\nstatus: draft\nupdated: soon\n---\n\nWords without a heading.\n'

const api = (name) => `**/app/*/api/${name}*`
const answer = (status, body = {}) => (route) => route.fulfill({ status, contentType: 'application/json', headers: { 'x-request-id': '01JD4Q7Z' }, body: JSON.stringify(body) })

/** The endpoint of the keys, whose page has the same path without a slash. */
const keysOf = (list, made) => ({
  '**/settings/api-keys/': (route) => (route.request().resourceType() === 'document' ? route.continue() : answer(200, route.request().method() === 'POST' ? made : list)(route)),
})
const person = {
  sub: 'auth0|64f0c2a1b7e9d3', email: 'dana.fox@acme.example', name: 'Dana Fox', picture: '', org_login: 'acme', permissions: ['specs:read', 'specs:write'], all_permissions: ['org:manage', 'platform:manage', 'specs:admin', 'specs:read', 'specs:write'],
  auth_method: 'session', github_user: { login: 'dfox', name: 'Dana Fox' }, last_login_at: new Date(Date.now() - 7200e3).toISOString(), inferred_role: 'editor',
}

const nothing = { total_specs: 0, total_sections: 0, done_sections: 0, total_ac: 0, done_ac: 0, realized_ac: 0, section_coverage_pct: 0, ac_coverage_pct: 0, realization_rate_pct: 0, health_score: 0 }
const noCoverage = { summary: nothing, trend: [], breakdown_by_repo: {}, breakdown_by_team: {} }

/** name, path, and for states what the network does or what is done first. */
const refunds = 'acme/payments/docs/specs/refunds.md'
const pages = [
  ['landing', '/'],
  ['changelog', '/changelog'],
  ['pricing', '/pricing'],
  ['dashboard', '/app/acme/'],
  ['dashboard-odd', '/app/odd/'],
  ['repository', '/app/acme/repos/acme/payments'],
  ['spec', `/app/acme/specs/${refunds}`],
  ['spec-blocked', '/app/acme/specs/acme/payments/docs/specs/payouts.md'],
  ['spec-long', '/app/odd/specs/odd/odd/docs/specs/long.md'],
  ['spec-rtl', '/app/odd/specs/odd/odd/docs/specs/rtl.md'],
  ['document', '/app/acme/docs/acme/payments/docs/adr/0007-queue-backend.md'],
  ['search', '/app/acme/search?q=refund'],
  ['search-start', '/app/acme/search'],
  ['coverage', '/app/acme/coverage'],
  ['coverage-trend', '/app/acme/coverage', { net: { '**/api/coverage*': trend }, ready: '.chart' }],
  ['coverage-gaps', '/app/acme/coverage?list=evidence', { ready: '#missing li', act: unfold }],
  ['tasks', '/app/acme/tasks'],
  ['tasks-detail', '/app/acme/tasks?view=flat', { ready: '.fold', act: unfold }],
  ['tasks-flat', '/app/acme/tasks?view=flat'],
  ['tasks-odd', '/app/odd/tasks'],
  ['editor-start', '/app/acme/editor/'],
  ['editor', `/app/acme/editor/${refunds}`, { ready: '.preview .spec-html > *' }],
  ['editor-structured', `/app/acme/editor/${refunds}`, { ready: '.preview .spec-html > *', act: (page) => page.getByLabel('Structured').check() }],
  ['editor-save', `/app/acme/editor/${refunds}`, { ready: '.preview .spec-html > *', act: typeAndSave }],
  ['editor-conflict', `/app/acme/editor/${refunds}`, { ready: '.preview .spec-html > *', act: conflict, net: { '**/save': (route) => answer(409, { error: 'conflict', server_content: theirs(), server_sha: '0'.repeat(40) })(route) } }],
  ['editor-propose', `/app/acme/editor/${refunds}`, { ready: '.preview .spec-html > *', act: (page) => typeAndSave(page, 'Save as pull request') }],
  ['editor-blocked', `/app/acme/editor/${refunds}`, { ready: '.preview .spec-html > *', act: blocked }],
  ['editor-loading', `/app/acme/editor/${refunds}`, { net: { '**/json': () => {} }, ready: '.bone' }],
  ['editor-login', `/app/acme/editor/${refunds}`, { ready: '.preview .spec-html > *', act: saveInVain, net: { '**/save': answer(401, { error: 'unauthorized' }), '**/auth/refresh': answer(401) } }],
  ['editor-stale', `/app/acme/editor/${refunds}`, { ready: '.preview .spec-html > *', act: goStale }],
  ['new-spec', '/app/acme/editor/acme/payments/new'],
  ['api-keys', '/app/acme/settings/api-keys', { net: keysOf(keys()) }],
  ['api-keys-none', '/app/acme/settings/api-keys', { net: keysOf({ keys: [] }) }],
  ['api-keys-new', '/app/acme/settings/api-keys', { net: keysOf({ keys: [] }, { id: '9', key: `sw_${'k'.repeat(43)}` }), act: makeKey }],
  ['integrations', '/app/acme/settings/integrations'],
  ['profile', '/app/acme/profile'],
  ['profile-person', '/app/acme/profile', { net: { [api('profile')]: answer(200, person) } }],
  ['welcome', '/app/acme/welcome'],
  ['welcome-first', '/app/acme/welcome', { net: { [api('welcome')]: answer(200, { user_name: 'Dana', app_installed: false, has_specs: false, install_url: 'https://github.com/apps/x/installations/new', has_github_repos: false }) } }],
  ['no-org', '/app/no-org'],
  ['choose-org', '/app/choose-org'],
  ['missing', '/app/acme/nothing/here'],
  ['missing-spec', '/app/acme/specs/acme/payments/docs/specs/none.md'],
  ['search-drop', '/app/acme/', { act: dropDown }],
  ['keys', '/app/acme/', { act: (page) => page.locator('.imprint button').click() }],
  ['menu', '/app/acme/', { act: (page) => page.locator('.menu').click(), narrow: true }],
  // one component draws these; the other pages are looked at with --all
  ...[
    ['dashboard', '/app/acme/', api('dashboard')],
    ['coverage', '/app/acme/coverage', api('coverage')],
    ['tasks', '/app/acme/tasks', api('tasks')],
    ['search', '/app/acme/search?q=refund', api('search')],
    ['repository', '/app/acme/repos/acme/payments', '**/api/repos/**'],
    ['spec', `/app/acme/specs/${refunds}`, '**/api/specs/**'],
    ['document', '/app/acme/docs/acme/payments/docs/adr/0007-queue-backend.md', '**/api/docs/**'],
    ['api-keys', '/app/acme/settings/api-keys', '**/settings/api-keys/'],
    ['profile', '/app/acme/profile', api('profile')],
    ['welcome', '/app/acme/welcome', api('welcome')],
    ['integrations', '/app/acme/settings/integrations', api('{welcome,dashboard}')],
  ]
    .flatMap(([name, at, asked]) => states(name, at, asked))
    .filter(([state]) => isAll || state.startsWith('dashboard-') || ['spec-stale', 'document-error'].includes(state)),
  ...(isAll
    ? [
        ['coverage-filtered-empty', '/app/acme/coverage?team=nobody'],
        ['coverage-empty', '/app/acme/coverage', { net: { [api('coverage')]: answer(200, noCoverage) } }],
        ['tasks-none', '/app/acme/tasks', { net: { [api('tasks')]: answer(200, { tasks: [], total: 0 }), [api('welcome')]: answer(200, { has_specs: false }) } }],
        ['coverage-odd', '/app/odd/coverage?list=criteria'],
      ]
    : []),
  ['dashboard-bare', '/app/bare/'],
  ['dashboard-attention', '/app/acme/?attention=any'],
  ['repository-bare', '/app/bare/repos/bare/bare'],
  ['spec-flat', '/app/odd/specs/odd/odd/docs/specs/flat.md'],
  ['spec-print', `/app/acme/specs/${refunds}`, { print: true }],
  ['dashboard-502', '/app/acme/', { net: { [api('dashboard')]: answer(502, { error: 'GitHub: the app is suspended' }) } }],
  ['dashboard-empty', '/app/acme/', { net: { [api('dashboard')]: answer(200, { org: 'none', total_repos: 0, total_specs: 0, total_docs: 0, repos_with_specs: [], repos_without_specs: [] }) } }],
  ['dashboard-filtered-empty', '/app/acme/?team=nobody'],
  ['tasks-empty', '/app/acme/tasks', { net: { [api('tasks')]: answer(200, { tasks: [], total: 0 }) } }],
  ['tasks-filtered-empty', '/app/acme/tasks?text=zzzzzz'],
  ['search-empty', '/app/acme/search?q=zzzzzz'],
  ['offline', '/app/acme/', { offline: true }],
]

/** Sixty days, a few of them without anything to count. */
async function trend(route) {
  const real = await route.fetch()
  const points = Array.from({ length: 60 }, (_, i) => {
    const total = i > 20 && i < 25 ? 0 : 60 + 2 * i
    return { date: new Date(Date.UTC(2026, 2, 1 + i)).toISOString().slice(0, 10), total_sections: total && 90, done_sections: total && i, total_ac: total, done_ac: Math.round(total * 0.7 * (i / 60) + total / 5), realized_ac: Math.round(total * 0.4 * (i / 60)) }
  })
  await route.fulfill({ response: real, json: { ...(await real.json()), trend: points } })
}

/** The states that each page has, when this endpoint is slow or refuses. */
function states(name, at, endpoint) {
  const says = (act) => ({ net: { [endpoint]: (route) => (route.request().resourceType() === 'document' ? route.continue() : act(route)) } })
  return [
    [`${name}-loading`, at, { ...says(() => {}), ready: '.bone, [role=status]:not(:empty)' }],
    [`${name}-error`, at, says(answer(500, { error: 'The database cannot be reached' }))],
    [`${name}-401`, at, says(answer(401, { error: 'unauthorized' }))],
    [`${name}-403`, at, says(answer(403, { detail: 'Needs the permission specs:read' }))],
    [`${name}-404`, at, says(answer(404, { error: 'not found' }))],
    [`${name}-429`, at, says(answer(429, { error: 'rate limit' }))],
    [`${name}-offline`, at, says((route) => route.abort('internetdisconnected'))],
    // these two are not asked for again while they are shown
    ...(['api-keys', 'welcome'].includes(name) ? [] : [[`${name}-stale`, at, { offline: true, act: refresh }]]),
  ]
}

/** What the first row of a list holds. */
async function unfold(page) {
  await page.locator('.fold, #missing li button').first().click()
  await page.locator('.criteria li, .detail').first().waitFor()
}

function keys() {
  const at = (days) => new Date(Date.now() + days * 86400e3).toISOString()
  const key = (id, label, more) => ({ id, label, prefix: 'sw_3kJ9', scopes: ['specs:read'], created_at: at(-10), last_used_at: at(-1), expires_at: at(80), revoked_at: null, ...more })
  return { keys: [key('1', 'CI of payments', { scopes: ['specs:read', 'specs:write'] }), key('2', 'laptop', { expires_at: at(5), created_at: at(-120), last_used_at: null }), key('3', 'old script', { revoked_at: at(-2) })] }
}

async function makeKey(page) {
  await page.getByLabel('Label').fill('CI')
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.locator('code.key').waitFor()
}

async function dropDown(page) {
  await page.getByRole('combobox', { name: 'Search specs' }).fill('refund')
  await page.locator('[role=option]').first().waitFor()
  await page.keyboard.press('ArrowDown')
}

async function typeAndSave(page, name = 'Save') {
  await page.locator('.cm-content').click()
  await page.keyboard.type('x')
  await page.getByRole('button', { name, exact: true }).click()
  await page.locator('dialog[open]').waitFor()
}

async function saveInVain(page) {
  await typeAndSave(page)
  await page.locator('dialog[open]').getByRole('button', { name: 'Save', exact: true }).click()
  await page.locator('[role=alert]').waitFor()
}

async function blocked(page) {
  await page.getByLabel('Structured').check()
  await page.locator('.cards select').first().selectOption('blocked')
  await page.locator('dialog[open]').waitFor()
}

async function goStale(page) {
  await page.route('**/preview', answer(503, { error: 'The database is busy' }))
  await page.locator('.cm-content').click()
  await page.keyboard.type('x')
  await page.getByText('cannot be refreshed').waitFor()
  await page.unroute('**/preview')
}

/** What somebody else has saved meanwhile: another line where typeAndSave types, and one that fits. */
const theirs = () =>
  fs
    .readFileSync(path.join(folder, 'payments/docs/specs/refunds.md'), 'utf8')
    .replace('review_status: approved', 'review_status: in_review')
    .replace('Support MAY add a reason', 'Support SHOULD add a reason')

async function conflict(page) {
  await page.locator('.cm-line', { hasText: 'review_status' }).click()
  await page.keyboard.press('End')
  await page.keyboard.type(' by two')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.locator('dialog[open]').getByRole('button', { name: 'Save', exact: true }).click()
  await page.locator('dialog.conflict[open]').waitFor()
}

async function refresh(page) {
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.locator('.stale').first().waitFor({ timeout: 5000 })
}

const folder = samples()
writeFiles(path.join(folder, 'more'), odd)
const server = await serve({ CHANGELOG_FILE: path.join(folder, 'payments/CHANGELOG.md'), CANON_SOURCES: `${sources(folder)},odd/odd=dir:${folder}/more/odd,bare/bare=dir:${folder}/more/bare` }, { specs: 20 })
const found = []
const note = (line) => (found.push(line), process.stdout.write(`${line}\n`))
const stays = []
fs.mkdirSync(out, { recursive: true })

async function look(browsed, [name, at, how = {}], form) {
  const { page, context } = browsed
  const said = browsed.problems.length
  for (const [pattern, act] of Object.entries(how.net ?? {})) await page.route(pattern, act)
  try {
    await page.goto(server.url + at, { waitUntil: how.net ? 'load' : 'networkidle' })
    await page.locator(how.ready ?? 'main h1, main h2, main [role=alert]').first().waitFor({ state: 'attached', timeout: 5_000 })
    if (how.offline) await context.setOffline(true)
    if (how.act) await how.act(page)
    if (how.print) await page.emulateMedia({ media: 'print' }).then(() => page.evaluate(() => dispatchEvent(new Event('beforeprint'))))
    await page.waitForTimeout(how.net ? 250 : 80)
    await page.screenshot({ path: path.join(out, `${name}-${form}.png`), fullPage: !how.act || how.offline })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (wide > 0) note(`${name} ${form}: ${wide} px too wide`)
    const report = await audit(page)
    for (const { id, impact, nodes } of report.violations) note(`${name} ${form}: ${id} (${impact}) ${nodes.map((n) => n.target).slice(0, 3).join(', ')}: ${nodes[0].summary.split('\n')[1]}`)
    const bad = browsed.problems.slice(said).filter(({ text }) => !/Failed to load resource/.test(text))
    for (const { text } of bad) note(`${name} ${form}: ${text}`)
  } catch (error) {
    note(`${name} ${form}: ${error.message.split('\n')[0]}`)
    await page.screenshot({ path: path.join(out, `${name}-${form}.png`) }).catch(() => {})
  } finally {
    if (how.offline) await context.setOffline(false)
    if (how.print) await page.emulateMedia({ media: null })
    for (const pattern of Object.keys(how.net ?? {})) await page.unroute(pattern)
  }
}

const forms = [
  ['light', { width: 1280, height: 800 }],
  ['dark', { width: 1280, height: 800, dark: true }],
  ['phone-light', { width: 390, height: 844 }],
  ['phone-dark', { width: 390, height: 844, dark: true }],
]
const began = Date.now()
try {
  for (const [form, size] of forms) {
    if (!isAll && form !== 'light' && form !== 'phone-dark') continue
    const browsed = await launch({ ...size, reducedMotion: 'reduce' })
    // who edits may leave
    browsed.page.on('dialog', (dialog) => dialog.accept())
    for (const what of pages) {
      if (options.only && !new RegExp(options.only).test(what[0])) continue
      if (what[2]?.narrow && size.width > 1000) continue
      await look(browsed, what, form)
    }
    stays.push(...browsed.outside)
    await browsed.close()
  }
} finally {
  await server.stop()
  fs.rmSync(folder, { recursive: true, force: true })
}
for (const url of stays) note(`asked ${url}`)
process.stdout.write(`${pages.length} pages and states, ${found.length} findings, ${Math.round((Date.now() - began) / 1000)} s, pictures in ${path.relative(root, out)}\n`)
process.exitCode = found.length ? 1 : 0
