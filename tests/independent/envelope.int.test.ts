import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import { services } from '../../contracts/topics.ts';
import { createOpener } from '../../log/envelope/opener.ts';
import { createSealer } from '../../log/envelope/sealer.ts';
import { ensurePython } from './python.ts';

const place = { topic: 'observations', key: 'assoc-1', writer: 'dev-1', boot: 'boot-1', seq: 7 } as const;
const text = '{"reading":{"values":[{"code":"MDC_ECG_HEART_RATE","value":134}]}}';
let python: string;
let publicJwks: (JWK & { kid: string })[];
let privateJwks: Map<string, JWK>;

type Answer = {
  plaintext?: string;
  header?: Record<string, unknown>;
  wrapped?: object;
  compact?: string;
  refused?: string;
};

/** Sends a request to jwe.py and returns its answer. */
function callPython(request: object): Answer {
  const run = spawnSync(python, [join(import.meta.dirname, 'jwe.py')], {
    input: JSON.stringify(request),
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Answer;
}

beforeAll(async () => {
  python = ensurePython();
  publicJwks = [];
  privateJwks = new Map();
  for (const kid of services) {
    const pair = await generateKeyPair('ECDH-ES+A256KW', { extractable: true });
    publicJwks.push({ ...(await exportJWK(pair.publicKey)), kid });
    privateJwks.set(kid, await exportJWK(pair.privateKey));
  }
});

/** Encrypts a record with Vigil's sealer. Returns the record and the wrapped data key. */
async function sealRecord() {
  let wrapped: Buffer | undefined;
  const sealer = createSealer({
    service: 'gateway',
    readers: { keys: publicJwks },
    publishKey: async ({ value }) => {
      wrapped = value;
    },
    now: Date.now,
  });
  const key = await sealer.keyFor(place.key, place.topic);
  return {
    compact: sealer.seal(key, place, contentTypes.observation, Buffer.from(text)).toString(),
    wrapped: JSON.parse(wrapped!.toString()) as object,
  };
}

describe("Python's jwcrypto", () => {
  it.each(['alarms', 'trends', 'dashboard', 'operator'])(
    'jwcrypto decrypts a record of Vigil with the key of %s',
    async (role) => {
      const answer = callPython({ do: 'open', ...(await sealRecord()), privateJwk: privateJwks.get(role) });
      expect(answer.plaintext).toBe(text);
      expect(answer.header).toMatchObject({ alg: 'dir', enc: 'A256GCM', top: 'observations', key: 'assoc-1', seq: 7 });
    },
  );

  it('jwcrypto cannot decrypt a record with the key of a service that may not read it', async () => {
    expect(
      callPython({ do: 'open', ...(await sealRecord()), privateJwk: privateJwks.get('gateway') }).refused,
    ).toBeDefined();
  });

  it('jwcrypto refuses a record whose header was changed to another association', async () => {
    const { compact, wrapped } = await sealRecord();
    const [header, ...rest] = compact.split('.');
    const changedHeader = Buffer.from(header!, 'base64url').toString().replace('assoc-1', 'assoc-2');
    const forged = [Buffer.from(changedHeader).toString('base64url'), ...rest].join('.');
    expect(callPython({ do: 'open', compact: forged, wrapped, privateJwk: privateJwks.get('alarms') }).refused).toBe(
      'InvalidJWEData',
    );
  });

  it('Vigil decrypts a record that jwcrypto encrypted', async () => {
    const header = {
      alg: 'dir',
      enc: 'A256GCM',
      kid: 'python-key',
      cty: contentTypes.observation,
      top: 'observations',
      key: 'assoc-1',
      wri: 'dev-1',
      boo: 'boot-1',
      seq: 7,
    };
    const sealed = callPython({
      do: 'seal',
      header,
      plaintext: text,
      publicJwk: publicJwks.find((jwk) => jwk.kid === 'alarms'),
    });
    const opener = createOpener({
      service: 'alarms',
      privateJwk: privateJwks.get('alarms')!,
      wrappedKey: async () => ({ keysTopic: 'keys-readings', wrappedKey: Buffer.from(JSON.stringify(sealed.wrapped)) }),
    });
    const opened = await opener.open({ topic: 'observations', key: 'assoc-1', value: Buffer.from(sealed.compact!) });
    expect(opened.plaintext.toString()).toBe(text);
    expect(opened.origin).toEqual(place);
  });
});
