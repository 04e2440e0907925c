/**
 * Tests revoked and expired certificates against a listener with real TLS, and the ways in which the CRL file can
 * change.
 */

import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crlLifeMs } from '../../certs/core/register.ts';
import { type Pair, signCrl } from '../../certs/issue.ts';
import { serialKey } from '../../process/crl.ts';
import {
  type Bench,
  join as connect,
  connectPacket,
  deviceCertificate,
  dial,
  foreignCa,
  listenerOptions,
  openBench,
  publishPacket,
  trustedCa,
  until,
} from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';
import { createCounters } from '../counters.ts';
import { openListener } from './listener.ts';
import { openRevocation } from './revocation.ts';
import type { Sink } from './sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-crl-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let file: string;
let bench: Bench;
let number = 1n;
let files = 0;

beforeEach(async () => {
  files += 1;
  file = join(folder, `${files}.crl`);
  writeFileSync(file, await crl());
  bench = await openBench({}, file);
  bench.immediateOutcome = { kind: 'appended' };
});
afterEach(() => bench.close());

const serialOf = ({ certificate }: Pair) => serialKey(new X509Certificate(certificate).serialNumber);

/** Returns a CRL with a higher number than the last CRL. */
async function crl(devices: readonly string[] = [], atMs = Date.now(), authority = trustedCa): Promise<string> {
  number += 1n;
  const serials = await Promise.all(devices.map(async (id) => serialOf(await deviceCertificate(id))));
  const listed = serials.map((serial) => ({ event: 'revoked', atMs, serial, reason: 'key-compromise' }) as const);
  return signCrl(listed, number, authority, atMs);
}
const waitForLoads = (times: number) =>
  until(`${times} CRL files are loaded`, () => bench.counters.crlLoaded === times);
const waitForRefusals = (times: number) =>
  until(`${times} CRL files are refused`, () => bench.counters.crlRefused === times);
const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 1, retain: true } as const;

describe.each([4, 5] as const)('a revoked certificate, MQTT %i', (version) => {
  it('if the certificate of a device is revoked, the device is disconnected with its will and cannot connect, and others stay connected', async () => {
    const victim = await connect(bench, 'bed-07', version, { will });
    const other = await connect(bench, 'bed-08', version);
    writeFileSync(file, await crl(['bed-07']));
    await victim.closed;
    expect(victim.unreadPackets()).toMatchObject(
      version === 5 ? [{ cmd: 'disconnect', reasonCode: reason.notAuthorized }] : [],
    );
    expect(bench.sinkCalls.slice(2)).toEqual(['bed-07 will: gone', 'bed-07 ended: refused']);

    const again = await connect(bench, 'bed-07', version);
    expect(again.connack).toMatchObject(version === 5 ? { reasonCode: reason.notAuthorized } : { returnCode: 5 });
    await again.closed;
    other.send({ cmd: 'pingreq' });
    expect(await other.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    other.end();
    expect(bench.counters.certificatesRevoked).toBe(2);
  });

  it('if the certificate of a device is revoked, its session ends, and its delayed will is published', async () => {
    const keep =
      version === 5
        ? {
            clean: false,
            properties: { sessionExpiryInterval: 3600 },
            will: { ...will, properties: { willDelayInterval: 3600 } },
          }
        : { clean: false };
    const client = await connect(bench, 'bed-07', version, keep);
    client.end();
    await until('the end of the connection', () =>
      bench.sinkCalls.includes(`bed-07 ended: ${version === 5 ? 'will' : 'closed'}`),
    );
    expect(bench.sinkCalls).not.toContain('bed-07 will: gone');
    writeFileSync(file, await crl(['bed-07']));
    await waitForLoads(2);
    if (version === 5) await until('the will', () => bench.sinkCalls.includes('bed-07 will: gone'));
    // The device connects again with a certificate that is not revoked, and must not find its old session.
    await bench.letTimePass(0);
    writeFileSync(file, await crl());
    await waitForLoads(3);
    const back = await connect(bench, 'bed-07', version, keep);
    expect(back.connack).toMatchObject({ sessionPresent: false });
    back.end();
  });
});

describe('a connection', () => {
  it('a connection with a revoked certificate can send nothing more to the log', async () => {
    const client = await connect(bench, 'bed-07');
    writeFileSync(file, await crl(['bed-07']));
    await waitForLoads(2);
    await client.closed;
    bench.immediateOutcome = undefined;
    client.send(publishPacket(1, 1));
    expect(bench.handedPublishes).toEqual([]);
  });

  it('CONNECT is refused if the certificate was revoked after the TLS handshake', async () => {
    const client = await dial(bench, await deviceCertificate('bed-07'));
    writeFileSync(file, await crl(['bed-07']));
    await waitForLoads(2);
    client.send(connectPacket('bed-07', 5));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: reason.notAuthorized });
    await client.closed;
  });

  it('a connection ends when its certificate expires; its session is kept for the renewed certificate', async () => {
    const client = await connect(bench, 'bed-07', 5, { clean: false, properties: { sessionExpiryInterval: 3600 } });
    const endMs = Date.parse(new X509Certificate((await deviceCertificate('bed-07')).certificate).validTo);
    bench.aheadMs = endMs - Date.now() - 5_000;
    await bench.letTimePass(0);
    expect(bench.listener.connections()).toBe(1);
    bench.aheadMs += 5_000;
    await client.closed;
    expect(client.unreadPackets()).toMatchObject([
      {
        cmd: 'disconnect',
        reasonCode: reason.notAuthorized,
        properties: { reasonString: 'The client certificate has expired.' },
      },
    ]);
    expect(bench.counters.certificatesExpired).toBe(1);
    bench.aheadMs = 0;
    const back = await connect(bench, 'bed-07', 5, { clean: false });
    expect(back.connack).toMatchObject({ sessionPresent: true });
    back.end();
  });
});

