import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent, AlarmState } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent, foldAlarmState, forgetAlarmsBefore } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { alarm, period, t0, table } from './fold.testing.ts';
import { emptyState } from './state.ts';

type Said = { event: AlarmEvent } | { state: AlarmState };
const event = (type: AlarmEvent['type'], said: Alarm, atMs = t0): Said => ({
  event: { type, at: formatInstant(atMs), alarm: said },
});
const snapshot = (atMs: number, ...live: Alarm[]): Said => ({
  state: {
    associationId: 'assoc-01',
    at: formatInstant(atMs),
    offsets: { observations: '0', commands: '0' },
    live,
    engine: {},
  },
});

function after(said: Said[]): string[] {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  for (const one of said) {
    if ('event' in one) foldAlarmEvent(state, one.event, t0);
    else foldAlarmState(state, one.state, t0);
  }
  return [...state.alarms.values()].map((entry) => entry.alarm.text);
}

const a = (rev: number) => alarm('alarm-0000000001', 'assoc-01', rev);

describe('the alarms on the screens', () => {
  it.each<[string, Said[], string[]]>([
    ['a raised one', [event('raised', a(1))], ['HR rev 1']],
    ['its newest revision', [event('raised', a(1)), event('acknowledged', a(2))], ['HR rev 2']],
    ['whatever the order', [event('acknowledged', a(2)), event('raised', a(1))], ['HR rev 2']],
    ['once, when told twice', [event('raised', a(1)), event('raised', a(1))], ['HR rev 1']],
    ['still when resolved (it may be latched)', [event('raised', a(1)), event('resolved', a(2))], ['HR rev 2']],
    ['no more when cleared', [event('raised', a(1)), event('cleared', a(2))], []],
    ['not brought back by an older event', [event('cleared', a(2)), event('raised', a(1))], []],
    ['nor by a repeat of the clearing', [event('cleared', a(2)), event('cleared', a(2))], []],
    ['again when it comes again', [event('cleared', a(2)), event('raised', a(3))], ['HR rev 3']],
    ['from a snapshot', [snapshot(t0, a(3))], ['HR rev 3']],
    ['not from a snapshot older than its clearing', [event('cleared', a(4)), snapshot(t0, a(3))], []],
    ['not what a newer snapshot no longer has', [snapshot(t0, a(3)), snapshot(t0 + 1000)], []],
    ['what was raised after the snapshot', [event('raised', a(1), t0 + 2000), snapshot(t0 + 1000)], ['HR rev 1']],
    [
      "what was raised at the snapshot's instant",
      [event('raised', a(1), t0 + 1000), snapshot(t0 + 1000)],
      ['HR rev 1'],
    ],
  ])('have %s', (_, said, expected) => {
    expect(after(said)).toEqual(expected);
  });

  it('are forgotten with their association, except those with a later event', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: a(1) }, t0);
    expect(forgetAlarmsBefore(state, { associationId: 'assoc-01', live: [] }, t0)).toBe(false);
    expect(forgetAlarmsBefore(state, { associationId: 'assoc-01', live: [] }, t0 + 1)).toBe(true);
    expect(state.alarms.size).toBe(0);
  });

  it('wait for their bed, and come with it', () => {
    const state = emptyState();
    expect(foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: a(1) }, t0)).toBe(false);
    const before = state.n;
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    expect(state.alarms.get('alarm-0000000001')!.n).toBeGreaterThan(before);
  });

  it('of a device without association make its bed', () => {
    const state = emptyState();
    const said = alarm('alarm-0000000002', 'u-device-1', 1);
    expect(foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: said }, t0)).toBe(true);
    expect(state.beds.get('u-device-1')?.deviceId).toBe('d1');
  });
});
