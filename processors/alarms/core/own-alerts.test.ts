/** Tests of the alarms that a device raises itself (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import { builtInAlertCodes } from '../../../contracts/alert-codes.ts';
import { alertsMax, type DeviceAlert } from '../../../contracts/messages/device-alerts.ts';
import { type Bed, bed, env, reading, t0 } from '../../bed.testing.ts';
import { step } from './engine.ts';
import type { AlertsInput, AssociationInput } from './inputs.ts';
import { migrate } from './migrate.ts';
import { takeAlertList } from './own-alerts.ts';
import { adultProfile } from './profile.ts';
import { initialState } from './state.ts';

const vt: DeviceAlert = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: '*** VTACH' };
const low: DeviceAlert = {
  ...{ code: 'MDC_EVT_LO_VAL_LT_LIM', priority: 'medium', kind: 'physiological', text: 'SpO2 83 < 88' },
  ...{ parameter: 'MDC_PULS_OXIM_SAT_O2', value: 83, limit: 88 },
};
const leadsOff: DeviceAlert = { code: 'MDC_EVT_LEADS_OFF', priority: 'low', kind: 'technical', text: 'Leads off' };
const fast: DeviceAlert = {
  ...{ code: 'MDC_EVT_ECG_TACHY', priority: 'medium', kind: 'physiological', text: 'Tachycardia' },
};
const vendorAlert: DeviceAlert = { code: 'ACME-17', priority: 'medium', kind: 'physiological', text: 'Kink in line' };

const adult: AssociationInput = { type: 'association', category: 'adult', ward: 'ICU', endedAt: null };

let seq = 0;
function list(s: number, alerts: readonly DeviceAlert[], more: Partial<AlertsInput> = {}): AlertsInput {
  const time = t0 + s * 1000;
  seq += 1;
  return {
    ...{ type: 'alerts', deviceId: 'bed-01', boot: 'b1', seq, time, receivedAt: time + 20, alerts, sound: 'on' },
    ...more,
  };
}
/** Returns the events, for example `raised MDC_EVT_ECG_V_TACHY on`. */
const eventTexts = (patientBed: Bed) =>
  patientBed.events.map(({ type, alarm }) => `${type} ${alarm.condition} ${alarm.signal}`);
const alarmSignals = (patientBed: Bed) =>
  Object.values(patientBed.liveAlarms()).map(({ condition, signal }) => `${condition} ${signal}`);
const firstAlarm = (patientBed: Bed) => Object.values(patientBed.liveAlarms())[0]!;

