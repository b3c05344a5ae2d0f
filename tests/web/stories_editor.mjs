// What people do in the editor, in Chromium, against a canond of its own on SQLite.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { browser, eventually, freePort, git, makeRepository, peers, samples, serve, sources, startPeer, writeFiles } from './lib.mjs'

const { launch, audit } = await browser()
const section = (n, more = 1) => `## ${n}. Part ${n}\n\n<!-- canon:system:${n} status:todo -->\n\nProse of part ${n}, which is here.\n${'\nMore lines.\n'.repeat(more)}\n### Acceptance Criteria\n\n- [ ] first of ${n}\n- [ ] second of ${n}\n  <!-- canon:realized-in:PR#1 file:a.c -->\n- [x] third of ${n}\n\nText after the list of ${n} stays.\n`
const spec = (title, ...parts) => `---\ntitle: ${title}\nstatus: todo\nowner: ann\nteam: core\n---\n\n# ${title}\n\n${parts.join('\n')}`
const plain = spec('Plain', section(1), section(2), section(3))
const bare = spec('Bare', '## 1. Bare\n\n### Acceptance Criteria\n')
const loose = spec('Loose', '## 1. Loose\n\nWords before.\n\n- [ ] one\n\nWords after.\n')
let folder, server, b, page
let dialogs = []

