// What the tests of the web application share: a canond of their own on copies of the samples, and a browser.
//   CANOND       the program
//   CANON_PEERS  the folder of the peers with their packages (tests/peers)
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const canond = process.env.CANOND ?? path.join(root, 'build/debug/canond/canond')
export const peers = process.env.CANON_PEERS ?? path.join(root, 'tests/peers')

/** End with the exit code that CTest counts as skipped. */
export function skip(reason) {
  process.stdout.write(`skipped: ${reason}\n`)
  process.exit(77)
}

/** The driver of the peers; ends the process when this machine has no browser. */
export async function browser() {
  if (!fs.existsSync(path.join(peers, 'node_modules/playwright-core'))) skip(`no packages in ${peers}: tests/run.sh installs them`)
  if (!fs.existsSync(canond)) skip(`no program ${canond}`)
  const driver = await import(pathToFileURL(path.join(peers, 'browser.mjs')))
  if (!(process.env.CHROMIUM ?? driver.findBrowser())) skip('there is no Chromium')
  return driver
}

export function git(folder, ...words) {
  const who = ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'Test'],
    [`GIT_${role}_EMAIL`, 'test@example.com'],
  ])
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...Object.fromEntries(who) }
  return execFileSync('git', ['-C', folder, ...words], { env, encoding: 'utf8' })
}

export function makeRepository(folder) {
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '-m', 'first')
}

/** A temporary folder with payments as a git repository and platform as a plain folder. */
export function samples() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'canon-web-'))
  fs.cpSync(path.join(root, 'examples/specs'), folder, { recursive: true })
  makeRepository(path.join(folder, 'payments'))
  return folder
}

export const sources = (folder) => `acme/payments=git:${folder}/payments,acme/platform=dir:${folder}/platform`

export function writeFiles(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), text)
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Wait until look() gives something true, and give that back. */
export async function eventually(look, what = 'it', ms = 20_000, step = 50) {
  const end = Date.now() + ms
  for (;;) {
    const value = await look()
    if (value) return value
    if (Date.now() > end) throw new Error(`${what} did not happen in time`)
    await pause(step)
  }
}

/** {url, log, stop}: a server that serves pages and has indexed its sources. */
export async function serve(settings, { specs = 1, org = 'acme', patience = 20_000 } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'canon-web-db-'))
  const port = settings.PORT ?? (await freePort())
  const env = { PATH: process.env.PATH, HOME: folder, PORT: String(port), DATABASE_URL: `sqlite:${folder}/canon.db`, WEB_ORG: org, ...settings }
  const child = spawn(canond, { env, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const log = []
  const url = `http://127.0.0.1:${port}`
  let ended = false
  readline.createInterface({ input: child.stderr }).on('line', (line) => log.push(line))
  const done = new Promise((resolve) => child.on('exit', () => resolve((ended = true))))
  const stop = async () => {
    child.kill('SIGTERM')
    await done
    fs.rmSync(folder, { recursive: true, force: true })
  }
  try {
    await eventually(async () => {
      if (ended) throw new Error(`canond ended: ${log.join('\n')}`)
      if (!specs) return (await fetch(`${url}/readyz`).catch(() => null))?.ok
      const answer = await fetch(`${url}/app/${org}/api/dashboard`).catch(() => null)
      return answer?.ok && (await answer.json()).total_specs >= specs
    }, 'the index', patience, specs > 1000 ? 1000 : 50)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, log, stop }
}

/** A peer as a process; it ends with its standard input. */
export async function startPeer(name, ...options) {
  const child = spawn(process.execPath, [path.join(peers, `${name}.mjs`), '--exit-with-stdin', ...options], { stdio: ['pipe', 'pipe', 'ignore'] })
  const done = new Promise((resolve) => child.on('exit', resolve))
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (line.startsWith('ready ')) {
      const stop = () => (child.stdin.end(), done)
      return { url: line.split(' ')[2].replace(/\/$/, ''), stop }
    }
  }
  throw new Error(`${name} did not start`)
}
