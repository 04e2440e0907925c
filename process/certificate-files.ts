/**
 * Follows the certificates that a process presents or trusts. A changed file is read again, so a renewal needs no
 * restart. Certificates that end soon are reported.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity, createSecureContext, type PeerCertificate } from 'node:tls';
import type { Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { type RevocationList, readRevocationLists, serialKey } from './crl.ts';
import { fileStamp } from './file-stamp.ts';
import type { Metrics } from './metrics.ts';
import { serverNameOption } from './server-name.ts';
import { wallAheadMs } from './system-clock.ts';
import { runEvery } from './timer-tasks.ts';

/**
 * `presents`: the process's own certificate. `trusts`: a CA. `crl`: a revocation list; it ends at the time of its next
 * update.
 */
export type CertificateUse = 'presents' | 'trusts' | 'crl';

/** The end of a certificate. `endMs` is a time of the machine's clock, ms since 1970, because TLS uses this clock. */
export type CertificateEnd = { readonly name: string; readonly use: CertificateUse; readonly endMs: number };

type FileLog = Pick<Logger, 'info' | 'error'>;

/** All followed certificates of this process, by name. */
const followedCertificates = new Map<string, { readonly use: CertificateUse; endMs(): number | undefined }>();

/** Forgets all followed certificates, so that two test files can run in one process. */
export function forgetCertificates(): void {
  followedCertificates.clear();
}

/** Returns the ends of all certificates that this process presents or trusts now, and of its followed CRLs. */
export function certificateEnds(): CertificateEnd[] {
  return [...followedCertificates].flatMap(([name, { use, endMs }]) => {
    const end = endMs();
    return end === undefined ? [] : [{ name, use, endMs: end }];
  });
}

export function addCertificateMetrics(metrics: Metrics): void {
  metrics.gauge(
    'vigil_certificate_end_timestamp_seconds',
    'End of a certificate that the process presents or trusts, or next update of a CRL, seconds since 1970.',
    () => certificateEnds().map(({ name, use, endMs }) => [[name, use], endMs / 1000] as const),
    'certificate',
    'use',
  );
}

/** Reports the end of certificates that the process reads only once. @param pem one or several certificates */
export function reportCertificates(name: string, use: CertificateUse, pem: string): void {
  const endMs = earliestEndMs(pem);
  followedCertificates.set(name, { use, endMs: () => endMs });
}

/**
 * Reports the end of a certificate that the process reads again for each connection. Reports nothing while the file
 * cannot be read.
 */
export function reportCertificateFile(name: string, use: CertificateUse, path: string): void {
  const endMs = () => {
    try {
      return earliestEndMs(readFileSync(path, 'utf8'));
    } catch {
      return undefined;
    }
  };
  followedCertificates.set(name, { use, endMs });
}

/** Returns the earliest end of the certificates in a PEM text, ms since 1970. */
export function earliestEndMs(pem: string): number {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return Math.min(...blocks.map((block) => Date.parse(new X509Certificate(block).validTo)));
}

/**
 * A certificate is renewed 30 days before its end. If a certificate ends in less than `endsSoonMs`, its renewal has
 * failed (ours).
 */
const endsSoonMs = 21 * 24 * 60 * 60 * 1000;
const logEveryMs = 6 * 60 * 60 * 1000;

/**
 * Returns the certificates of this process that end within 21 days, and the CRLs that should have been updated by now.
 * @param nowMs by the machine's clock
 */
export function certificatesEndingSoon(nowMs: number): CertificateEnd[] {
  return certificateEnds().filter(({ use, endMs }) => endMs - nowMs < (use === 'crl' ? 0 : endsSoonMs));
}

/**
 * Logs which certificates of this process end soon or have ended, and which CRLs are overdue: immediately and every six
 * hours.
 */