before(async () => {
  folder = samples()
  writeFiles(path.join(folder, 'desk'), {
    'CANON.yaml': 'specs:\n  doc_paths: ["specs/**/*.md"]\n',
    'specs/crlf.md': plain.replaceAll('\n', '\r\n'),
    'specs/mixed.md': plain.replaceAll(' here.\n', ' here.\r\n').replaceAll('second of 2\n', 'second of 2\r\n'),
    'specs/bare.md': bare,
    'specs/loose.md': loose,
    'specs/scroll.md': spec('Long', section(1, 12), section(2, 12), section(3, 12)),
    'specs/untitled-spec.md': spec('Taken', section(1)),
    ...Object.fromEntries(['cards', 'order', 'remove', 'queue', 'state', 'leave', 'tab', 'draft', 'down', 'refused', 'prose', 'focus', 'outside'].map((name) => [`specs/${name}.md`, plain])),
  })
  writeFiles(path.join(folder, 'branches'), Object.fromEntries(['conflict', 'proposed', 'late', 'protected'].map((name) => [`docs/specs/${name}.md`, plain])))
  makeRepository(path.join(folder, 'branches'))
  server = await serve({ CANON_SOURCES: `${sources(folder)},acme/desk=dir:${folder}/desk,acme/branches=git:${folder}/branches` }, { specs: 35 })
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
afterEach(async () => {
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.goto('about:blank')
})

/** Nothing was said on the console, but for answers that were refused on purpose, and nothing was asked of another host. */
function clean(refused = '') {
  assert.deepEqual(b.problems.filter(({ text }) => !refused || !text.includes(refused)), [])
  assert.deepEqual(b.outside, [])
}

const file = (name) => path.join(folder, 'desk/specs', `${name}.md`)
const read = (name) => fs.readFileSync(file(name), 'utf8')
const button = (name, within = page) => within.getByRole('button', { name, exact: true })
const saved = () => page.getByText('Saved', { exact: true }).waitFor()
const open = (at) => page.goto(server.url + at, { waitUntil: 'networkidle' })
const card = (n) => page.getByRole('region', { name: `Part ${n}`, exact: true })
const refuse = (status, body, headers = {}) => (route) => route.fulfill({ status, contentType: 'application/json', headers, body: JSON.stringify(body) })

async function edit(at) {
  await open(`/app/acme/editor/acme/${at}`)
  await page.locator('.preview .spec-html > *').first().waitFor()
}

async function cards(name) {
  await edit(`desk/specs/${name}.md`)
  await page.getByLabel('Structured').check()
}

/** Type at the end of the first line of the source that has these words. */
async function typeAt(words, typed) {
  await page.locator('.cm-line', { hasText: words }).first().click()
  await page.keyboard.press('End')
  await page.keyboard.type(typed)
}

async function save(name = 'Save', confirm = name) {
  await button(name).click()
  await button(confirm, page.locator('dialog.save[open]')).click()
}

for (const name of ['crlf', 'mixed'])
  test(`a word is changed in a file with ${name} line ends: no other byte is`, async () => {
    const old = read(name)
    await edit(`desk/specs/${name}.md`)
    await typeAt('Prose of part 2', ' Now.')
    await save()
    await saved()
    assert.equal(read(name), old.replace('part 2, which is here.', 'part 2, which is here. Now.'))
    clean()
  })

test('a line that comes has the line end of the file, and undo brings back what was there', async () => {
  const old = read('crlf')
  await edit('desk/specs/crlf.md')
  await typeAt('first of 2', '\n- [ ] and more')
  await page.locator('.cm-line', { hasText: 'first of 3' }).click()
  await page.keyboard.press('Shift+ArrowUp')
  await page.keyboard.press('Delete')
  await page.keyboard.press('Control+z')
  await save()
  await saved()
  assert.equal(read('crlf'), old.replace('first of 2\r\n', 'first of 2\r\n- [ ] and more\r\n'))
  clean()
})

test('mine is proposed after a conflict, on their version', async () => {
  const name = 'docs/specs/conflict.md'
  await edit(`branches/${name}`)
  await typeAt('first of 1', ' MINE')
  const disk = path.join(folder, 'branches', name)
  fs.writeFileSync(disk, plain.replace('first of 1', 'first of 1 THEIRS').replace('third of 3', 'third of 3 THEIRS'))
  git(path.join(folder, 'branches'), 'commit', '-qam', 'theirs')
  await save()
  await page.locator('dialog.conflict[open] .main').filter({ hasText: 'Save mine as a pull request' }).click()
  await button('Propose', page.locator('dialog.save[open]')).click()
  await page.getByText('Proposed on branch').waitFor()
  const branch = (await page.locator('.notice code').first().innerText()).trim()
  const proposed = git(path.join(folder, 'branches'), 'show', `${branch}:${name}`)
  assert.equal(proposed, plain.replace('first of 1', 'first of 1 MINE').replace('third of 3', 'third of 3 THEIRS'))
  assert.equal(git(path.join(folder, 'branches'), 'diff', '--numstat', 'main', branch).trim(), `1\t1\t${name}`)
  clean('409')
})

test('somebody was faster than a proposal: it is merged as for a save', async () => {
  const name = 'docs/specs/late.md'
  await edit(`branches/${name}`)
  await typeAt('first of 1', ' MINE')
  fs.writeFileSync(path.join(folder, 'branches', name), plain.replace('third of 3', 'third of 3 THEIRS'))
  git(path.join(folder, 'branches'), 'commit', '-qam', 'theirs')
  await save('Save as pull request', 'Propose')
  await page.getByText('Both changes fit together').waitFor()
  await button('Save mine as a pull request').click()
  await page.getByLabel('Description').fill('Because.')
  await button('Propose', page.locator('dialog.save[open]')).click()
  await page.getByText('Proposed on branch').waitFor()
  clean('409')
})

test('what is proposed is not saved: the file stays what it was compared with', async () => {
  const name = 'docs/specs/proposed.md'
  await edit(`branches/${name}`)
  await typeAt('first of 1', ' PROPOSED')
  await save('Save as pull request', 'Propose')
  await page.getByText('Proposed, not saved').waitFor()
  assert.ok(await button('Save as pull request').isDisabled())
  await typeAt('second of 2', ' LATER')
  await page.getByText('Unsaved changes').waitFor()
  await button('Save').click()
  const diff = await page.locator('dialog.save[open] .diff').innerText()
  assert.match(diff, /PROPOSED/)
  assert.match(diff, /LATER/)
  await button('Save', page.locator('dialog.save[open]')).click()
  await saved()
  const now = git(path.join(folder, 'branches'), 'show', `main:${name}`)
  assert.equal(now, plain.replace('first of 1', 'first of 1 PROPOSED').replace('second of 2', 'second of 2 LATER'))
  clean()
})

test('a branch that is protected is no conflict', async () => {
  await edit('branches/docs/specs/protected.md')
  await typeAt('first of 1', ' MINE')
  await page.route('**/save', refuse(409, { error: 'Branch is protected' }))
  await save()
  assert.match(await page.getByRole('alert').innerText(), /Branch is protected/)
  await page.getByRole('alert').getByRole('button', { name: 'Save as pull request' }).waitFor()
  assert.equal(await page.locator('dialog[open]').count(), 0)
  clean('409')
})

test('a folder has no branches: nothing is proposed there', async () => {
  await edit('desk/specs/cards.md')
  assert.equal(await page.getByRole('button', { name: /pull request/ }).count(), 0)
  await edit('branches/docs/specs/late.md')
  await button('Save as pull request').waitFor()
  clean()
})

test('two fields are changed quickly while somebody types: nothing is lost', async () => {
  await page.route('**/editor/apply', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 250))
    await route.continue()
  })
  await edit('desk/specs/queue.md')
  await page.getByLabel('Owner').fill('ben')
  await page.getByLabel('Team').fill('edge')
  await typeAt('first of 1', ' typed')
  await eventually(async () => (await page.getByLabel('Team').inputValue()) === 'edge' && /team: edge/.test(await page.locator('.cm-content').innerText()), 'the team')
  await save()
  await saved()
  assert.equal(read('queue'), plain.replace('owner: ann', 'owner: ben').replace('team: core', 'team: edge').replace('first of 1', 'first of 1 typed'))
  clean()
})

