/** The device's own alarms, each rule with what must happen (CLINICAL, "Alarm vocabulary"). */
import { describe, expect, it } from 'vitest';
import { builtInAlertCodes } from '../../../contracts/alert-codes.ts';
import { alertsMax, type DeviceAlert } from '../../../contracts/messages/device-alerts.ts';
import { type Bed, bed, env, reading, t0 } from '../../bed.testing.ts';
import { step } from './engine.ts';
import type { AlertsInput, AssociationInput } from './inputs.ts';
import { migrate } from './migrate.ts';
import { ownAlerts } from './own-alerts.ts';
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
const vendors: DeviceAlert = { code: 'ACME-17', priority: 'medium', kind: 'physiological', text: 'Kink in line' };

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
/** `raised MDC_EVT_ECG_V_TACHY on` */
const story = (of: Bed) => of.events.map(({ type, alarm }) => `${type} ${alarm.condition} ${alarm.signal}`);
const signals = (of: Bed) => Object.values(of.live()).map(({ condition, signal }) => `${condition} ${signal}`);
const only = (of: Bed) => Object.values(of.live())[0]!;

describe('an alarm of the device', () => {
  it('is raised at once as the device reports it, and marked as the device’s', () => {
    const of = bed();
    of.feed(list(5, [{ ...low, since: new Date(t0 + 2_000).toISOString() }]));
    expect(story(of)).toEqual(['raised MDC_EVT_LO_VAL_LT_LIM on']);
    expect(only(of)).toMatchObject({
      ...{ origin: 'device', priority: 'medium', kind: 'physiological', text: 'SpO2: Below the limit (SpO2 83 < 88)' },
      ...{ code: 'MDC_PULS_OXIM_SAT_O2', value: 83, limit: 88, unit: '%', late: false },
      ...{ onsetAt: new Date(t0 + 2_000).toISOString(), determinedAt: new Date(t0 + 5_000).toISOString() },
    });
  });

  it('ends with the first list without it, and with nothing else', () => {
    const of = bed();
    of.feed(list(5, [low]));
    of.feed({ type: 'connection', deviceId: 'bed-01', receivedAt: t0 + 6_000, connected: false });
    of.run(7, 40, { SpO2: 97 });
    of.tick(4_000);
    expect(signals(of)).toContain('MDC_EVT_LO_VAL_LT_LIM on');
    of.feed(list(4_001, []));
    expect(of.types('MDC_EVT_LO_VAL_LT_LIM').slice(-2)).toEqual(['resolved', 'cleared']);
  });

  it('that comes and goes with one `since` is one alarm, which keeps its acknowledgement', () => {
    const of = bed();
    const one = { ...low, since: new Date(t0 + 2_000).toISOString() };
    of.feed(list(5, [one]));
    of.acknowledge(6, Object.keys(of.live())[0]!);
    of.feed(list(10, []));
    of.feed(list(15, [one]));
    expect(only(of)).toMatchObject({ onsets: 2, signal: 'acknowledged' });
    of.feed(list(20, []));
    of.feed(list(51, [one]));
    expect(only(of)).toMatchObject({ onsets: 1, signal: 'on' });
  });

  it('of high priority latches until a person has seen it; a technical one does not', () => {
    const of = bed();
    of.feed(list(5, [vt, { ...leadsOff, priority: 'high' }]));
    of.feed(list(9, []));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY latched']);
    of.command(10, { type: 'acknowledge', alarmId: only(of).alarmId });
    expect(signals(of)).toEqual([]);
  });

  it('of high priority breaks through a pause of the sound; a pause silences a less grave one', () => {
    const of = bed();
    of.run(0, 8, { HR: 150 });
    of.command(9, { type: 'pause-audio', forMs: 120_000 });
    of.feed(list(10, [leadsOff]));
    expect(Object.values(of.live()).every(({ audioPausedUntil }) => audioPausedUntil !== undefined)).toBe(true);
    of.feed(list(11, [leadsOff, vt]));
    expect(Object.values(of.live()).map(({ audioPausedUntil }) => audioPausedUntil)).toEqual(
      Object.values(of.live()).map(() => undefined),
    );
  });

  it('that the device makes graver is another one, which calls', () => {
    const of = bed();
    of.feed(list(5, [low]));
    of.command(6, { type: 'acknowledge', alarmId: only(of).alarmId });
    of.feed(list(7, [{ ...low, priority: 'high' }]));
    expect(signals(of)).toEqual(['MDC_EVT_LO_VAL_LT_LIM on']);
    expect(only(of).priority).toBe('high');
  });

  it('whose numbers change goes on, and publishes the worse value after 5 s', () => {
    const of = bed();
    of.feed(list(5, [low]));
    of.feed(list(8, [{ ...low, value: 80, text: 'SpO2 80 < 88' }]));
    of.feed(list(11, [{ ...low, value: 79, text: 'SpO2 79 < 88' }]));
    expect(story(of)).toEqual(['raised MDC_EVT_LO_VAL_LT_LIM on', 'updated MDC_EVT_LO_VAL_LT_LIM on']);
    expect(only(of)).toMatchObject({ value: 79, onsetAt: new Date(t0 + 5_000).toISOString() });
  });

  it('of an unknown code is shown with the device’s text; with another text it is another alarm', () => {
    const of = bed();
    of.feed(list(5, [vendors]));
    expect(only(of)).toMatchObject({ condition: 'ACME-17', text: 'Kink in line' });
    of.feed(list(6, [vendors, { ...vendors, text: 'Pump stopped' }]));
    expect(of.raised()).toEqual(['ACME-17', 'ACME-17']);
    of.feed(list(7, [{ ...vendors, text: 'Pump stopped' }]));
    expect(Object.values(of.live()).map(({ text }) => text)).toEqual(['Pump stopped']);
  });

  it('of a code that a hospital has added is shown with the hospital’s words', () => {
    const alertCodes = () => new Map([['ACME-17', { text: 'Line kinked' }]]);
    const env = { hash: (text: string) => text.slice(0, 40).padEnd(16, '-'), profile: () => undefined, alertCodes };
    const { events } = step(env, initialState('association-1'), list(5, [vendors]), t0 + 5_000);
    expect(events[0]?.alarm.text).toBe('Line kinked (Kink in line)');
  });

  it('contains no character that a screen cannot show, and at most 120', () => {
    const of = bed();
    of.feed(list(5, [{ ...vendors, text: `a\u202eb ${'é'.repeat(118)}` }]));
    expect(only(of).text).toMatch(/^a\\u\{202e\}b é+…$/);
    expect(only(of).text.length).toBe(120);
  });
});

