/**
 * Seals records: compact JWE (RFC 7516), `alg: dir`, `enc: A256GCM`, with a data key that belongs to one subject (an association), one
 * set of readers and one writer. node:crypto encrypts the content synchronously: a promise for each message cost the gateway more than
 * half of its throughput. `jose` wraps the keys.
 */
import { createCipheriv, randomBytes, randomFillSync } from 'node:crypto';
import { VigilError } from '../../contracts/errors.ts';
import type { ContentType } from '../../contracts/messages/records.ts';
import {
  audienceOf,
  type KafkaTopic,
  type KeysTopic,
  kafkaTopics,
  keysTopicOf,
  type Service,
} from '../../contracts/topics.ts';
import { headerPrefix, type Place } from './header.ts';
import { createAudience, type KeyOwner, type KeyTag, type ReaderKeys } from './wrapped-key.ts';

/** How long one data key seals records that Kafka keeps for days: an hour. */
export const keyLifetimeMs = 3_600_000;
/**
 * How long one data key seals records that Kafka keeps for years: a year, also after the writer has restarted. So the number of keys grows
 * with the number of patients. NIST SP 800-57 part 1, 5.3.6 allows two years for a symmetric key.
 */
export const lastingKeyLifetimeMs = 365 * 24 * 3_600_000;
/** How many messages one data key seals: far below the 2^32 of NIST SP 800-38D section 8.3. */
const keyMessagesMax = 2 ** 28;
/** Most subjects with a live key, for each audience. Above it the one unused for longest is dropped, and made again if needed. */
const keysMax = 50_000;

export type DataKey = {
  readonly kid: string;
  readonly secret: Buffer;
  readonly createdMs: number;
  readonly lifetimeMs: number;
  /**
   * Deterministic nonce, SP 800-38D section 8.2.1: 4 random bytes fixed for the key, then the invocation counter. A lasting key has
   * 12 random bytes for each message instead (8.2.2): a process does not know the count of another process.
   */
  readonly nonce: Buffer;
  readonly lasts: boolean;
  count: number;
  /** The start of the last header. It is kept because most messages of a key come from one device's boot. */
  start: HeaderStart | undefined;
};

type HeaderStart = Omit<Place, 'seq'> & {
  readonly contentType: string;
  /** Whole groups of three bytes in base64url, and the rest of the text, to which `seq` is added. */
  readonly encoded: string;
  readonly rest: string;
};

export type WrappedKeyRecord = { readonly topic: KeysTopic; readonly kid: string; readonly value: Buffer };
/** A key of an earlier process of the same service. */
export type EarlierKey = { readonly kid: string; readonly secret: Buffer; readonly madeMs: number };

export type Sealer = {
  /** Returns the key of a subject, if there is one and it may still be used. */
  cachedKey(subject: string, topic: KafkaTopic): DataKey | undefined;
  /** Returns the key of a subject. A new one is wrapped for the topic's readers and published before it is returned. */
  keyFor(subject: string, topic: KafkaTopic): Promise<DataKey>;
  /** Returns the record's value: a compact JWE in ASCII. About 8 µs for 400 bytes. */
  seal(key: DataKey, place: Place, contentType: ContentType, plaintext: Uint8Array): Buffer;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createSealer(options: {
  readonly service: Service;
  readonly readers: ReaderKeys;
  /** Must resolve only when the log has the key: no record may come before its key. */
  readonly publishKey: (record: WrappedKeyRecord) => Promise<void>;
  /** Returns this service's latest key in the log for a subject and these readers. Called only for records that are kept for years. */
  readonly earlierKey?: (topic: KeysTopic, of: KeyOwner) => Promise<EarlierKey | undefined>;
  /** See `createKeyTag`. Without it no later process uses the keys. */
  readonly tagOf?: KeyTag;
  readonly now: () => number;
}): Sealer {
  const { service } = options;
  const audiences = createAudience(options.readers);
  /** By readers, then by subject. Two maps save joining strings for each message. */
  const keysOf = new Map<string, Map<string, DataKey>>();
  const byTopic = new Map<KafkaTopic, Map<string, DataKey>>();
  const pending = new Map<string, Promise<DataKey>>();

  // If the clock was set back, no key lives longer.
  const usable = (key: DataKey) => {
    const ageMs = options.now() - key.createdMs;
    return ageMs < key.lifetimeMs && ageMs > -keyLifetimeMs && key.count < keyMessagesMax;
  };

  function dataKey(kid: string, secret: Buffer, createdMs: number, topic: KeysTopic): DataKey {
    const nonce = Buffer.alloc(12);
    randomBytes(4).copy(nonce);
    const lasts = kafkaTopics[topic].retentionMs < 0;
    const lifetimeMs = lasts ? lastingKeyLifetimeMs : keyLifetimeMs;
    return { kid, secret, createdMs, lifetimeMs, lasts, nonce, count: 0, start: undefined };
  }

  async function make(subject: string, topic: KafkaTopic): Promise<DataKey> {
    const roles = audienceOf(topic);
    const place = keysTopicOf(service, topic);
    const audience = audiences.name(roles);
    if (kafkaTopics[place].retentionMs < 0) {
      const earlier = await options.earlierKey?.(place, { subject, audience });
      const key = earlier && dataKey(earlier.kid, earlier.secret, earlier.madeMs, place);
      if (key && usable(key)) return key;
    }
    const kid = randomBytes(16).toString('base64url');
    const secret = randomBytes(32);
    const madeMs = options.now();
    const value = await audiences.wrap(
      kid,
      secret,
      { subject, madeMs, audience, tag: options.tagOf?.(kid, secret) ?? '' },
      roles,
    );
    await options.publishKey({ topic: place, kid, value });
    return dataKey(kid, secret, madeMs, place);
  }

  /** Topics share keys if they have the same readers and the same topic of keys. */
  function sharedBy(topic: KafkaTopic): string {
    return `${audienceOf(topic).join()} ${keysTopicOf(service, topic)}`;
  }

  function keysFor(topic: KafkaTopic): Map<string, DataKey> {
    let keys = byTopic.get(topic);
    if (keys) return keys;
    const audience = sharedBy(topic);
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
    const id = `${subject} ${sharedBy(topic)}`;
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
  if (key.lasts) randomFillSync(key.nonce);
  // The counter is the low 48 bits of the invocation field.
  else key.nonce.writeUIntBE(key.count, 6, 6);
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
