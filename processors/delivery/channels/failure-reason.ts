/** Describes in plain words why a connection failed, without an address or a secret. */

const reasons: Readonly<Record<string, string>> = {
  EADDRNOTALLOWED: 'The host has an address to which Vigil must not connect.',
  ENOTFOUND: 'The name of the host is not known.',
  EAI_AGAIN: 'The name of the host cannot be looked up now.',
  EDNS: 'The name of the host cannot be looked up now.',
  ECONNREFUSED: 'The host refuses the connection.',
  ECONNRESET: 'The host broke the connection.',
  EPIPE: 'The host broke the connection.',
  ECONNECTION: 'The host broke the connection.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The host cannot be reached.',
  ETIMEDOUT: 'The host did not answer in time.',
  ETLS: 'The host does not offer a secure connection.',
};

const permanentCodes: readonly string[] = ['EADDRNOTALLOWED', 'ETLS'];

/** TLS errors for a certificate that does not prove the identity of the host. */
const certificateCode =
  /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|INVALID_PURPOSE/;

export type FailureReason = { readonly class: 'transient' | 'permanent'; readonly reason: string };

/**
 * Returns why a connection failed. A certificate that is not valid is a permanent failure: it does not become valid
 * while Vigil waits, so the next person must be called at once. nodemailer puts Node's error code into `originalCode`.
 */
export function failureReason(error: unknown): FailureReason {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    const { code = '', originalCode = '' } = cause as NodeJS.ErrnoException & { readonly originalCode?: string };
    if (certificateCode.test(`${originalCode} ${code}`))
      return { class: 'permanent', reason: 'The certificate of the host is not valid.' };
    const reason = reasons[originalCode] ?? reasons[code];
    if (reason !== undefined) return { class: permanentCodes.includes(code) ? 'permanent' : 'transient', reason };
    // If a host has several addresses, Node collects the errors of all addresses.
    if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return failureReason(cause.errors[0]);
  }
  return { class: 'transient', reason: 'The connection to the host failed.' };
}
