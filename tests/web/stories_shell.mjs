// The frame of the application: keys, focus, titles, what it says when something is missing.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import { browser, eventually, samples, serve, sources } from './lib.mjs'

const { launch } = await browser()
const refunds = 'acme/payments/docs/specs/refunds.md'
let folder, server, b, page

before(async () => {
  folder = samples()
  server = await serve({ CANON_SOURCES: sources(folder) }, { specs: 20 })
  b = await launch({ reducedMotion: 'reduce' })
})

after(async () => {
  await b?.close()
  await server?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

// a page each, with its own routes and nothing loaded
beforeEach(async () => {
  const old = page
  page = await b.context.newPage()
  page.on('dialog', (dialog) => dialog.accept())
  await page.setViewportSize({ width: 1280, height: 800 })
  await b.context.setOffline(false)
  await old?.close({ runBeforeUnload: false })
  b.problems.length = 0
})

const open = (at) => page.goto(server.url + at, { waitUntil: 'networkidle' })
const button = (name) => page.getByRole('button', { name, exact: true })
const heading = (name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
const focused = () => page.evaluate(() => [document.activeElement.tagName, document.activeElement.textContent.trim()])

/** Go to a page as a link of the application does. */
const go = (at) =>
  page.evaluate((to) => {
    history.pushState({}, '', to)
    dispatchEvent(new PopStateEvent('popstate', { state: {} }))
  }, at)

test('whoever writes in the editor writes, and goes nowhere', async () => {
  const at = `/app/acme/editor/${refunds}`
  await open(at)
  await page.locator('.cm-line').first().click()
  await page.keyboard.type('page /docs? jek g t')
  await page.locator('.cm-line', { hasText: 'page /docs? jek g t' }).waitFor()
  assert.equal(new URL(page.url()).pathname, at)
  assert.equal(await page.locator('dialog[open]').count(), 0)
})

test('keys do nothing behind a dialog', async () => {
  await open('/app/acme/')
  await page.locator('h1').focus()
  await page.keyboard.press('?')
  await page.locator('dialog[open]').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.waitForTimeout(100)
  assert.equal(new URL(page.url()).pathname, '/app/acme/')
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await heading('Tasks')
})

test('every page opens when the network is gone, and says what it can', async () => {
  await open('/app/acme/')
  const loaded = () => page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).map(({ name }) => name))
  await eventually(async () => (await loaded()).some((name) => /WelcomePage/.test(name)), 'the scripts of the pages')
  await page.waitForTimeout(300)
  await b.context.setOffline(true)
  for (const [at, title] of [
    ['repos/acme/payments', 'acme/payments'],
    [`specs/${refunds}`, 'docs/specs/refunds.md'],
    ['docs/acme/payments/docs/adr/0007-queue-backend.md', 'docs/adr/0007-queue-backend.md'],
    ['search?q=refund', 'Search'],
    ['coverage', 'Coverage'],
    ['tasks', 'Tasks'],
    ['editor/', 'Editor'],
    [`editor/${refunds}`, 'Edit docs/specs/refunds.md'],
    ['editor/acme/payments/new', 'New spec'],
    ['settings/api-keys', 'API keys'],
    ['settings/integrations', 'Integrations'],
    ['settings/billing', 'Billing'],
    ['profile', 'Profile'],
    ['welcome', 'Welcome'],
    ['', ''],
  ]) {
    await go(`/app/acme/${at}`)
    await page.waitForFunction((name) => document.title === (name ? `${name} — Canon` : 'Canon — acme'), title)
    await page.locator('main h1').first().waitFor({ state: 'attached' })
    if (!at.includes('editor/acme/payments')) await page.locator('main').getByText(/You are offline|Canon cannot be reached/).first().waitFor()
    assert.deepEqual(b.problems.filter(({ kind }) => kind === 'pageerror'), [], at)
  }
})

test('a page whose script cannot be fetched leaves what is shown, and is tried again', async () => {
  await page.route('**/assets/TasksPage*', (route) => route.abort())
  await page.route('**/app/acme/tasks', (route) => route.abort())
  await open('/app/acme/')
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tasks' }).click()
  const told = page.getByRole('alert').getByText('Tasks could not be opened: Canon cannot be reached')
  await told.waitFor()
  await button('Try again').click()
  await told.waitFor()
  assert.ok(await page.locator('article.spec').first().isVisible())
  await page.unroute('**/assets/TasksPage*')
  await page.unroute('**/app/acme/tasks')
  await button('Try again').click()
  await heading('Tasks')
  assert.equal(await page.getByRole('alert').count(), 0)
})

test('when scripts have other names the application is loaded anew, once', async () => {
  let loads = 0
  page.on('request', (request) => (loads += Number(request.isNavigationRequest() && request.url().endsWith('/tasks'))))
  const gone = (route) => route.fulfill({ status: 404, body: 'gone' })
  await page.route('**/assets/TasksPage*', gone)
  await open('/app/acme/')
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tasks' }).click()
  await page.getByRole('alert').getByText('a part of it is missing').waitFor()
  assert.equal(loads, 1)
  await page.unroute('**/assets/TasksPage*')
  await button('Try again').click()
  await heading('Tasks')
  // and once more because somebody asked for it
  assert.equal(loads, 2)
})

test('the focus is on the heading of the page that was opened', async () => {
  await page.route('**/api/specs/**', async (route) => (await page.waitForTimeout(400), route.continue()))
  await open('/app/acme/')
  await page.locator('main').getByRole('link', { name: 'Refunds', exact: true }).first().click()
  await eventually(async () => (await focused())[1] === 'docs/specs/refunds.md', 'the first heading')
  await heading('Refunds')
  assert.deepEqual(await focused(), ['H1', 'Refunds'])
  assert.equal(await page.locator('h1').count(), 1)
})

test('whoever narrows a search down stays where they are', async () => {
  await page.setViewportSize({ width: 390, height: 800 })
  await open('/app/acme/search?q=the')
  await page.getByText('Narrow down').click()
  const said = await page.locator('main > [aria-live]').innerText()
  const facet = page.locator('[data-facet="status:in_progress"]')
  await facet.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/status/)
  await eventually(async () => (await page.locator('main > [aria-live]').innerText()) !== said, 'another count')
  assert.equal(await facet.getAttribute('aria-pressed'), 'true')
  assert.ok(await facet.evaluate((element) => element === document.activeElement))
  assert.ok(await page.locator('details.facets').evaluate((box) => box.open))
  await open('/app/acme/search?q=the&page=400')
  await button('To the first').click()
  await page.locator('.hit').first().waitFor()
  await open('/app/acme/search?q=zzzzz')
  await page.getByRole('heading', { name: 'No specs match' }).waitFor()
  assert.equal(await button('Clear the filters').count(), 0)
})

