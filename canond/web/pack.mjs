// pack.mjs DIR: the last steps of a build. Writes a .gz beside every file that gets smaller by it.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

// Browsers that know this line compile the first script as a whole while it
// comes in, beside the page's thread, and not each function when it is called.
const ahead = '//# allFunctionsCalledOnLoad\n'
const [, entry] = /<script type="module"[^>]* src="\/static\/([^"]+)"/.exec(readFileSync(join(process.argv[2], 'index.html'), 'utf8'))
const first = join(process.argv[2], entry)
writeFileSync(first, ahead + readFileSync(first, 'utf8').replace(ahead, ''))

for (const name of readdirSync(process.argv[2], { recursive: true })) {
  const file = join(process.argv[2], String(name))
  if (!/\.(js|css|svg)$/.test(file) || !statSync(file).isFile()) continue
  const text = readFileSync(file)
  const packed = gzipSync(text, { level: 9 })
  if (packed.length < text.length) writeFileSync(`${file}.gz`, packed)
}
