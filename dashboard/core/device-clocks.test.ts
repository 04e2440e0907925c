import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../contracts/time.ts';
import { ageClass } from '../client/core/ages.ts';
import { bornAtMs, clockText } from '../client/core/numerics.ts';
import { foldAssociations } from './beds.ts';
import { hr, nurse, observation, period, t0, table } from './fold.testing.ts';
import { foldObservation } from './readings.ts';
import { headOf } from './screen.ts';
import { emptyState } from './state.ts';

const code = 'MDC_ECG_HEART_RATE';

function oneBed() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')), t0);
  const numeric = (id = 'assoc-01') => state.beds.get(id)?.values.get(code)?.numeric;
  return {
    state,
    numeric,
    /** A reading measured `atS` after the start and received `delayS` later; the device's clock is `behindS` behind. */
    send(atS: number, value: number, behindS: number, delayS = 0.05, id = 'assoc-01') {
      const receivedMs = t0 + (atS + delayS) * 1000;
      foldObservation(state, id, observation('d1', t0 + (atS - behindS) * 1000, [hr(value)], receivedMs), receivedMs);
    },
    /** How a screen shows the number at `atS`. */
    look(atS: number) {
      const shown = numeric()!;
      const ageMs = t0 + atS * 1000 - bornAtMs(shown);
      return { value: shown.value, ageMs, age: ageClass(ageMs, shown.intervalMs) };
    },
    notices: (id = 'assoc-01') => headOf(state, nurse, state.beds.get(id)!).notices.map((one) => one.text),
  };
}

describe('a number of a device whose clock is wrong', () => {
  it.each([
    [4.6, ['Device clock is 5 s behind']],
    [7, ['Device clock is 7 s behind']],
    [9.9, ['Device clock is 10 s behind']],
    [60, ['Device clock is 60 s behind']],
    [36_000, ['Device clock is 36000 s behind']],
    [-60, ['Device clock is 60 s ahead']],
    [2, []],
    [0, []],
  ])('is current and marked when the clock is %d s behind, and the bed says so', (behindS, notices) => {
    const bed = oneBed();
    for (let s = 0; s <= 20; s += 1) bed.send(s, 60 + s, behindS);
    expect(bed.look(20.1)).toMatchObject({ value: 80, age: 'current' });
    expect(bed.look(20.1).ageMs).toBeLessThan(1000 + 2000);
    expect(bed.notices()).toEqual(notices);
    expect(clockText(bed.numeric()!) !== undefined).toBe(notices.length > 0);
    // Silence ages it as any other.
    expect(bed.look(30).age).toBe('expired');
  });

  it('stays old where it came late, and a backlog makes no old number young', () => {
    const bed = oneBed();
    for (let s = 0; s <= 30; s += 1) bed.send(s, 80, 7);
    for (let s = 31; s <= 90; s += 1) bed.send(s, 50, 7, 91 - s + (s - 31) / 20);
    expect(bed.look(94)).toMatchObject({ value: 50 });
    expect(bed.look(94).ageMs).toBeGreaterThanOrEqual(3900);
    const late = oneBed();
    for (let s = 0; s <= 30; s += 1) late.send(s, 80, -60);
    late.send(31, 50, -60, 30);
    expect(late.look(61)).toMatchObject({ value: 50, age: 'expired' });
  });

  it('shows new numbers again within 15 s after the clock was set back', () => {
    const bed = oneBed();
    for (let s = 0; s <= 30; s += 1) bed.send(s, 80, 0);
    for (let s = 31; s <= 46; s += 1) bed.send(s, s, 60);
    expect(bed.look(46.1)).toMatchObject({ value: 46, age: 'current' });
  });

  it('says it at the bed of the next patient, too, and ends when the clock is right', () => {
    const bed = oneBed();
    for (let s = 0; s <= 20; s += 1) bed.send(s, 80, 60);
    const to = formatInstant(t0 + 21_000);
    const periods = [period('assoc-01', 'icu', { to }), period('assoc-02', 'icu', { from: to })];
    foldAssociations(bed.state, table('d1', 2, ...periods), t0 + 21_000);
    bed.send(22, 0, 60, 0.05, 'assoc-02');
    expect(bed.notices('assoc-02')).toEqual(['Device clock is 60 s behind']);
    expect(bed.numeric('assoc-02')).toMatchObject({ value: 0, clockOffsetMs: 60_050 });
    bed.send(23, 0, 0, 0.05, 'assoc-02');
    expect(bed.notices('assoc-02')).toEqual([]);
    expect(bed.numeric('assoc-02')?.clockOffsetMs).toBeUndefined();
  });
});
