/** Reads and verifies certificate revocation lists (RFC 5280 section 5). */
import { verify, X509Certificate } from 'node:crypto';
import { VigilError } from '../contracts/errors.ts';
import {
  childrenOf,
  contentOf,
  DerError,
  type Element,
  elementAt,
  encodedBytesOf,
  expectTag,
  tags,
  timeOf,
} from './der.ts';

/** The content of a CRL. Times are ms since 1970. */
export type RevocationList = {
  /** CRL number, which rises with each CRL of an authority; undefined if the CRL has no number. */
  readonly number: bigint | undefined;
  readonly thisUpdateMs: number;
  /** When the next CRL should be published; undefined if the CRL has no such time. */
  readonly nextUpdateMs: number | undefined;
  /** Serial numbers of the revoked certificates, in the form of `serialKey`. */
  readonly serials: ReadonlySet<string>;
};

/** Largest file that is read: about 90,000 revoked certificates, which take a third of a second. */
export const crlBytesMax = 4_194_304;

/**
 * Returns a hexadecimal serial number in a form that can be compared, because libraries write serial numbers
 * differently.
 */
export function serialKey(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '');
}

/**
 * Reads one or several CRLs, PEM or DER, and verifies the signature of each.
 * @param authorities PEM certificates of the authorities. Each CRL must be signed by one of these authorities
 * @returns the CRLs by the index of their authority
 * @throws VigilError `certificate-invalid` if the file is not a CRL, if it has two CRLs of one authority, or if no
 *   known authority signed a CRL. Also thrown for an incomplete CRL: delta, indirect and partial CRLs have critical
 *   extensions, which this reader refuses
 */
export function readRevocationLists(bytes: Buffer, authorities: readonly string[]): Map<number, RevocationList> {
  if (bytes.length > crlBytesMax) throw crlError(`The CRL is larger than ${crlBytesMax} bytes.`);
  const signers = authorities.map((pem) => new X509Certificate(pem));
  const lists = new Map<number, RevocationList>();
  for (const der of dersOf(bytes)) {
    const { list, signer } = readList(der, signers);
    if (lists.has(signer)) throw crlError('The file contains two CRLs of one authority.');
    lists.set(signer, list);
  }
  return lists;
}

const pemPattern = /-----BEGIN ([^-\n]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;
/** The PEM label of a CRL (RFC 7468 section 6). */
const pemLabel = 'X509 CRL';

function dersOf(bytes: Buffer): Buffer[] {
  const text = bytes.toString('latin1');
  if (!text.includes('-----BEGIN ')) return [bytes];
  const blocks = [...text.matchAll(pemPattern)];
  const beginLines = text.split('-----BEGIN ').length - 1;
  if (blocks.length !== beginLines || blocks.some(([, label]) => label !== pemLabel)) throw notCrlError();
  return blocks.map(([, , base64 = '']) => Buffer.from(base64, 'base64'));
}

function readList(der: Buffer, signers: readonly X509Certificate[]): { list: RevocationList; signer: number } {
  try {
    const [tbs, algorithm, signature] = signedPartsOf(der);
    const fields = childrenOf(der, tbs);
    // Version 1 has no version field and no extensions, so it has no CRL number.
    const algorithmIndex = fields[0]?.tag === tags.integer ? 1 : 0;
    if (!encodedBytesOf(der, expectTag(fields[algorithmIndex], tags.sequence)).equals(encodedBytesOf(der, algorithm)))
      throw notCrlError();
    const issuer = encodedBytesOf(der, expectTag(fields[algorithmIndex + 1], tags.sequence));
    const signer = signers.findIndex(
      (authority) =>
        subjectOf(authority).equals(issuer) &&
        isSigned(encodedBytesOf(der, tbs), objectIdOf(der, algorithm), authority, signature),
    );
    if (signer < 0) throw crlError('The CRL is not signed by the authority of the certificates.');
    return { signer, list: parseListFields(der, fields.slice(algorithmIndex + 2)) };
  } catch (cause) {
    throw cause instanceof DerError ? notCrlError(cause) : cause;
  }
}

function signedPartsOf(der: Buffer): [Element, Element, Buffer] {
  const crlElement = expectTag(elementAt(der, 0, der.length), tags.sequence);
  const [tbs, algorithm, bits] = childrenOf(der, crlElement);
  const signature = contentOf(der, expectTag(bits, tags.bitString));
  // The first byte is the number of unused bits in the last byte, which must be 0.
  if (crlElement.end !== der.length || signature[0] !== 0) throw notCrlError();
  return [expectTag(tbs, tags.sequence), expectTag(algorithm, tags.sequence), signature.subarray(1)];
}

/** Returns the encoded subject of a certificate. RFC 5280 requires that a CRL names its issuer in the same encoding. */
function subjectOf({ raw }: X509Certificate): Buffer {
  const [tbs] = childrenOf(raw, elementAt(raw, 0, raw.length));
  const fields = childrenOf(raw, expectTag(tbs, tags.sequence));
  const serialIndex = fields[0]?.tag === 0xa0 ? 1 : 0;
  return encodedBytesOf(raw, expectTag(fields[serialIndex + 4], tags.sequence));
}

/**
 * The digest of each accepted signature algorithm, by OBJECT IDENTIFIER in hexadecimal. Null if the algorithm includes
 * a digest.
 */
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
  if (digest === undefined) throw crlError('The CRL is signed with an algorithm that is not accepted.');
  try {
    return verify(digest, tbs, publicKey, signature);
  } catch {
    return false;
  }
}

