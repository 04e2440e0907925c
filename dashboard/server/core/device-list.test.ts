import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { certificateEndsSoonMs, devicesFor } from './device-list.ts';
import { alarm, hr, nurse, observation, period, t0, table, technician } from './fold.testing.ts';
import { noteNotice } from './notices.ts';
import { foldConnection, foldObservation, foldStatus } from './readings.ts';
import { foldStandby } from './standby.ts';
import { deviceEventsMax, emptyState } from './state.ts';

const at = (ms: number) => formatInstant(t0 + ms);

function oneDevice() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  return state;
}

describe('the facts about a device', () => {
  it('if a device has sent nothing, its unknown facts are null and not 0', () => {
    expect(devicesFor(oneDevice(), nurse)[0]!.facts).toEqual({
      lastSeenAt: null,
      certificateEndsAt: null,
      clockOffsetMs: null,
      gaps: null,
      refused: null,
      inTrouble: false,
      troubles: [],
      events: [],
    });
  });

  it('the facts have the serial number that the device declared last, the time of its newest message, and the error of its clock', () => {
    const state = oneDevice();
    const declare = (serial?: string) => {
      const device = { manufacturer: 'Acme', model: 'Vista', ...(serial === undefined ? {} : { serial }) };
      const record = { deviceId: 'd1', receivedAt: at(0), reading: { online: true, device } };
      foldStatus(state, 'assoc-01', record, t0);
      return devicesFor(state, technician)[0]!.facts;
    };
    expect(declare('SN\u202e7').serial).toMatch(/^SN.+7$/);
    expect(declare('SN\u202e7').serial).not.toContain('\u202e');
    expect(declare()).not.toHaveProperty('serial');
    for (let atMs = 1000; atMs <= 60_000; atMs += 1000)
      foldObservation(state, 'assoc-01', observation('d1', t0 + atMs - 30_000, [hr(80)], t0 + atMs), t0 + atMs);
    expect(devicesFor(state, technician)[0]!.facts).toMatchObject({ lastSeenAt: at(60_000), clockOffsetMs: 30_000 });
  });

  it('the facts name the troubles that Vigil sees: notices and present technical alarms, but no notices about duties and no alarms of the patient', () => {
    const state = oneDevice();
    const bed = state.beds.get('assoc-01')!;
    const note = (code: string, text: string) =>
      noteNotice(state, bed, { code, text, sinceMs: t0, untilMs: Number.POSITIVE_INFINITY });
    note('refused-ahead', 'Readings are refused');
    note('no-nurse', 'Nobody is responsible');
    const raise = (alarmId: string, fields: Parameters<typeof alarm>[3]) =>
      foldAlarmEvent(state, { type: 'raised', at: at(0), alarm: alarm(alarmId, 'assoc-01', 1, fields) }, t0);
    raise('alarm-no-data-00', { kind: 'technical', condition: 'no-data', text: 'No data' });
    raise('alarm-heart-0000', { kind: 'physiological', text: 'HR 188' });
    raise('alarm-ended-0000', { kind: 'technical', text: 'Ended', present: false, signal: 'latched' });
    for (const viewer of [nurse, technician])
      expect(devicesFor(state, viewer)[0]!.facts.troubles).toEqual(['Readings are refused', 'No data']);
  });

  it('the facts have the firmware, the missing readings, a clock that was set back, and a renewed certificate', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    const connect = (ms: number, certificateEndsAt: string) =>
      foldConnection(
        state,
        'assoc-01',
        { deviceId: 'd1', receivedAt: at(ms), connected: true, certificateEndsAt },
        t0 + ms,
      );
    connect(0, '2027-01-01T00:00:00.000Z');
    connect(1, '2027-01-01T00:00:00.000Z');
    connect(2, '2028-01-01T00:00:00.000Z');
    const device = { manufacturer: 'A', model: 'B', serial: 'S', firmware: '2.1' };
    const status = { deviceId: 'd1', receivedAt: at(3), reading: { online: true, device } };
    foldStatus(state, 'assoc-01', status, t0 + 3);
    const read = (seq: number, deviceS: number, s: number) =>
      foldObservation(
        state,
        'assoc-01',
        {
          deviceId: 'd1',
          receivedAt: at(s * 1_000),
          reading: { boot: 'b', seq, time: at(deviceS * 1_000), values: [hr(70)] },
        },
        t0 + s * 1_000,
      );
    read(1, 1, 1);
    read(2, 2, 2);
    read(5, 5, 5);
    read(6, -3_600, 6);
    expect(devicesFor(state, technician, '')[0]!.facts.events).toBeUndefined();
    expect(devicesFor(state, technician, 'd1')[0]!.facts).toEqual(devicesFor(state, technician)[0]!.facts);
    const { firmware, gaps, events = [] } = devicesFor(state, technician)[0]!.facts;
    expect([firmware, gaps?.missing, gaps?.sinceMs]).toEqual(['2.1', 2, t0 + 1_000]);
    expect(events.map(({ kind }) => kind)).toEqual(['clock-set-back', 'certificate-renewed', 'connected']);
    // The list still has the connection, although a clock that is set back with every reading causes many events.
    for (let n = 7; n < 60; n += 1) read(n, -3_600 * n, n);
    const later = devicesFor(state, technician)[0]!.facts.events!;
    expect(later.map(({ kind }) => kind)).toEqual([
      ...Array(5).fill('clock-set-back'),
      ...['certificate-renewed', 'connected'],
    ]);
    expect(later[0]?.at).toBe(at(59_000));
  });

  it('the facts list the last events, the newest first, with the reason for the end of a connection, and no more than the maximum', () => {
    const state = emptyState();
    const change = { version: 1, at: at(500), by: { userId: 'n', name: 'N', role: 'nurse' }, act: 'assigned' } as const;
    const changes = [{ ...change, associationId: 'assoc-01', fields: [] }];
    foldAssociations(state, { ...table('d1', 1, period('assoc-01')), changes });
    const connect = (ms: number, connected: boolean, reason?: 'refused') =>
      foldConnection(
        state,
        'assoc-01',
        { deviceId: 'd1', receivedAt: at(ms), connected, ...(reason && { reason }) },
        t0 + ms,
      );
    connect(0, true);
    connect(1000, false, 'refused');
    connect(1000, false, 'refused');
    const eventsNow = () => devicesFor(state, technician)[0]!.facts.events!;
    expect(eventsNow()).toEqual([
      { at: at(1000), kind: 'refused' },
      { at: at(500), kind: 'assigned' },
      { at: at(0), kind: 'connected' },
    ]);
    for (let n = 1; n <= deviceEventsMax; n += 1) connect(2000 * n, n % 2 === 1);
    expect(eventsNow()).toHaveLength(deviceEventsMax);
    expect(eventsNow()[0]).toEqual({ at: at(2000 * deviceEventsMax), kind: 'disconnected' });
  });

  it.each([
    ['not in trouble if nothing is known about it', {}, false],
    ['not in trouble if it is online', { online: true }, false],
    ['in trouble if it is offline at a bed', { online: false }, true],
    ['not in trouble if it is offline at a bed in standby', { online: false, standby: true }, false],
    [
      'in trouble if it is offline at a bed whose standby should have ended',
      { online: false, standby: true, later: true },
      true,
    ],
    ['not in trouble if it is offline and has no bed', { online: false, noBed: true }, false],
    ['in trouble if it reports a problem', { condition: true }, true],
    ['in trouble if it reports a problem at a bed in standby', { condition: true, standby: true }, true],
    ['in trouble if an alarm about it calls', { signal: 'on' }, true],
    ['not in trouble if an alarm about it does not call', { signal: 'off' }, false],
  ] as const)('the facts say that a device is %s', (_, given, expected) => {
    const { online, standby, later, noBed, condition, signal } = given as {
      [key in 'online' | 'standby' | 'later' | 'noBed' | 'condition']?: boolean;
    } & { signal?: 'on' | 'off' };
    const state = oneDevice();
    if (online !== undefined)
      foldConnection(state, 'assoc-01', { deviceId: 'd1', receivedAt: at(0), connected: online }, t0);
    const by = { userId: 'n', name: 'N', role: 'nurse' } as const;
    const away = { since: at(0), until: at(60_000), reason: 'CT', by };
    if (standby) foldStandby(state, { associationId: 'assoc-01', rev: 1, at: at(0), standby: away });
    if (noBed) foldAssociations(state, table('d1', 2, period('assoc-01', 'icu', { to: at(-1) })));
    if (condition) state.devices.get('d1')!.conditions = [{ condition: 'MDC_EVT_BATT_LO', present: true } as never];
    if (signal) {
      const raised = alarm('alarm-no-data-00', 'assoc-01', 1, { kind: 'technical', condition: 'no-data', signal });
      foldAlarmEvent(state, { type: 'raised', at: at(0), alarm: raised }, t0);
    }
    state.nowMs = t0 + (later ? 60_000 : 59_999);
    expect(devicesFor(state, nurse)[0]!.facts.inTrouble).toBe(expected);
  });

  it('the facts say when the certificate of the newest connection ends; from 14 days before that, they list it as a trouble', () => {
    const state = oneDevice();
    state.nowMs = t0;
    const connect = (claim: number, inMs: number | undefined) => {
      const end = inMs === undefined ? {} : { certificateEndsAt: at(inMs) };
      foldConnection(state, 'assoc-01', { deviceId: 'd1', receivedAt: at(0), connected: true, claim, ...end }, t0);
      const { certificateEndsAt, troubles, inTrouble } = devicesFor(state, technician)[0]!.facts;
      return [certificateEndsAt, troubles.join(), inTrouble];
    };
    expect(connect(5, certificateEndsSoonMs + 1)).toEqual([at(certificateEndsSoonMs + 1), '', false]);
    // The record of an older connection says nothing about the present certificate.
    expect(connect(4, 1000)).toEqual([at(certificateEndsSoonMs + 1), '', false]);
    expect(connect(6, certificateEndsSoonMs)).toEqual([at(certificateEndsSoonMs), 'Certificate ends in 14 days', true]);
    expect(connect(7, -1)).toEqual([at(-1), 'Certificate has ended', true]);
    const end = { deviceId: 'd1', receivedAt: at(0), connected: false, claim: 7 };
    foldConnection(state, 'assoc-01', end, t0);
    expect(devicesFor(state, technician)[0]!.facts.certificateEndsAt).toBe(at(-1));
    expect(connect(8, undefined)).toEqual([null, '', false]);
  });
});
