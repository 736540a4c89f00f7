/** A server of the few files that a page needs, on this machine only. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'

/** Contents by the path that asks for them. */
export type Files = ReadonlyMap<string, string | Uint8Array>

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** Headers that go with every file. */
export type Headers = Readonly<Record<string, string>>

/** What isolates a page from other origins. @see https://developer.mozilla.org/docs/Web/API/Window/crossOriginIsolated */
export const isolation: Headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/**
 * Serves files on a free port of 127.0.0.1.
 *
 * @returns the origin, and what ends it
 */
export const serve = async (
  files: Files,
  headers: Headers,
): Promise<{ readonly origin: string; readonly close: () => void }> => {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const content = files.get(path)
    response.writeHead(content === undefined ? 404 : 200, {
      'Content-Type': types[extname(path)] ?? 'text/plain',
      ...headers,
    })
    response.end(content ?? `there is no ${path}`)
  })
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
