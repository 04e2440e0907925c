import { randomBytes } from 'node:crypto';
import { compactDecrypt, exportJWK, generateKeyPair, importJWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { VigilError } from '../errors.ts';
import { contentTypes } from '../messages/records.ts';
import { services } from '../topics.ts';
import type { Place } from './header.ts';
import { createOpener, type Opener } from './opener.ts';
import { pseudonym, unassignedAssociation } from './pseudonym.ts';
import { createSealer, keyLifetimeMs, type ReaderKeys, type Sealer } from './sealer.ts';

const place: Place = { topic: 'observations', key: 'assoc-1', writer: 'dev-1', boot: 'boot-1', seq: 7 };
const text = Buffer.from('{"heart":134}');

type Bench = {
  sealer: Sealer;
  published: Map<string, Buffer>;
  openers: Record<string, Opener>;
  clock: { nowMs: number };
};
let bench: Bench;

async function readerKeys() {
  const pairs = await Promise.all(
    services.map(async (kid) => ({ kid, pair: await generateKeyPair('ECDH-ES+A256KW', { extractable: true }) })),
  );
  const publicJwks = await Promise.all(
    pairs.map(async ({ kid, pair }) => ({ ...(await exportJWK(pair.publicKey)), kid })),
  );
  const privateJwks = await Promise.all(
    pairs.map(async ({ kid, pair }) => [kid, await exportJWK(pair.privateKey)] as const),
  );
  return { publicJwks, privateJwks };
}

beforeAll(async () => {
  const { publicJwks, privateJwks } = await readerKeys();
  const published = new Map<string, Buffer>();
  const clock = { nowMs: 1_000_000 };
  const sealer = createSealer({
    readers: { keys: publicJwks } as ReaderKeys,
    publishKey: async ({ kid, value }) => void published.set(kid, value),
    now: () => clock.nowMs,
  });
  const openers = Object.fromEntries(
    privateJwks.map(([service, privateJwk]) => [
      service,
      createOpener({
        service,
        privateJwk,
        wrappedKey: async (kid) => {
          const value = published.get(kid);
          if (!value) throw new VigilError('key-unknown', 'not published');
          return value;
        },
      }),
    ]),
  );
  bench = { sealer, published, openers, clock };
});

const open = async (service: string, value: Buffer, at = { topic: place.topic, key: place.key }) =>
  await bench.openers[service]!.open({ ...at, value });
const failure = async (run: () => unknown) => {
  try {
    await run();
  } catch (error) {
    return (error as VigilError).code;
  }
  return 'opened';
};

describe('a sealed record', () => {
  it('opens for each reader of its topic, with its place and content type', async () => {
    const key = await bench.sealer.keyFor(place.key, place.topic);
    const value = bench.sealer.seal(key, place, contentTypes.observation, text);
    for (const service of ['alarms', 'trends', 'dashboard', 'operator']) {
      const opened = await open(service, value);
      expect(opened.plaintext.equals(text)).toBe(true);
      expect(opened.place).toEqual(place);
      expect(opened.contentType).toBe(contentTypes.observation);
    }
  });

  it('does not open for a service that may not read the topic', async () => {
    const key = await bench.sealer.keyFor(place.key, place.topic);
    const value = bench.sealer.seal(key, place, contentTypes.observation, text);
    expect(await failure(() => open('gateway', value))).toBe('key-not-for-us');
  });

  it('is a JWE that jose opens', async () => {
    const key = await bench.sealer.keyFor(place.key, place.topic);
    const value = bench.sealer.seal(key, place, contentTypes.observation, text);
    const secret = await importJWK({ kty: 'oct', k: key.secret.toString('base64url') }, 'A256GCM');
    const { plaintext, protectedHeader } = await compactDecrypt(value.toString('latin1'), secret);
    expect(Buffer.from(plaintext).equals(text)).toBe(true);
    expect(protectedHeader).toMatchObject({ alg: 'dir', enc: 'A256GCM', key: 'assoc-1', seq: 7 });
  });

  it('holds nothing of its plaintext', async () => {
    const key = await bench.sealer.keyFor(place.key, place.topic);
    expect(bench.sealer.seal(key, place, contentTypes.observation, text).includes('heart')).toBe(false);
  });

  it.each([
    ['another key', { topic: 'observations', key: 'assoc-2' }],
    ['another topic', { topic: 'waveforms', key: 'assoc-1' }],
  ] as const)('moved to %s does not open', async (_, at) => {
    const key = await bench.sealer.keyFor(place.key, place.topic);
    const value = bench.sealer.seal(key, place, contentTypes.observation, text);
    expect(await failure(() => open('alarms', value, at))).toBe('sealed-moved');
  });

  it.each(['key', 'wri', 'boo', 'seq', 'top'] as const)(
    'with its %s rewritten does not open there either',
    async (member) => {
      const key = await bench.sealer.keyFor(place.key, place.topic);
      const parts = bench.sealer.seal(key, place, contentTypes.observation, text).toString().split('.');
      const header = JSON.parse(Buffer.from(parts[0]!, 'base64url').toString()) as Record<string, unknown>;
      header[member] = member === 'seq' ? 8 : member === 'top' ? 'waveforms' : 'assoc-2';
      parts[0] = Buffer.from(JSON.stringify(header)).toString('base64url');
      const at = { topic: header.top as 'observations', key: header.key as string };
      expect(await failure(() => open('alarms', Buffer.from(parts.join('.')), at))).toBe('sealed-tampered');
    },
  );

  it('with any bit of any part flipped does not open', async () => {
    const key = await bench.sealer.keyFor(place.key, place.topic);
    const value = bench.sealer.seal(key, place, contentTypes.observation, text);
    const parts = value.toString().split('.');
    for (const index of [0, 2, 3, 4]) {
      const bytes = Buffer.from(parts[index]!, 'base64url');
      for (let at = 0; at < bytes.length; at += 1) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1;
        const changed = parts.map((part, n) => (n === index ? flipped.toString('base64url') : part)).join('.');
        expect(await failure(() => open('alarms', Buffer.from(changed)))).toMatch(/^(sealed|key)-/);
      }
    }
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['four parts', 'a.b.c.d'],
    ['an encrypted key', 'a.b.c.d.e'],
    ['no JSON in the header', `${Buffer.from('{').toString('base64url')}..AAAA.AAAA.AAAA`],
    ['null in the header', `${Buffer.from('null').toString('base64url')}..AAAA.AAAA.AAAA`],
    ['another algorithm', `${Buffer.from('{"alg":"none"}').toString('base64url')}..AAAA.AAAA.AAAA`],
  ])('of %s is malformed', async (_, value) => {
    expect(await failure(() => open('alarms', Buffer.from(value)))).toBe('sealed-malformed');
  });

  it('may not be sealed for a place that would break its header', async () => {
    const key = await bench.sealer.keyFor(place.key, place.topic);
    const bad = { ...place, boot: 'x","seq":1,"y":"' };
    expect(await failure(() => bench.sealer.seal(key, bad, contentTypes.observation, text))).toBe('sealed-malformed');
  });
});

