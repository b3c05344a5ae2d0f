// How much of the web application a browser loads, compressed, against its budget. usage: budget.mjs FOLDER
import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

const folder = process.argv[2]
const assets = path.join(folder, 'assets')
const size = (file) => gzipSync(fs.readFileSync(file), { level: 9 }).length
const find = (name, end) => fs.readdirSync(assets).filter((file) => file.startsWith(`${name}-`) && file.endsWith(end))

/** Scripts and styles of a chunk: its own, and those it imports or asks to be loaded with it. */
function withImports(name, all = new Set()) {
  if (all.has(name)) return all
  all.add(name)
  if (!name.endsWith('.js')) return all
  const text = fs.readFileSync(path.join(assets, name), 'utf8')
  // static imports only: what import() names is loaded later
  for (const [, at] of text.matchAll(/(?:\bfrom|\bimport)\s*["'`]\.\/([\w.-]+)["'`]/g)) withImports(at, all)
  return all
}

const html = fs.readFileSync(path.join(folder, 'index.html'), 'utf8')
const first = new Set()
for (const [, name] of html.matchAll(/assets\/([\w.-]+\.(?:js|css))/g)) withImports(name, first)
const entry = fs.readFileSync(path.join(assets, find('index', '.js')[0]), 'utf8')

/** What the entry loads together with a page, if that is not part of it: Vite keeps these names beside its import(). */
function page(name) {
  const [chunk] = find(name, '.js')
  if (!chunk) return []
  const all = withImports(chunk)
  const table = [...entry.matchAll(/["'`]assets\/([\w.-]+)["'`]/g)].map(([, at]) => at)
  const uses = new RegExp(`import\\(["'\`]\\./${chunk.replaceAll('.', '\\.')}["'\`]\\)[^\\]]*?\\[([\\d,]*)\\]`).exec(entry)
  for (const i of (uses?.[1] ?? '').split(',').filter(Boolean)) if (table[Number(i)]) all.add(table[Number(i)])
  return all
}

const sum = (names, end) => [...names].filter((name) => name.endsWith(end)).reduce((all, name) => all + size(path.join(assets, name)), 0)
const dashboard = new Set([...first, ...page('DashboardPage')])
const editor = new Set([...page('EditorPage')].filter((name) => !first.has(name)))
let failed = false

function check(what, bytes, most) {
  const isFine = bytes > 0 && bytes <= most * 1024
  failed ||= !isFine
  process.stdout.write(`${what}: ${(bytes / 1024).toFixed(1)} KB of ${most} KB${isFine ? '' : ' (TOO MUCH)'}\n`)
}
check('dashboard, first load, script', sum(dashboard, '.js') + size(path.join(folder, 'theme.js')), 60)
check('dashboard, first load, style', sum(dashboard, '.css'), 12)
check('editor, loaded when it is opened, script', sum(editor, '.js'), 180)
process.exitCode = failed ? 1 : 0