describe('the CRL file', () => {
  it('the CRL file is read again if another file with the same time and size replaces it', async () => {
    const stamp = new Date(Date.now() - 60_000);
    utimesSync(file, stamp, stamp);
    const client = await connect(bench, 'bed-07');
    const next = await crl(['bed-07']);
    writeFileSync(`${file}.new`, next);
    utimesSync(`${file}.new`, stamp, stamp);
    renameSync(`${file}.new`, file);
    await client.closed;
  });

  /** Replaces the file in one step, so that the gateway never reads an incomplete file. */
  const replaceFile = (text: string) => {
    writeFileSync(`${file}.next`, text);
    renameSync(`${file}.next`, file);
  };

  it.each([
    ['is removed', async () => rmSync(file), /cannot be read/],
    [
      'is a folder',
      async () => {
        rmSync(file);
        mkdirSync(file);
      },
      /not a regular file/,
    ],
    ['is empty', async () => replaceFile(''), /does not contain a CRL/],
    ['is cut short', async () => replaceFile((await crl(['bed-08'])).slice(0, 200)), /does not contain a CRL/],
    ['is forged', async () => replaceFile(await crl(['bed-08'], Date.now(), foreignCa)), /not signed/],
    [
      'has a lower number',
      async () => {
        number = 0n;
        replaceFile(await crl());
        number = 1_000n;
      },
      /lower/,
    ],
  ])(
    'a CRL file that %s is refused with an error, the previous CRL stays in use, and a later good CRL is used',
    async (_name, spoil, reasonPattern) => {
      writeFileSync(file, await crl(['bed-07']));
      await waitForLoads(2);
      const other = await connect(bench, 'bed-08');
      await spoil();
      await waitForRefusals(1);
      expect(bench.logged.filter((line) => line.includes('the changed CRL file cannot be used'))).toMatchObject([
        expect.stringMatching(reasonPattern),
      ]);
      const client = await connect(bench, 'bed-07');
      expect(client.connack).toMatchObject({ reasonCode: reason.notAuthorized });
      other.send({ cmd: 'pingreq' });
      expect(await other.nextPacket()).toMatchObject({ cmd: 'pingresp' });
      // The error is logged again once a minute.
      bench.aheadMs += 61_000;
      await waitForRefusals(2);
      // Between the next two lines, the file may be missing. That may count as a further refusal.
      expect(bench.counters.crlRefused).toBe(2);
      if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) rmSync(file, { recursive: true });
      replaceFile(await crl(['bed-07', 'bed-08']));
      await other.closed;
    },
  );

  it('devices of an authority can connect only if the CRL file has a CRL of this authority', async () => {
    const options = listenerOptions();
    const bundle = trustedCa.certificate + foreignCa.certificate;
    const log = pino({ level: 'silent' });
    const counters = createCounters();
    const revocation = openRevocation({ file, clientCa: bundle, log, counters, now: Date.now, pollMs: 100 });
    const sink = { ready: () => true } as Sink;
    const listener = await openListener({ ...options, clientCa: bundle, revocation, counters, sink });
    const connectReason = async (authority?: Pair) => {
      const client = await dial({ listener }, await deviceCertificate('bed 07', authority));
      client.send(connectPacket('bed 07', 5));
      return ((await client.nextPacket()) as { properties?: { reasonString?: string } }).properties?.reasonString;
    };
    // The CN is not a device id. A client that gets this answer has passed the check of the CRL.
    expect(await connectReason()).toMatch(/CN is not a device id/);
    expect(await connectReason(foreignCa)).toMatch(/no CRL of the authority/);
    writeFileSync(file, (await crl()) + (await crl([], Date.now(), foreignCa)));
    await until('the CRL with both lists is loaded', () => counters.crlLoaded === 2);
    expect(await connectReason(foreignCa)).toMatch(/CN is not a device id/);
    revocation.close();
    await listener.close(0);
  });

  it.each([
    ['is missing', () => rmSync(file), /cannot be read \(ENOENT\)/],
    ['contains no CRL', () => writeFileSync(file, 'no CRL'), /does not contain a CRL in PEM or DER/],
  ])('a CRL file that %s at the start is an error', async (_name, spoil, message) => {
    spoil();
    await expect(openBench({}, file)).rejects.toMatchObject({
      code: 'certificate-invalid',
      message: expect.stringMatching(message),
    });
    writeFileSync(file, await crl());
  });

  it('an outdated CRL is still used, and the log reports it each minute', async () => {
    writeFileSync(file, await crl(['bed-07']));
    await waitForLoads(2);
    const warnings = () => bench.logged.filter((line) => line.includes('the CRL is outdated'));
    expect(warnings()).toEqual([]);
    bench.aheadMs = crlLifeMs + 1_000;
    await until('a warning that the CRL is outdated', () => bench.counters.crlStale === 1);
    expect(JSON.parse(warnings()[0]!)).toMatchObject({ level: 50 });
    bench.aheadMs += 61_000;
    await until('another warning that the CRL is outdated', () => bench.counters.crlStale === 2);
    const client = await connect(bench, 'bed-07');
    expect(client.connack).toMatchObject({ reasonCode: reason.notAuthorized });
    const other = await connect(bench, 'bed-08');
    expect(other.connack).toMatchObject({ reasonCode: 0 });
    other.end();
  });

  it('a listener without a CRL logs one warning at the start', async () => {
    const without = await openBench();
    expect(without.logged.filter((line) => line.includes('no CRL'))).toHaveLength(1);
    await without.close();
  });
});
