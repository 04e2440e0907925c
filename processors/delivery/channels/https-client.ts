/** Sends a POST request to an address that comes from outside. Everything that the other side decides has a limit. */
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { addressFault } from '../../../contracts/reach-hosts.ts';
import type { AddressGuard } from '../../../process/address-guard.ts';
import { type FailureReason, failureReason } from './failure-reason.ts';
import { runningMax } from './host-gate.ts';

/** Maximum number of bytes of an answer that are read. The body of an answer is never used. */
const answerBytesMax = 16 * 1024;

export type HttpsAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs?: number }
  /** `isHostFault`: the host failed; false if Vigil itself refused to connect. */
  | ({ readonly kind: 'failed'; readonly isHostFault: boolean } & FailureReason);

export type HttpsClient = {
  /** Posts a body. Never rejects, and never follows a redirect. */
  post(url: string, headers: Readonly<Record<string, string>>, body: Buffer, signal: AbortSignal): Promise<HttpsAnswer>;
  close(): void;
};

export type HttpsClientOptions = {
  /** Hosts to which the client may connect (contracts/reach-hosts.ts). */
  readonly hosts: readonly string[];
  readonly guard: AddressGuard;
  /** Trusted authorities, PEM. */
  readonly ca: readonly string[];
  readonly now: () => number;
};

export function createHttpsClient({ hosts, guard, ca, now }: HttpsClientOptions): HttpsClient {
  const agent = new Agent({ keepAlive: true, maxSockets: runningMax, maxFreeSockets: 2, timeout: 30_000 });
  const refused = (reason: string): HttpsAnswer => ({ kind: 'failed', class: 'permanent', reason, isHostFault: false });

  return {
    post(url, headers, body, signal) {
      const fault = addressFault(url, hosts);
      if (fault !== undefined) return Promise.resolve(refused(`The address ${fault}.`));
      const { hostname } = new URL(url);
      const literal = hostname.replace(/^\[|\]$/g, '');
      // Node does not call `lookup` for an IP address, so the guard is asked here.
      if (isIP(literal) !== 0 && !guard.allows(literal))
        return Promise.resolve(refused('The host has an address to which Vigil must not connect.'));
      return new Promise((resolve) => {
        const fail = (error: unknown) => {
          const found = failureReason(error);
          const isHostFault = (error as NodeJS.ErrnoException).code !== 'EADDRNOTALLOWED';
          resolve({ kind: 'failed', ...found, isHostFault });
        };
        const sent = request(url, {
          method: 'POST',
          headers: { ...headers, 'content-length': String(body.length) },
          agent,
          ca: [...ca],
          // Explicit, so that no environment variable can turn the check of the certificate off.
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
          lookup: guard.lookup,
          maxHeaderSize: answerBytesMax,
          signal,
        });
        sent.on('error', fail);
        sent.on('response', (answer) => {
          let bytes = 0;
          answer.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > answerBytesMax) answer.destroy();
          });
          answer.on('error', () => {});
          // Without this timer, a body that never ends would keep the socket open for ever.
          const timer = setTimeout(() => answer.destroy(), 1_000);
          answer.on('close', () => clearTimeout(timer));
          const retryAfterMs = retryAfterOf(answer.headers['retry-after'], now());
          const status = answer.statusCode ?? 0;
          resolve({ kind: 'answered', status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
        });
        sent.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}

/**
 * Returns how long `Retry-After` asks to wait (RFC 9110, 10.2.3), ms, at most an hour; undefined if the header is
 * absent or not valid.
 */
export function retryAfterOf(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}
