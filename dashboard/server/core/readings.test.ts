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
const shownValue = (state: ReturnType<typeof emptyState>, id = 'assoc-01') =>
  state.beds.get(id)?.values.get('MDC_ECG_HEART_RATE')?.numeric;

describe('the shown value', () => {
  const cases: [string, [number, number, number?][], number | undefined][] = [
    [
      'a newer value replaces the shown value',
      [
        [t0, 80],
        [t0 + 1000, 81],
      ],
      81,
    ],
    [
      'an older value that comes later does not replace the shown value',
      [
        [t0, 80],
        [t0 - 1, 60, t0 + 5000],
      ],
      80,
    ],
    [
      'a value with the same time and receive time does not replace the shown value',
      [
        [t0, 80],
        [t0, 81],
      ],
      80,
    ],
    [
      'a value of one millisecond later replaces the shown value',
      [
        [t0, 80],
        [t0 + 1, 81],
      ],
      81,
    ],
    [
      'a value of 0 is shown as 0',
      [
        [t0, 80],
        [t0 + 1000, 0],
      ],
      0,
    ],
    // The device's clock is an hour ahead for one reading. The next reading, received 1 s later, is newer nevertheless.
    [
      'a value with a time in the future does not hide the values after it',
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
    expect(shownValue(state)?.value).toBe(expected);
  });

  it.each([
    [
      'a missing value',
      { code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' as const },
      'invalid',
      undefined,
    ],
    ['a missing value without a validity', { code: 'MDC_ECG_HEART_RATE', unit: '/min' }, 'invalid', undefined],
    ['an impossible value', hr(351), 'invalid', undefined],
    ['the highest possible value', hr(350), undefined, 350],
    ['a value in another unit', hr(80, { unit: 'Hz' }), 'invalid', undefined],
    ['a calibrating value', hr(80, { validity: 'calibrating' }), 'calibrating', undefined],
    ['a questionable value', hr(80, { validity: 'questionable' }), 'questionable', 80],
  ])('%s is shown with its validity', (_, sent, validity, value) => {
    const state = oneBed();
    foldObservation(state, 'assoc-01', observation('d1', t0, [sent]), t0);
    expect([shownValue(state)?.validity, shownValue(state)?.value]).toEqual([validity, value]);
  });

  it('a first cuff pressure has the interval of its parameter, and a first heart rate has the default interval', () => {
    const state = oneBed();
    const nibp = { code: 'MDC_PRESS_BLD_NONINV_SYS', value: 120, unit: 'mm[Hg]' };
    foldObservation(state, 'assoc-01', observation('d1', t0, [nibp, hr(80)]), t0);
    expect(state.beds.get('assoc-01')?.values.get(nibp.code)?.numeric.intervalMs).toBe(3_600_000);
    expect(shownValue(state)?.intervalMs).toBe(1000);
  });

  const cuff = { code: 'MDC_PRESS_CUFF_SYS', value: 120, unit: 'mm[Hg]' };
  const temperature = { code: 'MDC_TEMP_BODY', value: 36.9, unit: 'Cel' };
  const intervalOf = (state: ReturnType<typeof emptyState>, code: string) =>
    state.beds.get('assoc-01')?.values.get(code)?.numeric.intervalMs;

  it('each parameter has the interval at which its own values come', () => {
    const state = oneBed();
    for (let second = 0; second <= 3600; second += 1) {
      const values = [hr(80), ...(second % 2 === 0 ? [temperature] : []), ...(second % 900 === 0 ? [cuff] : [])];
      foldObservation(state, 'assoc-01', observation('d1', t0 + second * 1000, values), t0 + second * 1000);
    }
    expect(intervalOf(state, cuff.code)).toBe(900_000);
    expect(intervalOf(state, temperature.code)).toBe(2000);
    expect(shownValue(state)?.intervalMs).toBe(1000);
  });

  it('old values that are read after the newest value change its interval; the screens get the new interval', () => {
    const state = oneBed();
    const nowMs = t0 + 3_600_000;
    const cuffAt = (minutes: number) => observation('d1', t0 + minutes * 60_000, [cuff]);
    foldObservation(state, 'assoc-01', cuffAt(60), nowMs);
    expect(intervalOf(state, cuff.code)).toBe(3_600_000);
    const before = state.changeNo;
    for (const minutes of [0, 15, 30, 45]) foldObservation(state, 'assoc-01', cuffAt(minutes), nowMs);
    expect(intervalOf(state, cuff.code)).toBe(900_000);
    expect(state.beds.get('assoc-01')!.changeNo).toBeGreaterThan(before);
    expect(state.beds.get('assoc-01')!.values.get(cuff.code)!.changeNo).toBeGreaterThan(before);
  });

  it('a value with an unknown code or an invalid time is ignored', () => {
    const state = oneBed();
    foldObservation(state, 'assoc-01', observation('d1', t0, [{ code: 'MDC_X', value: 1, unit: '1' }]), t0);
    const wrong = observation('d1', t0, [hr(80)]);
    wrong.reading.time = '2026-02-30T00:00:00.000Z';
    foldObservation(state, 'assoc-01', wrong, t0);
    expect(state.beds.get('assoc-01')?.values.size).toBe(0);
  });
});

describe('the bed of a reading', () => {
  it('a reading goes to the bed of its association, and is left out if the association has ended', () => {
    const state = emptyState();
    const former = period('assoc-old', 'icu', { to: formatInstant(t0 - 1000) });
    const current = period('assoc-new', 'icu', { from: formatInstant(t0 - 1000) });
    foldAssociations(state, table('d1', 2, former, current));
    foldObservation(state, 'assoc-old', observation('d1', t0 - 5000, [hr(60)], t0), t0);
    foldObservation(state, 'assoc-new', observation('d1', t0, [hr(80)]), t0);
    expect([...state.beds.keys()]).toEqual(['assoc-new']);
    expect(shownValue(state, 'assoc-new')?.value).toBe(80);
    expect(state.leftOut).toBe(1);
  });

  it('a reading of a device without an association goes to a bed without a ward, until the device gets an association', () => {
    const state = emptyState();
    foldObservation(state, 'u-device-1', observation('d1', t0, [hr(80)]), t0);
    expect(state.beds.get('u-device-1')?.period).toBeUndefined();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    expect([...state.beds.keys()]).toEqual(['assoc-01']);
    foldObservation(state, 'u-device-1', observation('d1', t0 + 1000, [hr(81)]), t0);
    expect([...state.beds.keys()]).toEqual(['assoc-01']);
  });

  it('a device without a bed is removed from the screens after unassignedForgetMs of silence', () => {
    const state = emptyState();
    foldObservation(state, 'u-device-1', observation('d1', t0, [hr(80)]), t0);
    tick(state, t0 + unassignedForgetMs);
    expect(state.beds.size).toBe(1);
    tick(state, t0 + unassignedForgetMs + 1);
    expect(state.beds.size).toBe(0);
  });
});

describe('a start of the server after the machine’s clock was set back', () => {
  it.each([10_000, 600_000, 864_000_000])(
    'after the clock was set back by %i ms, present readings replace readings with later times',
    (backMs) => {
      const state = oneBed();
      const nowMs = t0 - backMs;
      foldObservation(state, 'assoc-01', observation('d1', t0, [hr(80)]), nowMs);
      foldObservation(state, 'assoc-01', observation('d1', nowMs + 1000, [hr(150)]), nowMs + 1000);
      expect(state.beds.get('assoc-01')?.values.get('MDC_ECG_HEART_RATE')?.numeric.value).toBe(150);
    },
  );

  it('if a device was lost at a time in the future, the server notes the present time', () => {
    const state = oneBed();
    const nowMs = t0 - 600_000;
    const silence = { kind: 'technical', condition: 'no-data', onsetAt: formatInstant(t0 - 5000) } as const;
    const silent = alarm('alarm-0000000001', 'assoc-01', 1, silence);
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: silent }, nowMs);
    expect(state.devices.get('d1')?.lostAtMs).toBe(nowMs);
  });

  it('a new connection record replaces the former record, even if the former record has a later time', () => {
    const state = oneBed();
    const nowMs = t0 - 600_000;
    const connectionRecord = (connected: boolean, ms: number) =>
      ({ deviceId: 'd1', receivedAt: formatInstant(ms), connected }) as Parameters<typeof foldConnection>[2];
    foldConnection(state, 'assoc-01', connectionRecord(true, t0), nowMs);
    foldConnection(state, 'assoc-01', connectionRecord(false, nowMs + 1000), nowMs + 1000);
    expect(state.devices.get('d1')?.online).toBe(false);
  });
});

