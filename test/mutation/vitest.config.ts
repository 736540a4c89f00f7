/** What the mutation tester runs: the tests that are about transforms, and only those. */
import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.js'

const about = ['transform', 'neuroplastic', 'optimizers', 'golden', 'laws']

export default defineConfig({
  ...base,
  test: { ...base.test, include: about.map(room => `test/${room}/**/*.test.ts`) },
})
