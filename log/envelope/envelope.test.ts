import { randomBytes } from 'node:crypto';
import { compactDecrypt, exportJWK, generateKeyPair, importJWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { type KafkaTopic, type KeysTopic, type Service, services } from '../../contracts/topics.ts';
import type { RecordOrigin } from './header.ts';
import { createKeyTable, type KeyTable } from './key-table.ts';
import { createOpener, type Opener } from './opener.ts';
import { pseudonym, unassignedAssociation } from './pseudonym.ts';
import { createSealer, keyLifetimeMs, longKeyLifetimeMs, type Sealer } from './sealer.ts';
import { createKeyTag, createUnwrap, type ReaderKeys } from './wrapped-key.ts';

const origin: RecordOrigin = { topic: 'observations', key: 'assoc-1', writer: 'dev-1', boot: 'boot-1', seq: 7 };
const text = Buffer.from('{"heart":134}');

type Published = { topic: KeysTopic; kid: string; value: Buffer };
type Bench = {
  sealer: Sealer;
  /** Starts a new process of a service. The process finds the keys in the log. */
  begin(service: Service): Sealer;
  published: Map<string, Published>;
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
  const published = new Map<string, Published>();
  const clock = { nowMs: 1_000_000 };
  const tableOf = (service: Service, reusableTopics: KeysTopic[] = []): KeyTable => {
    const table = createKeyTable(service, reusableTopics);
    for (const { topic, kid, value } of published.values()) table.put(topic, kid, value);
    return table;
  };
  const begin = (service: Service) => {
    const privateJwk = privateJwks.find(([role]) => role === service)![1];
    const tagOf = createKeyTag(privateJwk);
    return createSealer({
      service,
      readers: { keys: publicJwks } as ReaderKeys,
      publishKey: async (record) => void published.set(record.kid, record),
      async earlierKey(topic, owner) {
        const latest = tableOf(service, [topic]).latest(topic, owner);
        if (!latest) return undefined;
        const secret = await createUnwrap(service, privateJwk)(latest.kid, latest.wrappedKey);
        return { kid: latest.kid, secret, createdMs: latest.facts.createdMs };
      },
      tagOf,
      now: () => clock.nowMs,
    });
  };
  const sealer = begin('gateway');
  const openers = Object.fromEntries(
    privateJwks.map(([service, privateJwk]) => [
      service,
      createOpener({
        service,
        privateJwk,
        wrappedKey: async (kid, { topic, writer }) => {
          const key = tableOf(service).find(kid, topic, writer);
          if (!key) throw new VigilError('key-unknown', 'not published');
          return key;
        },
      }),
    ]),
  );
  bench = { sealer, begin, published, openers, clock };
});

const open = async (service: string, value: Buffer, position = { topic: origin.topic, key: origin.key }) =>
  await bench.openers[service]!.open({ ...position, value });
const failure = async (run: () => unknown) => {
  try {
    await run();
  } catch (error) {
    return (error as VigilError).code;
  }
  return 'opened';
};

