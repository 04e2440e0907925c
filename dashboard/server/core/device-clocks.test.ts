import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../../contracts/durations.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { ageClass } from '../../client/core/ages.ts';
import { ageStartMs, wrongClockText } from '../../client/core/numerics.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { alarm, hr, nurse, observation, period, t0, table } from './fold.testing.ts';
import { foldNotice } from './notices.ts';
import { foldObservation } from './readings.ts';
import { headOf } from './screen.ts';
import { emptyState } from './state.ts';

const code = 'MDC_ECG_HEART_RATE';

function oneBed() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  const numeric = (id = 'assoc-01') => state.beds.get(id)?.values.get(code)?.numeric;
  return {
    state,
    numeric,
    /**
     * Folds a reading into the state. The reading was measured `atS` after t0, and received `delayS` later. The
     * device's clock is `behindS` behind.
     */
    send(atS: number, value: number, behindS: number, delayS = 0.05, id = 'assoc-01') {
      const receivedMs = t0 + (atS + delayS) * 1000;
      foldObservation(state, id, observation('d1', t0 + (atS - behindS) * 1000, [hr(value)], receivedMs), receivedMs);
    },
    /** Returns how a screen shows the number at `atS`. */
    look(atS: number) {
      const shown = numeric()!;
      const ageMs = t0 + atS * 1000 - ageStartMs(shown);
      return { value: shown.value, ageMs, age: ageClass(ageMs, shown.intervalMs) };
    },
    refuse(atS: number, notice: 'refused-ahead' | 'refused-old' | 'unattributed', id = 'assoc-01') {
      const receivedAt = formatInstant(t0 + atS * 1000);
      foldNotice(state, id, { deviceId: 'd1', receivedAt, notice, forMs: 120_000 }, t0 + atS * 1000);
    },
    notices: (id = 'assoc-01') => headOf(state, nurse, state.beds.get(id)!).notices.map((notice) => notice.text),
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
  ])('with a clock that is %d s behind, the number is current and the bed has the notices %j', (behindS, notices) => {
    const bed = oneBed();
    for (let s = 0; s <= 20; s += 1) bed.send(s, 60 + s, behindS);
    expect(bed.look(20.1)).toMatchObject({ value: 80, age: 'current' });
    expect(bed.look(20.1).ageMs).toBeLessThan(1000 + 2000);
    expect(bed.notices()).toEqual(notices);
    expect(wrongClockText(bed.numeric()!) !== undefined).toBe(notices.length > 0);
    // Without new readings the number gets old as fast as with a right clock.
    expect(bed.look(30).age).toBe('expired');
  });

  it('a number that came late stays old, also in a backlog', () => {
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

  it('new numbers are shown again within 15 s after the clock was set back', () => {
    const bed = oneBed();
    for (let s = 0; s <= 30; s += 1) bed.send(s, 80, 0);
    for (let s = 31; s <= 46; s += 1) bed.send(s, s, 60);
    expect(bed.look(46.1)).toMatchObject({ value: 46, age: 'current' });
  });

  it('the bed of the next patient shows the clock error of the device, too, until the clock is right', () => {
    const bed = oneBed();
    for (let s = 0; s <= 20; s += 1) bed.send(s, 80, 60);
    const to = formatInstant(t0 + 21_000);
    const periods = [period('assoc-01', 'icu', { to }), period('assoc-02', 'icu', { from: to })];
    foldAssociations(bed.state, table('d1', 2, ...periods));
    bed.send(22, 0, 60, 0.05, 'assoc-02');
    expect(bed.notices('assoc-02')).toEqual(['Device clock is 60 s behind']);
    expect(bed.numeric('assoc-02')).toMatchObject({ value: 0, clockOffsetMs: 60_050 });
    bed.send(23, 0, 0, 0.05, 'assoc-02');
    expect(bed.notices('assoc-02')).toEqual([]);
    expect(bed.numeric('assoc-02')?.clockOffsetMs).toBeUndefined();
  });

  it.each([
    ['refused-ahead', 'Readings are refused: the device clock is too far ahead'],
    ['refused-old', 'Readings are refused: their time is too long ago'],
  ] as const)('the notice of the clock error ends when the readings are refused (%s)', (code, text) => {
    const bed = oneBed();
    for (let s = 0; s <= 20; s += 1) bed.send(s, 80, 30);
    bed.refuse(22, code);
    expect(bed.notices()).toEqual(['Device clock is 30 s behind', text]);
    bed.refuse(37, code);
    expect(bed.notices()).toEqual([text]);
    // When readings are accepted again, the clock is measured again.
    for (let s = 40; s <= 41; s += 1) bed.send(s, 80, 30);
    expect(bed.notices()).toEqual([text, 'Device clock is 30 s behind']);
  });

  it('the notice of the clock error stays if only some readings are refused, or if they are refused for another reason', () => {
    const bed = oneBed();
    for (let s = 0; s <= 30; s += 1) {
      bed.send(s, 80, 60);
      if (s % 15 === 0) bed.refuse(s, 'refused-ahead');
    }
    expect(bed.notices()).toContain('Device clock is 60 s behind');
    bed.refuse(60, 'unattributed');
    expect(bed.notices()).toContain('Device clock is 60 s behind');
  });
});

