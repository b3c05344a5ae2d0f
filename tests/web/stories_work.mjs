// Tasks, coverage and settings in Chromium, against a canond of their own on SQLite.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { browser, eventually, git, samples, serve, sources, writeFiles } from './lib.mjs'

const { launch } = await browser()
let folder, server, b, page

before(async () => {
  folder = samples()
  writeFiles(path.join(folder, 'more'), {
    'docs/specs/nested.md':
      '---\ntitle: Nested\nstatus: in_progress\nowner: Dana Fox\nteam: core\n---\n\n# Nested\n\n## 1. Whole\n\n<!-- canon:system:1 status:in_progress -->\n<!-- canon:ticket:github:acme/web#7 -->\n\n- [x] One\n- [ ] Two\n\n### 1.1 Part\n\n<!-- canon:system:1.1 status:done -->\n\n- [x] Three\n- [ ] Four\n- [ ] Five\n',
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
