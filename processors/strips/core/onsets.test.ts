import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { raised, t0 } from './bed.testing.ts';
import { attemptsMs, dueMs, firstAttempt, onsetOf, spansOf } from './onsets.ts';

describe('onsetOf', () => {
  it('onsetOf returns the onset by the device’s clock, and the onset by the engine’s clock without the delay of the alarm', () => {
    expect(onsetOf(raised(), undefined, undefined)).toMatchObject({
      ...{ key: 'alarm-0123456789abcdef.1', deviceMs: t0, wallMs: t0 + 200, isComputed: false },
    });
  });

  it('the onset by the engine’s clock is right if the device’s clock is an hour behind', () => {
    const late = formatInstant(t0 + 3_600_000 + 5_200);
    expect(onsetOf(raised({ raisedAt: late }, { at: late }), undefined, undefined)).toMatchObject({
      ...{ deviceMs: t0, wallMs: t0 + 3_600_000 + 200 },
    });
  });

  it('if the condition of an alarm begins again, onsetOf returns a second onset, which it computes from the time of the event', () => {
    const again = raised({ onsets: 2, rev: 5 }, { type: 'updated', at: formatInstant(t0 + 65_200) });
    expect(onsetOf(again, 1, undefined)).toMatchObject({
      ...{ key: 'alarm-0123456789abcdef.2', deviceMs: t0 + 60_000, wallMs: t0 + 60_200, isComputed: true },
    });
  });

  it.each([
    ['an update without a new onset', raised({ rev: 2 }, { type: 'updated' }), 1],
    ['an update of an alarm whose earlier events are not known', raised({ onsets: 3 }, { type: 'updated' }), undefined],
    ['an acknowledgement', raised({ signal: 'acknowledged' }, { type: 'acknowledged' }), 1],
    ['an end', raised({ present: false }, { type: 'resolved' }), 1],
    ['an alarm that is over when it is raised', raised({ present: false }), undefined],
    ['an alarm with an invalid onset time', raised({ onsetAt: 'yesterday' }), undefined],
  ])('onsetOf returns undefined for %s', (_what, event, known) => {
    expect(onsetOf(event, known, undefined)).toBeUndefined();
  });
});

describe('the times of an onset', () => {
  const onset = onsetOf(raised(), undefined, undefined)!;

  it('spansOf returns a span around the onset, and a second span at the device’s time if the clocks differ by more than a minute', () => {
    expect(spansOf(onset, 0)).toEqual([{ fromMs: t0 + 200 - 40_000, toMs: t0 + 200 + 110_000 }]);
    // The last attempt also finds waves that came 10 min late.
    expect(spansOf(onset, attemptsMs.length - 1)[0]?.toMs).toBe(t0 + 200 + 640_000);
    expect(spansOf({ ...onset, wallMs: t0 + 60_000 }, 0)).toHaveLength(1);
    expect(spansOf({ ...onset, wallMs: t0 + 60_001 }, 0).map(({ fromMs }) => fromMs)).toEqual([
      t0 + 20_001,
      t0 - 40_000,
    ]);
    // Waves that are a day old are no longer kept.
    expect(spansOf({ ...onset, wallMs: t0 + 86_400_000 }, 0)).toHaveLength(1);
  });

  it('firstAttempt skips attempts whose time has passed, but never the last attempt', () => {
    expect(dueMs(onset, 0)).toBe(t0 + 13_200);
    expect(dueMs(onset, attemptsMs.length)).toBeUndefined();
    expect(firstAttempt(onset, t0 + 5_200)).toBe(0);
    expect(firstAttempt(onset, t0 + 41_000)).toBe(2);
    expect(firstAttempt(onset, t0 + 86_400_000)).toBe(attemptsMs.length - 1);
  });
});
