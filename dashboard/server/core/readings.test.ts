import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import type { ConnectionEndReason, ConnectionRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations, tick } from './beds.ts';
import { alarm, hr, observation, period, t0, table } from './fold.testing.ts';
import { noticesOf } from './notices.ts';
import { foldConnection, foldObservation, foldStatus, foldWaveArrival, forgetWaves } from './readings.ts';
import { emptyState, unassignedForgetMs } from './state.ts';

function oneBed() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  return state;
}
const shown = (state: ReturnType<typeof emptyState>, id = 'assoc-01') =>
  state.beds.get(id)?.values.get('MDC_ECG_HEART_RATE')?.numeric;

describe('a value on the screen', () => {
  const cases: [string, [number, number, number?][], number | undefined][] = [
    [
      'is the newer one',
      [
        [t0, 80],
        [t0 + 1000, 81],
      ],
      81,
    ],
    [
      'is not replaced by an older one that comes later',
      [
        [t0, 80],
        [t0 - 1, 60, t0 + 5000],
      ],
      80,
    ],
    [
      'is not replaced by a repeat of the same instant',
      [
        [t0, 80],
        [t0, 81],
      ],
      80,
    ],
    [
      'is replaced one millisecond later',
      [
        [t0, 80],
        [t0 + 1, 81],
      ],
      81,
    ],
    [
      'may be a real 0',
      [
        [t0, 80],
        [t0 + 1000, 0],
      ],
      0,
    ],
    // The device's clock ran an hour ahead for one reading; what comes 1 s after it is newer all the same.
    [
      'is not hidden behind a time from the future',
      [
        [t0 + 3_600_000, 80, t0],
        [t0 + 1000, 81],
      ],
      81,
    ],
  ];
  it.each(cases)('%s', (_, sent, expected) => {
    const state = oneBed();
    for (const [atMs, value, receivedMs] of sent)
      foldObservation(state, 'assoc-01', observation('d1', atMs, [hr(value)], receivedMs), t0);
    expect(shown(state)?.value).toBe(expected);
  });

  it.each([
    ['missing', { code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' as const }, 'invalid', undefined],
    ['missing, unsaid', { code: 'MDC_ECG_HEART_RATE', unit: '/min' }, 'invalid', undefined],
    ['impossible', hr(351), 'invalid', undefined],
    ['at the edge of what is possible', hr(350), undefined, 350],
    ['in a unit of its own', hr(80, { unit: 'Hz' }), 'invalid', undefined],
    ['calibrating', hr(80, { validity: 'calibrating' }), 'calibrating', undefined],
    ['questionable', hr(80, { validity: 'questionable' }), 'questionable', 80],
  ])('%s says so', (_, sent, validity, value) => {
    const state = oneBed();
    foldObservation(state, 'assoc-01', observation('d1', t0, [sent]), t0);
    expect([shown(state)?.validity, shown(state)?.value]).toEqual([validity, value]);
  });

  it('has the interval of its parameter if that comes seldom', () => {
    const state = oneBed();
    const nibp = { code: 'MDC_PRESS_BLD_NONINV_SYS', value: 120, unit: 'mm[Hg]' };
    foldObservation(state, 'assoc-01', observation('d1', t0, [nibp, hr(80)]), t0);
    expect(state.beds.get('assoc-01')?.values.get(nibp.code)?.numeric.intervalMs).toBe(3_600_000);
    expect(shown(state)?.intervalMs).toBe(1000);
  });

  const cuff = { code: 'MDC_PRESS_CUFF_SYS', value: 120, unit: 'mm[Hg]' };
  const temperature = { code: 'MDC_TEMP_BODY', value: 36.9, unit: 'Cel' };
  const intervalOf = (state: ReturnType<typeof emptyState>, code: string) =>
    state.beds.get('assoc-01')?.values.get(code)?.numeric.intervalMs;

  it('has the interval at which its own parameter comes: a cuff each 15 min, a temperature each 2 s, a rate each second', () => {
    const state = oneBed();
    for (let second = 0; second <= 3600; second += 1) {
      const values = [hr(80), ...(second % 2 === 0 ? [temperature] : []), ...(second % 900 === 0 ? [cuff] : [])];
      foldObservation(state, 'assoc-01', observation('d1', t0 + second * 1000, values), t0 + second * 1000);
    }
    expect(intervalOf(state, cuff.code)).toBe(900_000);
    expect(intervalOf(state, temperature.code)).toBe(2000);
    expect(shown(state)?.intervalMs).toBe(1000);
  });

  it('has the same interval if the newest value is read first and the hour before it afterwards, and screens get it', () => {
    const state = oneBed();
    const nowMs = t0 + 3_600_000;
    const at = (minutes: number) => observation('d1', t0 + minutes * 60_000, [cuff]);
    foldObservation(state, 'assoc-01', at(60), nowMs);
    expect(intervalOf(state, cuff.code)).toBe(3_600_000);
    const told = state.n;
    for (const minutes of [0, 15, 30, 45]) foldObservation(state, 'assoc-01', at(minutes), nowMs);
    expect(intervalOf(state, cuff.code)).toBe(900_000);
    expect(state.beds.get('assoc-01')!.n).toBeGreaterThan(told);
    expect(state.beds.get('assoc-01')!.values.get(cuff.code)!.n).toBeGreaterThan(told);
  });

  it('is left out if the table does not have its code, or if its time is malformed', () => {
    const state = oneBed();
    foldObservation(state, 'assoc-01', observation('d1', t0, [{ code: 'MDC_X', value: 1, unit: '1' }]), t0);
    const wrong = observation('d1', t0, [hr(80)]);
    wrong.reading.time = '2026-02-30T00:00:00.000Z';
    foldObservation(state, 'assoc-01', wrong, t0);
    expect(state.beds.get('assoc-01')?.values.size).toBe(0);
  });
});

describe('which bed a reading goes to', () => {
  it('is that of its association; an association that has ended has none', () => {
    const state = emptyState();
    const former = period('assoc-old', 'icu', { to: formatInstant(t0 - 1000) });
    const current = period('assoc-new', 'icu', { from: formatInstant(t0 - 1000) });
    foldAssociations(state, table('d1', 2, former, current));
    foldObservation(state, 'assoc-old', observation('d1', t0 - 5000, [hr(60)], t0), t0);
    foldObservation(state, 'assoc-new', observation('d1', t0, [hr(80)]), t0);
    expect([...state.beds.keys()]).toEqual(['assoc-new']);
    expect(shown(state, 'assoc-new')?.value).toBe(80);
    expect(state.leftOut).toBe(1);
  });

  it('is a bed without ward for a device without association, until it gets one', () => {
    const state = emptyState();
    foldObservation(state, 'u-device-1', observation('d1', t0, [hr(80)]), t0);
    expect(state.beds.get('u-device-1')?.period).toBeUndefined();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    expect([...state.beds.keys()]).toEqual(['assoc-01']);
    foldObservation(state, 'u-device-1', observation('d1', t0 + 1000, [hr(81)]), t0);
    expect([...state.beds.keys()]).toEqual(['assoc-01']);
  });

  it('leaves the screens when its device was silent for long, and only then', () => {
    const state = emptyState();
    foldObservation(state, 'u-device-1', observation('d1', t0, [hr(80)]), t0);
    tick(state, t0 + unassignedForgetMs);
    expect(state.beds.size).toBe(1);
    tick(state, t0 + unassignedForgetMs + 1);
    expect(state.beds.size).toBe(0);
  });
});

describe('a start after the machine’s clock was set back', () => {
  it.each([10_000, 600_000, 864_000_000])('lets present readings replace former ones, set back by %i ms', (backMs) => {
    const state = oneBed();
    const nowMs = t0 - backMs;
    foldObservation(state, 'assoc-01', observation('d1', t0, [hr(80)]), nowMs);
    foldObservation(state, 'assoc-01', observation('d1', nowMs + 1000, [hr(150)]), nowMs + 1000);
    expect(state.beds.get('assoc-01')?.values.get('MDC_ECG_HEART_RATE')?.numeric.value).toBe(150);
  });

  it('lets new readings be current although the device was lost before, at what is a later time now', () => {
    const state = oneBed();
    const nowMs = t0 - 600_000;
    const silence = { kind: 'technical', condition: 'no-data', onsetAt: formatInstant(t0 - 5000) } as const;
    const silent = alarm('alarm-0000000001', 'assoc-01', 1, silence);
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: silent }, nowMs);
    expect(state.devices.get('d1')?.lostAtMs).toBe(nowMs);
  });

  it('takes the gateway’s notice of the connection although the former one is stamped later', () => {
    const state = oneBed();
    const nowMs = t0 - 600_000;
    const told = (connected: boolean, ms: number) =>
      ({ deviceId: 'd1', receivedAt: formatInstant(ms), connected }) as Parameters<typeof foldConnection>[2];
    foldConnection(state, 'assoc-01', told(true, t0), nowMs);
    foldConnection(state, 'assoc-01', told(false, nowMs + 1000), nowMs + 1000);
    expect(state.devices.get('d1')?.online).toBe(false);
  });
});

