/** Reads certificate revocation lists (RFC 5280 section 5), which the PKI writes and the gateway checks. */
import { verify, X509Certificate } from 'node:crypto';
import { VigilError } from '../contracts/errors.ts';
import { childrenOf, contentOf, DerError, type Element, elementAt, expectTag, tags, timeOf, wholeOf } from './der.ts';

/** The content of one authority's CRL. Times are milliseconds since 1970. */
export type RevocationList = {
  /** CRL number: it rises with each list of an authority; undefined if the list has none. */
  readonly number: bigint | undefined;
  readonly thisUpdateMs: number;
  /** When the next one is due; undefined if the list does not say. */
  readonly nextUpdateMs: number | undefined;
  /** Serial numbers of the revoked certificates, in the form of `serialKey`. */
  readonly serials: ReadonlySet<string>;
};

/** A larger file is not read. This is about 90,000 certificates and takes a third of a second. */
export const crlBytesMax = 4_194_304;

/** Returns a serial number, from any library's hexadecimal, in one form, so that two of them can be compared. */
export function serialKey(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '');
}

/**
 * Reads one or several CRLs, PEM or DER, and checks the signature of each.
 * @param authorities PEM certificates of the authorities; each list must be signed by one of them
 * @returns the lists by the index of their authority
 * @throws VigilError `certificate-invalid`: no CRL, signed by somebody else, two lists of one authority, or a list that is not
 * complete (delta, indirect and partial lists have critical extensions; a reader that does not know them must refuse the list)
 */
export function readRevocationLists(bytes: Buffer, authorities: readonly string[]): Map<number, RevocationList> {
  if (bytes.length > crlBytesMax) throw refuse(`The CRL is larger than ${crlBytesMax} bytes.`);
  const signers = authorities.map((pem) => new X509Certificate(pem));
  const lists = new Map<number, RevocationList>();
  for (const der of dersOf(bytes)) {
    const { list, signer } = readOne(der, signers);
    if (lists.has(signer)) throw refuse('The file holds two CRLs of one authority.');
    lists.set(signer, list);
  }
  return lists;
}

