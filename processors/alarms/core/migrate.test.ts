/**
 * A state that an engine of before 2026-12 wrote, after 90 s of a patient: an own limit of SpO2, a low SpO2 that was answered and then
 * came no more, an extreme heart rate and an asystole that latch, leads off, a notice of the gateway, and an answer that is held.
 */
import { describe, expect, it } from 'vitest';
import { type Bed, bed, status, t0 } from '../../bed.testing.ts';
import { migrate } from './migrate.ts';
import v1 from './migrate.v1.json' with { type: 'json' };
import { initialState } from './state.ts';

const id = 'association-1';
const migrated = (written: unknown = v1): Bed => bed('adult', id, migrate(id, written)!);
const lives = (one: Bed) =>
  Object.values(one.live())
    .map(({ condition, signal }) => `${condition} ${signal}`)
    .sort();
const before = Object.values(v1.live)
  .map(({ alarm }) => `${alarm.condition} ${alarm.signal}`)
  .sort();

describe('a state of the engine before', () => {
  it('continues: every alarm keeps its acknowledgement and revision; only a loss beyond a limit is medium now', () => {
    const one = migrated();
    one.run(91, 95, { HR: 80, RR: 15 });
    const said = one.events.map(({ type, alarm }) => `${type} ${alarm.condition} ${alarm.priority}`);
    expect(said).toEqual(['updated SpO2.no-data medium']);
    expect(lives(one)).toEqual(before);
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
    expect(revisions(Object.values(one.live()))).toEqual(revisions(Object.values(v1.live).map(({ alarm }) => alarm)));
  });

  it('ends an alarm only by a value inside the patient’s limit', () => {
    const one = migrated();
    one.run(91, 100, { HR: 80, RR: 15, SpO2: 91 });
    expect(one.live()['SpO2.low']).toMatchObject({ present: true, signal: 'acknowledged', onsets: 1 });
    expect(lives(one)).not.toContain('SpO2.no-data on');
    one.run(101, 106, { HR: 80, RR: 15, SpO2: 97 });
    expect(one.types('SpO2.low')).toEqual(['resolved', 'cleared']);
  });

  it('calls again when the acknowledgement runs out', () => {
    const one = migrated();
    one.run(91, 201, { HR: 80, RR: 15 });
    expect(one.types('SpO2.low')).toEqual(['realarmed']);
  });

  it('notices missing parameters, and a silent device, in the usual times', () => {
    const one = migrated();
    one.tick(94.9);
    expect(one.raised()).toEqual([]);
    one.tick(95.1);
    expect(one.raised()).toEqual(['no-data']);
    const other = migrated();
    other.run(91, 109, { HR: 80 });
    expect(other.raised()).toEqual([]);
    other.run(110, 110, { HR: 80 });
    expect(other.raised()).toEqual(['RR.no-data']);
  });

  it('ends the device’s own condition by its next list, and the notice after its time', () => {
    const one = migrated();
    one.feed(status(91, { seq: 6, conditions: [] }));
    expect(one.types('MDC_EVT_LEADS_OFF')).toEqual(['resolved', 'cleared']);
    one.run(92, 120, { HR: 80, RR: 15 });
    expect(one.types('unattributed')).toEqual([]);
    one.run(121, 141, { HR: 80, RR: 15 });
    expect(one.types('unattributed')).toEqual(['resolved', 'cleared']);
  });

  it('keeps waiting acknowledgements, and takes no command twice', () => {
    const one = migrated();
    expect(one.state().book.held).toEqual(v1.held);
    one.command(91, { type: 'acknowledge', alarmId: v1.live.asystole.alarm.alarmId }, 'command-1');
    expect([one.count('commandsRepeated'), one.live().asystole?.signal]).toEqual([1, 'latched']);
    one.command(91, { type: 'acknowledge', alarmId: v1.live.asystole.alarm.alarmId }, 'command-new');
    expect(one.live().asystole).toBeUndefined();
  });

  it('waits for the silence of each parameter', () => {
    const { codes, quietUntil } = migrate(id, v1)!.arrivals;
    const heardMs = Object.values(codes).flatMap(({ heardAt, silentSince }) => (silentSince === null ? heardAt : []));
    expect(quietUntil).toBe(Math.min(...heardMs) + 20_000);
  });

  it('keeps the silence and the clock of its device', () => {
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

  it('keeps an alarm that had left from being raised again by its readings', () => {
    const closed = [{ alarmId: 'an-alarm-that-left', rev: 4, key: 'HR.high', from: t0 - 60_000, to: t0 - 30_000 }];
    expect(migrate(id, { ...v1, closed })?.book.closed).toEqual(closed);
  });

  it.each([
    ['that runs goes on', { until: t0 + 120_000, over: 'medium' }, { until: t0 + 120_000, over: 'medium' }],
    ['over a priority that is none ends', { until: t0 + 120_000, over: 'loud' }, null],
    ['over nothing ends', { until: t0 + 120_000 }, null],
    ['that is none stays none', null, null],
  ])('a pause of the sound %s', (_name, pause, expected) => {
    const written = { ...v1, pause: pause === null || 'over' in pause ? pause : { ...pause, over: null } };
    expect(migrate(id, written)?.book.pause).toEqual(expected);
  });

  it('knows whether the last value was beyond a limit from its physiological alarm, not from a technical one', () => {
    const beyond = (live: object) => migrate(id, { ...v1, live })?.arrivals.codes.MDC_PULS_OXIM_SAT_O2?.beyond;
    const { 'SpO2.low': low, 'SpO2.no-data': silent } = v1.live;
    expect(beyond({ 'SpO2.low': low, 'SpO2.no-data': silent })).toBe(true);
    expect(beyond({ 'SpO2.no-data': silent })).toBe(false);
    expect(beyond({ 'SpO2.low': { ...low, alarm: { ...low.alarm, present: false } } })).toBe(false);
  });

  it('stays the same for a patient who was never measured', () => {
    const state = migrate(id, { ...v1, main: { heardAt: 0, values: {} }, live: {}, technical: {}, notices: {} });
    expect(state?.arrivals).toMatchObject({ codes: {}, now: null });
    expect(state?.book.live).toEqual({});
  });
});

describe('an unusable state', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['text', 'v1'],
    ['of another association is refused', { ...v1, associationId: 'association-2' }],
    ['of another association, as this engine writes it', initialState('association-2')],
    ['of an engine to come', { ...v1, v: 3 }],
    ['without its alarms', { ...v1, live: undefined }],
    ['with an alarm that is none', { ...v1, live: { 'HR.high': { alarm: { alarmId: 'x' } } } }],
    ['with a time that is none', { ...v1, silence: { ...v1.silence, heardAt: 'yesterday' } }],
    ['of a category that is none', { ...v1, association: { ...v1.association, category: 'horse' } }],
  ])('is left: %s', (_name, written) => {
    expect(migrate(id, written)).toBeUndefined();
  });
});

it('a state of this engine is taken unchanged; a missing part starts empty', () => {
  const one = bed();
  one.run(0, 10, { HR: 150 });
  expect(migrate(id, one.state())).toEqual(one.state());
  const { rates: _lacking, ...older } = one.state();
  expect(migrate(id, older)).toEqual({ ...one.state(), rates: initialState(id).rates });
});