describe('associations', () => {
  it('begin and end with the act, whatever the clock says', () => {
    const state = emptyState();
    const from = formatInstant(t0 + 1000);
    const to = formatInstant(t0 + 2000);
    const shownAt = (ms: number) => {
      tick(state, ms);
      return state.beds.size;
    };
    const times = [t0 + 999, t0 + 1000, t0 + 1999, t0 + 2000];
    foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { from })));
    expect(times.map(shownAt)).toEqual([1, 1, 1, 1]);
    foldAssociations(state, table('d1', 2, period('assoc-01', 'icu', { from, to })));
    expect(times.map(shownAt)).toEqual([0, 0, 0, 0]);
  });

  it('keep a patient on the screens who was admitted before the clock was set back', () => {
    const state = emptyState();
    const at = formatInstant(t0 + 600_000);
    foldAssociations(
      state,
      table('d1', 1, period('assoc-01', 'icu', { to: at }), period('assoc-02', 'icu', { from: at })),
    );
    tick(state, t0);
    expect([...state.beds.keys()]).toEqual(['assoc-02']);
  });

  it('are not changed by an older version', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 2, period('assoc-02')));
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    expect([...state.beds.keys()]).toEqual(['assoc-02']);
  });
});

describe('a device', () => {
  const at = (ms: number) => formatInstant(ms);
  it('is online by its connection, its status and its readings, the latest sign counting', () => {
    const state = oneBed();
    const online = () => state.devices.get('d1')?.online;
    expect(online()).toBe(null);
    foldObservation(state, 'assoc-01', observation('d1', t0, [hr(80)]), t0);
    expect(online()).toBe(true);
    foldConnection(state, 'assoc-01', { deviceId: 'd1', receivedAt: at(t0 + 1000), connected: false }, t0);
    expect(online()).toBe(false);
    foldObservation(state, 'assoc-01', observation('d1', t0 + 900, [hr(80)]), t0);
    expect(online()).toBe(false);
    foldStatus(state, 'assoc-01', { deviceId: 'd1', receivedAt: at(t0 + 2000), reading: { online: true } }, t0);
    expect(online()).toBe(true);
  });

  it('is online by its newest connection, whatever comes about older ones, on whichever gateway', () => {
    const state = oneBed();
    const online = () => state.devices.get('d1')?.online;
    const told = (claim: number, ms: number, connected: boolean) =>
      foldConnection(state, 'assoc-01', { deviceId: 'd1', receivedAt: at(t0 + ms), connected, claim }, t0);
    const will = (ms: number, claim: number, reason: 'will' | 'taken-over') =>
      foldStatus(
        state,
        'assoc-01',
        { deviceId: 'd1', receivedAt: at(t0 + ms), will: { claim, reason }, reading: { online: false } },
        t0,
      );
    told(10, 0, true);
    told(20, 1000, true);
    told(10, 2000, false);
    will(2100, 10, 'will');
    will(2100, 20, 'taken-over');
    expect(online()).toBe(true);
    told(20, 3000, false);
    expect(online()).toBe(false);
    // Its gateway's clock is behind.
    told(30, 2500, true);
    expect(online()).toBe(true);
    will(4000, 30, 'will');
    expect(online()).toBe(false);
  });

  it('has the conditions of its last status', () => {
    const state = oneBed();
    const leads = { condition: 'MDC_EVT_LEADS_OFF' as const, present: true };
    const status = (ms: number, conditions?: (typeof leads)[]) => ({
      deviceId: 'd1',
      receivedAt: at(ms),
      reading: { online: true, ...(conditions ? { conditions } : {}) },
    });
    foldStatus(state, 'assoc-01', status(t0, [leads]), t0);
    foldStatus(state, 'assoc-01', status(t0 + 1000), t0);
    expect(state.devices.get('d1')?.conditions).toEqual([leads]);
    foldStatus(state, 'assoc-01', status(t0 + 2000, [{ ...leads, present: false }]), t0);
    expect(state.devices.get('d1')?.conditions).toEqual([]);
  });
});