describe('sealer and opener', () => {
  it('each reader of the topic can open a sealed record and gets its origin and content type', async () => {
    const key = await bench.sealer.keyFor(origin.key, origin.topic);
    const value = bench.sealer.seal(key, origin, contentTypes.observation, text);
    for (const service of ['alarms', 'trends', 'dashboard', 'operator']) {
      const opened = await open(service, value);
      expect(opened.plaintext.equals(text)).toBe(true);
      expect(opened.origin).toEqual(origin);
      expect(opened.contentType).toBe(contentTypes.observation);
    }
  });

  it('a service that may not read the topic cannot open a sealed record', async () => {
    const key = await bench.sealer.keyFor(origin.key, origin.topic);
    const value = bench.sealer.seal(key, origin, contentTypes.observation, text);
    expect(await failure(() => open('gateway', value))).toBe('key-not-for-us');
  });

  it('a sealed record is a JWE that the library jose can open', async () => {
    const key = await bench.sealer.keyFor(origin.key, origin.topic);
    const value = bench.sealer.seal(key, origin, contentTypes.observation, text);
    const secret = await importJWK({ kty: 'oct', k: key.secret.toString('base64url') }, 'A256GCM');
    const { plaintext, protectedHeader } = await compactDecrypt(value.toString('latin1'), secret);
    expect(Buffer.from(plaintext).equals(text)).toBe(true);
    expect(protectedHeader).toMatchObject({ alg: 'dir', enc: 'A256GCM', key: 'assoc-1', seq: 7 });
  });

  it('a sealed record does not contain its plaintext', async () => {
    const key = await bench.sealer.keyFor(origin.key, origin.topic);
    expect(bench.sealer.seal(key, origin, contentTypes.observation, text).includes('heart')).toBe(false);
  });

  it.each([
    ['another key', { topic: 'observations', key: 'assoc-2' }],
    ['another topic', { topic: 'waveforms', key: 'assoc-1' }],
  ] as const)('a sealed record that was moved to %s cannot be opened', async (_, position) => {
    const key = await bench.sealer.keyFor(origin.key, origin.topic);
    const value = bench.sealer.seal(key, origin, contentTypes.observation, text);
    expect(await failure(() => open('alarms', value, position))).toBe('sealed-moved');
  });

  it.each(['key', 'wri', 'boo', 'seq', 'top'] as const)(
    'a sealed record whose header was changed to fit another origin cannot be opened (member %s)',
    async (member) => {
      const key = await bench.sealer.keyFor(origin.key, origin.topic);
      const parts = bench.sealer.seal(key, origin, contentTypes.observation, text).toString().split('.');
      const header = JSON.parse(Buffer.from(parts[0]!, 'base64url').toString()) as Record<string, unknown>;
      header[member] = member === 'seq' ? 8 : member === 'top' ? 'waveforms' : 'assoc-2';
      parts[0] = Buffer.from(JSON.stringify(header)).toString('base64url');
      const position = { topic: header.top as 'observations', key: header.key as string };
      expect(await failure(() => open('alarms', Buffer.from(parts.join('.')), position))).toBe('sealed-tampered');
    },
  );

  it('a sealed record with any bit of any part flipped cannot be opened', async () => {
    const key = await bench.sealer.keyFor(origin.key, origin.topic);
    const value = bench.sealer.seal(key, origin, contentTypes.observation, text);
    const parts = value.toString().split('.');
    for (const index of [0, 2, 3, 4]) {
      const bytes = Buffer.from(parts[index]!, 'base64url');
      for (let position = 0; position < bytes.length; position += 1) {
        const flipped = Buffer.from(bytes);
        flipped[position]! ^= 1;
        const changed = parts.map((part, n) => (n === index ? flipped.toString('base64url') : part)).join('.');
        expect(await failure(() => open('alarms', Buffer.from(changed)))).toMatch(/^(sealed|key)-/);
      }
    }
  });

  it.each([
    ['an empty value', ''],
    ['text', 'hello'],
    ['four parts', 'a.b.c.d'],
    ['a JWE with an encrypted key', 'a.b.c.d.e'],
    ['a header that is not JSON', `${Buffer.from('{').toString('base64url')}..AAAA.AAAA.AAAA`],
    ['a header that is null', `${Buffer.from('null').toString('base64url')}..AAAA.AAAA.AAAA`],
    ['a header with another algorithm', `${Buffer.from('{"alg":"none"}').toString('base64url')}..AAAA.AAAA.AAAA`],
  ])('open refuses %s as malformed', async (_, value) => {
    expect(await failure(() => open('alarms', Buffer.from(value)))).toBe('sealed-malformed');
  });

  it('seal refuses a boot with characters that would change the header', async () => {
    const key = await bench.sealer.keyFor(origin.key, origin.topic);
    const forbiddenOrigin = { ...origin, boot: 'x","seq":1,"y":"' };
    expect(await failure(() => bench.sealer.seal(key, forbiddenOrigin, contentTypes.observation, text))).toBe(
      'sealed-malformed',
    );
  });
});

