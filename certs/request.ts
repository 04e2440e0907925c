/**
 * Reads a certificate signing request (PKCS #10, RFC 2986). An error says what is wrong, so that a person can correct
 * the request.
 */
import 'reflect-metadata';
import { createPublicKey, type KeyObject } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { VigilError } from '../contracts/errors.ts';
import { keySha256 } from './register.ts';

x509.cryptoProvider.set(crypto);

export type CertificateRequest = {
  readonly commonName: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: ArrayBuffer;
  readonly keySha256: string;
};

export const requestBytesMax = 65_536;
/**
 * Smallest and largest number of bits of an RSA key. Shorter keys can be broken; longer keys cost the gateway too much
 * at each connection.
 */
const rsaBits = { min: 2048, max: 4096 } as const;
const curves = ['prime256v1', 'secp384r1'];
const exampleCommand =
  'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ID.key -out ID.csr -subj /CN=ID';

/**
 * Reads a request, PEM or DER. Uses only the name and the key of the request, and ignores its extensions.
 * @throws VigilError `certificate-invalid` if the bytes are not a request or more than `requestBytesMax`, or if the
 * request has a wrong signature, a signature with SHA-1, not exactly one CN, or a key of a wrong kind or size
 */
export async function readRequest(bytes: Buffer): Promise<CertificateRequest> {
  if (bytes.length > requestBytesMax) throw requestError(`it is larger than ${requestBytesMax} bytes`);
  const request = parse(bytes);
  const key = publicKeyOf(request);
  const fault = keyFault(key);
  if (fault !== undefined) throw requestError(fault);
  const digest = (request.signatureAlgorithm as { hash?: { name?: string } }).hash?.name;
  if (digest === 'SHA-1') throw requestError('it is signed with SHA-1: create it again with -sha256');
  if (!(await request.verify().catch(() => false)))
    throw requestError('its signature is not by its own key, so it was changed: create it again');
  const names = request.subjectName.getField('CN');
  const [commonName] = names;
  if (names.length !== 1 || commonName === undefined) {
    throw requestError(`its subject has ${names.length === 0 ? 'no CN' : 'several CNs'}: the CN is the device id`);
  }
  const spki = request.publicKey.rawData;
  return { commonName, spki, keySha256: keySha256(new Uint8Array(spki)) };
}

function parse(bytes: Buffer): x509.Pkcs10CertificateRequest {
  const text = bytes.toString('latin1');
  const block = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
  if (block?.includes('PRIVATE KEY')) {
    throw requestError(
      'it contains a private key, which must never leave the device: if other people have seen the key, create a new one',
    );
  }
  if (block === 'CERTIFICATE') throw requestError('it contains a certificate, not a request for a certificate');
  try {
    if (block !== undefined && !/^(?:NEW )?CERTIFICATE REQUEST$/.test(block)) throw new Error('another PEM block');
    const [der] = block === undefined ? [Uint8Array.from(bytes)] : x509.PemConverter.decode(text);
    if (der === undefined) throw new Error('no PEM block');
    return new x509.Pkcs10CertificateRequest(der);
  } catch (cause) {
    throw requestError(`it does not contain a certificate signing request; create one with: ${exampleCommand}`, cause);
  }
}

function publicKeyOf(request: x509.Pkcs10CertificateRequest): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
  } catch (cause) {
    throw requestError('its public key cannot be read', cause);
  }
}

function keyFault(key: KeyObject): string | undefined {
  const details = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return undefined;
    case 'ec': {
      const curve = details.namedCurve ?? 'without a name';
      return curves.includes(curve) ? undefined : `its key is on the curve ${curve}: use P-256 or P-384`;
    }
    case 'rsa': {
      const bits = details.modulusLength ?? 0;
      if (bits < rsaBits.min || bits > rsaBits.max) {
        return `its RSA key has ${bits} bits: use ${rsaBits.min} to ${rsaBits.max}, or an EC key on P-256`;
      }
      return (details.publicExponent ?? 0n) < 65_537n
        ? 'its RSA key has a public exponent below 65537: use 65537'
        : undefined;
    }
    default:
      return `its key is of the kind ${key.asymmetricKeyType}: use EC on P-256 or P-384, Ed25519 or RSA`;
  }
}

function requestError(why: string, cause?: unknown): VigilError {
  const options = cause === undefined ? undefined : { cause };
  return new VigilError('certificate-invalid', `The request is refused: ${why}.`, options);
}
