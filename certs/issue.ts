/** Creates X.509 certificates and CRLs (RFC 5280), signed with ECDSA P-256 keys. */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { crlLifeMs, type RevocationReason, type RevokedCertificate } from './core/register.ts';
import { authorityLifeMs, clockSkewMs, leafEndMs } from './core/renewal.ts';
import type { WantedCertificate } from './core/wanted.ts';

x509.cryptoProvider.set(crypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const usages: KeyUsage[] = ['sign', 'verify'];

/** A certificate and its PKCS #8 private key, both in PEM. */
export type Pair = { readonly certificate: string; readonly key: string };

/**
 * Creates the key and the self-signed certificate of an authority. The authority may sign only leaves (path length 0).
 */
export async function issueAuthority(commonName: string, nowMs: number): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(algorithm, true, usages);
  return { certificate: await selfSign(commonName, keys, nowMs), key: await exportKey(keys.privateKey) };
}

/** Renews an authority's certificate with the same key, so that the certificates it signed stay valid. */
export async function renewAuthority(commonName: string, keyPem: string, nowMs: number): Promise<Pair> {
  const privateKey = await importKey(keyPem);
  const jwk = await crypto.subtle.exportKey('jwk', privateKey);
  const { d: _private, key_ops: _operations, ...publicJwk } = jwk;
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']);
  return { certificate: await selfSign(commonName, { privateKey, publicKey }, nowMs), key: keyPem };
}

/** Creates a key, and a leaf certificate for the key. The authority signs the certificate. */
export async function issueLeaf(wanted: WantedCertificate, authority: Pair, nowMs: number): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(algorithm, true, usages);
  const spki = await crypto.subtle.exportKey('spki', keys.publicKey);
  return { certificate: await signCertificate(wanted, spki, authority, nowMs), key: await exportKey(keys.privateKey) };
}

/**
 * Creates a leaf certificate for a public key. The authority signs the certificate. Its names and extensions come only
 * from `wanted`.
 * @param spki the public key, SubjectPublicKeyInfo in DER
 * @returns the certificate in PEM
 */
export async function signCertificate(
  wanted: WantedCertificate,
  spki: ArrayBuffer,
  authority: Pair,
  nowMs: number,
): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const publicKey = new x509.PublicKey(spki);
  const purposes = wanted.purposes.map((purpose) =>
    purpose === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
  );
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(purposes),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ];
  if (wanted.names.length > 0) {
    const names = wanted.names.map((value) => ({
      type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
      value,
    }));
    extensions.push(new x509.SubjectAlternativeNameExtension(names));
  }
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: subjectOf(wanted.commonName),
    issuer: issuer.subject,
    notBefore: new Date(nowMs - clockSkewMs),
    notAfter: new Date(leafEndMs(nowMs, issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey,
    signingKey: await importKey(authority.key),
    extensions,
  });
  return pem(certificate);
}

async function selfSign(commonName: string, keys: CryptoKeyPair, nowMs: number): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: subjectOf(commonName),
    notBefore: new Date(nowMs - clockSkewMs),
    notAfter: new Date(nowMs + authorityLifeMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pem(certificate);
}

/** Returns the subject as data and not as text, so that no character of the name can begin a second attribute. */
function subjectOf(commonName: string): x509.JsonName {
  return [{ CN: [commonName] }];
}

/** Returns a random serial number of 127 bits in hexadecimal; never zero (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function exportKey(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, x509.PemConverter.PrivateKeyTag).trim()}\n`;
}

async function importKey(keyPem: string): Promise<CryptoKey> {
  const der = x509.PemConverter.decodeFirst(keyPem);
  return crypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
}

const crlReasons: Readonly<Record<RevocationReason, x509.X509CrlReason>> = {
  'key-compromise': x509.X509CrlReason.keyCompromise,
  superseded: x509.X509CrlReason.superseded,
  'cessation-of-operation': x509.X509CrlReason.cessationOfOperation,
};

/**
 * Creates a complete CRL (RFC 5280 section 5).
 * @param number the CRL's number, below 2^63
 * @returns the CRL in PEM
 */
export async function signCrl(
  revoked: readonly RevokedCertificate[],
  number: bigint,
  authority: Pair,
  nowMs: number,
): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const digits = number.toString(16).padStart(16, '0');
  // A DER INTEGER gets a zero byte in front only if the first bit of the number is set. Without the byte the number
  // would be negative.
  const bytes = [...Buffer.from(digits, 'hex')];
  while (bytes.length > 1 && bytes[0] === 0 && (bytes[1] ?? 0) < 0x80) bytes.shift();
  const crl = await x509.X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: new Date(nowMs),
    nextUpdate: new Date(nowMs + crlLifeMs),
    signingAlgorithm: algorithm,
    signingKey: await importKey(authority.key),
    extensions: [
      new x509.Extension('2.5.29.20', false, Uint8Array.from([2, bytes.length, ...bytes])),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
    entries: revoked.map(({ serial, atMs, reason }) => ({
      serialNumber: serial.padStart(serial.length + (serial.length % 2), '0'),
      revocationDate: new Date(atMs),
      reason: crlReasons[reason],
    })),
  });
  // The PEM label of RFC 7468 section 6. The library writes a label that OpenSSL does not accept.
  return `${x509.PemConverter.encode(crl.rawData, 'X509 CRL').trim()}\n`;
}