test('one word of title, prose and criterion is changed in the cards: three lines differ', async () => {
  await cards('cards')
  await card(2).getByLabel('Text of Part 2').fill(await card(2).getByLabel('Text of Part 2').inputValue().then((text) => text.replace('which', 'that')))
  await card(2).getByLabel('Criterion', { exact: true }).nth(1).fill('changed second of 2')
  await card(3).getByLabel('Title of the section').press('End')
  await page.keyboard.type(' and more')
  await page.keyboard.press('Control+s')
  assert.equal(await page.locator('dialog.save[open] .gone').count(), 3)
  await button('Save', page.locator('dialog.save[open]')).click()
  await saved()
  const wanted = plain.replace('part 2, which', 'part 2, that').replace('second of 2', 'changed second of 2').replace('3. Part 3', '3. Part 3 and more')
  assert.equal(read('cards'), wanted)
  clean()
})

test('a word is changed while the text is read again and again: every letter is there', async () => {
  await cards('prose')
  const field = card(1).getByLabel('Criterion', { exact: true }).first()
  await field.press('End')
  await field.pressSequentially(', word by word', { delay: 60 })
  await save()
  await saved()
  assert.equal(read('prose'), plain.replace('first of 1', 'first of 1, word by word'))
  clean()
})

test('criteria are moved with the keyboard, with their evidence', async () => {
  await cards('order')
  await button('Move up: second of 1', card(1)).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Moved to place 1 of 3').waitFor()
  await eventually(() => page.evaluate(() => document.activeElement.getAttribute('aria-label') === 'Move down: second of 1'), 'the focus')
  await save()
  await saved()
  const evidence = '- [ ] second of 1\n  <!-- canon:realized-in:PR#1 file:a.c -->\n'
  assert.equal(read('order'), plain.replace(`- [ ] first of 1\n${evidence}`, `${evidence}- [ ] first of 1\n`))
  clean()
})

test('a double click removes one criterion, and a new one goes to the end of its list', async () => {
  await cards('remove')
  await button('Remove criterion: first of 1', card(1)).click()
  await button('Remove criterion: first of 1', card(1)).waitFor({ state: 'detached' })
  // the second click of a double click, when the next criterion is there already
  await page.mouse.down({ clickCount: 2 })
  await page.mouse.up({ clickCount: 2 })
  await page.waitForTimeout(300)
  await card(2).getByLabel('New criterion of Part 2').fill('fourth of 2')
  await button('Add', card(2)).click()
  await card(2).getByRole('checkbox', { name: 'Done: fourth of 2' }).check()
  await save()
  await saved()
  const wanted = plain.replace('- [ ] first of 1\n', '').replace('- [x] third of 2\n', '- [x] third of 2\n- [x] fourth of 2\n')
  assert.equal(read('remove'), wanted)
  clean()
})

