#!/usr/bin/env node
// Figures of the web application in Chromium: W1 to W4 (README.md).
//
//   web.mjs [--canond FILE] [--rounds N] [--profile FOLDER] [FIGURE ...]
//
// CANON_PEERS  the folder of the peers with their packages (tests/peers)
// The corpora are made once below build/corpus. --profile keeps a profile of
// the processor for chrome://inspect of one more load of W1 and of each page
// of W3 and W4.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { canond: { type: 'string' }, rounds: { type: 'string', default: process.env.BENCH_RUNS ?? '9' }, profile: { type: 'string' } },
})
process.env.CANOND ??= path.resolve(options.canond ?? 'build/release/canond/canond')
const { browser, canond, pause, peers, root, serve } = await import('../web/lib.mjs')

const figures = ['W1', 'W2', 'W3', 'W4']
const rounds = Number(options.rounds)
const org = 'bench'
// words of the corpus, typed letter by letter
const searches = ['refund', 'webhook', 'invoice', 'session', 'payment', 'gateway', 'ledger', 'schedule', 'coupon']
let worst = 0

const note = (text) => process.stderr.write(`${text}\n`)
const isWanted = (figure) => wanted.length === 0 || wanted.includes(figure)
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

function figure(name, what, value, bar, goal) {
  const isMet = value <= bar
  if (!isMet) worst = Math.max(worst, 1)
  process.stdout.write(`${name} ${what} ${Math.ceil(value)}ms <=${bar}ms ${goal ? `<=${goal}ms` : '-'} ${isMet ? 'ok' : 'MISSED'}\n`)
}

function corpus(docs, ...more) {
  const folder = path.join(root, 'build/corpus', `web-${docs}`)
  if (!fs.existsSync(path.join(folder, 'queries.tsv'))) {
    fs.rmSync(folder, { recursive: true, force: true })
    fs.mkdirSync(path.dirname(folder), { recursive: true })
    execFileSync('python3', [path.join(root, 'tests/bench/corpus.py'), 'make', folder, '--docs', String(docs), '--clean', ...more], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return folder
}

const start = (folder, specs) => serve({ CANON_SOURCES: `${org}=${folder}`, LOG_LEVEL: 'warning' }, { specs, org, patience: 600_000 })

/** A browser that keeps its cache, and tells the protocol of its page. */
async function open({ slow = 1 } = {}) {
  const { launch } = await browser()
  const browsed = await launch({ reducedMotion: 'reduce' })
  // whoever looks at each request slows it down
  await browsed.context.unrouteAll()
  const protocol = await browsed.context.newCDPSession(browsed.page)
  await protocol.send('Emulation.setCPUThrottlingRate', { rate: slow })
  return { ...browsed, protocol }
}

async function profiled(protocol, name, act) {
  if (!options.profile) return act()
  await protocol.send('Profiler.enable')
  await protocol.send('Profiler.setSamplingInterval', { interval: 200 })
  await protocol.send('Profiler.start')
  const result = await act()
  const { profile } = await protocol.send('Profiler.stop')
  fs.mkdirSync(options.profile, { recursive: true })
  fs.writeFileSync(path.join(options.profile, `${name}.cpuprofile`), JSON.stringify(profile))
  return result
}

/** In the page: says when cards fill the screen, a frame after they are there. */
function watchCards() {
  const look = () => {
    const cards = document.querySelectorAll('main article.spec h3 a')
    if (!cards.length || document.querySelector('.bone')) return
    if (cards[cards.length - 1].getBoundingClientRect().bottom < innerHeight) return
    watcher.disconnect()
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => console.debug('painted', performance.now())
      channel.port2.postMessage(0)
    })
  }
  const watcher = new MutationObserver(look)
  watcher.observe(document, { childList: true, subtree: true })
}

/** W1: address entered to cards painted, with a processor four times slower; nothing in the cache, then again with it. */
async function paint() {
  const server = await start(corpus(200, '--repos', '10'), 200)
  const b = await open({ slow: 4 })
  try {
    await b.page.addInitScript(watchCards)
    const load = async () => {
      await b.page.goto('about:blank')
      // the page is not asked, which would cost it time
      const said = b.page.waitForEvent('console', { predicate: (message) => message.text().startsWith('painted '), timeout: 60_000 })
      await b.page.goto(`${server.url}/app/${org}/`, { waitUntil: 'commit' })
      return Number((await said).text().split(' ')[1])
    }
    const cold = []
    const warm = []
    await load()
    for (let i = 0; i < rounds; i++) {
      await b.protocol.send('Network.clearBrowserCache')
      cold.push(await load())
      warm.push(await load())
    }
    note(`  empty cache: ${cold.map(Math.round).join(' ')}\n  filled cache: ${warm.map(Math.round).join(' ')}`)
    figure('W1', 'dashboard-200-empty-cache', median(cold), 1000, 500)
    figure('W1', 'dashboard-200-filled-cache', median(warm), 1000, 500)
    if (options.profile) await profiled(b.protocol, 'W1', load)
  } finally {
    await b.close()
    await server.stop()
  }
}

