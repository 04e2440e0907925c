import { describe, expect, it } from 'vitest';
import { remoteAt } from './lead.ts';
import { createPlayout, movePen, playoutDelayMaxMs, playoutMarginMs, updatePlayout } from './playout.ts';

describe('playout', () => {
  it('the pen has no place before the first chunk', () => {
    expect(movePen(createPlayout(), 1000)).toBeNaN();
  });

  it('the pen stays behind the newest sample by a chunk and a margin, for any device clock', () => {
    for (const clock of [0, 1_700_000_000_000, -50_000]) {
      const playout = createPlayout();
      updatePlayout(playout, clock, clock + 1000, 5000);
      expect(movePen(playout, 5000)).toBeCloseTo(clock - playoutMarginMs, 3);
    }
  });

  it('the pen moves smoothly although chunks come at irregular times', () => {
    const playout = createPlayout();
    let now = 0;
    let last = Number.NaN;
    for (let chunk = 0; chunk < 30; chunk++) {
      const arrival = chunk * 1000 + (chunk % 3) * 100;
      while (now < arrival) {
        const pen = movePen(playout, now);
        if (now > 3000) expect(pen - last).toBeGreaterThan(0);
        if (now > 3000) expect(pen - last).toBeLessThanOrEqual(20 * 1.25 + 1e-6);
        last = pen;
        now += 20;
      }
      updatePlayout(playout, chunk * 1000, chunk * 1000 + 1000, now);
      if (chunk > 3) expect(movePen(playout, now)).toBeLessThan(chunk * 1000 + 1000);
    }
  });

  it('the pen jumps over an hour without samples', () => {
    const playout = createPlayout();
    updatePlayout(playout, 0, 1000, 0);
    movePen(playout, 0);
    updatePlayout(playout, 3_600_000, 3_601_000, 10_000);
    expect(movePen(playout, 10_000)).toBeGreaterThan(3_500_000);
  });

  it('a chunk with a very small delay changes the estimate of the delay for at most a minute', () => {
    const playout = createPlayout();
    updatePlayout(playout, 0, 1000, 0);
    for (let s = 1; s < 90; s++) updatePlayout(playout, s * 1000, s * 1000 + 1000, s * 1000 + 800);
    expect(remoteAt(playout.lead, 0)).toBeCloseTo(200, 3);
  });

  it('the delay of the pen is bounded for a device that sends very long chunks', () => {
    const playout = createPlayout();
    updatePlayout(playout, 0, 60_000, 0);
    expect(movePen(playout, 0)).toBe(60_000 - playoutDelayMaxMs);
  });
});