describe('foldAssociations', () => {
  it('a bed appears and disappears when the record of its association is folded, at any time of the clock', () => {
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

  it('a patient who was admitted before the clock was set back stays on the screens', () => {
    const state = emptyState();
    const at = formatInstant(t0 + 600_000);
    foldAssociations(
      state,
      table('d1', 1, period('assoc-01', 'icu', { to: at }), period('assoc-02', 'icu', { from: at })),
    );
    tick(state, t0);
    expect([...state.beds.keys()]).toEqual(['assoc-02']);
  });

  it('an older version of a table changes nothing', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 2, period('assoc-02')));
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    expect([...state.beds.keys()]).toEqual(['assoc-02']);
  });
});

describe('the state of a device', () => {
  const at = (ms: number) => formatInstant(ms);
  it('the latest connection, status or reading decides whether a device is online', () => {
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

  it('records about older connections of a device do not change whether it is online', () => {
    const state = oneBed();
    const online = () => state.devices.get('d1')?.online;
    const connection = (claim: number, ms: number, connected: boolean) =>
      foldConnection(state, 'assoc-01', { deviceId: 'd1', receivedAt: at(t0 + ms), connected, claim }, t0);
    const will = (ms: number, claim: number, reason: 'will' | 'taken-over') =>
      foldStatus(
        state,
        'assoc-01',
        { deviceId: 'd1', receivedAt: at(t0 + ms), will: { claim, reason }, reading: { online: false } },
        t0,
      );
    connection(10, 0, true);
    connection(20, 1000, true);
    connection(10, 2000, false);
    will(2100, 10, 'will');
    will(2100, 20, 'taken-over');
    expect(online()).toBe(true);
    connection(20, 3000, false);
    expect(online()).toBe(false);
    // The clock of this gateway is behind.
    connection(30, 2500, true);
    expect(online()).toBe(true);
    will(4000, 30, 'will');
    expect(online()).toBe(false);
  });

  it('a status without conditions does not change the conditions of a device', () => {
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

it('a wave stays at its bed until no chunk has come for 10 s', () => {
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

describe('the time at which a device was lost', () => {
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
  ] as const)('a connection that ended with the reason %s counts as lost: %s', (reason, isLost) => {
    const state = oneBed();
    fold(state, t0, {});
    fold(state, t0 + 5000, ends(reason));
    fold(state, t0 + 9000, {});
    expect(state.devices.get('d1')?.lostAtMs).toBe(isLost ? t0 + 5000 : 0);
    expect(state.devices.get('d1')?.online).toBe(true);
  });

  it('a device is lost by its will or by an alarm about its silence, but not by an alarm about one silent parameter', () => {
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
    const raise = (fields: Partial<Alarm>, atMs: number) =>
      foldAlarmEvent(
        state,
        { type: 'raised', at: formatInstant(atMs), alarm: alarm(`n-${atMs}`, 'assoc-01', 1, { ...noData, ...fields }) },
        atMs,
      );
    raise({ code: 'MDC_ECG_HEART_RATE' }, t0 + 30_500);
    expect(state.devices.get('d1')?.lostAtMs).toBe(t0 + 1000);
    raise({}, t0 + 31_000);
    expect(state.devices.get('d1')?.lostAtMs).toBe(t0 + 30_000);
  });

  it('an old reading that is read after the alarm of a later silence does not hide the silence, as after a restart', () => {
    const state = oneBed();
    const silence = { kind: 'technical', condition: 'no-data', onsetAt: formatInstant(t0 + 60_000) } as const;
    const raised = alarm('silent-01', 'assoc-01', 1, silence);
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0 + 70_000), alarm: raised }, t0 + 600_000);
    fold(state, t0, { claim: 1 });
    foldObservation(state, 'assoc-01', observation('d1', t0 + 1_000, [hr(80)]), t0 + 600_000);
    foldObservation(state, 'assoc-01', observation('d1', t0 + 600_000, [hr(81)]), t0 + 600_000);
    expect(state.devices.get('d1')).toMatchObject({ online: true, lostAtMs: t0 + 60_000 });
  });

  it('after the clock was set back, a device that connects again is not lost', () => {
    const state = oneBed();
    fold(state, t0, {});
    fold(state, t0 + 600_000, { ...ends('closed'), claim: 1 });
    fold(state, t0 + 1000, { claim: 2 });
    expect(state.devices.get('d1')?.lostAtMs).toBe(t0 + 999);
  });
});

describe('a parameter that is twice in one message', () => {
  const heartRate = 'MDC_ECG_HEART_RATE';
  function bedWith(...values: NumericValue[]) {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    foldObservation(state, 'assoc-01', observation('d1', t0, values), t0);
    return { state, bed: state.beds.get('assoc-01')! };
  }

  it.each<[string, NumericValue[], number]>([
    ['the more dangerous value first', [hr(30), hr(80)], 30],
    ['the more dangerous value last', [hr(80), hr(30)], 30],
    ['two codes of one measurement', [hr(80), hr(30, { code: 'MDC_ECG_CARD_BEAT_RATE' })], 30],
  ])('the more dangerous of two values is shown, without a notice: %s', (_name, values, expected) => {
    const { bed } = bedWith(...values);
    expect([...bed.values.values()].map(({ numeric }) => [numeric.code, numeric.value])).toEqual([
      [heartRate, expected],
    ]);
    expect(noticesOf(bed)).toEqual([]);
  });

  it('an unusable value keeps the time of the last usable value, by which the trends find what InfluxDB lacks', () => {
    const state = oneBed();
    const usableMs = () => state.beds.get('assoc-01')?.values.get('MDC_ECG_HEART_RATE')?.usableMs;
    foldObservation(state, 'assoc-01', observation('d1', t0, [hr(80, { validity: 'invalid' })]), t0);
    expect(usableMs()).toBeUndefined();
    foldObservation(state, 'assoc-01', observation('d1', t0 + 1_000, [hr(80)]), t0 + 1_000);
    foldObservation(state, 'assoc-01', observation('d1', t0 + 2_000, [hr(80, { validity: 'invalid' })]), t0 + 2_000);
    expect(usableMs()).toBe(t0 + 1_000);
  });

  it('a value with the second code of its measurement is shown under the first code, which its alarms have', () => {
    const { bed } = bedWith(hr(170, { code: 'MDC_ECG_CARD_BEAT_RATE' }));
    expect([...bed.values.keys()]).toEqual([heartRate]);
    expect(bed.values.get(heartRate)?.numeric.code).toBe(heartRate);
  });

  it('a parameter that is only one time in a message causes no notice', () => {
    expect(noticesOf(bedWith(hr(80)).bed)).toEqual([]);
  });
});

describe('two values with the same device time', () => {
  type Sent = { atMs: number; value: number; receivedMs: number; boot: string; seq: number };
  const sent = (value: number, seq: number, receivedMs: number, more: Partial<Sent> = {}): Sent => ({
    ...{ atMs: t0, value, receivedMs: t0 + receivedMs, boot: 'b', seq },
    ...more,
  });
  const ahead = { atMs: t0 + 60_000 };

  it.each<[string, Sent[], number]>([
    ['the value that was received later is shown', [sent(80, 1, 10), sent(30, 2, 500)], 30],
    ['the value that was received later is shown, even if it is normal', [sent(30, 1, 10), sent(80, 2, 500)], 80],
    ['a correction that was received in the same millisecond is shown', [sent(80, 1, 10), sent(30, 2, 10)], 30],
    [
      'a repeat of the first value after its correction is not shown',
      [sent(80, 1, 10), sent(30, 2, 500), sent(80, 1, 900)],
      30,
    ],
    [
      'a repeat of the first value is not shown, even if the clock is ahead',
      [sent(80, 1, 10, ahead), sent(30, 2, 500, ahead), sent(80, 1, 900, ahead)],
      30,
    ],
    ['a correction from a clock that is ahead is shown', [sent(80, 1, 10, ahead), sent(30, 2, 500, ahead)], 30],
    ['a correction after a restart of the device is shown', [sent(80, 9, 10), sent(30, 1, 500, { boot: 'c' })], 30],
    [
      'a repeat of the first value is not shown after a restart and a correction',
      [sent(80, 9, 10), sent(30, 1, 500, { boot: 'c' }), sent(80, 9, 900)],
      30,
    ],
    [
      'a repeat of the first value is not shown after two restarts with a clock that is ahead',
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
      'a later reading of the former start is shown',
      [sent(80, 9, 10), sent(30, 1, 500, { boot: 'c' }), sent(31, 10, 900)],
      31,
    ],
    [
      'old records that are read again do not bring a value back',
      [sent(80, 1, 10), sent(30, 1, 500, { boot: 'c' }), sent(80, 1, 10)],
      30,
    ],
    [
      'a value with a later time is shown, even with a lower number',
      [sent(80, 9, 10), sent(81, 1, 2000, { atMs: t0 + 1000 })],
      81,
    ],
    [
      'a value with an earlier time is not shown, not even with a higher number',
      [sent(80, 1, 10), sent(79, 2, 2000, { atMs: t0 - 1000 })],
      80,
    ],
  ])('%s', (_name, readings, expected) => {
    const state = oneBed();
    for (const { atMs, value, receivedMs, boot, seq } of readings)
      foldObservation(state, 'assoc-01', observation('d1', atMs, [hr(value)], receivedMs), t0 + 2000, { boot, seq });
    expect(shownValue(state)?.value).toBe(expected);
  });

  it('an exact repeat of a reading changes nothing', () => {
    const state = oneBed();
    const fold = () => foldObservation(state, 'assoc-01', observation('d1', t0, [hr(80)]), t0, { boot: 'b', seq: 1 });
    fold();
    const { changeNo: n } = state;
    fold();
    expect(state.changeNo).toBe(n);
  });
});
