// What people read: the dashboard, repositories, specs and documents, on the screen and on paper.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { browser, eventually, samples, serve, sources, writeFiles } from './lib.mjs'

const { launch, audit } = await browser()
const spec = (title, more, text) => `---\ntitle: ${title}\nstatus: in_progress\nowner: A\nteam: core\n${more}---\n\n${text}`
const filler = `${'Some words that fill the page. '.repeat(40)}\n\n`
const numbers = (n) => Array.from({ length: n }, (_, i) => i + 1)
let folder, server, b, page

before(async () => {
  folder = samples()
  writeFiles(path.join(folder, 'odd'), {
    'CANON.yaml': 'team: core\nunknown_key: 1\n',
    'docs/specs/dates.md': spec('Dates', 'created: 2026-01-31\nupdated: soon\n', '## 1. One\n\ntext\n'),
    'docs/specs/flat.md': spec('Flat', '', `No sections, only words. ${filler}`),
    'docs/specs/empty.md': '---\ntitle: Empty\nstatus: draft\n---\n',
    'docs/specs/changing.md': spec('Changing', '', numbers(9).map((n) => `## ${n}. Part ${n}\n\n<!-- canon:system:${n} status:todo -->\n\n${filler}- [ ] criterion of ${n}\n`).join('\n')),
    'docs/specs/large.md': spec('Large', '', numbers(200).map((n) => `## ${n}. Part ${n}\n\n<!-- canon:system:${n} status:in_progress -->\n\n${'Words. '.repeat(30)}\n\n${'- [x] done\n  <!-- canon:realized-in:PR#1 file:src/a.c:1-2 -->\n- [ ] open\n'.repeat(5)}`).join('\n')),
    'docs/specs/table.md': spec('Table', '', `## 1. Wide\n\n|${' Column |'.repeat(14)}\n|${'---|'.repeat(14)}\n|${' wwwwwwwwwwww |'.repeat(14)}\n\n## 2. Done\n\n<!-- canon:system:2 status:done -->\n\nWords that are folded away.\n\n    code\n\n- [x] done\n`),
    'docs/guide.md': `# Guide\n\n[To the flat spec](specs/flat.md), [to the end](#the-end), [out](https://example.com/)\n\n${filler.repeat(20)}## The end\n\nAt last.\n`,
  })
  for (const n of numbers(60)) writeFiles(path.join(folder, 'many'), { [`docs/specs/${n}.md`]: `---\ntitle: Number ${n}\nstatus: ${n % 5 ? 'done' : 'blocked'}\n---\n\n## 1. A\n\n- [ ] x\n` })
  writeFiles(path.join(folder, 'bare'), { 'README.md': '# Bare\n' })
  const own = `${sources(folder)},acme/odd=dir:${folder}/odd,many/many=dir:${folder}/many,bare/bare=dir:${folder}/bare`
  server = await serve({ CANON_SOURCES: own }, { specs: 30 })
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

function clean() {
  assert.deepEqual(b.problems, [])
  assert.deepEqual(b.outside, [])
}

/** Until a frame after this one has been drawn. */
const settle = () => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))))

async function open(at) {
  await page.goto(server.url + at)
  await page.locator('main :is(h1:not(.unseen), [role=alert])').first().waitFor()
  await settle()
}

const odd = (name) => `/app/acme/specs/acme/odd/docs/specs/${name}.md`
const scrolled = () => page.evaluate(() => scrollY)
const top = async (what) => (await page.locator(what).boundingBox()).y

/** Come back to the network, and wait for the answer that is asked for then. */
async function comeBack() {
  const answer = page.waitForResponse((response) => response.url().includes('/api/'))
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await (await answer).finished()
  await settle()
}

test('a spec that is fetched again is as it was', async () => {
  await open(`${odd('changing')}#section-2-part-2`)
  const count = () => page.locator('.spec-html').evaluate((html) => [html.querySelectorAll('.anchor').length, html.querySelectorAll('details').length, html.querySelectorAll('.section-count').length])
  assert.deepEqual(await count(), [9, 9, 9])
  await page.locator('#section-1-part-1 > details').evaluate((part) => (part.open = false))
  await page.evaluate(() => scrollTo(0, 900))
  const at = await scrolled()
  await comeBack()
  assert.deepEqual(await count(), [9, 9, 9])
  assert.equal(await scrolled(), at)
  assert.equal(await page.locator('#section-1-part-1 > details').evaluate((part) => part.open), false)

  // somebody has written something above what is read
  const name = path.join(folder, 'odd/docs/specs/changing.md')
  fs.writeFileSync(name, fs.readFileSync(name, 'utf8').replace('## 2. Part 2', `${filler.repeat(3)}- [ ] another\n\n## 2. Part 2`))
  const before = await top('#section-4-part-4')
  await eventually(async () => {
    await comeBack()
    return (await count())[0] === 10
  }, 'the new criterion')
  assert.deepEqual(await count(), [10, 9, 9])
  assert.ok(Math.abs((await top('#section-4-part-4')) - before) < 2)
  assert.equal(await page.locator('#section-1-part-1 > details').evaluate((part) => part.open), false)
  clean()
})