test('whoever turns the page of a search reads on at its top', async () => {
  await open('/app/acme/search?q=the')
  await button('Next').click()
  await page.getByText(/^Page 2 of/).waitFor()
  await eventually(() => page.locator('ol.hits').evaluate((list) => list === document.activeElement && Math.abs(list.getBoundingClientRect().top) < 200), 'the first hit')
})

/** The shell as it is for somebody else. */
const session = (over) =>
  page.addInitScript((more) => {
    let value
    Object.defineProperty(window, '__CANON__', { get: () => value, set: (given) => (value = { ...given, ...more }) })
  }, over)

test('whoever is not signed in is sent to sign in, and back', async () => {
  await session({ user: null, auth_enabled: true })
  let next = ''
  await page.route('**/auth/login*', (route) => {
    next = new URL(route.request().url()).searchParams.get('next')
    return route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Provider</h1>' })
  })
  await page.goto(`${server.url}/app/acme/tasks?status=blocked#x`)
  await heading('Provider')
  assert.equal(next, '/app/acme/tasks?status=blocked#x')
})

test('a public page is never drawn in the frame of the application', async () => {
  await page.addInitScript(() => {
    new MutationObserver(() => (window.framed ||= document.querySelector('#navigation') !== null)).observe(document, { childList: true, subtree: true })
  })
  await open('/')
  await heading('Specifications that stay true')
  assert.equal(await page.evaluate(() => window.framed), false)
  await page.keyboard.press('Tab')
  assert.deepEqual(await focused(), ['A', 'Skip to content'])
  await page.getByLabel('Colours').selectOption('dark')
  assert.ok(await page.evaluate(() => document.documentElement.classList.contains('dark')))
  assert.match(await page.locator('footer').innerText(), /Canon \d+\.\d+/)
})

