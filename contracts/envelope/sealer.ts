/**
 * Sealing: compact JWE (RFC 7516), `alg: dir`, `enc: A256GCM`, by a data key that belongs to one subject (an association), one
 * set of readers and this process. The content is encrypted with node:crypto, synchronously: a promise for each message cost
 * the gateway more than half of its throughput. Keys are wrapped with `jose`.
 */
import { createCipheriv, randomBytes } from 'node:crypto';
import { type CryptoKey, GeneralEncrypt, importJWK, type JWK } from 'jose';
import { VigilError } from '../errors.ts';
import type { ContentType } from '../messages/records.ts';
import { type KafkaTopic, kafkaTopics, type Service } from '../topics.ts';
import { headerPrefix, type Place } from './header.ts';

/** How long a data key seals: an hour. */
export const keyLifetimeMs = 3_600_000;
/** And how many messages: far below the 2^32 of NIST SP 800-38D section 8.3. */
const keyMessagesMax = 2 ** 28;
/** Subjects with a live key at once, by audience; past it the longest unused is forgotten and made anew at need. */
const keysMax = 50_000;

export type DataKey = {
  readonly kid: string;
  readonly secret: Buffer;
  readonly createdMs: number;
  /** Deterministic nonce, SP 800-38D section 8.2.1: 4 random bytes fixed for the key, then the invocation counter. */
  readonly nonce: Buffer;
  count: number;
  /** The start of the last header, since most messages of a key come from one device's boot. */
  start: HeaderStart | undefined;
};

type HeaderStart = Omit<Place, 'seq'> & {
  readonly contentType: string;
  /** Whole groups of three bytes in base64url, and the rest of the text, to which `seq` is added. */
  readonly encoded: string;
  readonly rest: string;
};

export type WrappedKeyRecord = { readonly kid: string; readonly value: Buffer };

export type Sealer = {
  /** The key of a subject, if there is one and it may still be used. */
  cachedKey(subject: string, topic: KafkaTopic): DataKey | undefined;
  /** The key of a subject; a new one is wrapped for the topic's readers and published before it is returned. */
  keyFor(subject: string, topic: KafkaTopic): Promise<DataKey>;
  /** The record's value: a compact JWE in ASCII. About 8 µs for 400 bytes. */
  seal(key: DataKey, place: Place, contentType: ContentType, plaintext: Uint8Array): Buffer;
};

/** Public reader keys, a JWK set whose `kid`s are service names. */
export type ReaderKeys = { readonly keys: readonly (JWK & { readonly kid?: string })[] };