describe('keyFor', () => {
  it('keyFor publishes a key before it returns the key, and returns the same key to concurrent callers', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => bench.sealer.keyFor('assoc-burst', 'observations')));
    expect(new Set(keys.map((key) => key.kid)).size).toBe(1);
    expect(bench.published.has(keys[0]!.kid)).toBe(true);
  });

  it('keyFor returns different keys for different associations and for different readers', async () => {
    const a = await bench.sealer.keyFor('assoc-a', 'observations');
    const b = await bench.sealer.keyFor('assoc-b', 'observations');
    const c = await bench.sealer.keyFor('assoc-a', 'sessions');
    const laterKey = await bench.sealer.keyFor('assoc-a', 'waveforms');
    expect(new Set([a.kid, b.kid, c.kid]).size).toBe(3);
    expect(laterKey.kid).toBe(a.kid);
  });

  it('a data key is used for exactly an hour, and still opens its records after that', async () => {
    const first = await bench.sealer.keyFor('assoc-hour', 'observations');
    const value = bench.sealer.seal(first, { ...origin, key: 'assoc-hour' }, contentTypes.observation, text);
    bench.clock.nowMs += keyLifetimeMs - 1;
    expect(bench.sealer.cachedKey('assoc-hour', 'observations')).toBe(first);
    bench.clock.nowMs += 1;
    expect(bench.sealer.cachedKey('assoc-hour', 'observations')).toBeUndefined();
    expect((await bench.sealer.keyFor('assoc-hour', 'observations')).kid).not.toBe(first.kid);
    expect((await open('alarms', value, { topic: 'observations', key: 'assoc-hour' })).plaintext.equals(text)).toBe(
      true,
    );
  });

  it.each(['gateway', 'alarms'] as const)('a data key of the %s never uses a nonce twice', async (service) => {
    const topic = service === 'gateway' ? 'observations' : 'alarms';
    const key = await bench.begin(service).keyFor('assoc-nonce', topic);
    const nonces = Array.from(
      { length: 5_000 },
      (_, seq) =>
        bench.sealer
          .seal(key, { ...origin, topic, key: 'assoc-nonce', seq }, contentTypes.observation, text)
          .toString()
          .split('.')[2],
    );
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('a record cannot be opened if its data key is not in the log', async () => {
    const key = await bench.sealer.keyFor('assoc-gone', 'observations');
    const value = bench.sealer.seal(key, { ...origin, key: 'assoc-gone' }, contentTypes.observation, text);
    bench.published.delete(key.kid);
    expect(await failure(() => open('alarms', value, { topic: 'observations', key: 'assoc-gone' }))).toBe(
      'key-unknown',
    );
  });
});

describe('keyFor for records that are kept for years', () => {
  const sealed = async (sealer: Sealer, topic: KafkaTopic, writer: Service, recordKey = origin.key) => {
    const key = await sealer.keyFor(recordKey, topic);
    return sealer.seal(key, { topic, key: recordKey, writer, boot: 'b', seq: 1 }, contentTypes.audit, text);
  };

  it('a data key of the alarm processor is used for the whole stay of a patient, even if the writer restarts', async () => {
    const first = await bench.begin('alarms').keyFor('assoc-stay', 'alarms');
    const count = bench.published.size;
    for (let day = 0; day < 30; day += 1) {
      bench.clock.nowMs += 24 * keyLifetimeMs;
      const later = await bench.begin('alarms').keyFor('assoc-stay', 'alarms');
      expect([later.kid, later.secret.equals(first.secret)]).toEqual([first.kid, true]);
      expect((await bench.begin('alarms').keyFor('assoc-stay', 'alarm-state')).kid).toBe(first.kid);
    }
    expect(bench.published.size).toBe(count);
    bench.clock.nowMs += longKeyLifetimeMs;
    expect((await bench.begin('alarms').keyFor('assoc-stay', 'alarms')).kid).not.toBe(first.kid);
  });

  it('a gateway that restarts never uses an earlier data key again', async () => {
    const first = await bench.begin('gateway').keyFor('assoc-again', 'observations');
    expect((await bench.begin('gateway').keyFor('assoc-again', 'observations')).kid).not.toBe(first.kid);
  });

  it('each service publishes its data keys in its own topic', async () => {
    for (const [service, topic, keys] of [
      ['gateway', 'waveforms', 'keys-readings'],
      ['gateway', 'rejected', 'keys-rejected'],
      ['alarms', 'alarm-state', 'keys-alarms'],
      ['dashboard', 'commands', 'keys-dashboard'],
      ['operator', 'audit', 'keys-operator'],
    ] as const) {
      const { kid } = await bench.begin(service).keyFor('assoc-place', topic);
      expect(bench.published.get(kid)?.topic).toBe(keys);
    }
    expect(await failure(() => bench.begin('alarms').keyFor('assoc-place', 'commands'))).not.toBe('opened');
  });

  it('a record that names another writer cannot be opened', async () => {
    const value = await sealed(bench.begin('dashboard'), 'audit', 'dashboard');
    const forged = await sealed(bench.begin('dashboard'), 'audit', 'operator');
    const position = { topic: 'audit', key: origin.key } as const;
    expect((await open('operator', value, position as never)).origin.writer).toBe('dashboard');
    expect(await failure(() => open('operator', forged, position as never))).toBe('key-unknown');
  });

  it('a record that names another writer cannot be opened, even if its data key is already unwrapped', async () => {
    const sealer = bench.begin('dashboard');
    const genuine = await sealed(sealer, 'audit', 'dashboard', 'assoc-used');
    const position = { topic: 'audit', key: 'assoc-used' } as const;
    await open('dashboard', genuine, position as never);
    const forged = await sealed(sealer, 'audit', 'operator', 'assoc-used');
    expect(await failure(() => open('dashboard', forged, position as never))).toBe('key-unknown');
  });
});