describe('an alarm of the device', () => {
  it('an alarm of the device is raised immediately and marked as the device’s alarm', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [{ ...low, since: new Date(t0 + 2_000).toISOString() }]));
    expect(eventTexts(patientBed)).toEqual(['raised MDC_EVT_LO_VAL_LT_LIM on']);
    expect(firstAlarm(patientBed)).toMatchObject({
      ...{ origin: 'device', priority: 'medium', kind: 'physiological', text: 'SpO2: Below the limit (SpO2 83 < 88)' },
      ...{ code: 'MDC_PULS_OXIM_SAT_O2', value: 83, limit: 88, unit: '%', late: false },
      ...{ onsetAt: new Date(t0 + 2_000).toISOString(), determinedAt: new Date(t0 + 5_000).toISOString() },
    });
  });

  it.each([
    ['keeps the value of its first list', 0, { value: 83, limit: 88 }],
    ['has the value of a list 2 s after the onset', 2, { value: 83, limit: 88 }],
    ['has no value at the onset if the first list came later', 3, undefined],
  ])('an alarm of the device %s', (_name, listS, atOnset) => {
    const patientBed = bed();
    const since = new Date(t0 + 2_000).toISOString();
    patientBed.feed(list(2 + listS, [{ ...low, since }]));
    patientBed.feed(list(30, [{ ...low, since, value: 79 }]));
    const alarm = firstAlarm(patientBed);
    expect(alarm.value).toBe(79);
    expect(alarm.atOnset).toEqual(atOnset && { code: 'MDC_PULS_OXIM_SAT_O2', ...atOnset, unit: '%' });
  });

  it('two alarms of the device that share one alarm have no value at the onset, nor has an alarm without a limit', () => {
    const patientBed = bed();
    patientBed.feed(list(2, [low, { ...low, text: 'SpO2 81 < 88', value: 81 }, vt]));
    expect(Object.values(patientBed.liveAlarms()).map(({ atOnset }) => atOnset)).toEqual([undefined, undefined]);
  });

  it('an alarm of the device ends only with the first list that does not contain it', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [low]));
    patientBed.feed({ type: 'connection', deviceId: 'bed-01', receivedAt: t0 + 6_000, connected: false });
    patientBed.feedEachSecond(7, 40, { SpO2: 97 });
    patientBed.tick(4_000);
    expect(alarmSignals(patientBed)).toContain('MDC_EVT_LO_VAL_LT_LIM on');
    patientBed.feed(list(4_001, []));
    expect(patientBed.eventTypes('MDC_EVT_LO_VAL_LT_LIM').slice(-2)).toEqual(['resolved', 'cleared']);
  });

  it('an alarm of the device that returns within 30 s with the same `since` keeps its acknowledgement', () => {
    const patientBed = bed();
    const alert = { ...low, since: new Date(t0 + 2_000).toISOString() };
    patientBed.feed(list(5, [alert]));
    patientBed.acknowledge(6, Object.keys(patientBed.liveAlarms())[0]!);
    patientBed.feed(list(10, []));
    patientBed.feed(list(15, [alert]));
    expect(firstAlarm(patientBed)).toMatchObject({ onsets: 2, signal: 'acknowledged' });
    patientBed.feed(list(20, []));
    patientBed.feed(list(51, [alert]));
    expect(firstAlarm(patientBed)).toMatchObject({ onsets: 1, signal: 'on' });
  });

  it('a high physiological alarm of the device latches, and a technical alarm does not', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [vt, { ...leadsOff, priority: 'high' }]));
    patientBed.feed(list(9, []));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY latched']);
    patientBed.command(10, { type: 'acknowledge', alarmId: firstAlarm(patientBed).alarmId });
    expect(alarmSignals(patientBed)).toEqual([]);
  });

  it('a high alarm of the device ends an audio pause, and a less serious alarm does not', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 8, { HR: 150 });
    patientBed.command(9, { type: 'pause-audio', forMs: 120_000 });
    patientBed.feed(list(10, [leadsOff]));
    expect(Object.values(patientBed.liveAlarms()).every(({ audioPausedUntil }) => audioPausedUntil !== undefined)).toBe(
      true,
    );
    patientBed.feed(list(11, [leadsOff, vt]));
    expect(Object.values(patientBed.liveAlarms()).map(({ audioPausedUntil }) => audioPausedUntil)).toEqual(
      Object.values(patientBed.liveAlarms()).map(() => undefined),
    );
  });

  it('an acknowledged alarm that the device makes more serious is a new alarm and calls', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [low]));
    patientBed.command(6, { type: 'acknowledge', alarmId: firstAlarm(patientBed).alarmId });
    patientBed.feed(list(7, [{ ...low, priority: 'high' }]));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_LO_VAL_LT_LIM on']);
    expect(firstAlarm(patientBed).priority).toBe('high');
  });

  it('an alarm of the device whose numbers change stays one alarm and publishes a worse value after 5 s', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [low]));
    patientBed.feed(list(8, [{ ...low, value: 80, text: 'SpO2 80 < 88' }]));
    patientBed.feed(list(11, [{ ...low, value: 79, text: 'SpO2 79 < 88' }]));
    expect(eventTexts(patientBed)).toEqual(['raised MDC_EVT_LO_VAL_LT_LIM on', 'updated MDC_EVT_LO_VAL_LT_LIM on']);
    expect(firstAlarm(patientBed)).toMatchObject({ value: 79, onsetAt: new Date(t0 + 5_000).toISOString() });
  });

  it('an alarm with an unknown code has the device’s text, and another text with this code makes another alarm', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [vendorAlert]));
    expect(firstAlarm(patientBed)).toMatchObject({ condition: 'ACME-17', text: 'Kink in line' });
    patientBed.feed(list(6, [vendorAlert, { ...vendorAlert, text: 'Pump stopped' }]));
    expect(patientBed.raisedConditions()).toEqual(['ACME-17', 'ACME-17']);
    patientBed.feed(list(7, [{ ...vendorAlert, text: 'Pump stopped' }]));
    expect(Object.values(patientBed.liveAlarms()).map(({ text }) => text)).toEqual(['Pump stopped']);
  });

  it('an alarm with a code of the hospital’s table has the text of that table', () => {
    const alertCodes = () => new Map([['ACME-17', { text: 'Line kinked' }]]);
    const env = { hash: (text: string) => text.slice(0, 40).padEnd(16, '-'), profile: () => undefined, alertCodes };
    const { events } = step(env, initialState('association-1'), list(5, [vendorAlert]), t0 + 5_000);
    expect(events[0]?.alarm.text).toBe('Line kinked (Kink in line)');
  });

  it('the text of an alarm of the device has at most 120 characters, which are all visible', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [{ ...vendorAlert, text: `a\u202eb ${'é'.repeat(118)}` }]));
    expect(firstAlarm(patientBed).text).toMatch(/^a\\u\{202e\}b é+…$/);
    expect(firstAlarm(patientBed).text.length).toBe(120);
  });
});

