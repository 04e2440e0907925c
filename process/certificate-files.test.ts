import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { leafLifeMs } from '../certs/core/renewal.ts';
import { ensureCertificates } from '../certs/ensure.ts';
import { revokeService } from '../certs/services.ts';
import { dayMs } from '../contracts/durations.ts';
import {
  addCertificateMetrics,
  certificateEnds,
  certificatesEndingSoon,
  followClientTls,
  followServerPair,
  forgetCertificates,
  logEndingCertificates,
  reportCertificates,
} from './certificate-files.ts';
import { createMetrics } from './metrics.ts';

const nowMs = Math.floor(Date.now() / 1000) * 1000;
let stateDir: string;
let server: Server | undefined;
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };

beforeEach(async () => {
  forgetCertificates();
  stateDir = mkdtempSync(join(tmpdir(), 'vigil-files-'));
  // The certificates were issued 40 days ago, so they are valid for 50 more days.
  await ensureCertificates({ stateDir, nowMs: nowMs - 40 * dayMs });
  vi.clearAllMocks();
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(stateDir, { recursive: true, force: true });
});

const path = (name: string) => join(stateDir, 'certs', name);
const read = (name: string) => readFileSync(path(name), 'utf8');
const endOf = (name: string) => certificateEnds().find((end) => end.name === name)?.endMs;

async function listen(certificateName: string): Promise<{ readonly port: number; readonly server: Server }> {
  const newServer = createServer(
    {
      cert: read(`${certificateName}.pem`),
      key: read(`${certificateName}.key`),
      ca: read('ca.pem'),
      requestCert: true,
    },
    (socket) => void socket.on('error', () => {}).end('hello'),
  );
  server = newServer;
  newServer.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => newServer.listen(0, '127.0.0.1', resolve));
  return { port: (newServer.address() as AddressInfo).port, server: newServer };
}

