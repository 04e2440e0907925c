import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { stripBytes } from './strip-bytes.ts';

const strip = {
  ...{ alarmId: 'alarm-0123456789abcdef', onset: 1, onsetAt: '2026-03-01T10:00:00.000Z', deviceId: 'bed-01' },
  chunks: [
    {
      ...{ code: 'MDC_ECG_ELEC_POTL_II', start: '2026-03-01T09:59:59.000Z', rateHz: 250, scale: 0.005, offset: -1.5 },
      samples: Buffer.from([0x01, 0x00, 0xff, 0x7f, 0x00, 0x80]).toString('base64'),
    },
  ],
};

it('stripBytes returns the bytes that docs/strips.md defines', () => {
  // Computed with Python: struct.pack('>dddI', 250, 0.005, -1.5, 6).
  const numbers = '406f400000000000' + '3f747ae147ae147b' + 'bff8000000000000' + '00000006';
  const text = 'vigil-strip-1\nalarm-0123456789abcdef\n1\n2026-03-01T10:00:00.000Z\nbed-01\n';
  const expected = Buffer.concat([
    Buffer.from(`${text}MDC_ECG_ELEC_POTL_II\n2026-03-01T09:59:59.000Z\n`),
    Buffer.from(`${numbers}0100ff7f0080`, 'hex'),
  ]);
  expect(Buffer.from(stripBytes(strip)).equals(expected)).toBe(true);
});

it('the digest changes with each byte of the samples, the time, the scale and the alarm', () => {
  const digest = (changed: typeof strip) => createHash('sha256').update(stripBytes(changed)).digest('hex');
  const withChunk = (more: Partial<(typeof strip)['chunks'][0]>) => ({
    ...strip,
    chunks: [{ ...strip.chunks[0]!, ...more }],
  });
  const bytes = Buffer.from(strip.chunks[0]!.samples, 'base64');
  const flipped = [...bytes].map((_, at) => {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 1;
    return withChunk({ samples: copy.toString('base64') });
  });
  const all = [
    ...[strip, ...flipped, withChunk({ scale: 0.0051 }), withChunk({ start: '2026-03-01T09:59:59.001Z' })],
    ...[
      { ...strip, onset: 2 },
      { ...strip, deviceId: 'bed-02' },
      { ...strip, chunks: [] },
    ],
  ];
  expect(new Set(all.map(digest)).size).toBe(all.length);
});
