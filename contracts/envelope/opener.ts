/** Opening sealed records: the reverse of `sealer.ts`, with the check that a record lies where it was sealed for. */
import { createDecipheriv } from 'node:crypto';
import { type CryptoKey, generalDecrypt, importJWK, type JWK } from 'jose';
import { VigilError } from '../errors.ts';
import type { KafkaTopic, Service } from '../topics.ts';
import { type Opened, parseHeader, type SealedHeader } from './header.ts';

/** Unwrapped data keys held at once; past it the longest held is dropped and unwrapped anew at need. */
const keysMax = 100_000;

export type SealedRecord = { readonly topic: KafkaTopic; readonly key: string; readonly value: Buffer };

export type Opener = {
  /**
   * The plaintext of a record; at once if its data key was used before, else after unwrapping it.
   * @throws VigilError `sealed-malformed`; `sealed-moved` (it lies elsewhere than it says); `sealed-tampered`; `key-unknown`
   * (its data key was not published, or was deleted); `key-not-for-us`. Thrown or rejected.
   */
  open(record: SealedRecord): Opened | Promise<Opened>;
};

export function createOpener(options: {
  readonly service: Service;
  readonly privateJwk: JWK;
  /** The value in `keys` of a key id. @throws VigilError `key-unknown` */
  readonly wrappedKey: (kid: string) => Promise<Buffer>;
}): Opener {
  const secrets = new Map<string, Buffer>();
  const pending = new Map<string, Promise<Buffer>>();
  let ours: Promise<CryptoKey | Uint8Array> | undefined;

  async function unwrap(kid: string): Promise<Buffer> {
    const wrapped = JSON.parse((await options.wrappedKey(kid)).toString('utf8')) as Parameters<
      typeof generalDecrypt
    >[0];
    ours ??= importJWK(options.privateJwk, 'ECDH-ES+A256KW');
    const recipient = wrapped.recipients?.find((r) => r.header?.kid === options.service);
    if (!recipient) throw new VigilError('key-not-for-us', `A data key is not wrapped for ${options.service}.`);
    let jwk: JWK;
    let said: { dataKey?: unknown } | undefined;
    try {
      const result = await generalDecrypt({ ...wrapped, recipients: [recipient] }, await ours, {
        keyManagementAlgorithms: ['ECDH-ES+A256KW'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      jwk = JSON.parse(Buffer.from(result.plaintext).toString('utf8')) as JWK;
      said = result.protectedHeader as { dataKey?: unknown } | undefined;
    } catch (cause) {
      throw new VigilError('key-not-for-us', `A data key does not unwrap for ${options.service}.`, { cause });
    }
    const secret = Buffer.from(jwk.k ?? '', 'base64url');
    if (jwk.kid !== kid || said?.dataKey !== kid || secret.length !== 32) {
      throw new VigilError('sealed-tampered', 'A wrapped data key is not the one its place says.');
    }
    return secret;
  }

  function secretFor(kid: string): Promise<Buffer> {
    let secret = pending.get(kid);
    if (!secret) {
      secret = unwrap(kid)
        .then((bytes) => {
          secrets.set(kid, bytes);
          const oldest = secrets.size > keysMax ? secrets.keys().next().value : undefined;
          if (oldest !== undefined) secrets.delete(oldest);
          return bytes;
        })
        .finally(() => pending.delete(kid));
      pending.set(kid, secret);
    }
    return secret;
  }

  return {
    open(record) {
      const parts = record.value.toString('latin1').split('.');
      if (parts.length !== 5 || parts[1] !== '')
        throw new VigilError('sealed-malformed', 'A record is not a compact JWE with a direct key.');
      const header = parseHeader(parts[0]!);
      if (header.place.topic !== record.topic || header.place.key !== record.key) {
        throw new VigilError('sealed-moved', `A record in ${record.topic} was sealed for another place.`);
      }
      const secret = secrets.get(header.kid);
      if (secret) return decrypt(parts, header, secret);
      return secretFor(header.kid).then((bytes) => decrypt(parts, header, bytes));
    },
  };
}

function decrypt(parts: readonly string[], header: SealedHeader, secret: Buffer): Opened {
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
    throw new VigilError('sealed-tampered', 'A record does not open: it was changed after it was sealed.', { cause });
  }
  return { place: header.place, contentType: header.contentType, plaintext: body };
}
