import { describe, expect, it } from 'vitest';
import { measure, measureText } from './calipers.ts';

const valueAt = (ms: number) => (ms === 0 ? 0.1 : ms === 800 ? 0.45 : undefined);

describe('calipers', () => {
  it.each([
    ['in the order of time', 0, 800, '800 ms · 75.0 /min · +0.35 mV'],
    ['in reverse order', 800, 0, '800 ms · 75.0 /min · +0.35 mV'],
    ['at the same instant', 800, 800, '0 ms · +0.00 mV'],
    ['of which one is in a gap', 0, 600, '600 ms · 100.0 /min · no sample at one end'],
  ])('measureText writes the time and the difference between two lines %s', (_, aMs, bMs, text) => {
    expect(measureText(measure({ aMs, bMs }, valueAt), 'mV')).toBe(text);
  });

  it('measureText writes a minus if the value falls, and only a number if the wave has no unit', () => {
    expect(
      measureText(
        measure({ aMs: 0, bMs: 1_000 }, (ms) => (ms === 0 ? 2 : 1)),
        '1',
      ),
    ).toBe('1000 ms · 60.0 /min · -1.00');
  });
});
