/**
 * A data key as it is in the log: a JWE in General JSON Serialization (RFC 7516 section 7.2.1), `ECDH-ES+A256KW` for each reader role.
 */
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { GeneralEncrypt, type GeneralJWE, generalDecrypt, importJWK, type JWK } from 'jose';
import { canonicalJson } from '../../contracts/canonical.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { Service } from '../../contracts/topics.ts';

/** Public reader keys, a JWK set whose `kid`s are service names. */
export type ReaderKeys = { readonly keys: readonly (JWK & { readonly kid?: string })[] };

export type KeyOwner = {
  /** Whose records it seals: an association's, a pseudonym's, or a service's. */
  readonly subject: string;
  /** Identifies the public keys of all its readers. It changes if a reader gets another key. */
  readonly audience: string;
};
/** The facts in a wrapped key's protected header. */
export type KeyFacts = KeyOwner & {
  /** When it was made, in milliseconds since 1970. */
  readonly madeMs: number;
  /** See `createKeyTag`. */
  readonly tag: string;
};

/**
 * Proves to a service that it made a data key itself: an HMAC-SHA-256 with a secret that is derived from its private reader key. Without
 * it, a thief with only the service's certificate for Kafka could publish a key that he knows, and the service would use it.
 */
export type KeyTag = (kid: string, secret: Buffer) => string;

export function createKeyTag(privateJwk: JWK): KeyTag {
  const key = Buffer.from(
    hkdfSync('sha256', Buffer.from(privateJwk.d ?? '', 'base64url'), '', 'vigil own data key', 32),
  );
  return (kid, secret) => createHmac('sha256', key).update(`${kid}\0`).update(secret).digest('base64url');
}

type ImportedKey = Awaited<ReturnType<typeof importJWK>>;

/** One key is about 1.5 kB. A longer one is not ours. */
const wrappedBytesMax = 8_192;
const kidPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** Imports a reader's key once. @throws VigilError `key-unknown` */
export function createAudience(readers: ReaderKeys) {
  const imported = new Map<Service, ImportedKey | Promise<ImportedKey>>();
  const publicKey = (role: Service): JWK => {
    const jwk = readers.keys.find(({ kid }) => kid === role);
    if (!jwk) throw new VigilError('key-unknown', `There is no public key of the reader role ${role}.`);
    return jwk;
  };
  return {
    /** Returns 22 characters of base64url: 128 bits of SHA-256 over the readers' public keys (RFC 7638 hashes one in the same way). */
    name(roles: readonly Service[]): string {
      const keys = roles.map((role) => ({ role, ...publicKey(role) }));
      return createHash('sha256').update(canonicalJson(keys)).digest('base64url').slice(0, 22);
    },
    async wrap(kid: string, secret: Buffer, facts: KeyFacts, roles: readonly Service[]): Promise<Buffer> {
      const jwk = { kty: 'oct', k: secret.toString('base64url'), kid };
      const wrapping = new GeneralEncrypt(new TextEncoder().encode(JSON.stringify(jwk))).setProtectedHeader({
        enc: 'A256GCM',
        typ: 'vigil-data-key',
        cty: 'jwk+json',
        // `kid` names the recipient's key (RFC 7516 section 4.1.6), so the data key's own id has another member.
        dataKey: kid,
        sub: facts.subject,
        iat: facts.madeMs,
        aud: facts.audience,
        tag: facts.tag,
      });
      for (const role of roles) {
        let key = imported.get(role);
        key ??= importJWK(publicKey(role), 'ECDH-ES+A256KW');
        imported.set(role, key);
        wrapping.addRecipient(await key).setUnprotectedHeader({ alg: 'ECDH-ES+A256KW', kid: role });
      }
      return Buffer.from(JSON.stringify(await wrapping.encrypt()));
    },
  };
}

export type Unwrap = (kid: string, wrapped: Buffer) => Promise<Buffer>;

/**
 * Opens wrapped keys as one reader.
 * @returns the 32 bytes of a key. @throws VigilError `key-not-for-us`, `sealed-tampered`
 */
export function createUnwrap(service: Service, privateJwk: JWK): Unwrap {
  let ours: Promise<ImportedKey> | undefined;
  return async (kid, wrapped) => {
    const jwe = JSON.parse(wrapped.toString('utf8')) as GeneralJWE;
    const recipient = jwe.recipients?.find(({ header }) => header?.kid === service);
    if (!recipient) throw new VigilError('key-not-for-us', `A data key is not wrapped for ${service}.`);
    ours ??= importJWK(privateJwk, 'ECDH-ES+A256KW');
    let jwk: JWK;
    let said: { dataKey?: unknown } | undefined;
    try {
      const result = await generalDecrypt({ ...jwe, recipients: [recipient] }, await ours, {
        keyManagementAlgorithms: ['ECDH-ES+A256KW'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      jwk = JSON.parse(Buffer.from(result.plaintext).toString('utf8')) as JWK;
      said = result.protectedHeader as { dataKey?: unknown } | undefined;
    } catch (cause) {
      throw new VigilError('key-not-for-us', `A data key does not unwrap for ${service}.`, { cause });
    }
    const secret = Buffer.from(jwk.k ?? '', 'base64url');
    if (jwk.kid !== kid || said?.dataKey !== kid || secret.length !== 32)
      throw new VigilError('sealed-tampered', 'A wrapped data key is not the one its place says.');
    return secret;
  };
}

/** Replaces a key that is not wrapped for us, so that a gateway of 10,000 devices does not keep their keys. */
const forOthers = Buffer.from('{"recipients":[]}');

/**
 * Returns a record of a topic of keys with only the part for one reader. The parts for other readers are more than half of it.
 * @returns undefined if it is not a wrapped key
 */
export function readWrapped(
  service: Service,
  kid: string,
  value: Buffer,
): { readonly wrapped: Buffer; readonly facts: KeyFacts | undefined } | undefined {
  if (!kidPattern.test(kid) || value.length > wrappedBytesMax) return undefined;
  try {
    const jwe = JSON.parse(value.toString('latin1')) as GeneralJWE;
    if (typeof jwe.protected !== 'string' || !Array.isArray(jwe.recipients)) return undefined;
    const recipients = jwe.recipients.filter(({ header }) => header?.kid === service);
    if (recipients.length !== 1) return { wrapped: forOthers, facts: undefined };
    const said = JSON.parse(Buffer.from(jwe.protected, 'base64url').toString('utf8')) as Record<string, unknown>;
    const { sub, iat, aud, tag } = said;
    // Keys from before 2026-11-28 name no time and no readers. They open records, but nothing new is sealed with them.
    const complete =
      typeof sub === 'string' && typeof iat === 'number' && typeof aud === 'string' && typeof tag === 'string';
    return {
      wrapped: Buffer.from(JSON.stringify({ ...jwe, recipients }), 'latin1'),
      facts: complete ? { subject: sub, madeMs: iat, audience: aud, tag } : undefined,
    };
  } catch {
    return undefined;
  }
}
