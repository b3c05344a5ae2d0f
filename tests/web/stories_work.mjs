// Tasks, coverage and settings in Chromium, against a canond of their own on SQLite.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { browser, eventually, git, samples, serve, sources, writeFiles } from './lib.mjs'

const { launch } = await browser()
const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
let folder, server, b, page

before(async () => {
  folder = samples()
  writeFiles(path.join(folder, 'more'), {
    'docs/specs/nested.md':
      '---\ntitle: Nested\nstatus: in_progress\nowner: Dana Fox\nteam: core\n---\n\n# Nested\n\n## 1. Whole\n\n<!-- canon:system:1 status:in_progress -->\n<!-- canon:ticket:github:acme/web#7 -->\n\n- [x] One\n- [ ] Two\n\n### 1.1 Part\n\n<!-- canon:system:1.1 status:done -->\n\n- [x] Three\n- [ ] Four\n- [ ] Five\n',
    'docs/specs/long.md': `---\ntitle: ${long}\nstatus: todo\nowner: ${long}\nteam: ${long}\n---\n\n## 1. ${long}\n\n<!-- canon:system:1 status:blocked:${long} -->\n<!-- canon:ticket:jira:${long} -->\n\n- [ ] ${long}${long}\n`,
  })
  server = await serve({ CANON_SOURCES: `${sources(folder)},acme/more=dir:${folder}/more` }, { specs: 30 })
  b = await launch({ reducedMotion: 'reduce' })
  page = b.page
})

after(async () => {
  await b?.close()
  await server?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  b.problems.length = b.outside.length = 0
})

/** Nothing was said on the console and nothing was asked of another host. */
function clean() {
  assert.deepEqual(b.problems, [])
  assert.deepEqual(b.outside, [])
}

const open = (at) => page.goto(server.url + at, { waitUntil: 'networkidle' })
const button = (name) => page.getByRole('button', { name, exact: true })
const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8')
const answer = (status, body = {}) => (route) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) })

/** The lines that are other ones now. */
const changed = (was, now) => now.split('\n').filter((line, i) => line !== was.split('\n')[i])

test('a task is started and done from the list, by its comment alone', async () => {
  const name = 'payments/docs/specs/payouts.md'
  const before = read(name)
  await open('/app/acme/tasks?spec=Payouts+to+Merchants')
  await button('Start 4 Failed transfers').click()
  await page.getByText('Started: 4 Failed transfers').waitFor()
  const started = read(name)
  assert.deepEqual(changed(before, started), ['<!-- canon:system:4 status:in_progress -->'])
  assert.match(git(path.join(folder, 'payments'), 'log', '-1', '--format=%s'), /^docs: start 4 Failed transfers/)

  // three criteria are open: that is asked about
  await button('Done 4 Failed transfers').click()
  const dialog = page.locator('dialog[open]')
  assert.match(await dialog.innerText(), /3 open criteria/)
  await dialog.getByRole('button', { name: 'Set to done' }).click()
  await page.getByText('Done: 4 Failed transfers').waitFor()
  assert.deepEqual(changed(before, read(name)), ['<!-- canon:system:4 status:done -->'])
  // what is done is no task
  assert.equal(await page.getByRole('link', { name: '4 Failed transfers' }).count(), 0)
  clean()
})

test('a task that has changed meanwhile is not changed again', async () => {
  const name = 'payments/docs/specs/refunds.md'
  const before = read(name)
  await open('/app/acme/tasks')
  const task = page.locator('[data-task]', { has: page.getByRole('button', { name: /^Start/ }) }).first()
  await page.route('**/save', answer(409, { error: 'conflict' }))
  await task.getByRole('button', { name: /^Start/ }).click()
  await page.getByRole('alert').getByText('could not be changed').waitFor()
  assert.match(await page.getByRole('alert').innerText(), /read again/)
  await page.unroute('**/save')
  await page.route('**/json', answer(401, { detail: 'Not authenticated with GitHub' }))
  await task.getByRole('button', { name: /^Start/ }).click()
  await page.getByRole('alert').getByText('Not authenticated with GitHub').waitFor()
  assert.equal(await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).count(), 1)
  await page.unroute('**/json')
  assert.equal(read(name), before)
  b.problems.length = 0
  clean()
})