describe('of two lists', () => {
  it('the one with the lower number and the earlier time changes no present alarm', () => {
    const of = bed();
    of.feed(list(10, [vt], { seq: 12 }));
    of.feed(list(9, [], { seq: 11, receivedAt: t0 + 11_000 }));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
    expect(of.raised()).toHaveLength(1);
  });

  it('an older one with an alarm records it once, and a high alarm waits for a person', () => {
    const of = bed();
    of.feed(list(10, [], { seq: 12 }));
    const older = list(8, [vt], { seq: 11, receivedAt: t0 + 11_000 });
    for (let times = 0; times < 3; times += 1) of.feed(older);
    expect(story(of)).toEqual(['raised MDC_EVT_ECG_V_TACHY on', 'resolved MDC_EVT_ECG_V_TACHY latched']);
    expect(only(of)).toMatchObject({ late: true, resolvedAt: new Date(t0 + 10_000).toISOString() });
  });

  it('an older one with a known alarm makes no second one', () => {
    const of = bed();
    of.feed(list(7, [low], { seq: 10 }));
    of.feed(list(10, [], { seq: 12 }));
    of.feed(list(8, [low], { seq: 11, receivedAt: t0 + 11_000 }));
    expect(of.raised()).toHaveLength(1);
    expect(signals(of)).toEqual([]);
  });

  it('one that comes again does nothing', () => {
    const of = bed();
    const first = list(7, [low], { seq: 10 });
    of.feed(first);
    of.feed(list(10, [], { seq: 11 }));
    of.feed(first);
    expect(of.raised()).toHaveLength(1);
  });

  it('one of a device that numbers anew under the same start counts', () => {
    const of = bed();
    of.feed(list(7, [], { seq: 500 }));
    of.feed(list(20, [vt], { seq: 1 }));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
  });

  it('the first of a new start counts, even if the new gateway’s clock is behind', () => {
    const of = bed();
    of.feed(list(7, [low], { seq: 500 }));
    of.feed(list(8, [vt], { boot: 'b2', seq: 1, receivedAt: t0 + 2_000 }));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
  });

  it('a delayed one of the earlier start ends nothing', () => {
    const of = bed();
    of.feed(list(7, [], { seq: 500 }));
    of.feed(list(9, [vt], { boot: 'b2', seq: 1 }));
    of.feed(list(8, [], { seq: 501, receivedAt: t0 + 10_000 }));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
  });

  it('late ones of an unknown older start end nothing, and the next current list ends their alarms', () => {
    const of = bed();
    of.run(0, 40, { HR: 80 });
    of.feed(list(40, [vt], { boot: 'b2', seq: 1, sound: 'off' }));
    of.feed(list(10, [low], { boot: 'b0', seq: 7, receivedAt: t0 + 41_000 }));
    of.feed(list(12, [], { boot: 'b0', seq: 8, receivedAt: t0 + 41_500 }));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on', 'device-sound-off on', 'MDC_EVT_LO_VAL_LT_LIM on']);
    expect(Object.values(of.live()).at(-1)!.late).toBe(true);
    of.feed(list(42, [vt], { boot: 'b2', seq: 2 }));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on']);
  });

  it('of a new start whose clock is behind raise alarms at once, and end them once its clock is known', () => {
    const of = bed();
    of.run(0, 40, { HR: 80 });
    of.feed(list(40, [vt], { seq: 1 }));
    const behind = (s: number) => ({ boot: 'b2', receivedAt: t0 + (s + 3_600) * 1000 });
    of.feed(list(-3_559, [low], { ...behind(-3_559), seq: 1 }));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on', 'MDC_EVT_LO_VAL_LT_LIM on']);
    for (let s = -3_558; s < -3_400; s += 1)
      of.feed(reading(s, { HR: 80 }, { ...behind(s), start: 'b2', seq: s + 4_000 }));
    of.feed(list(-3_400, [low], { ...behind(-3_400), seq: 2 }));
    expect(signals(of).filter((one) => one.startsWith('MDC'))).toEqual([
      'MDC_EVT_ECG_V_TACHY latched',
      'MDC_EVT_LO_VAL_LT_LIM on',
    ]);
  });

  it('a later one of the earlier start counts, because two starts of one device may alternate', () => {
    const of = bed();
    of.feed(list(7, [], { seq: 500 }));
    of.feed(list(9, [vt], { boot: 'b2', seq: 1 }));
    of.feed(list(10, [low], { seq: 501 }));
    expect(signals(of)).toContain('MDC_EVT_LO_VAL_LT_LIM on');
    expect(of.types('MDC_EVT_ECG_V_TACHY')).toEqual(['raised', 'resolved']);
  });

  it('swapped by up to five places lose no alarm and double none', () => {
    // Each second list has one alarm, the same one again 16 lists later.
    const lists = Array.from({ length: 64 }, (_, i) =>
      list(10 + 60 * i, i % 2 === 1 ? [{ ...vt, code: `X-${i % 16}` }] : [], { seq: 1_000 + i }),
    );
    for (let by = 0; by <= 5; by += 1) {
      const of = bed();
      const swapped = lists.map((one, i) => ({ one, at: i + ((i * 7) % (by + 1)) })).sort((a, b) => a.at - b.at);
      for (const { one } of swapped) of.feed(one, t0 + 4_000_000);
      expect(of.raised()).toHaveLength(8);
      expect(Object.values(of.live()).map(({ onsets, signal }) => `${onsets} ${signal}`)).toEqual(
        Array.from({ length: 8 }, () => expect.stringMatching(/^4 /)),
      );
    }
  });

  it('a late one is marked so until a current list has the alarm too', () => {
    const of = bed();
    of.run(0, 5, { HR: 80 });
    of.feed(list(10, [vt], { receivedAt: t0 + 60_000 }));
    expect(only(of).late).toBe(true);
    of.feed(list(61, [vt]));
    expect(Object.values(of.live()).find(({ origin }) => origin === 'device')).toMatchObject({
      late: false,
      signal: 'on',
    });
  });
});