describe('a clock that is set back', () => {
  const cuff = 'MDC_PRESS_BLD_NONINV_SYS';
  /** Returns a bed with a cuff. The device numbers its readings if `boot` is not null. */
  function cuffBed(boot: string | null = 'b') {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    return {
      state,
      send(seq: number, atMin: number, behindMin: number, value: number, receivedMin = atMin) {
        const [atMs, receivedMs] = [t0 + (atMin - behindMin) * minuteMs, t0 + receivedMin * minuteMs];
        const sent = observation('d1', atMs, [{ code: cuff, value, unit: 'mm[Hg]' }], receivedMs);
        const ownId = boot === null ? {} : { boot, seq };
        const id = { boot: boot ?? 'gateway.1', seq };
        foldObservation(state, 'assoc-01', { ...sent, reading: { ...sent.reading, ...ownId } }, receivedMs, id);
      },
      shown: () => state.beds.get('assoc-01')!.values.get(cuff)!.numeric,
    };
  }

  it.each([60, 6, 3])(
    'after a clock was set back by %d min, each new cuff pressure is shown immediately',
    (backMin) => {
      const bed = cuffBed();
      for (let i = 0; i <= 6; i += 1) bed.send(i + 1, i * 5, 0, 120);
      for (let i = 7; i <= 12; i += 1) {
        bed.send(i + 1, i * 5, backMin, 60 + i);
        expect(bed.shown().value).toBe(60 + i);
        // The screens never show a pressure as younger than it is.
        expect(ageStartMs(bed.shown())).toBeLessThanOrEqual(t0 + i * 5 * minuteMs);
      }
      expect(ageStartMs(bed.shown())).toBe(t0 + 60 * minuteMs);
    },
  );

  it('a late reading with a lower number or an older time does not replace the shown value', () => {
    const bed = cuffBed();
    bed.send(1, 0, 0, 120);
    bed.send(3, 10, 60, 80);
    bed.send(2, 5, 0, 119, 11);
    expect(bed.shown().value).toBe(80);
    const plain = cuffBed(null);
    plain.send(1, 10, 0, 80);
    plain.send(2, 5, 0, 120, 11);
    expect(plain.shown().value).toBe(80);
  });

  it('after a clock that was ahead is set right, new numbers do not look old', () => {
    const bed = cuffBed();
    for (let i = 0; i <= 6; i += 1) bed.send(i + 1, i, -4, 120);
    expect(ageStartMs(bed.shown())).toBe(t0 + 6 * minuteMs);
    bed.send(8, 7, 0, 60);
    expect(ageStartMs(bed.shown())).toBe(t0 + 7 * minuteMs);
  });
});

it.each([60, -60, 7, 0])(
  'a silent device whose clock is %d s behind counts as lost after its last reading',
  (behindS) => {
    const bed = oneBed();
    for (let s = 0; s <= 60; s += 1) bed.send(s, 80, behindS);
    const noData = {
      kind: 'technical',
      condition: 'no-data',
      onsetAt: formatInstant(t0 + (65 - behindS) * 1000),
    } as const;
    const at = formatInstant(t0 + 70_000);
    foldAlarmEvent(bed.state, { type: 'raised', at, alarm: alarm('silent-0001', 'assoc-01', 1, noData) }, t0 + 70_000);
    expect(Math.abs(bed.state.devices.get('d1')!.lostAtMs - t0 - 65_000)).toBeLessThan(100);
  },
);

describe('noteCoarseTimes', () => {
  const play = (grainS: number, everyS: number, toS: number) => {
    const bed = oneBed();
    for (let s = 0.5; s < toS; s += everyS) bed.send(s, 80, grainS === 0 ? 0 : s - Math.floor(s / grainS) * grainS);
    return bed;
  };
  it.each([
    ['whole minutes, a reading each second', 60, 1, ['Device times are in steps of 60 s: numbers look too old']],
    ['steps of 10 s', 10, 1, ['Device times are in steps of 10 s: numbers look too old']],
    ['whole seconds', 1, 1, []],
    ['milliseconds', 0, 1, []],
    ['whole minutes, a reading each minute', 60, 60, []],
  ])('a bed gets a notice if the coarse times of its device make numbers look old: %s', (_, grainS, everyS, texts) => {
    expect(
      play(grainS, everyS, 180)
        .notices()
        .filter((text) => text.startsWith('Device times')),
    ).toEqual(texts);
  });

  it('a bed gets no notice if several messages with the same time come within 2 s', () => {
    const bed = oneBed();
    for (let s = 0; s < 120; s += 10) for (const delayS of [0.1, 0.2, 1.9]) bed.send(s, 80, 0, delayS);
    expect(bed.notices()).toEqual([]);
  });
});

it('the numbers of a device stay current while a second device with the same certificate has another clock', () => {
  const bed = oneBed();
  const send = (boot: string, seq: number, s: number, behindS: number) => {
    const receivedMs = t0 + s * 1000 + 50;
    const record = observation('d1', t0 + (s - behindS) * 1000, [hr(boot === 'A' ? 80 : 40)], receivedMs);
    const reading = { ...record.reading, boot, seq };
    foldObservation(bed.state, 'assoc-01', { ...record, reading }, receivedMs, { boot, seq });
  };
  for (let s = 0; s <= 90; s += 1) {
    if (s > 20 && s % 5 === 0) send('B', s, s - 0.5, -290);
    send('A', s + 1, s, 0);
    expect([s, bed.look(s + 0.1)]).toMatchObject([s, { value: 80, age: 'current' }]);
  }
});