test('a row opens to its criteria, with the keyboard too', async () => {
  await open('/app/acme/tasks?spec=Nested')
  const main = page.locator('main')
  assert.match(await main.innerText(), /1\/2 \+ 1\/3 below/)
  assert.equal(await page.getByRole('link', { name: 'acme/web#7' }).getAttribute('href'), 'https://github.com/acme/web/issues/7')
  await button('Criteria of 1 Whole').focus()
  await page.keyboard.press('Enter')
  await page.getByText('Done: One').or(page.getByRole('link', { name: 'One' })).first().waitFor()
  assert.equal(await page.locator('.detail li.done').count(), 1)
  assert.match(await page.locator('.detail').innerText(), /1\.1 Part\s+1\/3/)
  await page.getByRole('link', { name: 'View in spec' }).focus()
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.detail').count(), 0)
  assert.ok(await button('Criteria of 1 Whole').evaluate((element) => element === document.activeElement))
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'View in spec' }).click()
  await page.waitForURL(/nested\.md#section-1/)
  clean()
})

test('tasks are sorted, turned round, and both are in the address', async () => {
  await open('/app/acme/tasks?view=flat')
  const titles = () => page.locator('tbody .name a').allInnerTexts()
  const head = (name) => page.locator('th', { has: button(name) })
  await button('Task').click()
  await page.waitForURL(/order=title/)
  assert.equal(await head('Task').getAttribute('aria-sort'), 'ascending')
  const up = await titles()
  await button('Task').click()
  await page.waitForURL(/order=-title/)
  assert.equal(await head('Task').getAttribute('aria-sort'), 'descending')
  await eventually(async () => (await titles()).length === up.length, 'all rows')
  assert.equal((await titles())[0], up.at(-1))
  await button('Updated').click()
  assert.equal(await head('Updated').getAttribute('aria-sort'), 'descending')
  // without filters the view stays as it is
  await page.getByLabel('Status').selectOption('blocked')
  await page.waitForURL(/status=blocked/)
  await button('Clear filters').click()
  await eventually(() => /view=flat/.test(page.url()) && !/status/.test(page.url()), 'the address')
  // and the browser remembers it
  await page.getByLabel('By spec').check()
  await page.getByLabel('Flat').check()
  await open('/app/acme/tasks')
  assert.equal(await page.locator('table').count(), 1)
  await page.getByLabel('By spec').check()
  await open('/app/acme/tasks')
  assert.equal(await page.locator('table').count(), 0)
  clean()
})

test('nothing to do and nothing there are two things', async () => {
  await page.route('**/api/tasks', answer(200, { tasks: [], total: 0 }))
  await open('/app/acme/tasks')
  await page.getByRole('heading', { name: 'All caught up' }).waitFor()
  await page.route('**/api/welcome', answer(200, { user_name: '', app_installed: true, has_specs: false, install_url: '', has_github_repos: false }))
  await open('/app/acme/tasks')
  await page.getByRole('heading', { name: 'Create your first spec' }).waitFor()
  await page.unrouteAll()
  clean()
})

test('a number of the coverage leads to the criteria behind it', async () => {
  await open('/app/acme/coverage?repo=acme%2Fpayments')
  const number = page.getByRole('link', { name: /without evidence/ })
  const count = /(\d+) without/.exec(await number.innerText())[1]
  await number.click()
  await page.getByRole('heading', { name: 'Criteria without evidence' }).waitFor()
  assert.match(page.url(), /repo=acme(%2F|\/)payments/)
  await page.getByText(`${count} criteria without evidence in`).waitFor()
  assert.ok(await page.locator('#missing-head').evaluate((element) => element === document.activeElement))
  assert.equal(await page.locator('#missing .repo', { hasNotText: 'acme/payments' }).count(), 0)
  const first = page.locator('#missing li').first()
  const few = Number(/\d+/.exec(await first.getByRole('button').innerText())[0])
  await first.getByRole('button').click()
  await first.locator('.criteria li').first().waitFor()
  assert.equal(await first.locator('.criteria li').count(), few)
  await first.locator('.criteria a').first().click()
  await page.waitForURL(/specs\/acme\/payments\/.*-ac-\d+$/)
  clean()
})