describe('one condition with alarms of both', () => {
  it('calls once, by the first, and the other is listed under it and ends by itself', () => {
    const of = bed();
    of.feed(list(2, [fast]));
    of.run(2, 20, { HR: 130 });
    expect(signals(of)).toEqual(['MDC_EVT_ECG_TACHY on', 'HR.high off']);
    expect(of.live()['HR.high']).toMatchObject({ under: 'MDC_EVT_ECG_TACHY', present: true });
    of.feed(list(21, []));
    expect(signals(of)).toEqual(['HR.high on']);
    expect(of.live()['HR.high']).not.toHaveProperty('under');
  });

  it('calls by Vigil if Vigil was first', () => {
    const of = bed();
    of.run(0, 10, { HR: 130 });
    of.feed(list(11, [fast]));
    expect(signals(of)).toEqual(['HR.high on', 'MDC_EVT_ECG_TACHY off']);
    of.run(12, 20, { HR: 80 });
    expect(signals(of)).toEqual(['MDC_EVT_ECG_TACHY on']);
  });

  it('calls anew by the graver: Vigil’s extreme limit over the device’s plain one', () => {
    const of = bed();
    of.feed(list(1, [low]));
    of.run(2, 3, { SpO2: 80 });
    expect(signals(of)).toEqual(['MDC_EVT_LO_VAL_LT_LIM off', 'SpO2.extreme-low on']);
  });

  it('calls anew by the graver: the device’s high alarm over Vigil’s plain limit', () => {
    const of = bed();
    of.run(0, 12, { SpO2: 88 });
    of.feed(list(13, [{ ...low, priority: 'high' }]));
    expect(signals(of)).toEqual(['SpO2.low off', 'MDC_EVT_LO_VAL_LT_LIM on']);
  });

  it('asystole by Vigil calls over an earlier high heart rate alarm of the device', () => {
    const of = bed();
    of.feed(list(1, [{ ...fast, code: 'MDC_EVT_ECG_BRADY', priority: 'high' }]));
    of.run(2, 3, { HR: 0 });
    expect(signals(of)).toEqual(expect.arrayContaining(['MDC_EVT_ECG_BRADY off', 'asystole on']));
  });

  it('is not the same cause: VT, another side, another parameter', () => {
    const of = bed();
    of.run(0, 10, { HR: 130 });
    of.feed(list(11, [vt, { ...fast, code: 'MDC_EVT_ECG_BRADY' }, low]));
    expect(signals(of).every((one) => one.endsWith(' on'))).toBe(true);
  });

  it('calls once if the device also reports the technical one in its status', () => {
    const of = bed();
    const conditions = [{ condition: 'MDC_EVT_LEADS_OFF', present: true } as const];
    const { seq: _seq, ...from } = { deviceId: 'bed-01', time: t0 + 1_000, receivedAt: t0 + 1_010, boot: 'b1', seq: 1 };
    of.feed({ type: 'status', online: true, seq: 1, conditions, ...from });
    of.feed(list(2, [leadsOff]));
    expect(signals(of)).toEqual(['MDC_EVT_LEADS_OFF on', 'MDC_EVT_LEADS_OFF off']);
  });
});

