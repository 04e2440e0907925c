import { expect, it } from 'vitest';
import { sampleBytes, samplesMs } from './wave-samples.ts';

it.each([0, 1, 2, 3, 4, 5, 500, 501])(
  'sampleBytes counts %d bytes, and samplesMs counts only whole samples',
  (bytes) => {
    const samples = Buffer.alloc(bytes).toString('base64');
    expect(sampleBytes(samples)).toBe(bytes);
    expect(samplesMs(samples, 250)).toBe(Math.floor(bytes / 2) * 4);
  },
);