test('figures are links that keep the filters, and their order is in the address', async () => {
  await open('/app/acme/coverage?team=core&days=14')
  assert.equal(await page.getByRole('combobox', { name: 'Days' }).inputValue(), '14')
  const table = page.getByRole('region', { name: 'By repository' })
  const row = table.locator('tbody tr').first()
  assert.match(await row.getByRole('link').nth(1).getAttribute('href'), /\/app\/acme\/\?(team=core&repo=|repo=.*team=core)/)
  assert.match(await row.getByRole('link').nth(2).getAttribute('href'), /\/tasks\?(team=core&repo=|repo=.*team=core)/)
  await open('/app/acme/coverage')
  const head = table.locator('th', { hasText: 'Health' })
  const names = () => table.locator('tbody th').allInnerTexts()
  await table.getByRole('button', { name: 'Health' }).click()
  await page.waitForURL(/repos=-health_score/)
  assert.equal(await head.getAttribute('aria-sort'), 'descending')
  const down = await names()
  await table.getByRole('button', { name: 'Health' }).click()
  await page.waitForURL(/repos=health_score/)
  assert.equal(await head.getAttribute('aria-sort'), 'ascending')
  assert.deepEqual(await names(), down.reverse())
  clean()
})

test('whoever clears the filters of the coverage is at its heading', async () => {
  await open('/app/acme/coverage?team=core')
  await button('Clear filters').first().click()
  await eventually(() => new URL(page.url()).search === '', 'the address')
  await eventually(() => page.evaluate(() => document.activeElement.tagName === 'H1'), 'the focus')
  clean()
})

test('the badge of a repository is copied as Markdown', async () => {
  await b.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open('/app/acme/coverage?repo=acme%2Fpayments')
  assert.ok(await page.getByAltText('The badge as it is now').evaluate((image) => image.complete && image.naturalWidth > 40))
  await button('Copy badge as Markdown').click()
  const text = await page.evaluate(() => navigator.clipboard.readText())
  assert.equal(text, `[![Specs of acme/payments](${server.url}/app/acme/badge.svg?repo=acme%2Fpayments)](${server.url}/app/acme/coverage?repo=acme%2Fpayments)`)
  const [, src] = /\]\((\S+?)\)\]/.exec(text)
  assert.match((await fetch(src)).headers.get('content-type'), /svg/)
  clean()
})

test('the chart is readable on a phone', async () => {
  const points = Array.from({ length: 30 }, (_, i) => ({ date: new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10), total_sections: i < 5 || i === 12 ? 0 : 40, done_sections: i, total_ac: i === 12 ? 0 : 90, done_ac: 2 * i, realized_ac: i }))
  await page.route('**/api/coverage*', async (route) => {
    const real = await route.fetch()
    await route.fulfill({ response: real, json: { ...(await real.json()), trend: points } })
  })
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 740 })
    await open('/app/acme/coverage')
    const size = await page.locator('.chart text').first().evaluate((text) => {
      const matrix = text.getScreenCTM()
      return parseFloat(getComputedStyle(text).fontSize) * Math.min(matrix.a, matrix.d)
    })
    assert.ok(size >= 10, `${size} px at ${width}`)
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width)
  }
  // a day without anything to count is a gap, not 0
  const line = await page.locator('.chart path.criteria').getAttribute('d')
  assert.equal(line.match(/M/g).length, 2)
  assert.equal(line.match(/[ML]/g).length, 29)
  const dashes = await page.locator('.chart path').evaluateAll((paths) => paths.map((path) => getComputedStyle(path).strokeDasharray))
  assert.equal(new Set(dashes).size, 3)
  await page.unrouteAll()
  clean()
})

