/**
 * Tests the migration of a state of version 1 that was written after 90 s with a patient. The state contains an own
 * limit of SpO2, an acknowledged low SpO2 whose values then stopped, a latched extreme heart rate, a latched asystole,
 * leads off, a notice of the gateway, and a waiting acknowledgement.
 */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, status, t0 } from '../../bed.testing.ts';
import { migrate } from './migrate.ts';
import v1 from './migrate.v1.json' with { type: 'json' };
import { initialState } from './state.ts';

const id = 'association-1';
const migratedBed = (written: unknown = v1): Bed => bed('adult', id, migrate(id, written)!);
const alarmTexts = (patientBed: Bed) =>
  Object.values(patientBed.liveAlarms())
    .map(({ condition, signal }) => `${condition} ${signal}`)
    .sort();
const before = Object.values(v1.live)
  .map(({ alarm }) => `${alarm.condition} ${alarm.signal}`)
  .sort();

describe('a state of version 1', () => {
  it('a migrated state keeps every alarm with its acknowledgement and revision', () => {
    const patientBed = migratedBed();
    patientBed.feedEachSecond(91, 95, { HR: 80, RR: 15 });
    const eventTexts = patientBed.events.map(({ type, alarm }) => `${type} ${alarm.condition} ${alarm.priority}`);
    expect(eventTexts).toEqual(['updated SpO2.no-data medium']);
    expect(alarmTexts(patientBed)).toEqual(before);
    expect(before).toEqual([
      'HR.extreme-high latched',
      'MDC_EVT_LEADS_OFF on',
      'SpO2.low acknowledged',
      'SpO2.no-data on',
      'asystole latched',
      'unattributed on',
    ]);
    const revisions = (alarms: readonly { readonly condition: string }[]) =>
      alarms
        .filter(({ condition }) => condition !== 'SpO2.no-data')
        .map((alarm) => JSON.stringify(alarm))
        .sort();
    expect(revisions(Object.values(patientBed.liveAlarms()))).toEqual(
      revisions(Object.values(v1.live).map(({ alarm }) => alarm)),
    );
  });

  it('a migrated alarm ends only by values inside the patient’s own limit', () => {
    const patientBed = migratedBed();
    patientBed.feedEachSecond(91, 100, { HR: 80, RR: 15, SpO2: 91 });
    expect(patientBed.liveAlarms()['SpO2.low']).toMatchObject({ present: true, signal: 'acknowledged', onsets: 1 });
    expect(alarmTexts(patientBed)).not.toContain('SpO2.no-data on');
    patientBed.feedEachSecond(101, 106, { HR: 80, RR: 15, SpO2: 97 });
    expect(patientBed.eventTypes('SpO2.low')).toEqual(['resolved', 'cleared']);
  });

  it('a migrated alarm calls again when its acknowledgement runs out', () => {
    const patientBed = migratedBed();
    patientBed.feedEachSecond(91, 201, { HR: 80, RR: 15 });
    expect(patientBed.eventTypes('SpO2.low')).toEqual(['realarmed']);
  });

  it('a migrated state notices a silent device and silent parameters in the usual times', () => {
    const patientBed = migratedBed();
    patientBed.tick(94.9);
    expect(patientBed.raisedConditions()).toEqual([]);
    patientBed.tick(95.1);
    expect(patientBed.raisedConditions()).toEqual(['no-data']);
    const other = migratedBed();
    other.feedEachSecond(91, 109, { HR: 80 });
    expect(other.raisedConditions()).toEqual([]);
    other.feedEachSecond(110, 110, { HR: 80 });
    expect(other.raisedConditions()).toEqual(['RR.no-data']);
  });

  it('a migrated condition of the device ends with the next list, and a migrated notice ends after its time', () => {
    const patientBed = migratedBed();
    patientBed.feed(status(91, { seq: 6, conditions: [] }));
    expect(patientBed.eventTypes('MDC_EVT_LEADS_OFF')).toEqual(['resolved', 'cleared']);
    patientBed.feedEachSecond(92, 120, { HR: 80, RR: 15 });
    expect(patientBed.eventTypes('unattributed')).toEqual([]);
    patientBed.feedEachSecond(121, 141, { HR: 80, RR: 15 });
    expect(patientBed.eventTypes('unattributed')).toEqual(['resolved', 'cleared']);
  });

  it('a migrated state keeps waiting acknowledgements and recognizes repeated commands', () => {
    const patientBed = migratedBed();
    expect(patientBed.state().book.held).toEqual(v1.held);
    patientBed.command(91, { type: 'acknowledge', alarmId: v1.live.asystole.alarm.alarmId }, 'command-1');
    expect([patientBed.countOf('commandsRepeated'), patientBed.liveAlarms().asystole?.signal]).toEqual([1, 'latched']);
    patientBed.command(91, { type: 'acknowledge', alarmId: v1.live.asystole.alarm.alarmId }, 'command-new');
    expect(patientBed.liveAlarms().asystole).toBeUndefined();
  });

  it('a migrated state knows when the next parameter can be silent', () => {
    const { codes, quietUntil } = migrate(id, v1)!.arrivals;
    const heardMs = Object.values(codes).flatMap(({ heardAt, silentSince }) => (silentSince === null ? heardAt : []));
    expect(quietUntil).toBe(Math.min(...heardMs) + 20_000);
  });

  it('a migrated state keeps the disconnection and the wrong clock of the device', () => {
    const technical = {
      disconnected: { condition: 'disconnected', priority: 'medium', text: 'Device disconnected', onset: t0 + 80_000 },
      'clock-skew': { condition: 'clock-skew', priority: 'low', text: 'Device clock is 95 s behind', onset: t0 },
    };
    const state = migrate(id, { ...v1, technical });
    expect(state?.device).toMatchObject({
      disconnectedSince: t0 + 80_000,
      silentSince: null,
      skew: { since: t0, text: 'Device clock is 95 s behind' },
      own: {},
    });
    expect(state?.notices).toEqual({});
  });

  it('a migrated state keeps the closed alarms', () => {
    const closed = [{ alarmId: 'an-alarm-that-left', rev: 4, key: 'HR.high', from: t0 - 60_000, to: t0 - 30_000 }];
    expect(migrate(id, { ...v1, closed })?.book.closed).toEqual(closed);
  });

  it.each([
    ['a running pause', { until: t0 + 120_000, over: 'medium' }, { until: t0 + 120_000, over: 'medium' }],
    ['a pause with an unknown priority', { until: t0 + 120_000, over: 'loud' }, null],
    ['a pause without a priority', { until: t0 + 120_000 }, null],
    ['no pause', null, null],
  ])('a migrated state keeps an audio pause only if its priority is valid: %s', (_name, pause, expected) => {
    const written = { ...v1, pause: pause === null || 'over' in pause ? pause : { ...pause, over: null } };
    expect(migrate(id, written)?.book.pause).toEqual(expected);
  });

  it('a migrated parameter is marked as beyond its limit if it has a present physiological alarm', () => {
    const beyond = (live: object) => migrate(id, { ...v1, live })?.arrivals.codes.MDC_PULS_OXIM_SAT_O2?.beyond;
    const { 'SpO2.low': low, 'SpO2.no-data': silent } = v1.live;
    expect(beyond({ 'SpO2.low': low, 'SpO2.no-data': silent })).toBe(true);
    expect(beyond({ 'SpO2.no-data': silent })).toBe(false);
    expect(beyond({ 'SpO2.low': { ...low, alarm: { ...low.alarm, present: false } } })).toBe(false);
  });

  it('a state without any measurement is migrated', () => {
    const state = migrate(id, { ...v1, main: { heardAt: 0, values: {} }, live: {}, technical: {}, notices: {} });
    expect(state?.arrivals).toMatchObject({ codes: {}, now: null });
    expect(state?.book.live).toEqual({});
  });
});

describe('an unusable state', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'v1'],
    ['a state of another association', { ...v1, associationId: 'association-2' }],
    ['a state of version 2 of another association', initialState('association-2')],
    ['a state of a future version', { ...v1, v: 3 }],
    ['a state without alarms', { ...v1, live: undefined }],
    ['a state with an invalid alarm', { ...v1, live: { 'HR.high': { alarm: { alarmId: 'x' } } } }],
    ['a state with an invalid time', { ...v1, silence: { ...v1.silence, heardAt: 'yesterday' } }],
    ['a state with an unknown category', { ...v1, association: { ...v1.association, category: 'horse' } }],
  ])('migrate returns undefined for %s', (_name, written) => {
    expect(migrate(id, written)).toBeUndefined();
  });
});

it('a state of version 2 stays unchanged; if the state of a detector is missing, this detector starts with its initial state', () => {
  const patientBed = bed();
  patientBed.feedEachSecond(0, 10, { HR: 150 });
  expect(migrate(id, patientBed.state())).toEqual(patientBed.state());
  const { rates: _lacking, ...older } = patientBed.state();
  expect(migrate(id, older)).toEqual({ ...patientBed.state(), rates: initialState(id).rates });
});
