// The two pictures of README.md. usage: pictures.mjs; needs what the other tests here need.
import fs from 'node:fs'
import path from 'node:path'
import { browser, root, samples, serve, sources } from './lib.mjs'

const { launch } = await browser()
const out = path.join(root, 'libcanon/docs/images')
const folder = samples()
const server = await serve({ CANON_SOURCES: sources(folder), ENVIRONMENT: 'production' }, { specs: 30 })
const b = await launch({ width: 1200, height: 760, reducedMotion: 'reduce' })
fs.mkdirSync(out, { recursive: true })
try {
  for (const [name, at, ready] of [
    ['dashboard', '/app/acme/', '.spec'],
    ['editor', '/app/acme/editor/acme/payments/docs/specs/payouts.md', '.preview .spec-html > *'],
  ]) {
    await b.page.goto(server.url + at, { waitUntil: 'networkidle' })
    await b.page.locator(ready).first().waitFor()
    await b.page.screenshot({ path: path.join(out, `${name}.png`) })
  }
} finally {
  await b.close()
  await server.stop()
  fs.rmSync(folder, { recursive: true, force: true })
}
