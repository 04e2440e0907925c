/**
 * Opens sealed records, the reverse of `sealer.ts`. Checks that a record has the topic and the key for which it was
 * sealed.
 */
import { createDecipheriv } from 'node:crypto';
import type { JWK } from 'jose';
import { VigilError } from '../../contracts/errors.ts';
import { type KafkaTopic, type KeysTopic, keysTopicOfRecord, type Service } from '../../contracts/topics.ts';
import { type OpenedRecord, parseHeader, type SealedHeader } from './header.ts';
import type { FoundKey } from './key-table.ts';
import { createUnwrap } from './wrapped-key.ts';

/**
 * Maximum number of unwrapped data keys in memory. If there are more, the oldest key is dropped. A dropped key is
 * unwrapped again if needed.
 */
const keysMax = 100_000;

export type SealedRecord = {
  readonly topic: KafkaTopic;
  readonly key: string;
  readonly value: Buffer;
  /**
   * When the record was fetched, in milliseconds of `performance.now()`. Its data key must have been in the log when
   * the record was fetched.
   */
  readonly fetchedMs?: number | undefined;
};

export type Opener = {
  /**
   * Returns the plaintext of a record. Returns a promise only if the record's data key must be unwrapped first.
   * @throws VigilError `sealed-malformed`; `sealed-moved` (the topic or the key differs from the header);
   *   `sealed-tampered`; `key-unknown` (the writer published no such data key, or the key was deleted);
   *   `key-not-for-us`. The error is thrown, or the promise rejects.
   */
  open(record: SealedRecord): OpenedRecord | Promise<OpenedRecord>;
};

/** The topic and writer of a record whose data key is needed, and when the record was fetched. */
export type KeyRequest = {
  readonly topic: KafkaTopic;
  readonly writer: string;
  readonly fetchedMs: number | undefined;
};

/** An unwrapped data key, and the topic in which it was found. */
type UnwrappedKey = { readonly secret: Buffer; readonly keysTopic: KeysTopic };

export function createOpener(options: {
  readonly service: Service;
  readonly privateJwk: JWK;
  /** Returns the wrapped key with this id, for a record. @throws VigilError `key-unknown` */
  readonly wrappedKey: (kid: string, request: KeyRequest) => Promise<FoundKey>;
}): Opener {
  const unwrappedKeys = new Map<string, UnwrappedKey>();
  const pendingUnwraps = new Map<string, Promise<UnwrappedKey>>();
  const unwrap = createUnwrap(options.service, options.privateJwk);

  async function findAndUnwrap(kid: string, request: KeyRequest): Promise<UnwrappedKey> {
    const { wrappedKey, keysTopic } = await options.wrappedKey(kid, request);
    return { secret: await unwrap(kid, wrappedKey), keysTopic };
  }

  function unwrapOnce(kid: string, request: KeyRequest): Promise<UnwrappedKey> {
    const id = `${kid} ${request.topic} ${request.writer}`;
    let unwrapping = pendingUnwraps.get(id);
    if (!unwrapping) {
      unwrapping = findAndUnwrap(kid, request)
        .then((unwrapped) => {
          unwrappedKeys.set(kid, unwrapped);
          const oldest = unwrappedKeys.size > keysMax ? unwrappedKeys.keys().next().value : undefined;
          if (oldest !== undefined) unwrappedKeys.delete(oldest);
          return unwrapped;
        })
        .finally(() => pendingUnwraps.delete(id));
      pendingUnwraps.set(id, unwrapping);
    }
    return unwrapping;
  }

  return {
    open(record) {
      const parts = record.value.toString('latin1').split('.');
      if (parts.length !== 5 || parts[1] !== '')
        throw new VigilError('sealed-malformed', 'A record is not a compact JWE with a direct key.');
      const header = parseHeader(parts[0]!);
      const { topic, writer } = header.origin;
      if (topic !== record.topic || header.origin.key !== record.key) {
        throw new VigilError('sealed-moved', `A record in ${record.topic} was sealed for another topic or key.`);
      }
      const unwrappedKey = unwrappedKeys.get(header.kid);
      if (
        unwrappedKey &&
        (unwrappedKey.keysTopic === keysTopicOfRecord(topic, writer) || unwrappedKey.keysTopic === 'keys')
      )
        return decrypt(parts, header, unwrappedKey.secret);
      return unwrapOnce(header.kid, { topic, writer, fetchedMs: record.fetchedMs }).then(({ secret }) =>
        decrypt(parts, header, secret),
      );
    },
  };
}

function decrypt(parts: readonly string[], header: SealedHeader, secret: Buffer): OpenedRecord {
  const nonce = Buffer.from(parts[2]!, 'base64url');
  const tag = Buffer.from(parts[4]!, 'base64url');
  if (nonce.length !== 12 || tag.length !== 16)
    throw new VigilError('sealed-malformed', 'A record has a nonce or tag of the wrong length.');
  const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(parts[0]!, 'latin1'));
  decipher.setAuthTag(tag);
  const body = decipher.update(Buffer.from(parts[3]!, 'base64url'));
  try {
    decipher.final();
  } catch (cause) {
    throw new VigilError('sealed-tampered', 'A record cannot be opened: it was changed after it was sealed.', {
      cause,
    });
  }
  return { origin: header.origin, contentType: header.contentType, plaintext: body };
}
