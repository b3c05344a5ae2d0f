import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { version } from './package.json' with { type: 'json' }

// The library serves the result below /static/, its index.html for every page.
export default defineConfig({
  base: '/static/',
  // components are written in one way; the tests' tools are not
  plugins: [vue({ features: { optionsAPI: Boolean(process.env.VITEST) } })],
  define: { __VERSION__: JSON.stringify(version) },
  build: {
    outDir: process.env.CANON_WEB_OUT ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // few files, each costs a page the time of a request: what the first page needs is one
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'index', test: /src[\\/]main\.ts$/ }] } },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/app', '/auth', '/openapi.yaml'].map((path) => [path, process.env.CANON_URL ?? 'http://127.0.0.1:8080']),
    ),
  },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.ts'],
  },
})
