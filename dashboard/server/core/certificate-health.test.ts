import { expect, it } from 'vitest';
import type { CertificateEnd } from '../../../process/certificate-files.ts';
import { judgeCertificates } from './certificate-health.ts';

const end = (name: string, endMs: number, use: CertificateEnd['use'] = 'presents'): CertificateEnd => ({
  name,
  use,
  endMs,
});

it('judgeCertificates returns the certificate that expires first, says whether it has expired, and ignores CRLs', () => {
  expect(judgeCertificates([], 0)).toBeUndefined();
  expect(judgeCertificates([end('services-crl', 0, 'crl')], 5_000)).toBeUndefined();
  const ending = [end('kafka-client', 9_000), end('services-crl', 0, 'crl'), end('web-server', 7_000)];
  const first = { name: 'web-server', at: '1970-01-01T00:00:07.000Z' };
  expect(judgeCertificates(ending, 6_999)).toEqual({ ...first, ended: false });
  expect(judgeCertificates(ending, 7_000)).toEqual({ ...first, ended: true });
});