export function logEndingCertificates(log: Pick<Logger, 'warn' | 'error'>): { close(): void } {
  const logEnds = () => {
    const nowMs = Date.now() + wallAheadMs();
    for (const { name, use, endMs } of certificatesEndingSoon(nowMs)) {
      const fields = { certificate: name, use, until: untilText(endMs) };
      if (endMs <= nowMs) log.error(fields, 'a certificate has ended: new connections fail');
      else log.warn(fields, 'a certificate ends soon and was not renewed');
    }
  };
  logEnds();
  const timer = runEvery('certificate-ends', logEveryMs, logEnds);
  timer.unref();
  return { close: () => clearInterval(timer) };
}

type Files<Content> = {
  /** Returns the content. First reads the files again if they changed. */
  current(): Content;
};

/**
 * Reads files that belong together, and reads them again when one of them changed. A renewal writes the key first and
 * its certificate later. So while the changed files do not fit together, the former content stays in use.
 * @throws the error of `read`, only at the first reading
 */
function followFiles<Content>(options: {
  readonly paths: readonly string[];
  readonly read: () => Content;
  readonly onChange: (content: Content) => void;
  readonly log: FileLog;
}): Files<Content> {
  const { paths, read, onChange, log } = options;
  let lastStamp = stampOf(paths);
  let content = read();
  let lastFault: string | undefined;
  return {
    current() {
      const stamp = stampOf(paths);
      if (stamp === lastStamp && lastFault === undefined) return content;
      try {
        const nextContent = read();
        lastStamp = stamp;
        lastFault = undefined;
        content = nextContent;
        onChange(nextContent);
      } catch (error) {
        const why = (error as Error).message;
        if (why !== lastFault)
          log.error({ files: paths, why }, 'changed certificate files cannot be used; the former files stay in use');
        lastFault = why;
      }
      return content;
    },
  };
}

function stampOf(paths: readonly string[]): string {
  return paths.map(fileStamp).join(' ');
}

const untilText = (endMs: number) => new Date(endMs).toISOString();

export type KeyPair = { readonly cert: string; readonly key: string };

export type FollowedPair = {
  current(): KeyPair;
  close(): void;
};

const checkEveryMs = 5_000;

/**
 * Follows the certificate and the key of a server.
 * @param options.onRenewed called with each new pair, at most `everyMs` after both files have changed
 * @throws VigilError `certificate-invalid` if the files are not a certificate and its key
 */
export function followServerPair(options: {
  /** Name of the certificate in metrics and logs. */
  readonly name: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Names of the settings, for the error text: `VIGIL_HTTP_CERT_FILE and VIGIL_HTTP_KEY_FILE`. */
  readonly settings: string;
  readonly onRenewed: (pair: KeyPair) => void;
  readonly log: FileLog;
  readonly everyMs?: number;
}): FollowedPair {
  const { name, certFile, keyFile, settings, onRenewed, log } = options;
  const files = followFiles({
    paths: [certFile, keyFile],
    log,
    read() {
      const cert = readFileSync(certFile, 'utf8');
      const key = readFileSync(keyFile, 'utf8');
      createUsableContext({ cert, key }, `The files that ${settings} name are not a certificate and its key`);
      return { cert, key, endMs: earliestEndMs(cert) };
    },
    onChange(pair) {
      log.info({ certificate: name, until: untilText(pair.endMs) }, 'a renewed certificate is used from now on');
      onRenewed(pair);
    },
  });
  followedCertificates.set(name, { use: 'presents', endMs: () => files.current().endMs });
  const timer = runEvery('certificate-files', options.everyMs ?? checkEveryMs, files.current);
  timer.unref();
  return {
    current: files.current,
    close: () => clearInterval(timer),
  };
}

function createUsableContext(
  parts: { readonly ca?: string; readonly cert?: string; readonly key?: string },
  fault: string,
) {
  try {
    return createSecureContext({ ...parts, minVersion: 'TLSv1.3' });
  } catch (cause) {
    throw new VigilError('certificate-invalid', `${fault} (${(cause as Error).message}).`, { cause });
  }
}