describe('data keys', () => {
  it('are published before they are handed out, one for callers at once', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => bench.sealer.keyFor('assoc-burst', 'observations')));
    expect(new Set(keys.map((key) => key.kid)).size).toBe(1);
    expect(bench.published.has(keys[0]!.kid)).toBe(true);
  });

  it('differ by association and by audience', async () => {
    const a = await bench.sealer.keyFor('assoc-a', 'observations');
    const b = await bench.sealer.keyFor('assoc-b', 'observations');
    const c = await bench.sealer.keyFor('assoc-a', 'alarms');
    const same = await bench.sealer.keyFor('assoc-a', 'waveforms');
    expect(new Set([a.kid, b.kid, c.kid]).size).toBe(3);
    expect(same.kid).toBe(a.kid);
  });

  it('are refreshed at the hour, not a millisecond before, and the old one still opens', async () => {
    const first = await bench.sealer.keyFor('assoc-hour', 'observations');
    const value = bench.sealer.seal(first, { ...place, key: 'assoc-hour' }, contentTypes.observation, text);
    bench.clock.nowMs += keyLifetimeMs - 1;
    expect(bench.sealer.cachedKey('assoc-hour', 'observations')).toBe(first);
    bench.clock.nowMs += 1;
    expect(bench.sealer.cachedKey('assoc-hour', 'observations')).toBeUndefined();
    expect((await bench.sealer.keyFor('assoc-hour', 'observations')).kid).not.toBe(first.kid);
    expect((await open('alarms', value, { topic: 'observations', key: 'assoc-hour' })).plaintext.equals(text)).toBe(
      true,
    );
  });

  it('never use a nonce twice', async () => {
    const key = await bench.sealer.keyFor('assoc-nonce', 'observations');
    const nonces = Array.from(
      { length: 5_000 },
      (_, seq) =>
        bench.sealer
          .seal(key, { ...place, key: 'assoc-nonce', seq }, contentTypes.observation, text)
          .toString()
          .split('.')[2],
    );
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('that were never published do not open anything', async () => {
    const key = await bench.sealer.keyFor('assoc-gone', 'observations');
    const value = bench.sealer.seal(key, { ...place, key: 'assoc-gone' }, contentTypes.observation, text);
    bench.published.delete(key.kid);
    expect(await failure(() => open('alarms', value, { topic: 'observations', key: 'assoc-gone' }))).toBe(
      'key-unknown',
    );
  });
});

describe('pseudonyms', () => {
  const key = randomBytes(32).toString('base64url');
  it('are the same for the same id, and differ by id, kind and key', () => {
    const all = [
      pseudonym(key, 'device', 'bed-01'),
      pseudonym(key, 'device', 'bed-02'),
      pseudonym(key, 'actor', 'bed-01'),
      pseudonym(randomBytes(32).toString('base64url'), 'device', 'bed-01'),
      unassignedAssociation(key, 'bed-01'),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(pseudonym(key, 'device', 'bed-01')).toBe(all[0]);
    for (const one of all) expect(one).toMatch(/^[A-Za-z0-9_-]{22,24}$/);
  });
});
