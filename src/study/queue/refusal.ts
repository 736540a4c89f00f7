/** What is wrong with a Redis, as a sentence that says what helps. */

/** A host and port, and whether TLS was spoken. */
export interface Place {
  readonly name: string
  readonly host: string
  readonly tls: boolean
}

/** What Redis itself says, and goes on to say however often it is asked: the user may not, or there is no such command. */
export const isFinal = ({ name, message }: Error): boolean =>
  name === 'ReplyError' && /NOPERM|unknown command|NOAUTH|WRONGPASS|READONLY/i.test(message)

/** What Redis answers, where it answers at all. */
const answered = ({ name }: Place, message: string): string | undefined => {
  if (/WRONGPASS|invalid (username|password)/i.test(message))
    return `Redis at ${name} refuses the password (${message})`
  if (/NOAUTH/.test(message)) return `Redis at ${name} asks for a password; use --redis redis://:PASSWORD@${name}`
  if (/NOPERM/.test(message))
    return `Redis at ${name} does not let this user do what a queue needs (${message}); give it the command: ACL SETUSER USER +COMMAND`
  if (/unknown command/i.test(message))
    return `Redis at ${name} lacks a command that a queue needs (${message}); use Redis 6.2 or later, with all its commands`
  if (/DB index/i.test(message))
    return `Redis at ${name} has no database of this number (${message}); use one from 0 to 15, or as many as it has`
  return undefined
}

/** What TLS makes of a certificate, or of a side that does not speak it. */
const overTls = ({ name, tls }: Place, code: string, message: string): string | undefined => {
  if (/ALTNAME/.test(code))
    return `the certificate of Redis at ${name} is for another host (${message}); use the name it has in --redis`
  if (/EXPIRED|NOT_YET_VALID/.test(code)) return `the certificate of Redis at ${name} is not valid today (${code})`
  if (/SELF_SIGNED|UNABLE_TO_|CERT_|ISSUER/.test(code))
    return (
      `the certificate of Redis at ${name} is not trusted here (${code}); ` +
      'start this with NODE_EXTRA_CA_CERTS=FILE, the certificate itself or that of whoever signed it'
    )
  // A plain one waits for the end of a line, and says nothing.
  if (tls && /SSL|EPROTO|ECONNRESET|closed|no answer/i.test(`${code} ${message}`))
    return `Redis at ${name} does not speak TLS there (${code || message}); use redis://, or the port on which it does`
  if (!tls && /ECONNRESET|EPIPE|closed/i.test(`${code} ${message}`))
    return `Redis at ${name} ends the connection (${code || message}), as one does that speaks TLS there; use rediss://`
  return undefined
}

/**
 * Why there is no use of a Redis.
 *
 * @param error what came of connecting, or of a command
 */
export const refusal = (place: Place, { message, code = '', name: kind }: NodeJS.ErrnoException): string => {
  const { name, host } = place
  const said = kind === 'ReplyError' ? (answered(place, message) ?? `Redis at ${name} answers: ${message}`) : undefined
  const known = said ?? answered(place, message) ?? overTls(place, code, message)
  if (known !== undefined) return known
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) return `no Redis at ${name} (${code}); no host is called '${host}' here`
  if (/no answer|ETIMEDOUT/.test(`${code} ${message}`))
    return `no Redis at ${name} (${code || message}); something may be there that is none, or speaks TLS: rediss://`
  return `no Redis at ${name} (${code || message}); start one there, or name another with --redis`
}