describe('an alarm of the device is of the cause of a limit', () => {
  const high = { priority: 'medium', side: 'high', text: 'Signal high' } as const;

  it('not if it is technical, whatever parameter it names: both call', () => {
    const of = bed();
    of.run(0, 8, { HR: 130 });
    of.feed(list(8, [{ ...high, code: 'ACME-18', kind: 'technical', parameter: 'MDC_ECG_HEART_RATE' }]));
    expect(signals(of)).toEqual(['HR.high on', 'ACME-18 on']);
  });

  it('not if it names no parameter', () => {
    const of = bed();
    of.run(0, 8, { HR: 130 });
    of.feed(list(8, [{ ...high, code: 'ACME-19', kind: 'physiological' }]));
    expect(signals(of)).toEqual(['HR.high on', 'ACME-19 on']);
  });
});

describe('the sound of the device', () => {
  it('that is off is a low alarm, which calls once and ends when it is on', () => {
    const of = bed();
    of.feed(list(5, [], { sound: 'off' }));
    expect(only(of)).toMatchObject({ condition: 'device-sound-off', priority: 'low', kind: 'technical', signal: 'on' });
    expect(only(of)).toMatchObject({ text: 'Sound of the monitor is off', late: false });
    of.command(6, { type: 'acknowledge', alarmId: only(of).alarmId });
    of.tick(3_600);
    expect(signals(of)).toEqual(['device-sound-off acknowledged']);
    of.feed(list(3_601, []));
    expect(signals(of)).toEqual([]);
  });

  it('that is paused is shown without a call', () => {
    const of = bed();
    of.feed(list(5, [vt], { sound: 'paused' }));
    of.tick(600);
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on', 'device-sound-paused off']);
    of.feed(list(601, [vt], { sound: 'off' }));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_V_TACHY on', 'device-sound-off on']);
  });
});