const anyKey = (id, label, more) => ({ id, label, org_login: 'acme', prefix: 'sw_3kJ9', scopes: ['specs:read'], created_at: '2026-01-01T00:00:00Z', last_used_at: null, expires_at: null, revoked_at: null, ...more })
/** The endpoint of the keys, whose page has the same path without a slash. */
const keysAre = (act) => page.route('**/settings/api-keys/**', (route) => (route.request().resourceType() === 'document' ? route.continue() : act(route)))

test('keys say when they end, and trouble with one stands at the table', async () => {
  const soon = new Date(Date.now() + 4.5 * 86_400_000).toISOString()
  let revoked = null
  let status = 500
  await keysAre((route) => {
    if (route.request().method() === 'GET') return answer(200, { keys: [anyKey(7, 'old script', { expires_at: soon, revoked_at: revoked }), anyKey(8, 'ci', { created_at: new Date().toISOString() })] })(route)
    if (status === 204) revoked = new Date().toISOString()
    return status === 204 ? route.fulfill({ status }) : answer(status, { error: 'The database cannot be reached' })(route)
  })
  await open('/app/acme/settings/api-keys')
  assert.equal(await page.getByLabel('Expires').inputValue(), '90')
  const row = page.locator('tbody tr').first()
  assert.match(await row.innerText(), /Expires in 5 days[\s\S]*Unused for 90 days/)
  assert.match(await row.innerText(), /in \d days/)
  const revoke = async () => {
    await row.getByRole('button', { name: 'Revoke old script' }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Revoke', exact: true }).click()
  }
  await revoke()
  await page.getByRole('alert').waitFor()
  assert.match(await page.getByRole('alert').innerText(), /“old script” was not revoked\s+The database/)
  assert.equal(await page.locator('form [role=alert]').count(), 0)
  status = 204
  await revoke()
  await row.getByText('Revoked').waitFor()
  await eventually(() => row.evaluate((element) => element === document.activeElement), 'the focus')
  await page.unrouteAll()
  b.problems.length = 0
  clean()
})

test('a new key leaves with the page', async () => {
  await keysAre((route) => answer(200, route.request().method() === 'GET' ? { keys: [] } : { ...anyKey(9, 'x', {}), key: 'sw_only-once' })(route))
  await open('/app/acme/settings/api-keys')
  await page.getByLabel('Label').fill('x')
  await button('Create key').click()
  await page.locator('code.key').waitFor()
  assert.ok((await page.locator('.fresh pre').innerText()).includes(`curl -H "Authorization: Bearer sw_only-once" ${server.url}/app/acme/api/tasks`))
  await page.getByRole('link', { name: 'Profile' }).click()
  await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
  assert.ok(!(await page.content()).includes('sw_only-once'))
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor()
  assert.ok(!(await page.content()).includes('sw_only-once'))
  await page.unrouteAll()
  clean()
})

test('integrations say only what is known', async () => {
  await open('/app/acme/settings/integrations')
  const text = () => page.locator('main').innerText()
  // local repositories are no installation
  assert.match(await text(), /Not in use: the repositories here are local ones/)
  assert.match(await text(), /Linear\s+used here/)
  assert.equal(await page.getByRole('button', { name: /^Copy address for/ }).count(), 4)
  await page.route('**/api/dashboard', answer(500, { error: 'The database cannot be reached' }))
  await open('/app/acme/settings/integrations')
  await page.getByText('Which of them are used could not be loaded').waitFor()
  assert.doesNotMatch(await text(), /not used|used here/)
  assert.ok((await text()).includes(`${server.url}/webhooks/jira`))
  await page.unrouteAll()
  b.problems.length = 0
  clean()
})

test('the first steps look for news for a minute, then explain, and lead to a new spec', async () => {
  let specs = false
  let asked = 0
  await page.clock.install()
  await page.route('**/api/welcome', (route) => {
    asked++
    return answer(200, { user_name: 'Dana', app_installed: asked > 22, has_specs: specs, install_url: 'https://github.com/apps/x/installations/new', has_github_repos: false })(route)
  })
  await open('/app/acme/welcome')
  await page.getByText('connect one first').waitFor()
  await page.getByText('Looking for news').waitFor()
  for (let i = 0; i < 21; i++) await page.clock.runFor(3000)
  await page.getByText('Nothing has arrived for a minute').waitFor()
  const many = asked
  await page.clock.runFor(30_000)
  assert.equal(asked, many)
  await button('Look again').click()
  await page.clock.runFor(6000)
  const create = page.getByRole('link', { name: 'Create it now' })
  await create.waitFor()
  await eventually(async () => /\/editor\/acme\/\w+\/new$/.test(await create.getAttribute('href')), 'the repository')
  specs = true
  await page.clock.runFor(3000)
  await page.getByText(/^\d+ specs, \d+ criteria found\.$/).waitFor()
  await page.unrouteAll()
  clean()
})

test('the profile tells what is granted from what is missing', async () => {
  const profile = { sub: 'a|1', email: 'dana@acme.org', name: 'Dana Fox', picture: 'https://elsewhere.test/dana.png', org_login: 'acme', permissions: ['specs:read'], all_permissions: ['specs:read', 'specs:write'], auth_method: 'session', github_user: null, last_login_at: null, inferred_role: 'viewer' }
  await page.route('**/api/profile', answer(200, profile))
  await open('/app/acme/profile')
  assert.match(await page.locator('.yes').innerText(), /Read specs[^]*specs:read/)
  assert.match(await page.locator('.no').innerText(), /Edit specs[^]*specs:write/)
  assert.match(await page.locator('main').innerText(), /Organisation\s+acme[^]*Signed in by\s+a browser session/)
  assert.equal(await page.locator('.face').first().innerText(), 'DF')
  assert.equal(await page.getByRole('link', { name: 'API keys' }).count(), 2)
  await page.getByLabel('Keys without Ctrl').uncheck()
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  assert.match(page.url(), /\/profile$/)
  await page.getByLabel('Keys without Ctrl').check()
  await page.unrouteAll()
  clean()
})

test('every page fits a narrow screen, and has one heading', async () => {
  await page.setViewportSize({ width: 320, height: 700 })
  const pages = ['tasks', 'tasks?view=flat', 'coverage', 'coverage?list=criteria', 'coverage?team=nobody', 'profile', 'welcome', 'settings/api-keys', 'settings/integrations']
  for (const at of pages) {
    await open(`/app/acme/${at}`)
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, at)
    assert.equal(await page.locator('h1').count(), 1, at)
    // and written from right to left
    await page.evaluate(() => (document.documentElement.dir = 'rtl'))
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, `${at}, rtl`)
  }
  // the filters of the tasks come when they are asked for
  await open('/app/acme/tasks')
  assert.ok(await page.getByLabel('Status').isHidden())
  await button('Filters').click()
  await page.getByLabel('Status').selectOption('blocked')
  await button('Filters (1)').waitFor()
  await page.setViewportSize({ width: 1280, height: 800 })
  clean()
})

test('my tasks are those of specs that name me', async () => {
  // somebody is signed in: the server puts it into the page
  await page.route('**/app/acme/tasks*', async (route) => {
    if (route.request().resourceType() !== 'document') return route.continue()
    const real = await route.fetch()
    const user = { sub: 'x', email: 'dana@acme.org', name: 'Dana Fox', picture: '', org_id: '', org_login: 'acme', permissions: ['specs:read'] }
    await route.fulfill({ response: real, body: (await real.text()).replace('"user":null', `"user":${JSON.stringify(user)}`) })
  })
  await open('/app/acme/tasks')
  const tasks = page.locator('[data-task]')
  const all = await tasks.count()
  await page.getByLabel('Mine').check()
  await page.waitForURL(/mine=1/)
  assert.equal(await tasks.count(), 1)
  assert.match(await tasks.innerText(), /Whole/)
  await button('Clear filters').click()
  await eventually(async () => (await tasks.count()) === all, 'all tasks')
  await page.unrouteAll()
  clean()
})
