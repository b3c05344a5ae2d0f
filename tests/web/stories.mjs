// What people do, in Chromium, against a canond of its own on SQLite.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { browser, eventually, freePort, git, peers, samples, serve, sources, startPeer, writeFiles } from './lib.mjs'

const { launch } = await browser()
const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>`
const quoted = evil.replaceAll('"', '\\"')
let folder, server, b, page
let dialogs = []

before(async () => {
  folder = samples()
  // everything that people write, with markup in it
  writeFiles(path.join(folder, 'evil'), {
    'CANON.yaml': `team: "${quoted}"\nunknown_${evil.length}: "${quoted}"\n`,
    'docs/specs/evil.md': `---\ntitle: "${quoted}"\nstatus: in_progress\nowner: "${quoted}"\nteam: "${quoted}"\ntags: ["${quoted}", "javascript:alert(3)"]\n---\n\n# ${evil}\n\n## 1. Trap ${evil}\n\n<!-- canon:system:1 status:blocked:javascript:alert(4) -->\n<!-- canon:ticket:jira:${'"><b>1'} -->\n\n${evil}\n\n[go](javascript:alert(5)) ![x](data:text/html,<script>alert(6)</script>) <svg onload=alert(7)></svg>\n\n### Acceptance Criteria\n\n- [ ] trap ${evil}\n- [x] <iframe srcdoc="<script>alert(8)</script>"></iframe>\n  <!-- canon:realized-in:PR#1 file:javascript:alert(9) -->\n`,
    'docs/specs/<img src=x onerror=alert(10)>.md': '---\ntitle: Name\nstatus: todo\n---\n\n## 1. A\n\ntrap\n',
    'docs/adr/0001-evil.md': `# ${evil}\n\n${evil}\n\n<a href="javascript:alert(11)">trap</a>\n`,
  })
  server = await serve({ CANON_SOURCES: `${sources(folder)},evil/evil=dir:${folder}/evil` }, { specs: 30 })
  b = await launch({ reducedMotion: 'reduce' })
  page = b.page
  page.on('dialog', (dialog) => (dialogs.push(dialog.type()), dialog.accept()))
})

after(async () => {
  await b?.close()
  await server?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  b.problems.length = b.outside.length = dialogs.length = 0
})

/** Nothing was said on the console and nothing was asked of another host. */
function clean() {
  assert.deepEqual(b.problems, [])
  assert.deepEqual(b.outside, [])
}

const file = (name) => path.join(folder, name)
const read = (name) => fs.readFileSync(file(name))
const open = (at) => page.goto(server.url + at, { waitUntil: 'networkidle' })
const button = (name) => page.getByRole('button', { name, exact: true })
const saved = () => page.getByText('Saved', { exact: true }).waitFor()

async function openEditor(name) {
  await open(`/app/acme/editor/acme/${name}`)
  await page.locator('.preview .spec-html > *').first().waitFor()
}

/** Go to the end of a line of the source that has these words. */
async function clickLine(words) {
  await page.locator('.cm-line', { hasText: words }).first().click()
  await page.keyboard.press('End')
}

async function confirmSave(name = 'Save') {
  await page.locator('dialog[open]').getByRole('button', { name, exact: true }).click()
}

test('a blocked section is found from the dashboard', async () => {
  await open('/app/acme/')
  const card = page.locator('section', { has: page.getByRole('heading', { name: 'Needs attention' }) })
  await card.getByRole('link', { name: 'Tax Calculation' }).click()
  await page.getByRole('heading', { level: 1, name: 'Tax Calculation' }).waitFor()
  assert.match(await page.locator('.spec-html').innerText(), /vendor-contract/)
  assert.equal(await page.title(), 'Tax Calculation — Canon')
  await page.goBack()
  await page.getByRole('link', { name: /blocked/ }).first().click()
  await page.waitForURL(/status=blocked/)
  assert.equal(await page.getByRole('heading', { level: 3 }).count(), 2)
  clean()
})

test('a section is found and opened with the keyboard alone', async () => {
  await open('/app/acme/')
  await page.keyboard.press('/')
  await page.keyboard.type('refund')
  await page.locator('[role=option]').first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL(/refunds\.md/)
  await page.getByRole('heading', { level: 1, name: 'Refunds' }).waitFor()
  await eventually(() => page.locator('#section-2-full-and-partial-refunds details').evaluate((d) => d.open), 'unfolding')
  await page.keyboard.press('e')
  await page.waitForURL(/editor/)
  await page.locator('.cm-content').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor()
  clean()
})