/** Connects and returns the serial numbers of the certificates of both sides. */
function connectOnce(
  port: number,
  options: object,
): Promise<{ readonly clientSerial: string; readonly serverSerial: string }> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, ...options }, () => {
      const clientSerial = socket.getX509Certificate()?.serialNumber ?? '';
      resolve({ clientSerial, serverSerial: socket.getPeerX509Certificate()?.serialNumber ?? '' });
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

const client = () =>
  followClientTls({
    name: 'kafka',
    caFile: path('ca.pem'),
    certFile: path('gateway.pem'),
    keyFile: path('gateway.key'),
    serverName: 'kafka',
    crlFile: path('ca.crl'),
    log: log as never,
  });

/** Renews missing certificates. */
const renew = () => ensureCertificates({ stateDir, nowMs });
const replaceGatewayCertificate = async () => {
  rmSync(path('gateway.pem'));
  await renew();
};

describe('followClientTls', () => {
  it('a client uses a renewed certificate for its next connection, and reports the end of this certificate', async () => {
    const { port } = await listen('kafka');
    const tls = client();
    const first = await connectOnce(port, tls.options());
    expect(endOf('kafka-client')).toBe(nowMs - 40 * dayMs + leafLifeMs);
    await replaceGatewayCertificate();
    const second = await connectOnce(port, tls.options());
    expect(second.clientSerial).not.toBe(first.clientSerial);
    expect(second.serverSerial).toBe(first.serverSerial);
    expect(endOf('kafka-client')).toBe(nowMs + leafLifeMs);
    expect(log.info).toHaveBeenCalledWith(
      { certificate: 'kafka-client', until: new Date(nowMs + leafLifeMs).toISOString() },
      'a renewed certificate is used from now on',
    );
  });

  it('a client uses the former certificate and key while the changed files do not fit together, and logs this fault once', async () => {
    const { port } = await listen('kafka');
    const tls = client();
    const first = await connectOnce(port, tls.options());
    const [certificate, key] = [read('gateway.pem'), read('gateway.key')];
    await replaceGatewayCertificate();
    const renewed = read('gateway.pem');
    writeFileSync(path('gateway.pem'), certificate);
    expect(read('gateway.key')).not.toBe(key);
    expect((await connectOnce(port, tls.options())).clientSerial).toBe(first.clientSerial);
    expect((await connectOnce(port, tls.options())).clientSerial).toBe(first.clientSerial);
    expect(log.error).toHaveBeenCalledTimes(1);
    writeFileSync(path('gateway.pem'), renewed);
    expect((await connectOnce(port, tls.options())).clientSerial).not.toBe(first.clientSerial);
  });

  it('a client refuses a server whose certificate was revoked, and accepts its new certificate', async () => {
    const { port } = await listen('kafka');
    const tls = client();
    await connectOnce(port, tls.options());
    await revokeService({ stateDir, service: 'kafka', reason: 'key-compromise', nowMs });
    await expect(connectOnce(port, tls.options())).rejects.toThrow('The certificate of kafka is revoked.');
    server?.close();
    await renew();
    await connectOnce((await listen('kafka')).port, tls.options());
  });

  it('a client uses the newest CRL even if the file is replaced by an older CRL', async () => {
    const { port } = await listen('kafka');
    copyFileSync(path('ca.crl'), path('old.crl'));
    await revokeService({ stateDir, service: 'kafka', reason: 'key-compromise', nowMs });
    const tls = client();
    await expect(connectOnce(port, tls.options())).rejects.toThrow('revoked');
    copyFileSync(path('old.crl'), path('ca.crl'));
    await expect(connectOnce(port, tls.options())).rejects.toThrow('revoked');
    expect(log.error.mock.calls.map(([{ why }]) => why)).toContainEqual(expect.stringContaining('is older than'));
  });

  it('a client accepts a CRL whose time of the next update has passed', async () => {
    const { port } = await listen('kafka');
    await connectOnce(port, client().options());
    expect(endOf('services-crl')).toBeLessThan(nowMs);
  });

  it('a client does not start with files that do not belong together', () => {
    writeFileSync(path('gateway.key'), read('alarms.key'));
    expect(client).toThrow(/are not an authority, a certificate and its key/);
  });
});

describe('followServerPair', () => {
  it('a server uses a renewed certificate for new connections', async () => {
    const { port, server: running } = await listen('web-server');
    const renewedPairs: string[] = [];
    const pair = followServerPair({
      name: 'web-server',
      certFile: path('web-server.pem'),
      keyFile: path('web-server.key'),
      settings: 'A and B',
      everyMs: 20,
      onRenewed(renewed) {
        renewedPairs.push(renewed.cert);
        running.setSecureContext({ ...renewed, ca: read('ca.pem') });
      },
      log: log as never,
    });
    const clientOptions = { ca: read('ca.pem'), servername: 'dashboard' };
    const first = await connectOnce(port, clientOptions);
    rmSync(path('web-server.pem'));
    await renew();
    await vi.waitFor(() => expect(renewedPairs).toEqual([read('web-server.pem')]), 10_000);
    expect((await connectOnce(port, clientOptions)).serverSerial).not.toBe(first.serverSerial);
    expect(endOf('web-server')).toBe(nowMs + leafLifeMs);
    pair.close();
  });

  it('a server does not start if its certificate and key do not fit together, and names their settings', () => {
    const files = { certFile: path('kafka.pem'), keyFile: path('web-server.key') };
    expect(() =>
      followServerPair({ name: 'x', ...files, settings: 'A and B', onRenewed() {}, log: log as never }),
    ).toThrow(/^The files that A and B name are not a certificate and its key/);
  });
});

describe('certificatesEndingSoon', () => {
  it.each([
    ['does not return a certificate with 22 days left', 22, false],
    ['returns a certificate with 20 days left', 20, true],
    ['returns a certificate that ended a day ago', -1, true],
  ])('certificatesEndingSoon %s', (_case, days, isReturned) => {
    reportCertificates('mqtt-server', 'presents', read('kafka.pem'));
    const atMs = nowMs + 50 * dayMs - days * dayMs;
    expect(certificatesEndingSoon(atMs).some(({ name }) => name === 'mqtt-server')).toBe(isReturned);
  });

  it('the end of a certificate is a metric, and an ended certificate is logged', async () => {
    await ensureCertificates({ stateDir: join(stateDir, 'old'), nowMs: nowMs - 100 * dayMs });
    reportCertificates('old', 'presents', readFileSync(join(stateDir, 'old/certs/kafka.pem'), 'utf8'));
    const metrics = createMetrics();
    addCertificateMetrics(metrics);
    const seconds = (nowMs - 100 * dayMs + leafLifeMs) / 1000;
    expect(await metrics.text()).toContain(
      `vigil_certificate_end_timestamp_seconds{certificate="old",use="presents"} ${seconds}`,
    );
    logEndingCertificates(log).close();
    expect(log.error).toHaveBeenCalledWith(
      { certificate: 'old', use: 'presents', until: new Date(seconds * 1000).toISOString() },
      'a certificate has ended: new connections fail',
    );
  });
});
