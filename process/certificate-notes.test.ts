import { describe, expect, it } from 'vitest';
import type { CertificateEnd } from './certificate-files.ts';
import { certificateNotes } from './certificate-notes.ts';

const nowMs = Date.UTC(2026, 10, 29);
const end = (name: string, inMs: number, use: CertificateEnd['use'] = 'presents'): CertificateEnd => ({
  name,
  use,
  endMs: nowMs + inMs,
});
const dayMs = 86_400_000;
const isCertificate = ({ use }: CertificateEnd) => use !== 'crl';

describe('the notes about certificates in a health answer', () => {
  it('is nothing where none ends soon', () => {
    expect(certificateNotes([], nowMs, isCertificate)).toEqual({ lines: [], isFailing: false });
  });

  it('names each that ends soon, and the process stays as it is', () => {
    expect(certificateNotes([end('kafka-client', dayMs), end('kafka-ca', 1)], nowMs, isCertificate)).toEqual({
      lines: [
        'certificate kafka-client ends at 2026-11-30T00:00:00.000Z',
        'certificate kafka-ca ends at 2026-11-29T00:00:00.001Z',
      ],
      isFailing: false,
    });
  });

  it('is a failure from the end on, where the process says that it needs this one', () => {
    const ended = [end('kafka-client', 0)];
    expect(certificateNotes(ended, nowMs, isCertificate)).toEqual({
      lines: ['certificate kafka-client ended at 2026-11-29T00:00:00.000Z'],
      isFailing: true,
    });
    expect(certificateNotes(ended, nowMs, ({ name }) => name === 'mqtt-server').isFailing).toBe(false);
  });

  it('is no failure where a list of revoked certificates is late', () => {
    expect(certificateNotes([end('services-crl', -dayMs, 'crl')], nowMs, isCertificate)).toEqual({
      lines: ['the list services-crl was due anew at 2026-11-28T00:00:00.000Z'],
      isFailing: false,
    });
  });
});