test('a field in the address narrows the search', async () => {
  await open('/app/acme/search?q=team:checkout%20refund')
  await page.locator('.hit').first().waitFor()
  assert.match(await page.locator('main').innerText(), /Refunds/)
  clean()
})

test('evidence is shown beside its criterion', async () => {
  await open('/app/acme/specs/acme/payments/docs/specs/refunds.md')
  await button('Expand all').click()
  const line = page.locator('.evidence').first()
  await line.waitFor()
  assert.match(await line.innerText(), /PR #201\s+src\/refund\/limits\.c:10-44/)
  await page.locator('.anchor').first().click()
  assert.match(page.url(), /#section-2-full-and-partial-refunds-ac-1$/)
  clean()
})

test('a criterion is edited and saved: no other byte changes', async () => {
  const name = 'platform/docs/specs/status-page.md'
  const before = read(name)
  const old = /- \[[ x]\] (.+)/.exec(before.toString())[0]
  await openEditor(name)
  await clickLine(old.slice(6, 30))
  await page.keyboard.type(' for sure')
  await page.keyboard.press('Control+s')
  await confirmSave()
  await saved()
  const at = before.indexOf(old) + Buffer.byteLength(old)
  const wanted = Buffer.concat([before.subarray(0, at), Buffer.from(' for sure'), before.subarray(at)])
  assert.ok(read(name).equals(wanted))
  clean()
})

test('a box that is ticked in the cards changes one byte', async () => {
  const name = 'platform/docs/specs/mobile-sessions.md'
  const before = read(name)
  await openEditor(name)
  await page.getByLabel('Structured').check()
  await page.locator('.cards input[type=checkbox]:not(:checked)').first().check()
  await button('Save').click()
  await confirmSave()
  await saved()
  const now = read(name)
  const changed = [...before.keys()].filter((i) => before[i] !== now[i])
  assert.equal(now.length, before.length)
  assert.equal(changed.length, 1)
  assert.equal(String.fromCharCode(now[changed[0]]), 'x')
  clean()
})

test('a status is changed by the library, in its comment alone', async () => {
  const name = 'platform/docs/specs/data-export.md'
  const before = read(name).toString()
  await openEditor(name)
  await page.getByLabel('Structured').check()
  await page.locator('.cards select').first().selectOption('deprecated')
  await page.getByText('Unsaved changes').waitFor()
  await button('Save').click()
  await confirmSave()
  await saved()
  const now = read(name).toString().split('\n')
  const lines = before.split('\n').filter((line, i) => line !== now[i])
  assert.equal(lines.length, 1)
  assert.match(lines[0], /canon:system/)
  clean()
})

test('a change on disk that fits is merged, one that does not is asked about', async () => {
  const name = 'platform/docs/specs/usage-metering.md'
  const before = read(name).toString()
  const boxes = [...before.matchAll(/- \[[ x]\] (.+)/g)].map(([, text]) => text)
  await openEditor(name)
  await clickLine(boxes[0].slice(0, 24))
  await page.keyboard.type(' MINE')
  fs.writeFileSync(file(name), before.replace(boxes.at(-1), `${boxes.at(-1)} THEIRS`))
  await button('Save').click()
  await confirmSave()
  const dialog = page.locator('dialog.conflict[open]')
  await dialog.waitFor()
  assert.match(await dialog.innerText(), /fit together/)
  await button('Continue with the merged text').click()
  await confirmSave()
  await saved()
  const both = before.replace(boxes[0], `${boxes[0]} MINE`).replace(boxes.at(-1), `${boxes.at(-1)} THEIRS`)
  assert.equal(read(name).toString(), both)

  await clickLine(boxes[0].slice(0, 24))
  await page.keyboard.type(' AGAIN')
  fs.writeFileSync(file(name), both.replace(' MINE', ' OTHERS'))
  await button('Save').click()
  await confirmSave()
  await dialog.waitFor()
  assert.ok(await button('Continue with the merged text').isDisabled())
  await dialog.getByLabel('Theirs').check()
  await button('Continue with the merged text').click()
  // nothing of mine is left: what they have is saved already
  await eventually(async () => !(await page.locator('.cm-content').innerText()).includes('AGAIN'), 'the merged text')
  assert.ok(read(name).includes(' OTHERS'))
  b.problems.splice(0, Infinity, ...b.problems.filter(({ text }) => !text.includes('409')))
  clean()
})

test('an edit is proposed on a branch', async () => {
  const before = git(file('payments'), 'rev-parse', 'main')
  await openEditor('payments/docs/specs/disputes.md')
  await clickLine('## 1.')
  await page.keyboard.type(' again')
  await button('Save as pull request').click()
  await confirmSave('Propose')
  await page.getByText('Proposed on branch').waitFor()
  const branch = (await page.locator('.notice code').first().innerText()).trim()
  assert.equal(git(file('payments'), 'rev-parse', 'main'), before)
  assert.equal(git(file('payments'), 'diff', '--numstat', 'main', branch).trim(), '1\t1\tdocs/specs/disputes.md')
  clean()
})

test('a draft is there after a crash', async () => {
  await openEditor('platform/docs/specs/audit-log.md')
  await clickLine('## 1.')
  await page.keyboard.type(' draft')
  await page.waitForTimeout(600)
  await page.goto('about:blank')
  await openEditor('platform/docs/specs/audit-log.md')
  await button('Put it back').click()
  await page.locator('.cm-line', { hasText: 'draft' }).first().waitFor()
  await page.goto('about:blank')
})

test('markup of authors never runs', async () => {
  const at = 'evil/evil/docs/specs'
  const paths = ['', 'repos/evil/evil', `specs/${at}/evil.md`, `specs/${at}/${encodeURIComponent('<img src=x onerror=alert(10)>.md')}`, 'docs/evil/evil/docs/adr/0001-evil.md', 'search?q=trap', 'search?q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E', 'coverage', 'tasks', 'tasks?view=flat', 'editor/', `editor/${at}/evil.md`]
  await page.addInitScript(() => {
    window.broken = []
    document.addEventListener('securitypolicyviolation', (event) => window.broken.push(event.violatedDirective))
  })
  for (const name of paths) {
    await open(`/app/evil/${name}`)
    if (name.startsWith('editor/evil')) {
      await page.locator('.preview .spec-html > *').first().waitFor()
      await page.getByLabel('Structured').check()
    }
    assert.deepEqual(await page.evaluate(() => window.broken), [], name)
    const found = await page.locator('[onerror], [onload], iframe, img[src="x"], a[href^="javascript" i], #app script').count()
    assert.equal(found, 0, name)
  }
  await open('/app/evil/')
  await page.keyboard.press('/')
  await page.keyboard.type('trap')
  await page.locator('[role=option]').first().waitFor()
  assert.deepEqual(dialogs, [])
  clean()
})

test('a hit of the search opens at its section', async () => {
  await open('/app/acme/search?q=full%20and%20partial%20refunds')
  const hit = page.locator('.hit', { hasText: /^\s*Refunds/ }).first()
  await hit.getByRole('link').first().click()
  await page.waitForURL(/refunds\.md#/)
  const section = page.locator('#section-2-full-and-partial-refunds')
  await eventually(() => section.locator('details').first().evaluate((box) => box.open), 'unfolding')
  // below the bar of the page, on the screen
  await eventually(async () => {
    const top = (await section.boundingBox()).y
    return top >= 40 && top < 600
  }, 'the section on the screen')
  assert.match(await section.getByRole('heading').first().innerText(), /^2\.? Full and partial refunds/i)
  clean()
})

test('the badge is a picture that browsers keep', async () => {
  const ask = (query, headers = {}) => fetch(`${server.url}/app/acme/badge.svg${query}`, { headers })
  const first = await ask('')
  assert.equal(first.status, 200)
  assert.match(first.headers.get('content-type'), /^image\/svg\+xml\b/)
  assert.equal(first.headers.get('cache-control'), 'private, max-age=300')
  assert.equal(first.headers.get('content-security-policy'), "default-src 'none'")
  assert.equal(first.headers.get('x-content-type-options'), 'nosniff')
  const tag = first.headers.get('etag')
  assert.match(await first.text(), /<title>specs: \d+%<\/title>/)
  const again = await ask('', { 'if-none-match': tag })
  assert.equal(again.status, 304)
  assert.equal(again.headers.get('etag'), tag)
  assert.equal(await again.text(), '')
  assert.equal((await ask('?label=other', { 'if-none-match': tag })).status, 200)

  const label = '</title><script>"\'&'
  const hostile = await (await ask(`?label=${encodeURIComponent(label)}`)).text()
  assert.ok(!/<script/i.test(hostile))
  assert.ok(hostile.includes('&lt;/title&gt;&lt;script&gt;'))
  assert.match(await (await ask(`?repo=${encodeURIComponent('"><script>/x')}`)).text(), /<title>specs: no criteria<\/title>/)
  // a picture to browsers, too: well-formed, with a size
  await open('/app/acme/')
  for (const query of ['', `?label=${encodeURIComponent(label)}`, '?team=nobody&label=%D7%A9%D7%9C%D7%95%D7%9D']) {
    const size = await page.evaluate(
      (src) =>
        new Promise((resolve) => {
          const picture = new Image()
          picture.onload = () => resolve([picture.naturalWidth > 40, picture.naturalHeight])
          picture.onerror = () => resolve(null)
          picture.src = src
        }),
      `/app/acme/badge.svg${query}`,
    )
    assert.deepEqual(size, [true, 20], query)
  }
  clean()
})

test('what does not exist has status 404, and a way out', async () => {
  for (const [at, status] of [['/app/acme/', 200], ['/app/acme/nothing', 404], ['/nothing', 404], ['/app/acme/api/nothing', 404]]) {
    assert.equal((await fetch(server.url + at)).status, status, at)
  }
  await open('/app/acme/specs/acme/payments/docs/specs/none.md')
  await page.getByRole('heading', { name: 'Not found' }).waitFor()
})

test('coverage is read on a phone', async () => {
  await page.setViewportSize({ width: 320, height: 740 })
  const tools = ['editor/', 'editor/acme/payments/docs/specs/payouts.md', 'editor/acme/payments/new', 'settings/api-keys', 'settings/integrations', 'settings/billing', 'profile', 'welcome']
  const pages = ['coverage', '', 'tasks', 'tasks?view=flat', 'repos/acme/payments', 'specs/acme/payments/docs/specs/payouts.md', 'docs/acme/payments/docs/adr/0007-queue-backend.md', 'search?q=refund', ...tools]
  for (const at of ['/', '/changelog', '/app/evil/', '/app/no-org', '/app/choose-org', '/nothing', ...pages.map((name) => `/app/acme/${name}`)]) {
    await open(at)
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, at)
  }
  // what an installation lacks is answered with a trouble of the server
  b.problems.length = 0
  await open('/app/acme/coverage')
  await page.getByText('How the health score is made').click()
  assert.match(await page.locator('main').innerText(), /Criteria: \d+ of \d+ done/)
  await button('Menu').click()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tasks' }).click()
  await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor()
  await page.setViewportSize({ width: 1280, height: 800 })
  clean()
})

test('what is shown stays when the network goes', async () => {
  await open('/app/acme/')
  await b.context.setOffline(true)
  await page.getByText('You are offline').waitFor()
  await page.getByLabel('Status').selectOption('blocked')
  await page.waitForURL(/status=blocked/)
  assert.match(await page.locator('main').innerText(), /Tax Calculation/)
  await b.context.setOffline(false)
  await page.getByText('You are offline').waitFor({ state: 'hidden' })
  clean()
})

test('somebody signs in, makes a key, uses it and revokes it', async () => {
  const certs = JSON.parse(execFileSync(process.execPath, [path.join(peers, 'certs.mjs'), path.join(folder, 'certs')], { encoding: 'utf8' }))
  const provider = await startPeer('oidc', '--tls-cert', certs.cert, '--tls-key', certs.key)
  const port = await freePort()
  const own = await serve(
    {
      PORT: port,
      PLATFORM_URL: `http://127.0.0.1:${port}`,
      CANON_CA_FILE: certs.ca,
      APP_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      OIDC_ISSUER: `${provider.url}/`,
      OIDC_CLIENT_ID: 'canon-web',
      OIDC_CLIENT_SECRET: 'canon-web-secret-for-tests-only',
      OIDC_AUDIENCE: 'https://api.canon.test',
      CANON_SOURCES: sources(folder),
    },
    { specs: 0 },
  )
  // the provider's authority is one that only canond was told of
  const person = await launch({ args: ['--ignore-certificate-errors'] })
  try {
    const { page: p } = person
    await p.goto(`${own.url}/app/acme/settings/api-keys`, { waitUntil: 'networkidle' })
    if (!p.url().includes('/api-keys')) await p.goto(`${own.url}/app/acme/settings/api-keys`, { waitUntil: 'networkidle' })
    await p.getByLabel('Label').fill('from a story')
    await p.getByRole('button', { name: 'Create key' }).click()
    const key = (await p.locator('code.key').innerText()).trim()
    assert.match(key, /^sw_/)
    const use = () => fetch(`${own.url}/app/acme/api/tasks`, { headers: { authorization: `Bearer ${key}` } }).then((answer) => answer.status)
    assert.equal(await use(), 200)
    await p.getByRole('button', { name: 'I have it' }).click()
    assert.ok(!(await p.content()).includes(key))
    await p.getByRole('button', { name: 'Revoke from a story' }).click()
    await p.locator('dialog[open]').getByRole('button', { name: 'Revoke', exact: true }).click()
    await p.getByText('Revoked', { exact: true }).waitFor()
    assert.equal(await use(), 401)
    assert.deepEqual(person.problems, [])
  } finally {
    await person.close()
    await own.stop()
    await provider.stop()
  }
})