describe('the order of lists', () => {
  it('a list with a lower number and an earlier time changes no present alarm', () => {
    const patientBed = bed();
    patientBed.feed(list(10, [vt], { seq: 12 }));
    patientBed.feed(list(9, [], { seq: 11, receivedAt: t0 + 11_000 }));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
    expect(patientBed.raisedConditions()).toHaveLength(1);
  });

  it('a high alarm of an older list is recorded once and latches', () => {
    const patientBed = bed();
    patientBed.feed(list(10, [], { seq: 12 }));
    const older = list(8, [vt], { seq: 11, receivedAt: t0 + 11_000 });
    for (let times = 0; times < 3; times += 1) patientBed.feed(older);
    expect(eventTexts(patientBed)).toEqual(['raised MDC_EVT_ECG_V_TACHY on', 'resolved MDC_EVT_ECG_V_TACHY latched']);
    expect(firstAlarm(patientBed)).toMatchObject({ late: true, resolvedAt: new Date(t0 + 10_000).toISOString() });
  });

  it('an older list with a known alarm raises no second alarm', () => {
    const patientBed = bed();
    patientBed.feed(list(7, [low], { seq: 10 }));
    patientBed.feed(list(10, [], { seq: 12 }));
    patientBed.feed(list(8, [low], { seq: 11, receivedAt: t0 + 11_000 }));
    expect(patientBed.raisedConditions()).toHaveLength(1);
    expect(alarmSignals(patientBed)).toEqual([]);
  });

  it('a repeated list changes nothing', () => {
    const patientBed = bed();
    const first = list(7, [low], { seq: 10 });
    patientBed.feed(first);
    patientBed.feed(list(10, [], { seq: 11 }));
    patientBed.feed(first);
    expect(patientBed.raisedConditions()).toHaveLength(1);
  });

  it('a list with a lower number and a later time raises its alarms', () => {
    const patientBed = bed();
    patientBed.feed(list(7, [], { seq: 500 }));
    patientBed.feed(list(20, [vt], { seq: 1 }));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
  });

  it('the first list of a new start raises its alarms and ends others, even if the clock of the list’s gateway is behind', () => {
    const patientBed = bed();
    patientBed.feed(list(7, [low], { seq: 500 }));
    patientBed.feed(list(8, [vt], { boot: 'b2', seq: 1, receivedAt: t0 + 2_000 }));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
  });

  it('a delayed list of an earlier start ends no alarm', () => {
    const patientBed = bed();
    patientBed.feed(list(7, [], { seq: 500 }));
    patientBed.feed(list(9, [vt], { boot: 'b2', seq: 1 }));
    patientBed.feed(list(8, [], { seq: 501, receivedAt: t0 + 10_000 }));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
  });

  it('late lists of an unknown start end no alarm, and the next current list ends the alarms that these late lists raised', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 40, { HR: 80 });
    patientBed.feed(list(40, [vt], { boot: 'b2', seq: 1, sound: 'off' }));
    patientBed.feed(list(10, [low], { boot: 'b0', seq: 7, receivedAt: t0 + 41_000 }));
    patientBed.feed(list(12, [], { boot: 'b0', seq: 8, receivedAt: t0 + 41_500 }));
    expect(alarmSignals(patientBed)).toEqual([
      'MDC_EVT_ECG_V_TACHY on',
      'device-sound-off on',
      'MDC_EVT_LO_VAL_LT_LIM on',
    ]);
    expect(Object.values(patientBed.liveAlarms()).at(-1)!.late).toBe(true);
    patientBed.feed(list(42, [vt], { boot: 'b2', seq: 2 }));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
  });

  it('lists of a new start whose clock is behind raise alarms immediately; they end alarms only after Vigil knows that clock', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 40, { HR: 80 });
    patientBed.feed(list(40, [vt], { seq: 1 }));
    const behind = (s: number) => ({ boot: 'b2', receivedAt: t0 + (s + 3_600) * 1000 });
    patientBed.feed(list(-3_559, [low], { ...behind(-3_559), seq: 1 }));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY on', 'MDC_EVT_LO_VAL_LT_LIM on']);
    for (let s = -3_558; s < -3_400; s += 1)
      patientBed.feed(reading(s, { HR: 80 }, { ...behind(s), start: 'b2', seq: s + 4_000 }));
    patientBed.feed(list(-3_400, [low], { ...behind(-3_400), seq: 2 }));
    expect(alarmSignals(patientBed).filter((text) => text.startsWith('MDC'))).toEqual([
      'MDC_EVT_ECG_V_TACHY latched',
      'MDC_EVT_LO_VAL_LT_LIM on',
    ]);
  });

  it('a later list of an earlier start raises its alarms, and ends an alarm that the list does not contain', () => {
    const patientBed = bed();
    patientBed.feed(list(7, [], { seq: 500 }));
    patientBed.feed(list(9, [vt], { boot: 'b2', seq: 1 }));
    patientBed.feed(list(10, [low], { seq: 501 }));
    expect(alarmSignals(patientBed)).toContain('MDC_EVT_LO_VAL_LT_LIM on');
    expect(patientBed.eventTypes('MDC_EVT_ECG_V_TACHY')).toEqual(['raised', 'resolved']);
  });

  it('lists that are swapped by up to five places lose no alarm and raise no alarm twice', () => {
    // Every second list contains one alarm. The same alarm comes again 16 lists later.
    const lists = Array.from({ length: 64 }, (_, i) =>
      list(10 + 60 * i, i % 2 === 1 ? [{ ...vt, code: `X-${i % 16}` }] : [], { seq: 1_000 + i }),
    );
    for (let distance = 0; distance <= 5; distance += 1) {
      const patientBed = bed();
      const swapped = lists
        .map((sent, i) => ({ sent, at: i + ((i * 7) % (distance + 1)) }))
        .sort((a, b) => a.at - b.at);
      for (const { sent } of swapped) patientBed.feed(sent, t0 + 4_000_000);
      expect(patientBed.raisedConditions()).toHaveLength(8);
      expect(Object.values(patientBed.liveAlarms()).map(({ onsets, signal }) => `${onsets} ${signal}`)).toEqual(
        Array.from({ length: 8 }, () => expect.stringMatching(/^4 /)),
      );
    }
  });

  it('an alarm of a late list is late until a current list contains the alarm too', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 5, { HR: 80 });
    patientBed.feed(list(10, [vt], { receivedAt: t0 + 60_000 }));
    expect(firstAlarm(patientBed).late).toBe(true);
    patientBed.feed(list(61, [vt]));
    expect(Object.values(patientBed.liveAlarms()).find(({ origin }) => origin === 'device')).toMatchObject({
      late: false,
      signal: 'on',
    });
  });
});

