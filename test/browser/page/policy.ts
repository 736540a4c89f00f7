/** A page whose Content-Security-Policy forbids WebAssembly: it is told so, and what would allow it. */
import { paths } from '../protocol.js'
import { offer } from './checks.js'
import { refused } from './refused.js'

offer(() => [
  {
    name: 'a policy that forbids WebAssembly is named, with what to add to it',
    run: () =>
      refused(/Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval'/, { wasmPaths: paths.wasm }),
  },
])
