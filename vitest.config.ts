import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  // The examples of the documentation import the package by its name; here that is its source.
  resolve: {
    alias: [
      { find: /^plastax$/, replacement: source('src/index.ts') },
      { find: 'plastax/wasm', replacement: source('src/wasm/index.ts') },
      { find: 'plastax/config', replacement: source('src/config/index.ts') },
      { find: 'plastax/analysis', replacement: source('src/interpret/analysis.ts') },
      { find: 'plastax/study', replacement: source('src/study/index.ts') },
      { find: 'plastax/node', replacement: source('src/node/index.ts') },
      { find: 'plastax/laws', replacement: source('laws/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    // Half of the time goes by in processes that tests start and wait for; by default one core of two would stand idle.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
