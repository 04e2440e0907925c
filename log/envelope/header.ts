/**
 * The protected header of a sealed record. The header is the additional data of the authenticated encryption. So a
 * record whose header was changed cannot be opened. The header has the topic, the key, the writer, the boot and the
 * sequence number.
 */
import { VigilError } from '../../contracts/errors.ts';
import { type KafkaTopic, kafkaTopicNames } from '../../contracts/topics.ts';

/**
 * Where a record belongs, and who wrote it. `key` is the key in Kafka. `writer` is the pseudonym of a device, or the
 * name of a service.
 */
export type RecordOrigin = {
  readonly topic: KafkaTopic;
  readonly key: string;
  readonly writer: string;
  readonly boot: string;
  readonly seq: number;
};

export type OpenedRecord = { readonly origin: RecordOrigin; readonly contentType: string; readonly plaintext: Buffer };

export type SealedHeader = { readonly kid: string; readonly contentType: string; readonly origin: RecordOrigin };

const memberPattern = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Returns the header up to the value of `seq`, as JSON with a fixed order of members.
 * @throws VigilError `sealed-malformed`
 */
export function headerPrefix(kid: string, contentType: string, origin: Omit<RecordOrigin, 'seq'>): string {
  for (const part of [kid, origin.key, origin.writer, origin.boot]) {
    if (!memberPattern.test(part))
      throw new VigilError(
        'sealed-malformed',
        'A record cannot be sealed: its key id, key, writer or boot has a character that is not allowed.',
      );
  }
  return `{"alg":"dir","enc":"A256GCM","kid":"${kid}","cty":"${contentType}","top":"${origin.topic}","key":"${origin.key}","wri":"${origin.writer}","boo":"${origin.boot}","seq":`;
}

/**
 * Parses a header.
 * @throws VigilError `sealed-malformed` if a member is missing, wrong or unknown
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
  // RFC 7516 section 4.1.13: a reader must not ignore an extension that it does not know.
  if (Object.keys(rest).length > 0) throw malformed('has unknown members');
  if (typeof kid !== 'string' || typeof cty !== 'string' || typeof key !== 'string' || typeof wri !== 'string')
    throw malformed('lacks a member');
  if (typeof boo !== 'string' || typeof seq !== 'number' || !Number.isSafeInteger(seq))
    throw malformed('lacks a member');
  const topic = kafkaTopicNames.find((name) => name === top);
  if (topic === undefined) throw malformed('names an unknown topic');
  return { kid, contentType: cty, origin: { topic, key, writer: wri, boot: boo, seq } };
}