export type ClientTls = {
  /** Returns the options for a new connection, with the current content of the certificate files. */
  options(): ConnectionOptions;
};

/**
 * Creates the TLS options of a client of one of Vigil's servers.
 * @param options.name name in metrics and logs, for example `kafka`
 * @param options.crlFile CRL of the servers' CA; if empty, revocation is not checked
 * @throws VigilError `certificate-invalid`
 */
export function followClientTls(options: {
  readonly name: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly serverName: string;
  readonly crlFile: string;
  readonly log: FileLog;
}): ClientTls {
  const { name, caFile, certFile, keyFile, log } = options;
  const files = followFiles({
    paths: [caFile, certFile, keyFile],
    log,
    read() {
      const ca = readFileSync(caFile, 'utf8');
      const cert = readFileSync(certFile, 'utf8');
      const key = readFileSync(keyFile, 'utf8');
      const fault = `${caFile}, ${certFile} and ${keyFile} are not an authority, a certificate and its key`;
      return {
        secureContext: createUsableContext({ ca, cert, key }, fault),
        ownEndMs: earliestEndMs(cert),
        caEndMs: earliestEndMs(ca),
      };
    },
    onChange({ ownEndMs }) {
      log.info(
        { certificate: `${name}-client`, until: untilText(ownEndMs) },
        'a renewed certificate is used from now on',
      );
    },
  });
  followedCertificates.set(`${name}-client`, { use: 'presents', endMs: () => files.current().ownEndMs });
  followedCertificates.set(`${name}-ca`, { use: 'trusts', endMs: () => files.current().caEndMs });
  const checkOptions = serverCheckOptions(options);
  return { options: () => ({ secureContext: files.current().secureContext, ...checkOptions }) };
}

/** Returns TLS options that check the name in a server's certificate, and whether the certificate is revoked. */
export function serverCheckOptions(options: {
  readonly serverName: string;
  readonly caFile: string;
  readonly crlFile: string;
  readonly log: FileLog;
}): Pick<ConnectionOptions, 'servername' | 'checkServerIdentity'> {
  const { serverName, crlFile, log } = options;
  const crl = crlFile === '' ? undefined : followCrl({ ...options, crlFile });
  return {
    ...serverNameOption(serverName),
    checkServerIdentity(host: string, certificate: PeerCertificate) {
      const fault = checkServerIdentity(host, certificate);
      if (fault !== undefined || !crl?.current().serials.has(serialKey(certificate.serialNumber))) return fault;
      log.error({ host, serial: certificate.serialNumber }, 'a server presents a revoked certificate');
      return new VigilError('certificate-invalid', `The certificate of ${host} is revoked.`);
    },
  };
}

/**
 * Follows a CRL. A CRL is still used after the time of its next update (decision 14). A CRL with a lower number than
 * the last CRL is refused.
 */
function followCrl(options: { readonly caFile: string; readonly crlFile: string; readonly log: FileLog }) {
  const { caFile, crlFile, log } = options;
  let lastCrl: RevocationList | undefined;
  const list = followFiles({
    paths: [crlFile],
    log,
    read() {
      const nextCrl = readRevocationLists(readFileSync(crlFile), [readFileSync(caFile, 'utf8')]).get(0);
      if (nextCrl === undefined) throw new VigilError('certificate-invalid', `${crlFile} does not contain a CRL.`);
      if ((nextCrl.number ?? 0n) < (lastCrl?.number ?? 0n)) {
        throw new VigilError('certificate-invalid', `${crlFile} is older than the last CRL that was read.`);
      }
      lastCrl = nextCrl;
      return nextCrl;
    },
    onChange: ({ serials }) => log.info({ revoked: serials.size }, 'the CRL of the services was read again'),
  });
  followedCertificates.set('services-crl', { use: 'crl', endMs: () => list.current().nextUpdateMs });
  return list;
}
