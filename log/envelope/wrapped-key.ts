/**
 * Wraps and unwraps data keys. A wrapped key in the log is a JWE in General JSON Serialization (RFC 7516 section
 * 7.2.1). It has one recipient (`ECDH-ES+A256KW`) for each service that may read the records.
 */
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { GeneralEncrypt, type GeneralJWE, generalDecrypt, importJWK, type JWK } from 'jose';
import { canonicalJson } from '../../contracts/canonical.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { Service } from '../../contracts/topics.ts';

/** The public reader keys, a JWK set. Each `kid` is the name of a service. */
export type ReaderKeys = { readonly keys: readonly (JWK & { readonly kid?: string })[] };

export type KeyOwner = {
  /** The subject whose records the key seals: an association, a pseudonym, or a service. */
  readonly subject: string;
  /** Identifies the public keys of all readers. Changes if one of these keys changes. */
  readonly audience: string;
};
/** The facts in a wrapped key's protected header. */
export type KeyFacts = KeyOwner & {
  /** When the key was created, ms since 1970. */
  readonly createdMs: number;
  /** See `createKeyTag`. */
  readonly tag: string;
};

/**
 * Returns the tag of a data key: an HMAC-SHA-256 with a secret derived from the service's private reader key. By the
 * tag, a service recognises its own data keys. Without tags, a thief with only the service's certificate for Kafka
 * could publish a key, and the service would use the thief's key.
 */
export type KeyTag = (kid: string, secret: Buffer) => string;

export function createKeyTag(privateJwk: JWK): KeyTag {
  const key = Buffer.from(
    hkdfSync('sha256', Buffer.from(privateJwk.d ?? '', 'base64url'), '', 'vigil own data key', 32),
  );
  return (kid, secret) => createHmac('sha256', key).update(`${kid}\0`).update(secret).digest('base64url');
}

type ImportedKey = Awaited<ReturnType<typeof importJWK>>;

/** Longest wrapped key. Real wrapped keys have about 1.5 kB. */
const wrappedBytesMax = 8_192;
const kidPattern = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Creates functions that wrap data keys for readers. Both functions throw VigilError `key-unknown` if a reader has no
 * public key.
 */
export function createKeyWrapper(readers: ReaderKeys) {
  const imported = new Map<Service, ImportedKey | Promise<ImportedKey>>();
  const publicKey = (role: Service): JWK => {
    const jwk = readers.keys.find(({ kid }) => kid === role);
    if (!jwk) throw new VigilError('key-unknown', `The service ${role} has no public reader key.`);
    return jwk;
  };
  return {
    /**
     * Returns the name of a set of readers: 22 characters of base64url, which are 128 bits of SHA-256 over their public
     * keys.
     */
    audienceName(roles: readonly Service[]): string {
      const keys = roles.map((role) => ({ role, ...publicKey(role) }));
      return createHash('sha256').update(canonicalJson(keys)).digest('base64url').slice(0, 22);
    },
    async wrap(kid: string, secret: Buffer, facts: KeyFacts, roles: readonly Service[]): Promise<Buffer> {
      const jwk = { kty: 'oct', k: secret.toString('base64url'), kid };
      const wrapping = new GeneralEncrypt(new TextEncoder().encode(JSON.stringify(jwk))).setProtectedHeader({
        enc: 'A256GCM',
        typ: 'vigil-data-key',
        cty: 'jwk+json',
        // RFC 7516 section 4.1.6 uses `kid` for the recipient's key, so the id of the data key has another name.
        dataKey: kid,
        sub: facts.subject,
        iat: facts.createdMs,
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
 * Creates a function that unwraps data keys for one service and returns the 32 bytes of a key.
 * @throws VigilError `key-not-for-us`, `sealed-tampered`
 */
export function createUnwrap(service: Service, privateJwk: JWK): Unwrap {
  let ownKey: Promise<ImportedKey> | undefined;
  return async (kid, wrapped) => {
    const jwe = JSON.parse(wrapped.toString('utf8')) as GeneralJWE;
    const recipient = jwe.recipients?.find(({ header }) => header?.kid === service);
    if (!recipient) throw new VigilError('key-not-for-us', `A data key is not wrapped for ${service}.`);
    ownKey ??= importJWK(privateJwk, 'ECDH-ES+A256KW');
    let jwk: JWK;
    let header: { dataKey?: unknown } | undefined;
    try {
      const result = await generalDecrypt({ ...jwe, recipients: [recipient] }, await ownKey, {
        keyManagementAlgorithms: ['ECDH-ES+A256KW'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      jwk = JSON.parse(Buffer.from(result.plaintext).toString('utf8')) as JWK;
      header = result.protectedHeader as { dataKey?: unknown } | undefined;
    } catch (cause) {
      throw new VigilError('key-not-for-us', `A data key does not unwrap for ${service}.`, { cause });
    }
    const secret = Buffer.from(jwk.k ?? '', 'base64url');
    if (jwk.kid !== kid || header?.dataKey !== kid || secret.length !== 32)
      throw new VigilError('sealed-tampered', 'A wrapped data key has another id than its record in Kafka.');
    return secret;
  };
}

/**
 * Returns the name of the readers that can open a data key (`audienceName`); undefined for a key from before
 * 2026-11-28, and for a key that is not wrapped for this service.
 */
export function audienceOfWrappedKey(wrapped: Buffer): string | undefined {
  const { protected: header } = JSON.parse(wrapped.toString('latin1')) as Partial<GeneralJWE>;
  if (typeof header !== 'string') return undefined;
  const { aud } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as Record<string, unknown>;
  return typeof aud === 'string' ? aud : undefined;
}

/**
 * Stored instead of a key that is not wrapped for this service, to save memory: a gateway of 10,000 devices sees many
 * such keys.
 */
const foreignKeyPlaceholder = Buffer.from('{"recipients":[]}');

/**
 * Parses a record of a topic of keys. Drops the parts for other services, which are more than half of the record.
 * @returns undefined if the record is not a wrapped key
 */
export function parseWrappedKey(
  service: Service,
  kid: string,
  value: Buffer,
): { readonly wrapped: Buffer; readonly facts: KeyFacts | undefined } | undefined {
  if (!kidPattern.test(kid) || value.length > wrappedBytesMax) return undefined;
  try {
    const jwe = JSON.parse(value.toString('latin1')) as GeneralJWE;
    if (typeof jwe.protected !== 'string' || !Array.isArray(jwe.recipients)) return undefined;
    const recipients = jwe.recipients.filter(({ header }) => header?.kid === service);
    if (recipients.length !== 1) return { wrapped: foreignKeyPlaceholder, facts: undefined };
    const header = JSON.parse(Buffer.from(jwe.protected, 'base64url').toString('utf8')) as Record<string, unknown>;
    const { sub, iat, aud, tag } = header;
    // Keys from before 2026-11-28 lack these members. Such keys still open old records, but they seal no new records.
    const isComplete =
      typeof sub === 'string' && typeof iat === 'number' && typeof aud === 'string' && typeof tag === 'string';
    return {
      wrapped: Buffer.from(JSON.stringify({ ...jwe, recipients }), 'latin1'),
      facts: isComplete ? { subject: sub, createdMs: iat, audience: aud, tag } : undefined,
    };
  } catch {
    return undefined;
  }
}