/** In the page: window.keyed becomes the milliseconds from the last key to the frame of the last change of the hits. */
function watchHits() {
  let pressed = 0
  document.addEventListener('keydown', (event) => ((pressed = event.timeStamp), (window.keyed = 0)), true)
  const watcher = new MutationObserver(() =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => (window.keyed = performance.now() - pressed)
      channel.port2.postMessage(0)
    }),
  )
  watcher.observe(document.querySelector('[role=search] .drop'), { childList: true, subtree: true, characterData: true })
}

/** W2: a key in the search box to its hits painted. */
async function search() {
  const server = await start(corpus(200, '--repos', '10'), 200)
  const b = await open()
  try {
    await b.page.goto(`${server.url}/app/${org}/`, { waitUntil: 'networkidle' })
    await b.page.evaluate(watchHits)
    const box = b.page.getByRole('combobox', { name: 'Search specs' })
    const press = async (letter) => {
      await b.page.keyboard.press(letter)
      await pause(400)
      return b.page.evaluate(() => window.keyed)
    }
    const times = []
    for (let i = -1; i < rounds; i++) {
      const word = searches[(i + searches.length) % searches.length]
      await box.fill('')
      await pause(50)
      const first = await press(word[0])
      const after = []
      for (const letter of word.slice(1, 4)) after.push(await press(letter))
      // 0: the same hits as before, for which nothing is painted
      if (i >= 0) times.push(...[first, ...after].filter(Boolean))
    }
    note(`  ${times.map(Math.round).join(' ')}`)
    if (times.length < rounds) throw new Error('the hits did not change')
    figure('W2', 'search-key-to-hits', median(times), 150, 60)
  } finally {
    await b.close()
    await server.stop()
  }
}

function watchTasks() {
  window.long = []
  new PerformanceObserver((list) => window.long.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: 'longtask', buffered: true })
}

/** The longest task of the page while it is opened, and while it is used. */
async function longest(server, name, at, ready, uses) {
  const b = await open()
  try {
    await b.page.addInitScript(watchTasks)
    const began = Date.now()
    await profiled(b.protocol, name, async () => {
      await b.page.goto(server.url + at, { waitUntil: 'commit' })
      await b.page.locator(ready).first().waitFor({ timeout: 120_000 })
      note(`  ${name}: there after ${Date.now() - began} ms`)
      for (const use of uses) {
        await use(b.page)
        await pause(500)
      }
    })
    await pause(500)
    const { tasks, elements } = await b.page.evaluate(() => ({ tasks: window.long, elements: document.querySelectorAll('*').length }))
    note(`  ${name}: ${elements} elements; tasks above 50 ms: ${tasks.join(' ') || 'none'}`)
    return Math.max(50, ...tasks)
  } finally {
    await b.close()
  }
}

// selectors of CSS: what looks through all texts of the page is a long task itself
const choose = (n) => (page) => page.locator(`form[aria-label=Filters] > label:nth-of-type(${n}) select`).selectOption({ index: 1 })
const more = (page) => page.locator('.more button').click()
const clear = (page) => page.locator('main .button.plain').first().click()

/** W3, W4: 10,000 specs, no task of the browser's thread above 200 ms. */
async function many() {
  const server = await start(corpus(10000, '--repos', '40', '--size', '3000'), 10000)
  try {
    if (isWanted('W3')) {
      const worstTask = await longest(server, 'dashboard', `/app/${org}/`, 'article.spec', [more, choose(1), more, choose(2), clear])
      figure('W3', 'dashboard-10000-longest-task', worstTask, 200)
    }
    if (isWanted('W4')) {
      const type = (page) => page.locator('main input[type=search]').pressSequentially('cache', { delay: 120 })
      const grouped = await longest(server, 'tasks', `/app/${org}/tasks`, '.group .task', [more, choose(1), clear, type, clear])
      figure('W4', 'tasks-10000-longest-task', grouped, 200)
      const sort = (page) => page.locator('th:first-child .sort').click()
      const flat = await longest(server, 'tasks-flat', `/app/${org}/tasks?view=flat`, 'tbody tr', [more, sort, type])
      figure('W4', 'tasks-flat-10000-longest-task', flat, 200)
    }
  } finally {
    await server.stop()
  }
}

for (const name of wanted) {
  if (!figures.includes(name)) {
    note(`figures are ${figures.join(' ')}`)
    process.exit(2)
  }
}
const lacks = !fs.existsSync(path.join(peers, 'node_modules/playwright-core'))
  ? 'no-packages-of-the-peers'
  : !(process.env.CHROMIUM ?? (await import(pathToFileURL(path.join(peers, 'browser.mjs')))).findBrowser())
    ? 'no-Chromium'
    : !fs.existsSync(canond)
      ? 'no-canond'
      : ''
if (lacks) for (const name of figures.filter(isWanted)) process.stdout.write(`${name} - ${lacks} - - SKIPPED\n`)
for (const [names, measure] of lacks ? [] : [[['W1'], paint], [['W2'], search], [['W3', 'W4'], many]]) {
  if (!names.some(isWanted)) continue
  note(`${names.join(', ')} (load ${os.loadavg()[0].toFixed(1)})`)
  try {
    await measure()
  } catch (error) {
    note(`${names.join(', ')} failed: ${error.stack}`)
    worst = 2
  }
}
process.exitCode = worst
