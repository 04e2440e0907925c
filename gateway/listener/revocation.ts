/** The devices' CRL: read at start and again when its file changes. It applies to new connections and to open ones. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { crlBytesMax, readRevocationLists, serialKey } from '../../process/crl.ts';
import {
  type CertificateFacts,
  type CertificateFault,
  certificateFault,
  nextUpdateOf,
  type RevocationLists,
  replacementFault,
} from '../core/revocation.ts';
import type { Counters } from '../counters.ts';

/** The default: within the promise of 5 s, with room. */
const crlPollMs = 1_000;
/** How often a warning repeats that a CRL is past its next update, or that a changed one is not valid. */
const crlWarnEveryMs = 60_000;
/** How often a warning repeats that there is no CRL. */
const noCrlWarnEveryMs = 600_000;

export type Revocation = {
  /** Returns what TLS knows of the client, in the form that is judged. */
  factsOf(socket: TLSSocket): CertificateFacts;
  /** Returns why a client with this certificate may not be connected (any more). */
  faultOf(facts: CertificateFacts): CertificateFault | undefined;
  /** For metrics: how many certificates are listed, and when the next list is due (ms since 1970); undefined if nothing is checked. */
  state(): { readonly listed: number; readonly nextUpdateMs: number | undefined } | undefined;
  close(): void;
};

/**
 * Opens the CRL.
 * @param file PEM or DER; empty: only each certificate's own end is checked
 * @param clientCa PEM, the authorities of the devices; every list must be signed by one of them
 * @throws VigilError `certificate-invalid` if the file cannot be used. Later, the last valid one stays in force instead.
 */
export function openRevocation(options: {
  readonly file: string;
  readonly clientCa: string;
  readonly log: Logger;
  readonly counters: Counters;
  /** The wall clock: certificates and lists end by it. */
  readonly now: () => number;
  /** How often the file is checked. */
  readonly pollMs?: number;
}): Revocation {
  const { file, log, counters, now, pollMs = crlPollMs } = options;
  const authorities = splitPem(options.clientCa);
  const certificates = authorities.map((pem) => new X509Certificate(pem));
  let lists: RevocationLists | undefined;
  let seen = '';
  let refused: { readonly why: string; readonly saidMs: number } | undefined;
  let staleSaidMs = Number.NEGATIVE_INFINITY;

  function take(bytes: Buffer): void {
    const next = readRevocationLists(bytes, authorities);
    const fault = lists && replacementFault(lists, next);
    if (fault !== undefined) throw new VigilError('certificate-invalid', fault);
    lists = next;
    counters.crlLoaded += 1;
    log.info(describe(next), 'CRL loaded');
    const uncovered = certificates.length - next.size;
    if (uncovered > 0) log.warn({ uncovered }, 'authorities without CRL: their devices are refused');
  }

  function look(): void {
    try {
      const stamp = stampOf(file);
      // After a refusal the file may have been half written. It is read again until it is valid.
      if (stamp === seen && refused === undefined) return;
      const bytes = readBounded(file);
      take(bytes);
      seen = stamp;
      if (refused !== undefined) log.info('the CRL is good again');
      refused = undefined;
    } catch (error) {
      const why =
        error instanceof VigilError ? error.message : `It cannot be read (${(error as NodeJS.ErrnoException).code}).`;
      if (lists === undefined)
        throw new VigilError('certificate-invalid', `VIGIL_MQTT_CRL_FILE ${file}: ${why}`, { cause: error });
      if (why === refused?.why && now() - refused.saidMs < crlWarnEveryMs) return;
      refused = { why, saidMs: now() };
      counters.crlRefused += 1;
      log.error({ file, why }, 'the changed CRL is no good, the one before stays in force');
    }
  }

  function warnIfStale(): void {
    const nextUpdateMs = lists && nextUpdateOf(lists);
    if (nextUpdateMs === undefined || nextUpdateMs > now() || now() - staleSaidMs < crlWarnEveryMs) return;
    staleSaidMs = now();
    counters.crlStale += 1;
    log.error(
      { file, nextUpdate: new Date(nextUpdateMs).toISOString() },
      'the CRL is past its next update: it is still gone by, but who was revoked since is let in',
    );
  }

  let timer: NodeJS.Timeout | undefined;
  if (file === '') {
    const warn = () => log.warn('no CRL (VIGIL_MQTT_CRL_FILE): revoked certificates are let in');
    warn();
    timer = setInterval(warn, noCrlWarnEveryMs);
  } else {
    look();
    warnIfStale();
    timer = setInterval(() => {
      look();
      warnIfStale();
    }, pollMs);
  }

  return {
    factsOf(socket) {
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) return { issuer: -1, serial: '', endMs: Number.NEGATIVE_INFINITY };
      return {
        issuer: certificates.findIndex((authority) => certificate.checkIssued(authority)),
        serial: serialKey(certificate.serialNumber),
        endMs: Date.parse(certificate.validTo),
      };
    },
    faultOf: (facts) => certificateFault(facts, lists, now()),
    state() {
      if (lists === undefined) return undefined;
      return { listed: describe(lists).listed, nextUpdateMs: nextUpdateOf(lists) };
    },
    close: () => clearInterval(timer),
  };
}

function describe(lists: RevocationLists) {
  return {
    listed: [...lists.values()].reduce((sum, { serials }) => sum + serials.size, 0),
    numbers: [...lists.values()].map(({ number }) => number?.toString()),
    nextUpdates: [...lists.values()].map(({ nextUpdateMs }) => nextUpdateMs && new Date(nextUpdateMs).toISOString()),
  };
}

/** Returns a text that changes whenever the file changes, even if another file with the same time of change was renamed into its place. */
function stampOf(path: string): string {
  const { mtimeNs, ctimeNs, ino, size } = statSync(path, { bigint: true });
  return `${mtimeNs} ${ctimeNs} ${ino} ${size}`;
}

function readBounded(path: string): Buffer {
  const stat = statSync(path);
  // Reading a pipe would wait.
  if (!stat.isFile()) throw new VigilError('certificate-invalid', 'It is no file.');
  if (stat.size > crlBytesMax) {
    throw new VigilError('certificate-invalid', `The CRL is larger than ${crlBytesMax} bytes.`);
  }
  return readFileSync(path);
}

function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}