test('a link to a criterion is copied, and leads there after a reload', async () => {
  await b.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open('/app/acme/specs/acme/payments/docs/specs/refunds.md')
  await page.getByRole('button', { name: 'Expand all' }).click()
  const anchor = page.locator('#section-3-second-pair-of-eyes .anchor').nth(1)
  await anchor.focus()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Tab')
  await eventually(() => anchor.evaluate((box) => box.matches(':focus') && getComputedStyle(box).opacity === '1'), 'seeing it', 5000)
  await page.keyboard.press('Enter')
  await page.getByText('Link copied').waitFor({ state: 'attached' })
  assert.match(page.url(), /#section-3-second-pair-of-eyes-ac-2$/)
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url())
  // where nothing can be pointed at, it is always seen
  const touch = await b.context.newCDPSession(page)
  const other = page.locator('#section-2-full-and-partial-refunds .anchor').first()
  assert.equal(await other.evaluate((box) => getComputedStyle(box).opacity), '0')
  await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true })
  await eventually(() => other.evaluate((box) => getComputedStyle(box).opacity === '1'), 'seeing all of them')
  await touch.send('Emulation.setTouchEmulationEnabled', { enabled: false })
  await touch.detach()
  await page.reload()
  const criterion = page.locator('#section-3-second-pair-of-eyes-ac-2')
  await eventually(() => criterion.evaluate((item) => item.closest('details').open && item.getBoundingClientRect().top < innerHeight), 'the criterion')
  clean()
})

test('evidence is followed where the repository is on GitHub, and is text elsewhere', async () => {
  const at = '/app/acme/specs/acme/payments/docs/specs/refunds.md'
  await open(at)
  assert.match(await page.locator('#section-3-second-pair-of-eyes .prose + .evidence').textContent(), /docs\/audits\/2026-10-refunds\.md/)
  assert.equal(await page.locator('.evidence a').count(), 0)
  assert.equal(await page.getByRole('link', { name: 'View on GitHub' }).count(), 0)
  await page.route('**/api/specs/**', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), on_github: true } })
  })
  try {
    await open(at)
    await page.getByRole('button', { name: 'Expand all' }).click()
    assert.match(await page.getByRole('link', { name: 'View on GitHub' }).getAttribute('href'), /^https:\/\/github\.com\/acme\/payments\/blob\/main\/docs\/specs\/refunds\.md$/)
    const links = page.locator('#section-2-full-and-partial-refunds-ac-1 .evidence a')
    assert.equal(await links.nth(1).getAttribute('href'), 'https://github.com/acme/payments/blob/HEAD/src/refund/limits.c#L10-L44')
    await links.first().click()
    await eventually(() => b.outside.includes('https://github.com/acme/payments/pull/201'), 'the pull request')
  } finally {
    await page.unroute('**/api/specs/**')
  }
})

test('what is no date is shown as it is written', async () => {
  await open(odd('dates'))
  assert.match(await page.locator('.facts').innerText(), /Created [\s\S]*Updated soon/)
  assert.equal(await page.locator('.facts time').getAttribute('datetime'), '2026-01-31')
  assert.equal(await page.locator('.section-count').count(), 0)
  clean()
})

test('specs without sections have all the width', async () => {
  for (const name of ['flat', 'empty']) {
    await open(odd(name))
    assert.ok((await page.locator('.spec-html').boundingBox()).width > 900, name)
    assert.match(await page.locator('main').innerText(), /no sections yet/)
    assert.equal(await page.locator('h1').count(), 1)
  }
  clean()
})