it('offers a wave while it comes', () => {
  const state = oneBed();
  const reading = {
    start: formatInstant(t0),
    code: 'MDC_ECG_ELEC_POTL_II',
    rateHz: 250,
    scale: 1,
    offset: 0,
    samples: 'AAAA',
  };
  foldWaveArrival(state, 'assoc-01', { deviceId: 'd1', receivedAt: formatInstant(t0), reading }, t0);
  forgetWaves(state, t0 + 10_000);
  expect(state.beds.get('assoc-01')?.waves.size).toBe(1);
  forgetWaves(state, t0 + 10_001);
  expect(state.beds.get('assoc-01')?.waves.size).toBe(0);
});

describe('a device that was lost', () => {
  const ends = (reason: ConnectionEndReason) => ({ connected: false, reason });
  const fold = (state: ReturnType<typeof emptyState>, atMs: number, fields: Partial<ConnectionRecord>) =>
    foldConnection(
      state,
      'assoc-01',
      { deviceId: 'd1', receivedAt: formatInstant(atMs), connected: true, ...fields },
      atMs,
    );
  it.each([
    ['closed', true],
    ['keep-alive', true],
    ['will', true],
    ['taken-over', false],
    ['refused', false],
    ['drained', false],
  ] as const)('is remembered after it came back: %s, %s', (reason, lost) => {
    const state = oneBed();
    fold(state, t0, {});
    fold(state, t0 + 5000, ends(reason));
    fold(state, t0 + 9000, {});
    expect(state.devices.get('d1')?.lostAtMs).toBe(lost ? t0 + 5000 : 0);
    expect(state.devices.get('d1')?.online).toBe(true);
  });

  it('by its will, or by the silence that the engine reports; a parameter without data is no loss', () => {
    const state = oneBed();
    fold(state, t0, {});
    const reading = { online: false };
    foldStatus(
      state,
      'assoc-01',
      { deviceId: 'd1', receivedAt: formatInstant(t0 + 1000), reading, will: { reason: 'will' } },
      t0,
    );
    expect(state.devices.get('d1')?.lostAtMs).toBe(t0 + 1000);
    fold(state, t0 + 2000, {});
    const noData = { kind: 'technical', condition: 'no-data', onsetAt: formatInstant(t0 + 30_000) } as const;
    const tell = (fields: Partial<Alarm>, atMs: number) =>
      foldAlarmEvent(
        state,
        { type: 'raised', at: formatInstant(atMs), alarm: alarm(`n-${atMs}`, 'assoc-01', 1, { ...noData, ...fields }) },
        atMs,
      );
    tell({ code: 'MDC_ECG_HEART_RATE' }, t0 + 30_500);
    expect(state.devices.get('d1')?.lostAtMs).toBe(t0 + 1000);
    tell({}, t0 + 31_000);
    expect(state.devices.get('d1')?.lostAtMs).toBe(t0 + 30_000);
  });

  it('does not stay lost if the clock was set back before it came again', () => {
    const state = oneBed();
    fold(state, t0, {});
    fold(state, t0 + 600_000, { ...ends('closed'), claim: 1 });
    fold(state, t0 + 1000, { claim: 2 });
    expect(state.devices.get('d1')?.lostAtMs).toBe(t0 + 999);
  });
});