describe('one cause with an alarm of the device and an alarm of Vigil', () => {
  it('the first of two equally serious alarms calls, and the second alarm is listed under the first', () => {
    const patientBed = bed();
    patientBed.feed(list(2, [fast]));
    patientBed.feedEachSecond(2, 20, { HR: 130 });
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_TACHY on', 'HR.high off']);
    expect(patientBed.liveAlarms()['HR.high']).toMatchObject({ under: 'MDC_EVT_ECG_TACHY', present: true });
    patientBed.feed(list(21, []));
    expect(alarmSignals(patientBed)).toEqual(['HR.high on']);
    expect(patientBed.liveAlarms()['HR.high']).not.toHaveProperty('under');
  });

  it('the alarm of Vigil calls if it was first', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { HR: 130 });
    patientBed.feed(list(11, [fast]));
    expect(alarmSignals(patientBed)).toEqual(['HR.high on', 'MDC_EVT_ECG_TACHY off']);
    patientBed.feedEachSecond(12, 20, { HR: 80 });
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_TACHY on']);
  });

  it('an extreme limit of Vigil calls although the device alarmed about the plain limit before', () => {
    const patientBed = bed();
    patientBed.feed(list(1, [low]));
    patientBed.feedEachSecond(2, 3, { SpO2: 80 });
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_LO_VAL_LT_LIM off', 'SpO2.extreme-low on']);
  });

  it('a high alarm of the device calls although Vigil alarmed about the plain limit before', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 12, { SpO2: 88 });
    patientBed.feed(list(13, [{ ...low, priority: 'high' }]));
    expect(alarmSignals(patientBed)).toEqual(['SpO2.low off', 'MDC_EVT_LO_VAL_LT_LIM on']);
  });

  it('an asystole of Vigil calls although the device has a high alarm about the heart rate', () => {
    const patientBed = bed();
    patientBed.feed(list(1, [{ ...fast, code: 'MDC_EVT_ECG_BRADY', priority: 'high' }]));
    patientBed.feedEachSecond(2, 3, { HR: 0 });
    expect(alarmSignals(patientBed)).toEqual(expect.arrayContaining(['MDC_EVT_ECG_BRADY off', 'asystole on']));
  });

  it('ventricular tachycardia, an alarm on the low side and an alarm of another parameter each have a cause of their own', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { HR: 130 });
    patientBed.feed(list(11, [vt, { ...fast, code: 'MDC_EVT_ECG_BRADY' }, low]));
    expect(alarmSignals(patientBed).every((text) => text.endsWith(' on'))).toBe(true);
  });

  it('a technical alarm of the device that is also in its status has one call', () => {
    const patientBed = bed();
    const conditions = [{ condition: 'MDC_EVT_LEADS_OFF', present: true } as const];
    const { seq: _seq, ...from } = { deviceId: 'bed-01', time: t0 + 1_000, receivedAt: t0 + 1_010, boot: 'b1', seq: 1 };
    patientBed.feed({ type: 'status', online: true, seq: 1, conditions, ...from });
    patientBed.feed(list(2, [leadsOff]));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_LEADS_OFF on', 'MDC_EVT_LEADS_OFF off']);
  });
});