test('everything is printed, in colours for paper', async () => {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  try {
    await open(odd('table'))
    await page.setViewportSize({ width: 1100, height: 800 })
    const colour = (what, name) => page.locator(what).first().evaluate((box, property) => getComputedStyle(box)[property], name)
    assert.equal(await colour('html', 'backgroundColor'), 'rgb(255, 255, 255)')
    assert.equal(await colour('h1', 'color'), 'rgb(0, 0, 0)')
    assert.equal(await colour('.facts .badge', 'color'), 'rgb(138, 90, 0)')
    assert.equal(await colour('pre', 'backgroundColor'), 'rgb(243, 243, 243)')
    assert.ok((await page.locator('.spec-html').boundingBox()).width > 900)
    const folded = page.locator('#section-2-done > details')
    assert.equal(await folded.evaluate((part) => part.open), false)
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    assert.equal(await folded.evaluate((part) => part.open), true)
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    assert.equal(await folded.evaluate((part) => part.open), false)
    await open('/app/acme/search?q=refund')
    assert.ok((await page.locator('.found').first().boundingBox()).width > 900)
  } finally {
    await page.emulateMedia({ media: null, colorScheme: null })
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  clean()
})

test('the browser itself unfolds what it prints', async () => {
  await open(odd('table'))
  await page.evaluate(() => {
    window.changes = 0
    for (const part of document.querySelectorAll('.spec-html details')) new MutationObserver(() => (window.changes += 1)).observe(part, { attributes: true })
  })
  assert.ok((await page.pdf({ landscape: true })).length > 1000)
  await eventually(() => page.evaluate(() => window.changes > 0), 'unfolding and folding')
  assert.equal(await page.locator('#section-2-done > details').evaluate((part) => part.open), false)
  clean()
})

test('a link into a document goes there, and links of documents stay in the application', async () => {
  const at = '/app/acme/docs/acme/odd/docs/guide.md'
  for (const hash of ['h-the-end', 'the-end']) {
    await open(`${at}#${hash}`)
    await eventually(async () => (await top('#h-the-end')) < 700, 'the end on the screen')
    await page.goto('about:blank')
  }
  await open(`${at}#the-end`)
  assert.equal(await page.locator('h1').count(), 1)
  await page.evaluate(() => {
    scrollTo(0, 0)
    window.stays = true
  })
  await comeBack()
  assert.equal(await scrolled(), 0)
  await page.getByRole('link', { name: 'to the end' }).click()
  await eventually(async () => (await top('#h-the-end')) < 700, 'the end on the screen')
  await page.getByRole('link', { name: 'To the flat spec' }).click()
  await page.getByRole('heading', { level: 1, name: 'Flat' }).waitFor()
  assert.equal(await page.evaluate(() => window.stays), true)
  await page.goBack()
  await page.getByRole('heading', { level: 1, name: 'Guide' }).waitFor()
  await page.keyboard.press('e')
  await page.waitForURL(/\/editor\/acme\/odd\/docs\/guide\.md/)
  clean()
})

test('sections are stepped through to the last one', async () => {
  await open(odd('changing'))
  for (const n of numbers(9)) {
    await page.keyboard.press('j')
    assert.equal(await page.evaluate(() => document.activeElement.closest('.spec-section').id), `section-${n}-part-${n}`)
  }
  await page.keyboard.press('k')
  assert.equal(await page.evaluate(() => document.activeElement.closest('.spec-section').id), 'section-8-part-8')
  clean()
})

test('wide tables are scrolled with the keyboard', async () => {
  await page.setViewportSize({ width: 320, height: 700 })
  try {
    await open(odd('table'))
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320)
    await page.getByRole('group', { name: 'Table' }).focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowRight')
    await eventually(() => page.getByRole('group', { name: 'Table' }).evaluate((box) => box.scrollLeft > 0), 'scrolling')
  } finally {
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  clean()
})

test('a spec of 200 sections is drawn without a long wait', async () => {
  await page.addInitScript(() => {
    window.longest = 0
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.longest = Math.max(window.longest, entry.duration)))).observe({ type: 'longtask', buffered: true })
  })
  await open(odd('large'))
  await page.locator('#section-200-part-200 .anchor').first().waitFor({ state: 'attached' })
  const longest = await page.evaluate(() => window.longest)
  assert.equal(await page.locator('.evidence').count(), 1000)
  await page.evaluate(() => document.querySelector('#section-150-part-150').scrollIntoView())
  const list = page.getByRole('navigation', { name: 'Contents' })
  await eventually(() => list.evaluate((nav) => nav.querySelector('[aria-current]')?.hash === '#section-150-part-150'), 'the mark in the contents')
  const [from, to] = await list.evaluate((nav) => [nav, nav.querySelector('[aria-current]')].map((part) => part.getBoundingClientRect()).map(({ top, bottom }) => ({ top, bottom })))
  assert.ok(to.top >= from.top && to.bottom <= from.bottom)
  // 90 ms on a processor that has nothing else to do
  assert.ok(longest < 800, `${longest} ms`)
  clean()
})

