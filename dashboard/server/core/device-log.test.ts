/** Tests the log of the devices. */
import { describe, expect, it } from 'vitest';
import { gatewayNoticeCodes } from '../../../contracts/bed-notices.ts';
import { deviceEventsAnswerMax, deviceLogKeptMs, groupOfEvent } from '../../../contracts/device-event-groups.ts';
import { gatewayEventKinds, type RefusalsRecord } from '../../../contracts/messages/device-events.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { DeviceEventsQuery } from '../../protocol/device-events.ts';
import { foldAssociations } from './beds.ts';
import { deviceEventsFor } from './device-event-list.ts';
import { certificateEndsSoonMs } from './device-list.ts';
import {
  foldDeviceEvent,
  foldRefusals,
  forgetOldDeviceLog,
  loggedCountsMax,
  loggedEventsMax,
  refusedOf,
} from './device-log.ts';
import { everywhere, nurse, period, t0, table, technician } from './fold.testing.ts';
import { emptyState } from './state.ts';

const at = (ms: number) => formatInstant(t0 + ms);
const hour = 3_600_000;

function newState() {
  const state = emptyState();
  state.nowMs = t0;
  state.deviceLog.isRead = true;
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  return state;
}

function refusals(fields: Partial<RefusalsRecord> = {}): RefusalsRecord {
  return {
    deviceId: 'd1',
    receivedAt: at(0),
    from: at(-1_000),
    count: 1,
    refused: { 'time-invalid': 2 },
    apart: 0,
    ...fields,
  };
}

const note = (state: ReturnType<typeof newState>, kind: string, ms: number, fields: object = {}, deviceId = 'd1') =>
  foldDeviceEvent(state.deviceLog, { deviceId, receivedAt: at(ms), kind, ...fields }, t0);
const kindsOf = (state: ReturnType<typeof newState>, query: DeviceEventsQuery = {}, viewer = technician) =>
  deviceEventsFor(state, viewer, query).events.map(({ kind }) => kind);

describe('the refused messages of a device', () => {
  it('a count that grows, that comes twice or in the wrong order is counted once, and the counts of two gateways are added', () => {
    const state = newState();
    const fold = (record: RefusalsRecord, boot = 'gateway-1') => foldRefusals(state, record, boot, t0);
    fold(refusals());
    fold(refusals({ refused: { 'time-invalid': 5, 'payload-not-json': 7 }, receivedAt: at(1_000) }));
    fold(refusals({ refused: { 'time-invalid': 5, 'payload-not-json': 7 }, receivedAt: at(1_000) }));
    fold(refusals());
    // Another start of the gateway has separate counts, even if the counts have equal numbers.
    fold(refusals({ refused: { 'time-invalid': 1 }, apart: 3, receivedAt: at(500) }), 'gateway-2');
    expect(refusedOf(state.deviceLog, 'd1', t0)).toEqual({
      messages: 13,
      apart: 3,
      reasons: [
        { code: 'payload-not-json', messages: 7 },
        { code: 'time-invalid', messages: 6 },
      ],
      lastAt: at(1_000),
    });
  });

  it.each([
    [24 * hour - 1, 2],
    [24 * hour, 0],
  ])('messages that were refused %i ms ago: the number of the last day is %i', (agoMs, expected) => {
    const state = newState();
    foldRefusals(state, refusals({ receivedAt: at(-agoMs), from: at(-agoMs) }), 'g', t0);
    expect(refusedOf(state.deviceLog, 'd1', t0)?.messages).toBe(expected);
  });

  it('the number is not known while the log is still read, and 0 for a device without refused messages', () => {
    const state = newState();
    expect(refusedOf(state.deviceLog, 'd2', t0)).toEqual({ messages: 0, apart: 0, reasons: [], lastAt: null });
    state.deviceLog.isRead = false;
    expect(refusedOf(state.deviceLog, 'd2', t0)).toBeNull();
  });

  it('readings that are only kept apart are not refused, and have no time of a last refused message', () => {
    const state = newState();
    foldRefusals(state, refusals({ refused: {}, apart: 4 }), 'g', t0);
    expect(refusedOf(state.deviceLog, 'd1', t0)).toEqual({ messages: 0, apart: 4, reasons: [], lastAt: null });
    expect(kindsOf(state)).toEqual(['readings-apart']);
  });
});

