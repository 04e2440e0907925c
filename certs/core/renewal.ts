import { dayMs } from '../../contracts/durations.ts';
import { hasNameOfOtherServer, type Purpose, type WantedCertificate } from './wanted.ts';

export const leafLifeMs = 90 * dayMs;
export const authorityLifeMs = 10 * 365 * dayMs;
/** Vigil renews a leaf that ends in less than this time. */
export const leafRenewalMs = 30 * dayMs;
/**
 * Vigil renews an authority's certificate, with the same key, when the certificate ends in less than this time. A leaf
 * is valid for less than this time, so the authority's certificate never ends before a leaf that it signed.
 */
export const authorityRenewalMs = 365 * dayMs;
/** How long before now a new certificate becomes valid. The clock of another machine may be slow. */
export const clockSkewMs = 5 * 60 * 1000;

/** What Vigil reads from a certificate on disk. Times are milliseconds since 1970. */
export type CertificateFacts = {
  readonly commonName: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly names: readonly string[];
  readonly purposes: readonly Purpose[];
  /** Whether the authority on disk signed the certificate. */
  readonly isIssuedByUs: boolean;
  /**
   * Whether the private key on disk belongs to the certificate. False after a crash between the writes of the two
   * files.
   */
  readonly isKeyRight: boolean;
};

export type RenewalReason =
  | 'missing'
  | 'other-authority'
  | 'key-does-not-fit'
  | 'expires'
  | 'not-yet-valid'
  | 'name-missing'
  | 'name-of-another'
  | 'other-purpose'
  | 'other-subject';

/**
 * Returns why a new leaf certificate must be issued; undefined if the certificate stays as it is.
 * @param facts the certificate on disk; undefined if it is missing
 * @param nowMs milliseconds since 1970
 */
export function renewalReason(
  facts: CertificateFacts | undefined,
  wanted: WantedCertificate,
  nowMs: number,
): RenewalReason | undefined {
  if (facts === undefined) return 'missing';
  if (!facts.isIssuedByUs) return 'other-authority';
  if (!facts.isKeyRight) return 'key-does-not-fit';
  if (facts.commonName !== wanted.commonName) return 'other-subject';
  if (facts.notBeforeMs > nowMs) return 'not-yet-valid';
  if (facts.notAfterMs - nowMs < leafRenewalMs) return 'expires';
  if (!areSameSets(facts.purposes, wanted.purposes)) return 'other-purpose';
  if (!wanted.names.every((name) => facts.names.includes(name))) return 'name-missing';
  if (hasNameOfOtherServer(wanted, facts.names)) return 'name-of-another';
  return undefined;
}

/** Returns whether an authority needs a new certificate. The key of the authority stays, so its leaves stay valid. */
export function authorityNeedsRenewal(
  facts: Pick<CertificateFacts, 'notBeforeMs' | 'notAfterMs'>,
  nowMs: number,
): boolean {
  return facts.notBeforeMs > nowMs || facts.notAfterMs - nowMs < authorityRenewalMs;
}

/**
 * Returns the end of a leaf that is issued now. A leaf has its normal life, but never ends later than its authority.
 */
export function leafEndMs(nowMs: number, authorityEndMs: number): number {
  return Math.min(nowMs + leafLifeMs, authorityEndMs);
}

function areSameSets<T>(left: readonly T[], right: readonly T[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member));
}