describe('an alarm of the device whose cause is not a limit', () => {
  const high = { priority: 'medium', side: 'high', text: 'Signal high' } as const;

  it('a technical alarm of the device never has the cause of a limit', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 8, { HR: 130 });
    patientBed.feed(list(8, [{ ...high, code: 'ACME-18', kind: 'technical', parameter: 'MDC_ECG_HEART_RATE' }]));
    expect(alarmSignals(patientBed)).toEqual(['HR.high on', 'ACME-18 on']);
  });

  it('an alarm of the device without a parameter never has the cause of a limit', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 8, { HR: 130 });
    patientBed.feed(list(8, [{ ...high, code: 'ACME-19', kind: 'physiological' }]));
    expect(alarmSignals(patientBed)).toEqual(['HR.high on', 'ACME-19 on']);
  });
});

describe('the sound of the device', () => {
  it('a device sound that is off is a low alarm, which calls once and ends when the sound is on', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [], { sound: 'off' }));
    expect(firstAlarm(patientBed)).toMatchObject({
      condition: 'device-sound-off',
      priority: 'low',
      kind: 'technical',
      signal: 'on',
    });
    expect(firstAlarm(patientBed)).toMatchObject({ text: 'Sound of the monitor is off', late: false });
    patientBed.command(6, { type: 'acknowledge', alarmId: firstAlarm(patientBed).alarmId });
    patientBed.tick(3_600);
    expect(alarmSignals(patientBed)).toEqual(['device-sound-off acknowledged']);
    patientBed.feed(list(3_601, []));
    expect(alarmSignals(patientBed)).toEqual([]);
  });

  it('a device sound that is paused is shown without a call', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [vt], { sound: 'paused' }));
    patientBed.tick(600);
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY on', 'device-sound-paused off']);
    patientBed.feed(list(601, [vt], { sound: 'off' }));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_V_TACHY on', 'device-sound-off on']);
  });
});

