// The two pictures of README.md, and the one that others show beside a link to a public page.
// usage: pictures.mjs [NAME...]; needs what the other tests here need.
import fs from 'node:fs'
import path from 'node:path'
import { browser, root, samples, serve, sources } from './lib.mjs'

const { launch } = await browser()
const docs = path.join(root, 'libcanon/docs/images')
const assets = path.join(root, 'canond/web/public')
const only = process.argv.slice(2)
const wanted = (name) => !only.length || only.includes(name)

const icon = fs.readFileSync(path.join(assets, 'icon.svg'), 'utf8')
const preview = `<!doctype html><html lang="en"><style>
  html { color-scheme: dark; background: #11161d; color: #e6ebf1; font-family: system-ui, 'Noto Sans', 'Liberation Sans', sans-serif; }
  body { box-sizing: border-box; margin: 0; height: 100vh; padding: 0 96px; display: flex; flex-direction: column; justify-content: center; border-bottom: 14px solid #d4880a; }
  h1 { margin: 0; display: flex; align-items: center; gap: 44px; font-size: 150px; font-weight: 700; letter-spacing: -0.03em; line-height: 1; }
  svg { width: 156px; height: 156px; }
  rect { fill: #1f2833; }
  p { margin: 60px 0 0; font-size: 50px; line-height: 1.2; color: #a0acba; }
</style><h1>${icon}Canon</h1><p>Keeps product specifications true</p></html>`

async function previewPicture() {
  const b = await launch({ width: 1200, height: 630 })
  try {
    await b.page.setContent(preview)
    await b.page.screenshot({ path: path.join(assets, 'og-image.png') })
  } finally {
    await b.close()
  }
}

async function applicationPictures() {
  const folder = samples()
  const server = await serve({ CANON_SOURCES: sources(folder), ENVIRONMENT: 'production' }, { specs: 30 })
  const b = await launch({ width: 1200, height: 760, reducedMotion: 'reduce' })
  fs.mkdirSync(docs, { recursive: true })
  try {
    for (const [name, at, ready] of [
      ['dashboard', '/app/acme/', '.spec'],
      ['editor', '/app/acme/editor/acme/payments/docs/specs/payouts.md', '.preview .spec-html > *'],
    ].filter(([name]) => wanted(name))) {
      await b.page.goto(server.url + at, { waitUntil: 'networkidle' })
      await b.page.locator(ready).first().waitFor()
      await b.page.screenshot({ path: path.join(docs, `${name}.png`) })
    }
  } finally {
    await b.close()
    await server.stop()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

if (wanted('og-image')) await previewPicture()
if (wanted('dashboard') || wanted('editor')) await applicationPictures()
