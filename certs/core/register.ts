/** The register of an authority: the certificates that it has issued, and which of them are revoked. Pure. */

/** Times are milliseconds since 1970. */
export type IssuedCertificate = {
  readonly event: 'issued';
  readonly atMs: number;
  /** In the register of the services: the name of the service. */
  readonly deviceId: string;
  /** In the form that `serialKey` of process/crl.ts returns. */
  readonly serial: string;
  readonly notAfterMs: number;
  /**
   * SHA-256 of the public key, base64url. A request with a key that was revoked as `key-compromise`, or with the key of
   * another device, gets no certificate (`keyFault`).
   */
  readonly keySha256: string;
  /** `request`: issued from a CSR; the device has the key. `made`: Vigil made the key and the certificate. */
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
 * Parses the lines of a register; each line is a JSON object. Ignores an incomplete last line, which a crash can leave.
 * Vigil writes the line before it hands out the certificate, so nobody has the certificate of an incomplete line.
 * @returns undefined if a line was not written by Vigil
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

/** Returns whether a text is a whole line of a register, without its newline. */
export function isWholeLine(line: string): boolean {
  return parseLine(line) !== undefined;
}

function parseLine(line: string): RegisterEntry | undefined {
  try {
    const entry = JSON.parse(line) as RegisterEntry;
    const isEvent = entry.event === 'issued' || entry.event === 'revoked';
    return isEvent && typeof entry.serial === 'string' && Number.isFinite(entry.atMs) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the certificates of a device that are not revoked, the newest last. Also returns expired certificates: a
 * certificate may only look expired, because the machine's clock is ahead. An expired certificate costs at most one
 * entry in one CRL.
 */
export function certificatesToRevoke({ issued, revoked }: Register, deviceId: string): IssuedCertificate[] {
  return [...issued.values()].filter(
    (certificate) => certificate.deviceId === deviceId && !revoked.has(certificate.serial),
  );
}

/** Returns the certificates of a device that are not revoked and not expired, the newest last. */
export function validCertificatesOf(register: Register, deviceId: string, nowMs: number): IssuedCertificate[] {
  return certificatesToRevoke(register, deviceId).filter(({ notAfterMs }) => notAfterMs > nowMs);
}

/** Returns why a device may not have a certificate for this key; undefined if the key is accepted. */
export function keyFault(register: Register, deviceId: string, keySha256: string): string | undefined {
  for (const certificate of register.issued.values()) {
    if (certificate.keySha256 !== keySha256) continue;
    if (register.revoked.get(certificate.serial)?.reason === 'key-compromise') {
      return 'its key belongs to a certificate that was revoked because other people may know the key: create a new key';
    }
    if (certificate.deviceId !== deviceId)
      return `its key is already used by ${certificate.deviceId}: each device needs its own key`;
  }
  return undefined;
}

export const crlLifeMs = 30 * 24 * 60 * 60 * 1000;
/** A new CRL is issued when the old CRL ends in less than this time. */
export const crlRenewalMs = crlLifeMs / 2;

/**
 * Returns the revoked certificates that the next CRL must list. A certificate is on the list if it had not expired when
 * the last CRL was issued. So after its end, a certificate is listed once more (RFC 5280 section 3.3).
 * A certificate that was revoked after its own end is always on the list: it may only have looked expired, because the
 * machine's clock was ahead.
 * @param lastMs time at which the last CRL was issued
 */
export function certificatesToList({ issued, revoked }: Register, lastMs: number): RevokedCertificate[] {
  return [...revoked.values()].filter(({ serial, atMs }) => {
    const endMs = issued.get(serial)?.notAfterMs ?? Number.POSITIVE_INFINITY;
    return endMs >= lastMs || atMs >= endMs;
  });
}