describe('a parameter that comes twice in one message', () => {
  const heartRate = 'MDC_ECG_HEART_RATE';
  function bedWith(...values: NumericValue[]) {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    foldObservation(state, 'assoc-01', observation('d1', t0, values), t0);
    return { state, bed: state.beds.get('assoc-01')! };
  }

  it.each<[string, NumericValue[], number]>([
    ['the graver first', [hr(30), hr(80)], 30],
    ['the graver last', [hr(80), hr(30)], 30],
    ['by two codes of one measurement', [hr(80), hr(30, { code: 'MDC_ECG_CARD_BEAT_RATE' })], 30],
  ])('shows the graver number, and leaves it to the engine’s alarm to say so: %s', (_name, values, expected) => {
    const { bed } = bedWith(...values);
    expect([...bed.values.values()].map(({ numeric }) => [numeric.code, numeric.value])).toEqual([
      [heartRate, expected],
    ]);
    expect(noticesOf(bed)).toEqual([]);
  });

  it('keeps a number that came alone by its other code under the code that its alarms have', () => {
    const { bed } = bedWith(hr(170, { code: 'MDC_ECG_CARD_BEAT_RATE' }));
    expect([...bed.values.keys()]).toEqual([heartRate]);
    expect(bed.values.get(heartRate)?.numeric.code).toBe(heartRate);
  });

  it('says nothing if each comes once', () => {
    expect(noticesOf(bedWith(hr(80)).bed)).toEqual([]);
  });
});