/** Reads the fields of a CRL, from thisUpdate to the extensions. */
function parseListFields(der: Buffer, fields: readonly Element[]): RevocationList {
  const [thisUpdate, ...rest] = fields;
  const thisUpdateMs = timeOf(der, thisUpdate);
  const nextUpdateMs = timeOf(der, rest[0]);
  if (nextUpdateMs !== undefined) rest.shift();
  const revoked = rest[0]?.tag === tags.sequence ? rest.shift() : undefined;
  const explicit = rest[0]?.tag === 0xa0 ? rest.shift() : undefined;
  if (thisUpdateMs === undefined || rest.length > 0) throw notCrlError();
  const extensions = explicit && childrenOf(der, explicit)[0];
  return { thisUpdateMs, nextUpdateMs, serials: serialsOf(der, revoked), number: numberOf(der, extensions) };
}

function serialsOf(der: Buffer, revoked: Element | undefined): Set<string> {
  const serials = new Set<string>();
  for (const entry of revoked === undefined ? [] : childrenOf(der, revoked)) {
    const [serial, , extensions] = childrenOf(der, expectTag(entry, tags.sequence));
    const number = contentOf(der, expectTag(serial, tags.integer));
    // A negative number could never match the serial number of a certificate.
    if ((number[0] ?? 0x80) > 0x7f) throw crlError('The CRL has a negative serial number.');
    extensionOf(der, extensions, '');
    serials.add(serialKey(number.toString('hex')));
  }
  return serials;
}

/** OBJECT IDENTIFIER 2.5.29.20, in hexadecimal. */
const crlNumberId = '551d14';

function numberOf(der: Buffer, extensions: Element | undefined): bigint | undefined {
  const value = extensionOf(der, extensions, crlNumberId);
  if (value === undefined) return undefined;
  const number = contentOf(value, expectTag(elementAt(value, 0, value.length), tags.integer));
  // At most 20 octets (section 5.2.3), plus a leading zero octet.
  if (number.length === 0 || number.length > 21 || number[0]! > 0x7f) throw crlError('The CRL number is invalid.');
  return BigInt(`0x${number.toString('hex')}`);
}

/**
 * Returns the value of the extension with the id `wantedId`.
 * @throws VigilError if any other extension is critical (section 5.2)
 */
function extensionOf(der: Buffer, extensions: Element | undefined, wantedId: string): Buffer | undefined {
  let wantedValue: Buffer | undefined;
  for (const extension of extensions === undefined ? [] : childrenOf(der, expectTag(extensions, tags.sequence))) {
    const parts = childrenOf(der, extension);
    const id = contentOf(der, expectTag(parts[0], tags.objectId)).toString('hex');
    const value = contentOf(der, expectTag(parts.at(-1), tags.octetString));
    if (id === wantedId) wantedValue = value;
    else if (parts.length > 2)
      throw crlError('The CRL is not a complete list of this authority: it has an unknown critical extension.');
  }
  return wantedValue;
}

function notCrlError(cause?: unknown): VigilError {
  return crlError('The file does not contain a CRL in PEM or DER.', cause);
}

function crlError(message: string, cause?: unknown): VigilError {
  return new VigilError('certificate-invalid', message, cause === undefined ? undefined : { cause });
}
