import { describe, expect, it } from 'vitest';
import { dayMs } from '../contracts/durations.ts';
import type { CertificateEnd } from './certificate-files.ts';
import { certificateNotes } from './certificate-notes.ts';

const nowMs = Date.UTC(2026, 10, 29);
const end = (name: string, inMs: number, use: CertificateEnd['use'] = 'presents'): CertificateEnd => ({
  name,
  use,
  endMs: nowMs + inMs,
});
const isCertificate = ({ use }: CertificateEnd) => use !== 'crl';

describe('certificateNotes', () => {
  it('certificateNotes returns no lines if no certificate ends soon', () => {
    expect(certificateNotes([], nowMs, isCertificate)).toEqual({ lines: [], isFailing: false });
  });

  it('a certificate that ends soon gets a line, and the process is not failing', () => {
    expect(certificateNotes([end('kafka-client', dayMs), end('kafka-ca', 1)], nowMs, isCertificate)).toEqual({
      lines: [
        'certificate kafka-client ends at 2026-11-30T00:00:00.000Z',
        'certificate kafka-ca ends at 2026-11-29T00:00:00.001Z',
      ],
      isFailing: false,
    });
  });

  it('the process is failing from the end of a certificate that it needs', () => {
    const ended = [end('kafka-client', 0)];
    expect(certificateNotes(ended, nowMs, isCertificate)).toEqual({
      lines: ['certificate kafka-client ended at 2026-11-29T00:00:00.000Z'],
      isFailing: true,
    });
    expect(certificateNotes(ended, nowMs, ({ name }) => name === 'mqtt-server').isFailing).toBe(false);
  });

  it('a late revocation list gets a line, and the process is not failing', () => {
    expect(certificateNotes([end('services-crl', -dayMs, 'crl')], nowMs, isCertificate)).toEqual({
      lines: ['the revocation list services-crl should have been renewed by 2026-11-28T00:00:00.000Z'],
      isFailing: false,
    });
  });
});