test('the first criterion goes below the heading that waits for it', async () => {
  await cards('bare')
  await page.getByLabel('New criterion of Bare').fill('the first')
  await button('Add').click()
  await page.getByRole('checkbox', { name: 'Done: the first' }).waitFor()
  await save()
  await saved()
  assert.equal(read('bare'), `${bare}\n- [ ] the first\n`)
  clean()
})

test('text around a list without a heading stays, and only the part before it is in the field', async () => {
  await cards('loose')
  const field = page.getByLabel('Text of Loose')
  assert.equal(await field.inputValue(), 'Words before.')
  await field.fill('Other words.')
  await button('Remove criterion: one').click()
  await save()
  await saved()
  assert.equal(read('loose'), loose.replace('Words before.', 'Other words.').replace('- [ ] one\n', ''))
  clean()
})

test('a state that is not set, or refused, is shown as it is', async () => {
  await cards('state')
  const state = card(1).getByLabel('State')
  await state.selectOption('blocked')
  await button('Cancel', page.locator('dialog[open]')).click()
  await eventually(async () => (await state.inputValue()) === 'todo', 'the old state')
  assert.ok(await page.getByText('Saved', { exact: true }).isVisible())
  await state.selectOption('blocked')
  await page.getByLabel('A ticket or a word').fill('API 12')
  await page.keyboard.press('Enter')
  await page.getByText('Unsaved changes').waitFor()
  await page.route('**/editor/apply', refuse(400, { error: 'Edit 1: no' }))
  await card(2).getByLabel('State').selectOption('done')
  await page.getByRole('alert').waitFor()
  assert.equal(await card(2).getByLabel('State').inputValue(), 'todo')
  await page.getByLabel('Title', { exact: true }).fill('Other')
  await page.keyboard.press('Tab')
  await eventually(async () => (await page.getByLabel('Title', { exact: true }).inputValue()) === 'Plain', 'the old title')
  await save()
  await saved()
  assert.equal(read('state'), plain.replace('canon:system:1 status:todo', 'canon:system:1 status:blocked:API-12'))
  assert.deepEqual(dialogs, [])
  clean('400')
})

test('source and preview show the same section', async () => {
  await edit('desk/specs/scroll.md')
  const top = (selector) => page.evaluate((s) => document.querySelector(s).getBoundingClientRect().top - document.querySelector('.preview').getBoundingClientRect().top, selector)
  const lineTop = (words) =>
    page.evaluate((w) => {
      const root = document.querySelector('.source').shadowRoot
      const line = [...root.querySelectorAll('.cm-line')].find((l) => l.textContent.includes(w))
      return line ? line.getBoundingClientRect().top - root.querySelector('.cm-scroller').getBoundingClientRect().top : null
    }, words)
  const scrolled = () => page.evaluate(() => [document.querySelector('.preview').scrollTop, document.querySelector('.source').shadowRoot.querySelector('.cm-scroller').scrollTop])
  const wheel = async (selector, at) => {
    await page.locator(selector).hover()
    for (let i = 0; i < 60; i++) {
      await page.mouse.wheel(0, 30)
      await page.waitForTimeout(15)
      const now = await at()
      if (now !== null && now < 20) break
    }
    await page.waitForTimeout(100)
  }
  await wheel('.source', () => lineTop('2. Part 2'))
  const inPreview = await top('.preview [id^="section-2"]')
  assert.ok(Math.abs(inPreview - (await lineTop('2. Part 2'))) < 60, `section 2 at ${inPreview} in the preview`)
  // nothing moves by itself
  const before = await scrolled()
  await page.waitForTimeout(300)
  assert.deepEqual(await scrolled(), before)
  await page.locator('.preview').hover()
  await page.mouse.wheel(0, -5000)
  await eventually(async () => (await scrolled()).every((at) => at < 5), 'both at the top')
  clean()
})

