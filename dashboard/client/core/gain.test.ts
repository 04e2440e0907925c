import { describe, expect, it } from 'vitest';
import { gainFor, gainY } from './gain.ts';

describe('gain', () => {
  it('keeps asystole flat: noise never fills the row', () => {
    const gain = gainFor(undefined, -0.01, 0.01, 'mV')!;
    expect(gain.high - gain.low).toBeGreaterThanOrEqual(0.5);
    expect(gainY(gain, 0, 100)).toBeCloseTo(50, 6);
  });

  it('stays while the signal fits and uses half of it', () => {
    const gain = gainFor(undefined, 0, 1, 'mV')!;
    expect(gainFor(gain, 0.1, 0.9, 'mV')).toBe(gain);
    expect(gainFor(gain, 0, 1.2, 'mV')).not.toBe(gain);
    expect(gainFor(gain, 0.4, 0.6, 'mV')).not.toBe(gain);
  });

  it('does not hop at the least span', () => {
    const gain = gainFor(undefined, 0, 0, 'mV')!;
    expect(gainFor(gain, -0.01, 0.01, 'mV')).toBe(gain);
  });

  it('is left as it is where no sample was seen', () => {
    const gain = gainFor(undefined, 0, 1, '1')!;
    expect(gainFor(gain, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1')).toBe(gain);
    expect(gainFor(undefined, Number.NaN, Number.NaN, '1')).toBeUndefined();
  });

  it('keeps what exceeds it inside the row', () => {
    const gain = { low: 0, high: 1 };
    expect(gainY(gain, 2, 50)).toBe(0);
    expect(gainY(gain, -1, 50)).toBe(50);
    expect(gainY(gain, 0.5, 50)).toBe(25);
  });
});
