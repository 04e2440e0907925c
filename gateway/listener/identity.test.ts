/**
 * Tests which clients may connect: by their certificate and by their names. Each refusal is counted, and logged without
 * the client id.
 */

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { leafLifeMs } from '../../certs/core/renewal.ts';
import { issueAuthority, issueLeaf, type Pair } from '../../certs/issue.ts';
import { dayMs } from '../../contracts/durations.ts';
import {
  type Bench,
  connectPacket,
  dial,
  foreignCa,
  openBench,
  trustedCa,
  until,
} from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
// Only one refusal per second is logged, so each test begins 2 s later.
beforeEach(() => {
  bench.aheadMs += 2_000;
});
afterAll(() => bench.close());

const nowMs = Date.now();
const leaf = (commonName: string, more: { authority?: Pair; atMs?: number; purpose?: 'client' | 'server' } = {}) =>
  issueLeaf(
    { file: 'x', commonName, authority: 'device-ca', purposes: [more.purpose ?? 'client'], names: [] },
    more.authority ?? trustedCa,
    more.atMs ?? nowMs,
  );

it.each<[string, () => Promise<Pair | null>, string]>([
  ['a client without a certificate', async () => null, 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'],
  [
    "a certificate of the services' authority",
    () => leaf('bed-07', { authority: foreignCa }),
    'SELF_SIGNED_CERT_IN_CHAIN',
  ],
  ["a service's certificate", () => leaf('gateway', { authority: foreignCa }), 'SELF_SIGNED_CERT_IN_CHAIN'],
  [
    'a certificate of another authority with the same name',
    async () => leaf('bed-07', { authority: await issueAuthority('test devices', nowMs) }),
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  ['a certificate that has expired', () => leaf('bed-07', { atMs: nowMs - leafLifeMs - dayMs }), 'CERT_HAS_EXPIRED'],
  ['a certificate that is not valid yet', () => leaf('bed-07', { atMs: nowMs + dayMs }), 'CERT_NOT_YET_VALID'],
  ['a certificate for servers', () => leaf('bed-07', { purpose: 'server' }), 'INVALID_PURPOSE'],
])('TLS refuses %s', async (_name, make, error) => {
  const before = bench.counters.connectionsRefused;
  const linesBefore = bench.logged.length;
  const client = await dial(bench, await make());
  client.send(connectPacket('bed-07', 5));
  await client.closed;
  expect(client.unreadPackets()).toEqual([]);
  await until('the refusal is counted', () => bench.counters.connectionsRefused === before + 1);
  const lines = bench.logged.slice(linesBefore);
  expect(lines).toEqual([expect.stringContaining('TLS handshake refused')]);
  expect(JSON.parse(lines[0]!)).toMatchObject({ error });
});

it.each<[string, string, string, 4 | 5, object]>([
  ['another device as client id in MQTT 5', 'bed-07', 'bed-08', 5, { reasonCode: reason.clientIdentifierNotValid }],
  ['another device as client id in MQTT 3.1.1', 'bed-07', 'bed-08', 4, { returnCode: 2 }],
  [
    'a client id that is the CN and one more character',
    'bed-07',
    'bed-070',
    5,
    { reasonCode: reason.clientIdentifierNotValid },
  ],
  ['a CN that is not a device id', 'bed 07', 'bed 07', 5, { reasonCode: reason.notAuthorized }],
  ['a CN that is a path', '..', '..', 5, { reasonCode: reason.notAuthorized }],
  ['a CN that is a wildcard', '+', '+', 4, { returnCode: 5 }],
])('CONNECT refuses %s', async (_name, commonName, clientId, version, expected) => {
  const before = bench.counters.connectionsRefused;
  const client = await dial(bench, await leaf(commonName), version);
  client.send(connectPacket(clientId, version));
  expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', sessionPresent: false, ...expected });
  await client.closed;
  expect(bench.counters.connectionsRefused).toBe(before + 1);
  const line = bench.logged.findLast((logged) => logged.includes('connection refused'));
  expect(JSON.parse(line!)).toMatchObject({ commonName: commonName.replace(/[^\w.-]/g, '?') });
  expect(line).not.toContain(clientId === commonName ? 'no such text' : clientId);
});

it.each(['X25519MLKEM768', 'X25519', 'P-256'])('TLS supports the key exchange %s', async (group) => {
  const client = await dial(bench, await leaf('bed-07'), 5, group);
  client.send(connectPacket('bed-07', 5));
  expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: reason.success });
});
