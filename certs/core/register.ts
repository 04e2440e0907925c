/** An authority's register: which certificates it has issued, and which of them are revoked. Pure. */

/** Times are milliseconds since 1970. */
export type IssuedCertificate = {
  readonly event: 'issued';
  readonly atMs: number;
  /** In the services' register: the service. */
  readonly deviceId: string;
  /** As `serialKey` of process/crl.ts writes it. */
  readonly serial: string;
  readonly notAfterMs: number;
  /** SHA-256 of its public key, base64url: a key that was revoked, or is another device's, comes in no second time. */
  readonly keySha256: string;
  /** `request`: from a CSR, its key is with the device; `made`: key and certificate were made here. */
  readonly origin: 'made' | 'request';
};

/** Reasons of RFC 5280 section 5.3.1 that a person may give. */
export const revocationReasons = ['key-compromise', 'superseded', 'cessation-of-operation'] as const;
export type RevocationReason = (typeof revocationReasons)[number];

export type RevokedCertificate = {
  readonly event: 'revoked';
  readonly atMs: number;
  readonly serial: string;
  readonly reason: RevocationReason;
};

export type RegisterEntry = IssuedCertificate | RevokedCertificate;

export type Register = {
  readonly issued: ReadonlyMap<string, IssuedCertificate>;
  readonly revoked: ReadonlyMap<string, RevokedCertificate>;
};

/**
 * Reads the register's lines, one JSON object each.
 * @returns undefined where a line is none of ours; a last line that a crash has cut short counts as not written: what it would
 * have recorded was never handed out
 */
export function parseRegister(text: string): Register | undefined {
  const issued = new Map<string, IssuedCertificate>();
  const revoked = new Map<string, RevokedCertificate>();
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const entry = parseLine(line);
    if (entry === undefined) {
      if (index === lines.length - 1) continue;
      return undefined;
    }
    if (entry.event === 'issued') issued.set(entry.serial, entry);
    else if (!revoked.has(entry.serial)) revoked.set(entry.serial, entry);
  }
  return { issued, revoked };
}

function parseLine(line: string): RegisterEntry | undefined {
  try {
    const entry = JSON.parse(line) as RegisterEntry;
    const known = entry.event === 'issued' || entry.event === 'revoked';
    return known && typeof entry.serial === 'string' && Number.isFinite(entry.atMs) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** The certificates with which a device can connect: neither revoked nor at their end. Newest last. */
export function livingOf({ issued, revoked }: Register, deviceId: string, nowMs: number): IssuedCertificate[] {
  return [...issued.values()].filter(
    (one) => one.deviceId === deviceId && one.notAfterMs > nowMs && !revoked.has(one.serial),
  );
}

/** Why a device may not have a certificate for this key, or undefined where it may. */
export function keyFault(register: Register, deviceId: string, keySha256: string): string | undefined {
  for (const one of register.issued.values()) {
    if (one.keySha256 !== keySha256) continue;
    if (register.revoked.get(one.serial)?.reason === 'key-compromise') {
      return 'its key belongs to a certificate that was revoked because the key may be known to others: make a new key';
    }
    if (one.deviceId !== deviceId) return `its key is that of ${one.deviceId}: each device has a key of its own`;
  }
  return undefined;
}

export const crlLifeMs = 30 * 24 * 60 * 60 * 1000;
/** A CRL is issued anew when less than this is left. */
export const crlRenewalMs = crlLifeMs / 2;

/**
 * What a CRL issued now lists. A certificate stays on it until a list has shown it after the certificate's own end
 * (RFC 5280 section 3.3).
 * @param lastMs when the CRL before was issued
 */
export function listedIn({ issued, revoked }: Register, lastMs: number): RevokedCertificate[] {
  return [...revoked.values()].filter(
    ({ serial }) => (issued.get(serial)?.notAfterMs ?? Number.POSITIVE_INFINITY) >= lastMs,
  );
}
