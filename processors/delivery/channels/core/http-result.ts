/** Decides from the HTTP status of an answer how far a message came. Pure. */
import type { HostSign } from './breaker.ts';

export type HttpResult =
  | { readonly kind: 'taken' }
  | { readonly kind: 'ended'; readonly reason: string }
  | {
      readonly kind: 'failed';
      readonly class: 'transient' | 'permanent';
      readonly reason: string;
      readonly asksToWait?: true;
    };

/**
 * Returns what a status means for the message.
 * @param ended the statuses for an address that does not exist any more
 */
export function httpResult(status: number, ended: readonly number[]): HttpResult {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (ended.includes(status))
    return { kind: 'ended', reason: `The service says that the address has ended (${status}).` };
  if (status >= 300 && status < 400)
    return { kind: 'failed', class: 'permanent', reason: `The service sends Vigil to another address (${status}).` };
  if (status === 429)
    return { kind: 'failed', class: 'transient', reason: 'The service asks to send less (429).', asksToWait: true };
  if (status === 408 || status === 425 || status >= 500 || status < 200)
    return { kind: 'failed', class: 'transient', reason: `The service has a fault (${status}).` };
  return { kind: 'failed', class: 'permanent', reason: `The service refuses the message (${status}).` };
}

/** Returns what a status shows about the host. A host that refuses a message works. */
export function hostSignOf(status: number): HostSign {
  return status >= 200 && status < 500 ? 'works' : 'fails';
}