describe('of two values of one instant', () => {
  type Sent = { atMs: number; value: number; receivedMs: number; boot: string; seq: number };
  const sent = (value: number, seq: number, receivedMs: number, more: Partial<Sent> = {}): Sent => ({
    ...{ atMs: t0, value, receivedMs: t0 + receivedMs, boot: 'b', seq },
    ...more,
  });
  const ahead = { atMs: t0 + 60_000 };

  it.each<[string, Sent[], number]>([
    ['the later receipt counts', [sent(80, 1, 10), sent(30, 2, 500)], 30],
    ['the later receipt counts, back to normal', [sent(30, 1, 10), sent(80, 2, 500)], 80],
    ['a correction within the same millisecond counts', [sent(80, 1, 10), sent(30, 2, 10)], 30],
    ['the first, sent again after its correction, does not', [sent(80, 1, 10), sent(30, 2, 500), sent(80, 1, 900)], 30],
    [
      'nor does it from a clock that is ahead',
      [sent(80, 1, 10, ahead), sent(30, 2, 500, ahead), sent(80, 1, 900, ahead)],
      30,
    ],
    ['a correction from a clock that is ahead counts', [sent(80, 1, 10, ahead), sent(30, 2, 500, ahead)], 30],
    ['a correction after a restart of the device counts', [sent(80, 9, 10), sent(30, 1, 500, { boot: 'c' })], 30],
    [
      'the first, sent again after a restart corrected it, does not',
      [sent(80, 9, 10), sent(30, 1, 500, { boot: 'c' }), sent(80, 9, 900)],
      30,
    ],
    [
      'the first, sent again after two restarts and newer values, does not, though the device’s clock is ahead',
      [
        sent(80, 9, 10, { atMs: t0 + 60_000 }),
        sent(31, 1, 500, { boot: 'c', atMs: t0 + 60_001 }),
        sent(30, 1, 700, { boot: 'd', atMs: t0 + 60_002 }),
        sent(80, 9, 900, { atMs: t0 + 60_000 }),
        sent(31, 1, 950, { boot: 'c', atMs: t0 + 60_001 }),
      ],
      30,
    ],
    [
      'a later word of the start before the restart counts',
      [sent(80, 9, 10), sent(30, 1, 500, { boot: 'c' }), sent(31, 10, 900)],
      31,
    ],
    [
      'history that is read again brings nothing back',
      [sent(80, 1, 10), sent(30, 1, 500, { boot: 'c' }), sent(80, 1, 10)],
      30,
    ],
    ['a later instant counts, whatever its number', [sent(80, 9, 10), sent(81, 1, 2000, { atMs: t0 + 1000 })], 81],
    ['an earlier instant does not, whatever its number', [sent(80, 1, 10), sent(79, 2, 2000, { atMs: t0 - 1000 })], 80],
  ])('%s', (_name, readings, expected) => {
    const state = oneBed();
    for (const { atMs, value, receivedMs, boot, seq } of readings)
      foldObservation(state, 'assoc-01', observation('d1', atMs, [hr(value)], receivedMs), t0 + 2000, { boot, seq });
    expect(shown(state)?.value).toBe(expected);
  });

  it('an exact repeat changes nothing, so no screen gets it', () => {
    const state = oneBed();
    const fold = () => foldObservation(state, 'assoc-01', observation('d1', t0, [hr(80)]), t0, { boot: 'b', seq: 1 });
    fold();
    const { n } = state;
    fold();
    expect(state.n).toBe(n);
  });
});
