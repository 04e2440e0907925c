/** Makes X.509 certificates (RFC 5280) with ECDSA P-256 keys. The only file that knows the library. */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { authorityLifeMs, clockSkewMs, leafEndMs } from './core/renewal.ts';
import type { WantedCertificate } from './core/wanted.ts';

x509.cryptoProvider.set(crypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const usages: KeyUsage[] = ['sign', 'verify'];

/** A certificate and its PKCS #8 private key, both PEM. */
export type Pair = { readonly certificate: string; readonly key: string };

/** A new authority: its own key, self-signed, may sign leaves only (path length 0). */
export async function issueAuthority(commonName: string, nowMs: number): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(algorithm, true, usages);
  return { certificate: await selfSign(commonName, keys, nowMs), key: await exportKey(keys.privateKey) };
}

/** The same authority with the same key and a new life, so that what it signed before stays good. */
export async function renewAuthority(commonName: string, keyPem: string, nowMs: number): Promise<Pair> {
  const privateKey = await importKey(keyPem);
  const jwk = await crypto.subtle.exportKey('jwk', privateKey);
  const { d: _private, key_ops: _operations, ...publicJwk } = jwk;
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']);
  return { certificate: await selfSign(commonName, { privateKey, publicKey }, nowMs), key: keyPem };
}

/** A leaf with a new key, signed by the given authority. */
export async function issueLeaf(wanted: WantedCertificate, authority: Pair, nowMs: number): Promise<Pair> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await crypto.subtle.generateKey(algorithm, true, usages);
  const purposes = wanted.purposes.map((purpose) =>
    purpose === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
  );
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(purposes),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
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
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    extensions,
  });
  return { certificate: pem(certificate), key: await exportKey(keys.privateKey) };
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

/** Given as data, not as text, so that no character of a name can be read as another attribute. */
function subjectOf(commonName: string): x509.JsonName {
  return [{ CN: [commonName] }];
}

/** 127 random bits, positive and never zero (RFC 5280, 4.1.2.2). */
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
