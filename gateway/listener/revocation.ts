/**
 * Reads the CRL of the devices at start, and again when the file changes. The CRL applies to new connections and to
 * open connections.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { crlBytesMax, readRevocationLists, serialKey } from '../../process/crl.ts';
import { fileStamp } from '../../process/file-stamp.ts';
import { runEvery } from '../../process/timer-tasks.ts';
import {
  type CertificateFacts,
  type CertificateFault,
  certificateFault,
  earliestNextUpdateMs,
  type RevocationLists,
  replacementFault,
} from '../core/revocation.ts';
import type { Counters } from '../counters.ts';

/** Time between two checks of the file. Vigil promises to end revoked connections within 5 s. */
const crlPollMs = 1_000;
/** Time between two warnings that the CRL is outdated, or that a changed CRL is not valid. */
const crlWarnEveryMs = 60_000;
/** Time between two warnings that there is no CRL. */
const noCrlWarnEveryMs = 600_000;

export type Revocation = {
  /** Returns the data of the client's certificate that `faultOf` needs. */
  factsOf(socket: TLSSocket): CertificateFacts;
  /** Returns why a client with this certificate may not be connected; undefined if it may be connected. */
  faultOf(facts: CertificateFacts): CertificateFault | undefined;
  /**
   * Returns the number of revoked certificates and the time of the next update, ms since 1970; undefined if revocation
   * is not checked.
   */
  state(): { readonly listed: number; readonly nextUpdateMs: number | undefined } | undefined;
  close(): void;
};

export type RevocationOptions = {
  /** Path of the CRL, PEM or DER; empty if only the end of each certificate is checked. */
  readonly file: string;
  /** Authorities of the devices, PEM. Each CRL must be signed by one of these authorities. */
  readonly clientCa: string;
  readonly log: Logger;
  readonly counters: Counters;
  /** Returns the time of the gateway's clock, ms since 1970. */
  readonly now: () => number;
  /** Time between two checks of the file, ms. */
  readonly pollMs?: number;
};

/**
 * Opens the CRL and checks its file regularly. If a changed file cannot be used, the last valid CRL stays in use.
 * @throws VigilError `certificate-invalid` if the file cannot be used at start
 */
export function openRevocation(options: RevocationOptions): Revocation {
  const { file, log, counters, now, pollMs = crlPollMs } = options;
  const authorities = splitPem(options.clientCa);
  const certificates = authorities.map((pem) => new X509Certificate(pem));
  let lists: RevocationLists | undefined;
  let stampInUse = '';
  let lastRefusal: { readonly reasonText: string; readonly loggedMs: number } | undefined;
  let outdatedLoggedMs = Number.NEGATIVE_INFINITY;

  function replaceLists(bytes: Buffer): void {
    const next = readRevocationLists(bytes, authorities);
    const fault = lists && replacementFault(lists, next);
    if (fault !== undefined) throw new VigilError('certificate-invalid', fault);
    lists = next;
    counters.crlLoaded += 1;
    log.info(crlFields(next), 'CRL loaded');
    const uncovered = certificates.length - next.size;
    if (uncovered > 0)
      log.warn({ uncovered }, 'some authorities of devices have no CRL: their devices are refused, add their CRL');
  }

  function readIfChanged(): void {
    try {
      const stamp = fileStamp(file);
      // If the last read failed, the file may have been half written. So it is read again even if its stamp is the
      // same.
      if (stamp === stampInUse && lastRefusal === undefined) return;
      const bytes = readBounded(file);
      replaceLists(bytes);
      stampInUse = stamp;
      if (lastRefusal !== undefined) log.info('the CRL file is valid again');
      lastRefusal = undefined;
    } catch (error) {
      const reasonText =
        error instanceof VigilError
          ? error.message
          : `The file cannot be read (${(error as NodeJS.ErrnoException).code}).`;
      if (lists === undefined)
        throw new VigilError('certificate-invalid', `VIGIL_MQTT_CRL_FILE ${file}: ${reasonText}`, { cause: error });
      if (reasonText === lastRefusal?.reasonText && now() - lastRefusal.loggedMs < crlWarnEveryMs) return;
      lastRefusal = { reasonText, loggedMs: now() };
      counters.crlRefused += 1;
      log.error({ file, why: reasonText }, 'the changed CRL file cannot be used: the previous CRL stays in use');
    }
  }

  function warnIfOutdated(): void {
    const nextUpdateMs = lists && earliestNextUpdateMs(lists);
    if (nextUpdateMs === undefined || nextUpdateMs > now() || now() - outdatedLoggedMs < crlWarnEveryMs) return;
    outdatedLoggedMs = now();
    counters.crlStale += 1;
    log.error(
      { file, nextUpdate: new Date(nextUpdateMs).toISOString() },
      'the CRL is outdated: it is still used, but devices that were revoked after it was written can connect; write a new CRL',
    );
  }

  let timer: NodeJS.Timeout | undefined;
  if (file === '') {
    const warn = () => log.warn('there is no CRL (VIGIL_MQTT_CRL_FILE): devices with revoked certificates can connect');
    warn();
    timer = runEvery('revocation-warning', noCrlWarnEveryMs, warn);
  } else {
    readIfChanged();
    warnIfOutdated();
    timer = runEvery('revocation', pollMs, () => {
      readIfChanged();
      warnIfOutdated();
    });
  }

  return {
    factsOf: (socket) => factsOf(socket, certificates),
    faultOf: (facts) => certificateFault(facts, lists, now()),
    state() {
      if (lists === undefined) return undefined;
      return { listed: crlFields(lists).listed, nextUpdateMs: earliestNextUpdateMs(lists) };
    },
    close: () => clearInterval(timer),
  };
}

function factsOf(socket: TLSSocket, authorities: readonly X509Certificate[]): CertificateFacts {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return { issuer: -1, serial: '', endMs: Number.NEGATIVE_INFINITY };
  return {
    issuer: authorities.findIndex((authority) => certificate.checkIssued(authority)),
    serial: serialKey(certificate.serialNumber),
    endMs: Date.parse(certificate.validTo),
  };
}

/** Returns the fields of the lists for the log and the metrics. */
function crlFields(lists: RevocationLists) {
  return {
    listed: [...lists.values()].reduce((sum, { serials }) => sum + serials.size, 0),
    numbers: [...lists.values()].map(({ number }) => number?.toString()),
    nextUpdates: [...lists.values()].map(({ nextUpdateMs }) => nextUpdateMs && new Date(nextUpdateMs).toISOString()),
  };
}

function readBounded(path: string): Buffer {
  const stat = statSync(path);
  // Reading a pipe could block.
  if (!stat.isFile()) throw new VigilError('certificate-invalid', 'The path is not a regular file.');
  if (stat.size > crlBytesMax) {
    throw new VigilError('certificate-invalid', `The CRL is larger than ${crlBytesMax} bytes.`);
  }
  return readFileSync(path);
}

function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}