const pemPattern = /-----BEGIN ([^-\n]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;
/** RFC 7468 section 6. */
const pemLabel = 'X509 CRL';

function dersOf(bytes: Buffer): Buffer[] {
  const text = bytes.toString('latin1');
  if (!text.includes('-----BEGIN ')) return [bytes];
  const blocks = [...text.matchAll(pemPattern)];
  const begun = text.split('-----BEGIN ').length - 1;
  if (blocks.length !== begun || blocks.some(([, label]) => label !== pemLabel)) throw noCrl();
  return blocks.map(([, , base64 = '']) => Buffer.from(base64, 'base64'));
}

function readOne(der: Buffer, signers: readonly X509Certificate[]): { list: RevocationList; signer: number } {
  try {
    const [tbs, algorithm, signature] = outer(der);
    const fields = childrenOf(der, tbs);
    // Version 1 has no version field, and no extensions: no CRL number.
    const first = fields[0]?.tag === tags.integer ? 1 : 0;
    if (!wholeOf(der, expectTag(fields[first], tags.sequence)).equals(wholeOf(der, algorithm))) throw noCrl();
    const issuer = wholeOf(der, expectTag(fields[first + 1], tags.sequence));
    const signer = signers.findIndex(
      (authority) =>
        subjectOf(authority).equals(issuer) &&
        isSigned(wholeOf(der, tbs), objectIdOf(der, algorithm), authority, signature),
    );
    if (signer < 0) throw refuse('The CRL is not signed by the authority of the certificates.');
    return { signer, list: factsOf(der, fields.slice(first + 2)) };
  } catch (cause) {
    throw cause instanceof DerError ? noCrl(cause) : cause;
  }
}

function outer(der: Buffer): [Element, Element, Buffer] {
  const whole = expectTag(elementAt(der, 0, der.length), tags.sequence);
  const [tbs, algorithm, bits] = childrenOf(der, whole);
  const signature = contentOf(der, expectTag(bits, tags.bitString));
  // The first byte says how many bits of the last byte are unused. Here it is 0.
  if (whole.end !== der.length || signature[0] !== 0) throw noCrl();
  return [expectTag(tbs, tags.sequence), expectTag(algorithm, tags.sequence), signature.subarray(1)];
}

/** Returns the subject of a certificate as it was encoded. RFC 5280 requires the same encoding for the issuer of a CRL. */
function subjectOf({ raw }: X509Certificate): Buffer {
  const [tbs] = childrenOf(raw, elementAt(raw, 0, raw.length));
  const fields = childrenOf(raw, expectTag(tbs, tags.sequence));
  const first = fields[0]?.tag === 0xa0 ? 1 : 0;
  return wholeOf(raw, expectTag(fields[first + 4], tags.sequence));
}

/** Content of the OBJECT IDENTIFIER in hexadecimal, and its digest; null: the algorithm has its own. SHA-1 is refused. */
const digests: Readonly<Record<string, string | null>> = {
  '2a8648ce3d040302': 'sha256', // ecdsa-with-SHA256
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2a864886f70d01010b': 'sha256', // sha256WithRSAEncryption
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2b6570': null, // Ed25519
};

function objectIdOf(der: Buffer, sequence: Element): string {
  return contentOf(der, expectTag(childrenOf(der, sequence)[0], tags.objectId)).toString('hex');
}

function isSigned(tbs: Buffer, objectId: string, { publicKey }: X509Certificate, signature: Buffer): boolean {
  const digest = digests[objectId];
  if (digest === undefined) throw refuse('The CRL is signed with an algorithm that is not taken.');
  try {
    return verify(digest, tbs, publicKey, signature);
  } catch {
    return false;
  }
}

/** Reads the fields from thisUpdate on. */
function factsOf(der: Buffer, fields: readonly Element[]): RevocationList {
  const [thisUpdate, ...rest] = fields;
  const thisUpdateMs = timeOf(der, thisUpdate);
  const nextUpdateMs = timeOf(der, rest[0]);
  if (nextUpdateMs !== undefined) rest.shift();
  const revoked = rest[0]?.tag === tags.sequence ? rest.shift() : undefined;
  const explicit = rest[0]?.tag === 0xa0 ? rest.shift() : undefined;
  if (thisUpdateMs === undefined || rest.length > 0) throw noCrl();
  const extensions = explicit && childrenOf(der, explicit)[0];
  return { thisUpdateMs, nextUpdateMs, serials: serialsOf(der, revoked), number: numberOf(der, extensions) };
}

function serialsOf(der: Buffer, revoked: Element | undefined): Set<string> {
  const serials = new Set<string>();
  for (const entry of revoked === undefined ? [] : childrenOf(der, revoked)) {
    const [serial, , extensions] = childrenOf(der, expectTag(entry, tags.sequence));
    const number = contentOf(der, expectTag(serial, tags.integer));
    // Certificates show a negative number as another one, so it would never match.
    if ((number[0] ?? 0x80) > 0x7f) throw refuse('The CRL has a negative serial number.');
    extensionOf(der, extensions, '');
    serials.add(serialKey(number.toString('hex')));
  }
  return serials;
}

/** OBJECT IDENTIFIER 2.5.29.20. */
const crlNumberId = '551d14';

function numberOf(der: Buffer, extensions: Element | undefined): bigint | undefined {
  const value = extensionOf(der, extensions, crlNumberId);
  if (value === undefined) return undefined;
  const number = contentOf(value, expectTag(elementAt(value, 0, value.length), tags.integer));
  // At most 20 octets (section 5.2.3), plus one that keeps it positive.
  if (number.length === 0 || number.length > 21 || number[0]! > 0x7f) throw refuse('The number of the CRL is none.');
  return BigInt(`0x${number.toString('hex')}`);
}

/** Returns the value of one extension. Any other critical extension means that we must not use the list (section 5.2). */
function extensionOf(der: Buffer, extensions: Element | undefined, wanted: string): Buffer | undefined {
  let found: Buffer | undefined;
  for (const extension of extensions === undefined ? [] : childrenOf(der, expectTag(extensions, tags.sequence))) {
    const parts = childrenOf(der, extension);
    const id = contentOf(der, expectTag(parts[0], tags.objectId)).toString('hex');
    const value = contentOf(der, expectTag(parts.at(-1), tags.octetString));
    if (id === wanted) found = value;
    else if (parts.length > 2)
      throw refuse('The CRL is not a complete one of this authority: it has a critical extension.');
  }
  return found;
}

function noCrl(cause?: unknown): VigilError {
  return refuse('The file holds no CRL in PEM or DER.', cause);
}

function refuse(message: string, cause?: unknown): VigilError {
  return new VigilError('certificate-invalid', message, cause === undefined ? undefined : { cause });
}