test('a GitHub account that could not be connected is told of', async () => {
  await open('/app/acme/?auth_error=no_token&status=blocked')
  await page.getByRole('alert').getByText('it gave no access').waitFor()
  assert.equal(new URL(page.url()).search, '?status=blocked')
  await button('Dismiss').click()
  assert.equal(await page.getByRole('alert').count(), 0)
  assert.equal((await focused())[0], 'H1')
  await open('/app/acme/?auth_error=constructor&attention=constructor')
  await page.getByRole('alert').getByText('GitHub could not be connected. ').waitFor()
  await heading('acme')
})

test('a fragment with a per cent sign is one', async () => {
  await open(`/app/acme/specs/${refunds}#100%25`)
  await heading('Refunds')
  await go('/app/acme/docs/acme/payments/docs/adr/0007-queue-backend.md#100%25')
  await page.locator('article').waitFor()
  assert.deepEqual(b.problems, [])
})

test('what an installation lacks is said, and not led to', async () => {
  for (const at of ['/app/acme/settings/billing', '/app/acme/settings/ai', '/app/admin/indexing']) {
    await open('/app/acme/profile')
    await go(at)
    await page.getByText('Not available in this installation').waitFor()
    assert.equal(await page.getByRole('link', { name: /^(Billing|AI key|Admin)$/ }).count(), 0)
    // the heading comes first, as on the other pages of settings
    assert.equal(await page.locator('nav.tabs ~ h1').count(), 0)
  }
  await open('/app/admin/indexing')
  await page.getByText('Not available in this installation').waitFor()
  await go('/app/acme/profile')
  await page.route('**/api/billing/subscription', (route) => route.fulfill({ json: { plan: 'pro', seats: 3, trial_ends_at: null } }))
  await go('/app/acme/settings/billing')
  await page.getByText('pro', { exact: true }).waitFor()
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Billing' }).waitFor()
})

test('the menu is reached at four times the size, and closed with Escape', async () => {
  await page.setViewportSize({ width: 320, height: 200 })
  await open('/app/acme/tasks')
  await button('Menu').click()
  const last = page.getByRole('navigation', { name: 'Main' }).getByLabel('Colours')
  await last.scrollIntoViewIfNeeded()
  const box = await last.boundingBox()
  assert.ok(box.y >= 0 && box.y + box.height <= 200)
  await last.focus()
  await page.keyboard.press('Escape')
  assert.ok(await button('Menu').evaluate((element) => element === document.activeElement && element.getAttribute('aria-expanded') === 'false'))
})

test('the window has a name, also when nothing could be loaded', async () => {
  for (const [at, title] of [
    ['', 'Canon — acme'],
    ['tasks', 'Tasks — Canon'],
    ['specs/acme/payments/docs/specs/none.md', 'docs/specs/none.md — Canon'],
    ['repos/acme/none', 'acme/none — Canon'],
  ]) {
    await open(`/app/acme/${at}`)
    assert.equal(await page.title(), title)
  }
})

test('another file in the editor is another page', async () => {
  await open(`/app/acme/editor/${refunds}`)
  await page.locator('.cm-line').first().click()
  await page.keyboard.type('mine')
  await go('/app/acme/editor/acme/payments/docs/specs/payouts.md')
  await heading('Payouts to Merchants')
  await page.locator('.cm-line').first().waitFor()
  assert.ok(!(await page.locator('.cm-content').innerText()).includes('mine'))
})

test('fields and buttons stand out from what is around them', async () => {
  await open('/app/acme/search?q=refund')
  for (const theme of ['light', 'dark']) {
    await page.getByLabel('Colours').selectOption(theme)
    const lowest = await page.evaluate(() => {
      const light = (colour) =>
        colour
          .match(/[\d.]+/g)
          .slice(0, 3)
          .map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
          .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0)
      const grounds = [getComputedStyle(document.documentElement), getComputedStyle(document.querySelector('header'))].map((style) => light(style.backgroundColor))
      const borders = [...document.querySelectorAll('select, input, .button:not(.plain, .main)')].map((control) => light(getComputedStyle(control).borderTopColor))
      return Math.min(...borders.flatMap((border) => grounds.map((ground) => (Math.max(border, ground) + 0.05) / (Math.min(border, ground) + 0.05))))
    })
    assert.ok(lowest >= 3, `${theme}: ${lowest}`)
  }
})