describe('createKeyTable', () => {
  const wrappedBy = async (service: Service, topic: KafkaTopic, subject: string) => {
    const { kid } = await bench.begin(service).keyFor(subject, topic);
    return bench.published.get(kid)!;
  };

  it('the table keeps a writer’s keys even if another writer tries to delete them or writes very many keys', async () => {
    const table = createKeyTable('dashboard', [], 3);
    const alarmsKey = await wrappedBy('alarms', 'alarms', 'assoc-flood');
    table.put(alarmsKey.topic, alarmsKey.kid, alarmsKey.value);
    for (let n = 0; n < 10; n += 1) {
      const other = await wrappedBy('dashboard', 'commands', `assoc-flood-${n}`);
      table.put(other.topic, other.kid, other.value);
      table.put('keys-dashboard', alarmsKey.kid, null);
      table.put('keys-dashboard', alarmsKey.kid, other.value);
    }
    expect(table.find(alarmsKey.kid, 'alarms', 'alarms')?.keysTopic).toBe('keys-alarms');
    expect(table.size()).toBe(4);
    table.put('keys-alarms', alarmsKey.kid, null);
    expect(table.find(alarmsKey.kid, 'alarms', 'alarms')).toBeUndefined();
  });

  it('the table stores less than half of a key with several readers, and almost nothing of a key for other services', async () => {
    const { topic, kid, value } = await wrappedBy('gateway', 'observations', 'assoc-small');
    const storedBytes = (service: Service) => {
      const table = createKeyTable(service);
      table.put(topic, kid, value);
      return table.find(kid, 'observations', 'dev-1')!.wrappedKey.length;
    };
    expect(storedBytes('alarms')).toBeLessThan(value.length / 2);
    expect(storedBytes('gateway')).toBeLessThan(20);
  });

  it.each([
    ['an empty value', Buffer.alloc(0)],
    ['a text that is not JSON', Buffer.from('hello')],
    ['null', Buffer.from('null')],
    ['a number', Buffer.from('7')],
    ['a JWE without recipients', Buffer.from('{"protected":"e30"}')],
    ['a JWE with null as a recipient', Buffer.from('{"protected":"e30","recipients":[null]}')],
    [
      'a JWE with a header that is not JSON',
      Buffer.from('{"protected":"_","recipients":[{"header":{"kid":"alarms"}}]}'),
    ],
    ['more bytes than a wrapped key can have', Buffer.alloc(9_000, 0x20)],
  ])('the table refuses %s', (_, value) => {
    const table = createKeyTable('alarms');
    expect(table.put('keys-alarms', 'kid', value)).toBe(false);
    expect(table.size()).toBe(0);
  });

  it('latest does not return a key without a time', async () => {
    const table = createKeyTable('alarms', ['keys-alarms']);
    const { kid, value } = await wrappedBy('alarms', 'alarms', 'assoc-old');
    const jwe = JSON.parse(value.toString()) as { protected: string };
    const header = JSON.parse(Buffer.from(jwe.protected, 'base64url').toString()) as Record<string, unknown>;
    table.put('keys-alarms', kid, value);
    expect(table.latest('keys-alarms', { subject: 'assoc-old', audience: header.aud as string })?.kid).toBe(kid);
    expect(table.latest('keys-alarms', { subject: 'assoc-old', audience: 'others' })).toBeUndefined();
    delete header.iat;
    const old = { ...jwe, protected: Buffer.from(JSON.stringify(header)).toString('base64url') };
    const tableOfOld = createKeyTable('alarms', ['keys-alarms']);
    expect(tableOfOld.put('keys-alarms', kid, Buffer.from(JSON.stringify(old)))).toBe(true);
    expect(tableOfOld.latest('keys-alarms', { subject: 'assoc-old', audience: header.aud as string })).toBeUndefined();
  });
});

describe('pseudonym', () => {
  const key = randomBytes(32).toString('base64url');
  it('pseudonyms are the same for the same id, and differ by id, kind and key', () => {
    const all = [
      pseudonym(key, 'device', 'bed-01'),
      pseudonym(key, 'device', 'bed-02'),
      pseudonym(key, 'actor', 'bed-01'),
      pseudonym(randomBytes(32).toString('base64url'), 'device', 'bed-01'),
      unassignedAssociation(key, 'bed-01'),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(pseudonym(key, 'device', 'bed-01')).toBe(all[0]);
    for (const each of all) expect(each).toMatch(/^[A-Za-z0-9_-]{22,24}$/);
  });
});