describe('bounds and ends', () => {
  it('a device that keeps naming new codes has at most 64 alarms, and one for the rest', () => {
    const of = bed();
    for (let n = 0; n < 200; n += 1) of.feed(list(n, [{ ...vt, code: `X-${n}` }]));
    expect(Object.keys(of.live())).toHaveLength(alertsMax + 1);
    expect(signals(of)).toContain('more on');
    expect(JSON.stringify(of.state().ownAlerts).length).toBeLessThan(4_000);
  });

  it('a list with only new alarms shows them all', () => {
    const of = bed();
    const of64 = (prefix: string) =>
      Array.from({ length: alertsMax }, (_, i): DeviceAlert => ({ ...vendors, code: `${prefix}${i}` }));
    of.feed(list(1, of64('A')));
    of.feed(list(2, of64('B')));
    expect(signals(of)).toEqual(of64('B').map(({ code }) => `${code} on`));
  });

  it('the end of the period ends all; a later list of the period is recorded once', () => {
    const of = bed();
    of.feed(list(5, [vt], { sound: 'off' }));
    of.end(100);
    expect(signals(of)).toEqual([]);
    const late = list(50, [vt, low], { receivedAt: t0 + 110_000 });
    of.feed(late);
    of.feed(late);
    of.feed(list(60, [vt, low], { receivedAt: t0 + 111_000 }));
    expect(signals(of)).toEqual([]);
    expect(of.raised()).toEqual(['MDC_EVT_ECG_V_TACHY', 'device-sound-off', 'MDC_EVT_LO_VAL_LT_LIM']);
  });

  it('a stored device without a patient stops calling once a person has seen its silence and its alarm', () => {
    const of = bed('unassigned');
    of.run(0, 5, { HR: 80 });
    of.feed(list(6, [leadsOff]));
    of.tick(120);
    for (const { alarmId } of Object.values(of.live())) of.command(121, { type: 'acknowledge', alarmId });
    expect(signals(of)).toEqual([]);
  });

  it('the same alarms come from any saved state in between, even one from before this detector', () => {
    const of = bed();
    of.feed(list(5, [low]));
    const { ownAlerts: _none, ...before } = of.state();
    expect(migrate('association-1', JSON.parse(JSON.stringify(before)))).toMatchObject({ ownAlerts: { alerts: {} } });
    expect(migrate('association-1', of.state())).toEqual(of.state());
  });
});

describe('alarms that begin by themselves are counted', () => {
  const lasting = (of: Bed, alerts: readonly DeviceAlert[], from = 0) => {
    for (let i = 0; i < 260; i += 1) of.feed(list(from + i / 10, alerts));
  };

  it('once each, however often the list comes', () => {
    const of = bed();
    lasting(of, [low]);
    of.feed(list(30, [low, vt]));
    expect(of.state().ownAlerts.begun).toEqual({ since: t0 + 20, n: 2 });
    expect(signals(of)).toEqual(['MDC_EVT_LO_VAL_LT_LIM on', 'MDC_EVT_ECG_V_TACHY on']);
  });

  it('and known ones keep their row when no other can begin', () => {
    const of = bed();
    of.feed(list(0, [low]));
    const full = { ...of.state().ownAlerts, begun: { since: t0, n: 256 } };
    const beside = { codes: builtInAlertCodes, late: false, latched: [], isEnded: false };
    const { part } = ownAlerts(full, list(1, [low, vt]), beside);
    expect(Object.values(part.alerts).map(({ code }) => code)).toEqual(['MDC_EVT_LO_VAL_LT_LIM', 'more']);
  });
});

describe('the text of an alarm of the device', () => {
  const shown = (alert: DeviceAlert) => {
    const of = bed();
    of.feed(list(1, [alert]));
    return only(of).text;
  };

  it.each([
    [' ', 'Ventricular tachycardia'],
    ['VENTRICULAR tachy', 'Ventricular tachycardia'],
    ['*** VTACH', 'Ventricular tachycardia (*** VTACH)'],
  ])('is that of the table, with the device’s own text if it adds something: "%s"', (text, expected) => {
    expect(shown({ ...vt, text })).toBe(expected);
  });

  it.each([
    [120, 'x'.repeat(120)],
    [121, `${'x'.repeat(119)}…`],
  ])('has 120 characters at most: %i', (length, expected) => {
    expect(shown({ ...vendors, text: 'x'.repeat(length) })).toBe(expected);
  });
});