describe('limits and ends of the device’s alarms', () => {
  it('a device that sends new codes all the time has at most 64 alarms, and one alarm for all others', () => {
    const patientBed = bed();
    for (let n = 0; n < 200; n += 1) patientBed.feed(list(n, [{ ...vt, code: `X-${n}` }]));
    expect(Object.keys(patientBed.liveAlarms())).toHaveLength(alertsMax + 1);
    expect(alarmSignals(patientBed)).toContain('more on');
    expect(JSON.stringify(patientBed.state().ownAlerts).length).toBeLessThan(4_000);
  });

  it('if a full list contains only new alarms, all these alarms are shown', () => {
    const patientBed = bed();
    const of64 = (prefix: string) =>
      Array.from({ length: alertsMax }, (_, i): DeviceAlert => ({ ...vendorAlert, code: `${prefix}${i}` }));
    patientBed.feed(list(1, of64('A')));
    patientBed.feed(list(2, of64('B')));
    expect(alarmSignals(patientBed)).toEqual(of64('B').map(({ code }) => `${code} on`));
  });

  it('all alarms of the device end when the patient’s time at the device ends; the new alarms of a list that arrives later are recorded once', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [vt], { sound: 'off' }));
    patientBed.endPeriod(100);
    expect(alarmSignals(patientBed)).toEqual([]);
    const late = list(50, [vt, low], { receivedAt: t0 + 110_000 });
    patientBed.feed(late);
    patientBed.feed(late);
    patientBed.feed(list(60, [vt, low], { receivedAt: t0 + 111_000 }));
    expect(alarmSignals(patientBed)).toEqual([]);
    expect(patientBed.raisedConditions()).toEqual(['MDC_EVT_ECG_V_TACHY', 'device-sound-off', 'MDC_EVT_LO_VAL_LT_LIM']);
  });

  it('a silent device without a patient stops calling when a person has acknowledged its alarms', () => {
    const patientBed = bed('unassigned');
    patientBed.feedEachSecond(0, 5, { HR: 80 });
    patientBed.feed(list(6, [leadsOff]));
    patientBed.tick(120);
    for (const { alarmId } of Object.values(patientBed.liveAlarms()))
      patientBed.command(121, { type: 'acknowledge', alarmId });
    expect(alarmSignals(patientBed)).toEqual([]);
  });

  it('a state that was saved before this detector existed gets an empty `ownAlerts`', () => {
    const patientBed = bed();
    patientBed.feed(list(5, [low]));
    const { ownAlerts: _none, ...before } = patientBed.state();
    expect(migrate('association-1', JSON.parse(JSON.stringify(before)))).toMatchObject({ ownAlerts: { alerts: {} } });
    expect(migrate('association-1', patientBed.state())).toEqual(patientBed.state());
  });
});

