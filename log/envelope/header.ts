/**
 * The protected header of a sealed record. It is the AEAD's additional data, so a record that was moved to another topic,
 * key, writer, boot or sequence number does not open (promise 2).
 */
import { VigilError } from '../../contracts/errors.ts';
import { type KafkaTopic, kafkaTopicNames } from '../../contracts/topics.ts';

/** The place of a record. `key` is Kafka's record key; `writer` is a device's pseudonym or a service's name. */
export type Place = {
  readonly topic: KafkaTopic;
  readonly key: string;
  readonly writer: string;
  readonly boot: string;
  readonly seq: number;
};

export type Opened = { readonly place: Place; readonly contentType: string; readonly plaintext: Buffer };

export type SealedHeader = { readonly kid: string; readonly contentType: string; readonly place: Place };

const text = /^[A-Za-z0-9._-]{1,64}$/;

/** Returns the header without `seq`: fixed order; all of it is known before the record. */
export function headerPrefix(kid: string, contentType: string, place: Omit<Place, 'seq'>): string {
  for (const part of [kid, place.key, place.writer, place.boot]) {
    if (!text.test(part))
      throw new VigilError(
        'sealed-malformed',
        'A record cannot be sealed: its place has a character that it may not have.',
      );
  }
  return `{"alg":"dir","enc":"A256GCM","kid":"${kid}","cty":"${contentType}","top":"${place.topic}","key":"${place.key}","wri":"${place.writer}","boo":"${place.boot}","seq":`;
}

/**
 * Parses a header.
 * @throws VigilError `sealed-malformed` if a member is missing, or if there are more than we write
 */
export function parseHeader(encoded: string): SealedHeader {
  const malformed = (why: string) => new VigilError('sealed-malformed', `A sealed record's header ${why}.`);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new VigilError('sealed-malformed', "A sealed record's header is not JSON.", { cause });
  }
  if (header === null || typeof header !== 'object' || Array.isArray(header)) throw malformed('is not an object');
  const { alg, enc, kid, cty, top, key, wri, boo, seq, ...rest } = header;
  if (alg !== 'dir' || enc !== 'A256GCM') throw malformed('names another algorithm');
  // RFC 7516 section 4.1.13: a reader must not ignore an extension that it does not know. We write none.
  if (Object.keys(rest).length > 0) throw malformed('has members that are not ours');
  if (typeof kid !== 'string' || typeof cty !== 'string' || typeof key !== 'string' || typeof wri !== 'string')
    throw malformed('lacks a member');
  if (typeof boo !== 'string' || typeof seq !== 'number' || !Number.isSafeInteger(seq))
    throw malformed('lacks a member');
  const topic = kafkaTopicNames.find((name) => name === top);
  if (topic === undefined) throw malformed('names an unknown topic');
  return { kid, contentType: cty, place: { topic, key, writer: wri, boot: boo, seq } };
}