describe('the events of the devices', () => {
  it('each kind that the gateway writes and each notice at a bed is in a group of the page', () => {
    const derived = gatewayEventKinds.filter((kind) => kind !== 'declared');
    for (const kind of [...derived, ...gatewayNoticeCodes]) expect([kind, groupOfEvent(kind)]).not.toContain(undefined);
  });

  it('an event that comes twice is one event, events are sorted by time, and a kind of a newer gateway is left out', () => {
    const state = newState();
    note(state, 'connected', 2_000);
    note(state, 'disconnected', 1_000, { reason: 'keep-alive' });
    note(state, 'connected', 2_000);
    note(state, 'from-the-future', 3_000);
    expect(deviceEventsFor(state, technician, {}).events).toEqual([
      { deviceId: 'd1', at: at(2_000), kind: 'connected' },
      { deviceId: 'd1', at: at(1_000), kind: 'disconnected', reason: 'keep-alive' },
    ]);
  });

  it('firmware is an event when it is first known and when it changes, and not after each start of a gateway', () => {
    const state = newState();
    for (const [firmware, ms] of [
      ['4.1', 0],
      ['4.1', 1],
      ['4.2', 2],
      ['4.2', 3],
    ] as const)
      note(state, 'declared', ms, { firmware });
    expect(deviceEventsFor(state, technician, {}).events).toEqual([
      { deviceId: 'd1', at: at(2), kind: 'firmware-changed', firmware: '4.2', firmwareBefore: '4.1' },
      { deviceId: 'd1', at: at(0), kind: 'firmware-declared', firmware: '4.1' },
    ]);
  });

  it('a renewed certificate and a certificate near its end are events; a renewed certificate is not near its end any more', () => {
    const state = newState();
    const connect = (ms: number, endsMs: number) => note(state, 'connected', ms, { certificateEndsAt: at(endsMs) });
    connect(-hour, certificateEndsSoonMs - 2 * hour);
    expect(kindsOf(state)).toEqual(['connected', 'certificate-ends-soon']);
    connect(-1_000, 400 * 24 * hour);
    expect(kindsOf(state, { group: 'certificate' })).toEqual(['certificate-renewed']);
  });

  it('the changes of the association are events, and name no patient', () => {
    const state = newState();
    const by = { userId: 'n', name: 'Nora', role: 'nurse' } as const;
    const change = {
      ...({ version: 1, associationId: 'assoc-01', act: 'assigned', by } as const),
      at: at(-5_000),
      fields: [],
    };
    foldAssociations(state, { ...table('d1', 2, period('assoc-01')), changes: [change] });
    const answer = deviceEventsFor(state, technician, { group: 'place' });
    expect(answer.events).toEqual([{ deviceId: 'd1', at: at(-5_000), kind: 'assigned' }]);
    expect(JSON.stringify(answer)).not.toMatch(/P-assoc|Made|Nora/);
  });

  it('people see the events of the devices of their wards; devices that were never in a ward belong to technicians', () => {
    const state = newState();
    foldAssociations(state, table('d2', 1, period('assoc-02', 'hdu')));
    // d3 was last in the other ward.
    foldAssociations(state, table('d3', 1, period('assoc-03', 'hdu', { to: at(-1) })));
    for (const deviceId of ['d1', 'd2', 'd3', 'd4']) note(state, 'connected', 0, {}, deviceId);
    const idsFor = (viewer: typeof nurse) =>
      deviceEventsFor(state, viewer, {})
        .events.map(({ deviceId }) => deviceId)
        .sort();
    expect(idsFor(nurse)).toEqual(['d1']);
    expect(idsFor(technician)).toEqual(['d1', 'd4']);
    expect(idsFor(everywhere)).toEqual(['d1', 'd2', 'd3', 'd4']);
  });

  it.each([
    [{}, ['connected', 'clock-wrong', 'connected']],
    [{ device: ' D1 ' }, ['connected', 'clock-wrong']],
    [{ device: 'nothing' }, []],
    [{ group: 'clock' }, ['clock-wrong']],
    [{ from: at(1_000) }, ['connected', 'clock-wrong']],
    [{ from: at(1_001) }, ['connected']],
    [{ to: at(1_000) }, ['clock-wrong', 'connected']],
    [{ to: at(999) }, ['connected']],
  ] as const)('with the filter %o the list has %o', (query, expected) => {
    const state = newState();
    note(state, 'connected', 2_000);
    note(state, 'clock-wrong', 1_000, { clockErrorMs: 30_000 });
    note(state, 'connected', 0, {}, 'other-9');
    expect(kindsOf(state, query)).toEqual(expected);
  });

  it('a clock that was set right while the gateway was away is right again in the list; a repeated judgement is no new event', () => {
    const state = newState();
    note(state, 'clock-right', 0);
    note(state, 'clock-wrong', 1, { clockErrorMs: 30_000 });
    // The gateways start again.
    note(state, 'clock-wrong', 3, { clockErrorMs: 30_400 });
    note(state, 'clock-right', 5);
    note(state, 'clock-right', 6);
    note(state, 'clock-wrong', 7, { clockErrorMs: -9_000 });
    note(state, 'clock-wrong', 8, { clockErrorMs: 9_000 });
    note(state, 'clock-wrong', 9, { clockErrorMs: 9_000, leftOut: 3 });
    const { events } = deviceEventsFor(state, technician, {});
    expect(events.map(({ at: when, clockErrorMs }) => [parseInstant(when)! - t0, clockErrorMs]).reverse()).toEqual([
      [1, 30_000],
      [5, undefined],
      [7, -9_000],
      [8, 9_000],
      [9, 9_000],
    ]);
  });

  it('if a device connects again and again, only events of its connections are forgotten, and not its notices, its clock or its firmware', () => {
    const state = newState();
    note(state, 'shared-identity', 0);
    note(state, 'declared', 1, { firmware: '4.2' });
    note(state, 'clock-wrong', 2, { clockErrorMs: 9_000 });
    for (let n = 3; n < 3 * loggedEventsMax; n += 1) note(state, n % 2 === 0 ? 'connected' : 'disconnected', n);
    expect(state.deviceLog.devices.get('d1')?.events).toHaveLength(loggedEventsMax);
    expect(kindsOf(state).slice(-3)).toEqual(['clock-wrong', 'firmware-declared', 'shared-identity']);
  });

  it('a hostile device keeps only its newest events and counts, and old entries of all devices are forgotten', () => {
    const state = newState();
    for (let n = 0; n < 3 * loggedEventsMax; n += 1) note(state, 'connected', n);
    for (let n = 1; n <= 3 * loggedCountsMax; n += 1) foldRefusals(state, refusals({ count: n }), 'g', t0);
    const device = state.deviceLog.devices.get('d1')!;
    expect([device.events.length, device.counts.size]).toEqual([loggedEventsMax, loggedCountsMax]);
    expect(device.events[0]?.atMs).toBe(t0 + 2 * loggedEventsMax);
    expect(state.deviceLog.size).toBe(loggedEventsMax + loggedCountsMax);
    forgetOldDeviceLog(state.deviceLog, t0 + deviceLogKeptMs + 1_000_000);
    expect([state.deviceLog.devices.size, state.deviceLog.size]).toEqual([0, 0]);
  });

  it('an event that is older than the log keeps is ignored, and an event whose time is in the future counts as an event of now', () => {
    const state = newState();
    note(state, 'connected', -deviceLogKeptMs - 1);
    note(state, 'connected', 40 * hour);
    expect(deviceEventsFor(state, technician, {}).events.map((event) => event.at)).toEqual([at(0)]);
  });

  it('an answer has at most its maximum of events, the newest, and says how many more match', () => {
    const state = newState();
    const devices = Math.ceil(deviceEventsAnswerMax / loggedEventsMax) + 1;
    for (let device = 0; device < devices; device += 1)
      for (let n = 0; n < loggedEventsMax; n += 1) note(state, 'connected', n, {}, `m-${device}`);
    const { events, more } = deviceEventsFor(state, technician, { device: 'm-' });
    expect([events.length, more]).toEqual([deviceEventsAnswerMax, devices * loggedEventsMax - deviceEventsAnswerMax]);
    expect(events[0]?.at).toBe(at(loggedEventsMax - 1));
  });
});