describe('a device that names its alarm like one of Vigil’s', () => {
  const named = (code: string): DeviceAlert => ({ code, priority: 'high', kind: 'technical', text: 'Named' });

  /** Vigil's own calls at the end of a minute in which only the respiratory rate came. */
  function silencesBeside(alerts: readonly DeviceAlert[]): string[] {
    const of = bed();
    of.run(0, 10, { HR: 80, SpO2: 97, RR: 15 });
    of.feed(list(10, alerts));
    of.run(11, 60, { RR: 15 });
    return Object.values(of.live())
      .filter(({ signal, origin }) => signal === 'on' && origin === undefined)
      .map(({ text }) => text);
  }

  it.each(['SpO2.silence', 'HR.silence', 'silence'])('hides no silence of a parameter: %s', (code) => {
    expect(silencesBeside([]).length).toBeGreaterThan(1);
    expect(silencesBeside([named(code)])).toEqual(silencesBeside([]));
  });

  it('does not call instead of the silence of the whole device', () => {
    const of = bed();
    of.run(0, 10, { HR: 80 });
    of.feed(list(10, [named('silence'), named('no-data'), named('disconnected')]));
    of.tick(60);
    expect(of.live()['no-data']).toMatchObject({ signal: 'on' });
  });

  it.each(['device-sound-off', 'NEWS2.high', 'HR.high'])('calls again when it is answered and lasts: %s', (code) => {
    const of = bed();
    of.feed(list(10, [{ ...vt, code }]));
    of.command(12, { type: 'acknowledge', alarmId: only(of).alarmId });
    of.tick(12 + adultProfile.realarmMs / 1000);
    expect(of.types(code)).toEqual(['raised', 'acknowledged', 'realarmed']);
  });
});

describe('a text that shows nothing', () => {
  it.each([' ', '\u00a0\u00a0', '\u3000'])('is shown as the code: "%s"', (text) => {
    const of = bed();
    of.feed(list(5, [{ ...vendors, text }]));
    expect(only(of).text).toBe('ACME-17');
  });
});

describe('a device whose lists change each 10 ms', () => {
  const many = (n: number, priority: DeviceAlert['priority']) =>
    Array.from({ length: alertsMax }, (_, at) => ({ ...vendors, priority, code: `C${n}-${at}` }));
  /** The lists of one minute: 6,000. */
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
    ['ever other alarms', (n) => many(n, 'medium')],
    ['ever other high ones', (n) => many(n, 'high')],
    ['the same on and off', (n) => (n % 2 ? many(0, 'medium') : [])],
    ['the same high ones on and off', (n) => (n % 2 ? many(0, 'high') : [])],
  ])('does not fill the log or the state: %s', (_name, alertsAt) => {
    const { events, longest } = flooded(alertsAt);
    // 256 that begin and end, and three events for each on and off of the one that stands for the rest.
    expect(events).toBeLessThan(4 * 4 * alertsMax + 3 * 6_000);
    expect(longest).toBeLessThan(150_000);
  });

  it('still calls, by one alarm that names the gravest', () => {
    const { texts } = flooded((n) => [...many(n, 'medium'), vt].slice(1));
    expect(texts.some((text) => text.startsWith('More alarms than can be listed'))).toBe(true);
    expect(texts.some((text) => text.startsWith('Ventricular tachycardia'))).toBe(true);
  });

  it('has single alarms again in the next minute', () => {
    const of = bed();
    for (let n = 1; n <= 10; n++) of.feed(list(n, many(n, 'medium')));
    of.feed(list(11, []));
    of.feed(list(62, [fast]));
    expect(signals(of)).toEqual(['MDC_EVT_ECG_TACHY on']);
  });
});

it('an arrest concerns the patient even if the device calls it technical: it stays until a person has seen it', () => {
  const of = bed();
  of.feed(list(5, [{ code: 'MDC_EVT_ECG_ASYSTOLE', priority: 'high', kind: 'technical', text: 'ASYSTOLE' }]));
  of.feed(list(8, []));
  expect(signals(of)).toEqual(['MDC_EVT_ECG_ASYSTOLE latched']);
});