test('who leaves with unsaved changes is asked, and the way back leads to the text', async () => {
  await edit('desk/specs/leave.md')
  await page.evaluate(() => history.pushState(history.state, '', location.pathname))
  await edit('desk/specs/down.md')
  await typeAt('first of 1', ' LEFT')
  const asked = (answer) => {
    page.removeAllListeners('dialog')
    page.once('dialog', (dialog) => (dialogs.push(dialog.type()), answer ? dialog.accept() : dialog.dismiss()))
  }
  asked(false)
  await page.getByRole('link', { name: 'Tasks' }).click()
  await eventually(() => dialogs.length === 1, 'the question')
  assert.match(page.url(), /down\.md$/)
  asked(true)
  await page.getByRole('link', { name: 'Tasks' }).click()
  await page.waitForURL(/\/tasks/)
  page.on('dialog', (dialog) => (dialogs.push(dialog.type()), dialog.accept()))
  await page.goBack()
  await page.getByText('There is an unsaved draft').waitFor()
  await button('Put it back').click()
  await page.locator('.cm-line', { hasText: 'LEFT' }).waitFor()
  assert.deepEqual(dialogs, ['confirm', 'confirm'])
  await page.goto('about:blank')
  assert.deepEqual(dialogs, ['confirm', 'confirm', 'beforeunload'])
  await edit('desk/specs/down.md')
  await button('Throw it away').click()
  clean()
})

test('the source is left with Tab', async () => {
  await edit('desk/specs/tab.md')
  await page.locator('.cm-line').first().click()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.matches('.source')), false)
  assert.ok(await page.getByText('Saved', { exact: true }).isVisible())
  clean()
})

test('a preview that cannot be refreshed says how old it is', async () => {
  await edit('desk/specs/down.md')
  await page.route('**/preview', refuse(503, { error: 'The database is busy' }))
  await typeAt('first of 1', ' x')
  await page.getByText(/Preview as of \d.*cannot be refreshed: The database is busy/).waitFor()
  await page.unroute('**/preview')
  await page.locator('.notice').getByRole('button', { name: 'Try again' }).click()
  await page.getByText(/cannot be refreshed/).waitFor({ state: 'detached' })
  await page.keyboard.press('Control+z')
  clean('503')
})

test('a save that fails is named so, and trying again tries again', async () => {
  await edit('desk/specs/refused.md')
  await typeAt('first of 1', ' again')
  await page.route('**/save', refuse(503, { error: 'The database is busy' }))
  await save()
  await page.getByRole('alert').waitFor()
  await page.unroute('**/save')
  await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click()
  await saved()
  assert.equal(read('refused'), plain.replace('first of 1', 'first of 1 again'))
  clean('503')
})

test('a new spec goes to the folder of the repository, and its draft is found again', async () => {
  const at = '/app/acme/editor/acme/desk/new'
  await open(at)
  const field = page.getByLabel('Path')
  await page.getByText('There is a file at this path already').waitFor()
  assert.equal(await field.inputValue(), 'specs/untitled-spec.md')
  assert.ok(await button('Save').isDisabled())
  await page.getByLabel('Title', { exact: true }).fill('Night Shift')
  await page.keyboard.press('Tab')
  await eventually(async () => (await field.inputValue()) === 'specs/night-shift.md', 'the path')
  await page.waitForTimeout(400)
  await page.goto('about:blank')
  await open(at)
  await button('Put it back').click()
  await eventually(async () => (await field.inputValue()) === 'specs/night-shift.md', 'the path')
  await save()
  await page.waitForURL(/\/specs\/acme\/desk\/specs\/night-shift\.md$/)
  assert.match(read('night-shift'), /^title: "?Night Shift"?$/m)
  await open(at)
  await page.getByLabel('Title', { exact: true }).waitFor()
  assert.equal(await button('Put it back').count(), 0)
  clean('404')
})

test('a path that cannot be looked at is not taken', async () => {
  await page.route('**/json', refuse(503, { error: 'busy' }))
  await open('/app/acme/editor/acme/desk/new')
  await page.getByText('It could not be checked').waitFor()
  assert.equal(await page.getByText('already').count(), 0)
  clean('503')
})

test('the cards are clean for those who do not see them', async () => {
  await cards('tab')
  const { violations } = await audit(page)
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].target]), [])
  clean()
})