describe('the number of alarms that begin in a minute', () => {
  const lasting = (patientBed: Bed, alerts: readonly DeviceAlert[], from = 0) => {
    for (let i = 0; i < 260; i += 1) patientBed.feed(list(from + i / 10, alerts));
  };

  it('an alarm that is in 260 lists in a row is counted once', () => {
    const patientBed = bed();
    lasting(patientBed, [low]);
    patientBed.feed(list(30, [low, vt]));
    expect(patientBed.state().ownAlerts.begun).toEqual({ since: t0 + 20, n: 2 });
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_LO_VAL_LT_LIM on', 'MDC_EVT_ECG_V_TACHY on']);
  });

  it('a present alarm stays a separate alarm when too many alarms began in this minute; the new alarm goes into `more`', () => {
    const patientBed = bed();
    patientBed.feed(list(0, [low]));
    const full = { ...patientBed.state().ownAlerts, begun: { since: t0, n: 256 } };
    const context = { codes: builtInAlertCodes, late: false, latched: [], isEnded: false };
    const { part } = takeAlertList(full, list(1, [low, vt]), context);
    expect(Object.values(part.alerts).map(({ code }) => code)).toEqual(['MDC_EVT_LO_VAL_LT_LIM', 'more']);
  });
});

describe('the text of an alarm of the device', () => {
  const textOf = (alert: DeviceAlert) => {
    const patientBed = bed();
    patientBed.feed(list(1, [alert]));
    return firstAlarm(patientBed).text;
  };

  it.each([
    [' ', 'Ventricular tachycardia'],
    ['VENTRICULAR tachy', 'Ventricular tachycardia'],
    ['*** VTACH', 'Ventricular tachycardia (*** VTACH)'],
  ])(
    'the text of an alarm is the text of the table; the device’s text follows if it says something else: "%s"',
    (text, expected) => {
      expect(textOf({ ...vt, text })).toBe(expected);
    },
  );

  it.each([
    [120, 'x'.repeat(120)],
    [121, `${'x'.repeat(119)}…`],
  ])('the text of an alarm is cut to 120 characters: here it has %i characters', (length, expected) => {
    expect(textOf({ ...vendorAlert, text: 'x'.repeat(length) })).toBe(expected);
  });
});

describe('a device alarm with the name of a Vigil alarm', () => {
  const named = (code: string): DeviceAlert => ({ code, priority: 'high', kind: 'technical', text: 'Named' });

  /** Returns the alarms of Vigil that call after a minute in which only the respiratory rate came. */
  function silencesBeside(alerts: readonly DeviceAlert[]): string[] {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { HR: 80, SpO2: 97, RR: 15 });
    patientBed.feed(list(10, alerts));
    patientBed.feedEachSecond(11, 60, { RR: 15 });
    return Object.values(patientBed.liveAlarms())
      .filter(({ signal, origin }) => signal === 'on' && origin === undefined)
      .map(({ text }) => text);
  }

  it.each(['SpO2.silence', 'HR.silence', 'silence'])(
    'a device alarm with the name of a Vigil alarm does not hide the silence of a parameter: %s',
    (code) => {
      expect(silencesBeside([]).length).toBeGreaterThan(1);
      expect(silencesBeside([named(code)])).toEqual(silencesBeside([]));
    },
  );

  it('a device alarm with the name `no-data` does not call instead of Vigil’s alarm about the silence of the device', () => {
    const patientBed = bed();
    patientBed.feedEachSecond(0, 10, { HR: 80 });
    patientBed.feed(list(10, [named('silence'), named('no-data'), named('disconnected')]));
    patientBed.tick(60);
    expect(patientBed.liveAlarms()['no-data']).toMatchObject({ signal: 'on' });
  });

  it.each(['device-sound-off', 'NEWS2.high', 'HR.high'])(
    'an acknowledged device alarm with the name of a Vigil alarm calls again while it lasts: %s',
    (code) => {
      const patientBed = bed();
      patientBed.feed(list(10, [{ ...vt, code }]));
      patientBed.command(12, { type: 'acknowledge', alarmId: firstAlarm(patientBed).alarmId });
      patientBed.tick(12 + adultProfile.realarmMs / 1000);
      expect(patientBed.eventTypes(code)).toEqual(['raised', 'acknowledged', 'realarmed']);
    },
  );
});