export function createSealer(options: {
  readonly readers: ReaderKeys;
  /** Must resolve only when the log has the key: a record may not come before it. */
  readonly publishKey: (record: WrappedKeyRecord) => Promise<void>;
  readonly now: () => number;
}): Sealer {
  /** By who may read, then by subject: without joining strings for each message. */
  const keysOf = new Map<string, Map<string, DataKey>>();
  const byTopic = new Map<KafkaTopic, Map<string, DataKey>>();
  const pending = new Map<string, Promise<DataKey>>();
  const imported = new Map<Service, Promise<CryptoKey | Uint8Array>>();

  const usable = (key: DataKey) => options.now() - key.createdMs < keyLifetimeMs && key.count < keyMessagesMax;

  function readerKey(role: Service): Promise<CryptoKey | Uint8Array> {
    let key = imported.get(role);
    if (!key) {
      const jwk = options.readers.keys.find((candidate) => candidate.kid === role);
      if (!jwk) throw new VigilError('key-unknown', `There is no public key of the reader role ${role}.`);
      key = importJWK(jwk, 'ECDH-ES+A256KW');
      imported.set(role, key);
    }
    return key;
  }

  async function make(subject: string, topic: KafkaTopic): Promise<DataKey> {
    const kid = randomBytes(16).toString('base64url');
    const secret = randomBytes(32);
    const jwk = { kty: 'oct', k: secret.toString('base64url'), kid };
    const wrap = new GeneralEncrypt(new TextEncoder().encode(JSON.stringify(jwk))).setProtectedHeader({
      enc: 'A256GCM',
      typ: 'vigil-data-key',
      cty: 'jwk+json',
      // `kid` names the recipient's key (RFC 7516 section 4.1.6), so the data key's own id has another name.
      dataKey: kid,
      sub: subject,
    });
    for (const role of kafkaTopics[topic].readers) {
      wrap.addRecipient(await readerKey(role)).setUnprotectedHeader({ alg: 'ECDH-ES+A256KW', kid: role });
    }
    await options.publishKey({ kid, value: Buffer.from(JSON.stringify(await wrap.encrypt())) });
    const nonce = Buffer.alloc(12);
    randomBytes(4).copy(nonce);
    return { kid, secret, createdMs: options.now(), nonce, count: 0, start: undefined };
  }

  function keysFor(topic: KafkaTopic): Map<string, DataKey> {
    let keys = byTopic.get(topic);
    if (keys) return keys;
    const audience = kafkaTopics[topic].readers.join();
    keys = keysOf.get(audience) ?? new Map();
    keysOf.set(audience, keys);
    byTopic.set(topic, keys);
    return keys;
  }

  function cachedKey(subject: string, topic: KafkaTopic): DataKey | undefined {
    const key = keysFor(topic).get(subject);
    return key && usable(key) ? key : undefined;
  }

  function keyFor(subject: string, topic: KafkaTopic): Promise<DataKey> {
    const cached = cachedKey(subject, topic);
    if (cached) return Promise.resolve(cached);
    const keys = keysFor(topic);
    const id = `${subject} ${kafkaTopics[topic].readers.join()}`;
    let made = pending.get(id);
    if (!made) {
      made = make(subject, topic)
        .then((key) => {
          keys.delete(subject);
          keys.set(subject, key);
          const oldest = keys.size > keysMax ? keys.keys().next().value : undefined;
          if (oldest !== undefined) keys.delete(oldest);
          return key;
        })
        .finally(() => pending.delete(id));
      pending.set(id, made);
    }
    return made;
  }

  return { cachedKey, keyFor, seal };
}

function seal(key: DataKey, place: Place, contentType: ContentType, plaintext: Uint8Array): Buffer {
  const { start } = key;
  const fits =
    start !== undefined &&
    start.boot === place.boot &&
    start.key === place.key &&
    start.contentType === contentType &&
    start.topic === place.topic &&
    start.writer === place.writer;
  const begun = fits ? start : headerStart(key.kid, place, contentType);
  key.start = begun;
  if (key.count >= keyMessagesMax)
    throw new VigilError('key-unknown', 'A data key has sealed as many messages as it may.');
  key.count += 1;
  // The counter is the low 48 bits of the invocation field.
  key.nonce.writeUIntBE(key.count, 6, 6);
  const header = begun.encoded + Buffer.from(`${begun.rest}${place.seq}}`, 'latin1').toString('base64url');
  const bodyAt = header.length + 2 + nonceLength + 1;
  const value = Buffer.allocUnsafe(bodyAt + Math.ceil((plaintext.length * 4) / 3) + 1 + tagLength);
  value.write(header, 0, 'latin1');
  const cipher = createCipheriv('aes-256-gcm', key.secret, key.nonce);
  cipher.setAAD(value.subarray(0, header.length));
  const body = cipher.update(plaintext);
  cipher.final();
  // RFC 7516 section 7.1; the second part, the encrypted key, is empty with `dir`.
  const sealed = `..${key.nonce.toString('base64url')}.${body.toString('base64url')}.${cipher.getAuthTag().toString('base64url')}`;
  value.write(sealed, header.length, 'latin1');
  return value;
}

/** In base64url: 12 and 16 bytes. */
const nonceLength = 16;
const tagLength = 22;

function headerStart(kid: string, { topic, key, writer, boot }: Place, contentType: ContentType): HeaderStart {
  const text = headerPrefix(kid, contentType, { topic, key, writer, boot });
  const whole = text.length - (text.length % 3);
  return {
    ...{ topic, key, writer, boot, contentType },
    encoded: Buffer.from(text.slice(0, whole), 'latin1').toString('base64url'),
    rest: text.slice(whole),
  };
}