test('the dashboard says the score of the coverage page, and its numbers lead to their lists', async () => {
  await open('/app/many/')
  const number = (name) => page.locator('.figure', { hasText: name }).locator('strong')
  await eventually(async () => (await number('health').innerText()) !== '—', 'the score')
  const health = await number('health').innerText()
  const criteria = await number('criteria done').innerText()
  assert.equal(await number('without owner').innerText(), '60')
  assert.equal(await page.locator('[aria-labelledby=urgent] li').count(), 9)
  await page.getByRole('link', { name: 'All 60' }).click()
  await page.waitForURL(/attention=any/)
  await eventually(async () => (await page.locator('[aria-labelledby=urgent] li').count()) === 50, 'the first of all')
  await page.getByRole('button', { name: 'Show more (10 left)' }).click()
  await eventually(async () => (await page.locator('[aria-labelledby=urgent] li').count()) === 60, 'all')
  await page.getByRole('combobox', { name: 'Attention' }).selectOption('done-open')
  await page.waitForURL(/attention=done-open/)
  assert.match(await page.locator('.filters').innerText(), /48 specs/)
  await open('/app/many/?attention=blocked')
  assert.equal(await page.locator('h3').count(), 12)
  await page.getByRole('link', { name: /without owner/ }).click()
  await page.waitForURL(/attention=ownerless/)
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.getByRole('link', { name: /health/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Coverage' }).waitFor()
  const summary = await page.locator('.summary').innerText()
  assert.ok(summary.includes(health) && summary.includes(criteria), `${health} ${criteria} in ${summary}`)
  clean()
})

test('an organisation without specs is told how to begin', async () => {
  await open('/app/bare/')
  assert.equal(await page.locator('.summary').count(), 0)
  await page.getByRole('link', { name: 'Create your first spec' }).click()
  await page.waitForURL(/\/editor\/bare\/bare\/new$/)
  await open('/app/bare/repos/bare/bare')
  await b.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy the sample of CANON.yaml' }).click()
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^team: core\nspecs:\n/)
  clean()
})

test('a repository tells what is wrong with its configuration, and how old it is', async () => {
  await open('/app/acme/repos/acme/odd')
  assert.match(await page.locator('.problems').innerText(), /1 problem in CANON\.yaml\s+Line 2: .*unknown_key/)
  assert.match(await page.locator('.indexed').innerText(), /^Indexed .*(now|ago)/)
  assert.equal(await page.title(), 'acme/odd — Canon')
  // the page is used again for another repository
  await page.evaluate(() => history.pushState({}, '', '/app/acme/repos/acme/payments'))
  await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate', { state: {} })))
  await page.getByRole('heading', { level: 1, name: 'acme/payments' }).waitFor()
  assert.equal(await page.title(), 'acme/payments — Canon')
  assert.match(await page.locator('.indexed').innerText(), /at commit [0-9a-f]{10}$/)
  await open('/app/many/repos/many/many')
  await eventually(async () => (await page.locator('article').count()) === 50, 'the first specs')
  await page.getByRole('button', { name: 'Show more specs (10 left)' }).click()
  await eventually(async () => (await page.locator('article').count()) === 60, 'all specs')
  clean()
})

test('a page that cannot be loaded is called by what was asked for', async () => {
  for (const [at, name] of [['specs/acme/odd/docs/specs/none.md', 'docs/specs/none.md'], ['docs/acme/odd/docs/none.md', 'docs/none.md'], ['repos/acme/none', 'acme/none']]) {
    await open(`/app/acme/${at}`)
    await page.getByRole('heading', { name: 'Not found' }).waitFor()
    assert.equal(await page.title(), `${name} — Canon`)
    assert.equal(await page.locator('h1').count(), 1)
  }
})

test('pages that are read are clean to axe on a phone', async () => {
  await page.setViewportSize({ width: 320, height: 700 })
  try {
    for (const at of ['/app/many/', '/app/many/?attention=any', '/app/acme/repos/acme/odd', odd('changing'), odd('table'), odd('empty'), '/app/acme/docs/acme/odd/docs/guide.md']) {
      await open(at)
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, at)
      assert.deepEqual((await audit(page)).violations, [], at)
    }
  } finally {
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  clean()
})