describe('a blank text', () => {
  it.each([' ', '\u00a0\u00a0', '\u3000'])('an alarm with a blank text shows its code: "%s"', (text) => {
    const patientBed = bed();
    patientBed.feed(list(5, [{ ...vendorAlert, text }]));
    expect(firstAlarm(patientBed).text).toBe('ACME-17');
  });
});

describe('a device whose lists change each 10 ms', () => {
  const many = (n: number, priority: DeviceAlert['priority']) =>
    Array.from({ length: alertsMax }, (_, at) => ({ ...vendorAlert, priority, code: `C${n}-${at}` }));
  /** Feeds the 6,000 lists of one minute. */
  function flooded(alertsAt: (n: number) => readonly DeviceAlert[]) {
    let state = step(env, initialState('association-1'), adult, t0).state;
    let events = 0;
    let longest = 0;
    for (let n = 1; n <= 6_000; n++) {
      const result = step(env, state, list(n / 100, alertsAt(n)), t0 + n * 10);
      state = result.state;
      events += result.events.length;
      if (n % 500 === 0) longest = Math.max(longest, JSON.stringify(state).length);
    }
    return { events, longest, texts: Object.values(state.book.live).map(({ alarm }) => alarm.text) };
  }

  it.each<[string, (n: number) => readonly DeviceAlert[]]>([
    ['new alarms in each list', (n) => many(n, 'medium')],
    ['new high alarms in each list', (n) => many(n, 'high')],
    ['the same alarms on and off', (n) => (n % 2 ? many(0, 'medium') : [])],
    ['the same high alarms on and off', (n) => (n % 2 ? many(0, 'high') : [])],
  ])('a device whose lists change each 10 ms does not fill the log or the state: %s', (_name, alertsAt) => {
    const { events, longest } = flooded(alertsAt);
    // 256 alarms begin and end. The alarm that represents the others makes at most three events for each list.
    expect(events).toBeLessThan(4 * 4 * alertsMax + 3 * 6_000);
    expect(longest).toBeLessThan(150_000);
  });

  it('one alarm represents all alarms beyond the maximum and names the most serious of them', () => {
    const { texts } = flooded((n) => [...many(n, 'medium'), vt].slice(1));
    expect(texts.some((text) => text.startsWith('More alarms than can be listed'))).toBe(true);
    expect(texts.some((text) => text.startsWith('Ventricular tachycardia'))).toBe(true);
  });

  it('a minute after too many alarms began, each new alarm of the device is a separate alarm again', () => {
    const patientBed = bed();
    for (let n = 1; n <= 10; n++) patientBed.feed(list(n, many(n, 'medium')));
    patientBed.feed(list(11, []));
    patientBed.feed(list(62, [fast]));
    expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_TACHY on']);
  });
});

it('an arrest latches even if the device says that the arrest is a technical alarm', () => {
  const patientBed = bed();
  patientBed.feed(list(5, [{ code: 'MDC_EVT_ECG_ASYSTOLE', priority: 'high', kind: 'technical', text: 'ASYSTOLE' }]));
  patientBed.feed(list(8, []));
  expect(alarmSignals(patientBed)).toEqual(['MDC_EVT_ECG_ASYSTOLE latched']);
});
