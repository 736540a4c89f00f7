import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// What counts on a process that nobody else has changed: on TensorFlow.js as it is before its first use, on modules that are not
// there yet, on backends that are removed. All other files share their modules, whose loading costs more than most of them do.
const alone = [
  'test/wasm/{quiet,remade,useWasm}.test.ts',
  'test/runtime/without*.test.ts',
  'test/interpret/emitted.test.ts',
  'test/study/load.test.ts',
]

// The command line in processes of its own, which are killed, interrupted and run out of memory: `npm run test:e2e`.
const e2e = ['test/**/*.e2e.test.ts']

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
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: [...alone, ...e2e], isolate: false },
      },
      { extends: true, test: { name: 'e2e', include: e2e } },
    ],
    setupFiles: ['test/support/seed.ts'],
    // Half of the time goes by in processes that tests start and wait for; by default one core of two would stand idle.
    maxWorkers: 2,
    // Laws make small things by the million.
    execArgv: ['--max-semi-space-size=64'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