test('words typed in a card while the front matter changes are all there', async () => {
  await page.route('**/editor/apply', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 400))
    await route.continue()
  })
  await cards('outside')
  await page.getByLabel('Owner').fill('ben')
  const field = card(1).getByLabel('Criterion', { exact: true }).first()
  await field.press('End')
  await field.pressSequentially(', word by word and on', { delay: 60 })
  await save()
  await saved()
  assert.equal(read('outside'), plain.replace('owner: ann', 'owner: ben').replace('first of 1', 'first of 1, word by word and on'))
  clean()
})

test('the focus stays in the editor when an offer of drafts goes, and older ones are easy to hit', async () => {
  for (const word of [' one', ' two', ' three']) {
    await edit('desk/specs/focus.md')
    await typeAt('first of 1', word)
    await page.waitForTimeout(300)
  }
  await edit('desk/specs/focus.md')
  assert.ok((await page.locator('.offer summary').boundingBox()).height >= 24)
  for (let left = 3; left > 0; left--) await button('Throw it away', page.locator('.offer')).first().press('Enter')
  await page.locator('.offer').waitFor({ state: 'detached' })
  await eventually(() => page.evaluate(() => document.activeElement.classList.contains('source')), 'the focus')
  clean()
})

test('whose session ends while saving signs in elsewhere, and the save is made', async () => {
  const certs = JSON.parse(execFileSync(process.execPath, [path.join(peers, 'certs.mjs'), path.join(folder, 'certs')], { encoding: 'utf8' }))
  const provider = await startPeer('oidc', '--tls-cert', certs.cert, '--tls-key', certs.key)
  const port = await freePort()
  const own = await serve(
    {
      ...{ PORT: port, PLATFORM_URL: `http://127.0.0.1:${port}`, CANON_CA_FILE: certs.ca, APP_SECRET_KEY: Buffer.alloc(32, 7).toString('base64') },
      ...{ OIDC_ISSUER: `${provider.url}/`, OIDC_CLIENT_ID: 'canon-web', OIDC_CLIENT_SECRET: 'canon-web-secret-for-tests-only', OIDC_AUDIENCE: 'https://api.canon.test' },
      CANON_SOURCES: sources(folder),
    },
    { specs: 0 },
  )
  const person = await launch({ args: ['--ignore-certificate-errors'] })
  try {
    const { page: p, context } = person
    const at = `${own.url}/app/acme/editor/acme/platform/docs/specs/audit-log.md`
    await p.goto(at, { waitUntil: 'networkidle' })
    if (p.url() !== at) await p.goto(at, { waitUntil: 'networkidle' })
    await p.locator('.cm-line', { hasText: '## 1.' }).first().click()
    await p.keyboard.press('End')
    await p.keyboard.type(' SAVED')
    await context.clearCookies()
    await p.getByRole('button', { name: 'Save', exact: true }).click()
    await p.locator('dialog.save[open]').getByRole('button', { name: 'Save', exact: true }).click()
    const link = p.getByRole('link', { name: 'Sign in in a new tab' })
    await link.waitFor()
    assert.match(await p.getByRole('alert').innerText(), /was not saved/)
    const [tab] = await Promise.all([context.waitForEvent('page'), link.click()])
    await tab.waitForURL(/audit-log\.md/)
    await tab.close()
    await p.bringToFront()
    await p.evaluate(() => dispatchEvent(new Event('focus')))
    await p.getByText('Saved', { exact: true }).waitFor()
    assert.match(fs.readFileSync(path.join(folder, 'platform/docs/specs/audit-log.md'), 'utf8'), /^## 1\..* SAVED$/m)
    // whose text it was is part of where it is kept
    await p.locator('.cm-line', { hasText: '## 1.' }).first().click()
    await p.keyboard.type('!')
    await p.waitForTimeout(400)
    const keys = await p.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('canon-draft:')))
    assert.ok(keys.length > 0 && keys.every((key) => !key.startsWith('canon-draft:local:')), keys.join())
  } finally {
    await person.close()
    await own.stop()
    await provider.stop()
  }
})
