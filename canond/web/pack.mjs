// pack.mjs DIR: writes a .gz beside every file that gets smaller by it.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

for (const name of readdirSync(process.argv[2], { recursive: true })) {
  const file = join(process.argv[2], String(name))
  if (!/\.(js|css|svg)$/.test(file) || !statSync(file).isFile()) continue
  const text = readFileSync(file)
  const packed = gzipSync(text, { level: 9 })
  if (packed.length < text.length) writeFileSync(`${file}.gz`, packed)
}
