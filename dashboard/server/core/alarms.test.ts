import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent, AlarmState } from '../../../contracts/messages/alarms.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent, foldAlarmState, forgetAlarmsBefore } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { alarm, period, t0, table } from './fold.testing.ts';
import { emptyState } from './state.ts';

type Published = { event: AlarmEvent } | { state: AlarmState };
const event = (type: AlarmEvent['type'], changed: Alarm, atMs = t0): Published => ({
  event: { type, at: formatInstant(atMs), alarm: changed },
});
const snapshot = (atMs: number, ...live: Alarm[]): Published => ({
  state: {
    associationId: 'assoc-01',
    at: formatInstant(atMs),
    offsets: { observations: '0', commands: '0' },
    live,
    engine: {},
  },
});

/** Returns the texts of the alarms in the state after these records. */
function textsAfter(published: Published[]): string[] {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  for (const record of published) {
    if ('event' in record) foldAlarmEvent(state, record.event, t0);
    else foldAlarmState(state, record.state, t0);
  }
  return [...state.alarms.values()].map((entry) => entry.alarm.text);
}

const a = (rev: number) => alarm('alarm-0000000001', 'assoc-01', rev);

describe('the alarms on the screens', () => {
  it.each<[string, Published[], string[]]>([
    ['a raised alarm is shown', [event('raised', a(1))], ['HR rev 1']],
    ['the newest revision is shown', [event('raised', a(1)), event('acknowledged', a(2))], ['HR rev 2']],
    [
      'an older revision does not replace a newer one',
      [event('acknowledged', a(2)), event('raised', a(1))],
      ['HR rev 2'],
    ],
    ['a repeated event shows the alarm once', [event('raised', a(1)), event('raised', a(1))], ['HR rev 1']],
    ['a resolved alarm is shown (it may be latched)', [event('raised', a(1)), event('resolved', a(2))], ['HR rev 2']],
    ['a cleared alarm is not shown', [event('raised', a(1)), event('cleared', a(2))], []],
    ['an older event does not bring a cleared alarm back', [event('cleared', a(2)), event('raised', a(1))], []],
    ['a repeated clearing changes nothing', [event('cleared', a(2)), event('cleared', a(2))], []],
    ['a newer event brings a cleared alarm back', [event('cleared', a(2)), event('raised', a(3))], ['HR rev 3']],
    ['an alarm of a snapshot is shown', [snapshot(t0, a(3))], ['HR rev 3']],
    ['a snapshot does not bring a cleared alarm back', [event('cleared', a(4)), snapshot(t0, a(3))], []],
    ['an alarm that a newer snapshot lacks is removed', [snapshot(t0, a(3)), snapshot(t0 + 1000)], []],
    [
      'an alarm that was raised after the snapshot is shown',
      [event('raised', a(1), t0 + 2000), snapshot(t0 + 1000)],
      ['HR rev 1'],
    ],
    [
      'an alarm that was raised at the time of the snapshot is shown',
      [event('raised', a(1), t0 + 1000), snapshot(t0 + 1000)],
      ['HR rev 1'],
    ],
  ])('%s', (_, published, expected) => {
    expect(textsAfter(published)).toEqual(expected);
  });

  it('forgetAlarmsBefore removes the alarms of an association that were published before the given time', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: a(1) }, t0);
    expect(forgetAlarmsBefore(state, { associationId: 'assoc-01', live: [] }, t0)).toBe(false);
    expect(forgetAlarmsBefore(state, { associationId: 'assoc-01', live: [] }, t0 + 1)).toBe(true);
    expect(state.alarms.size).toBe(0);
  });

  it('if an alarm only ends, its content revision stays, so a person may still acknowledge the former revision', () => {
    const state = emptyState();
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: a(1) }, t0);
    const ended: Alarm = { ...a(1), rev: 2, present: false, signal: 'latched' };
    foldAlarmEvent(state, { type: 'updated', at: formatInstant(t0), alarm: ended }, t0);
    expect(state.alarms.get('alarm-0000000001')?.contentRevision.rev).toBe(1);
  });

  it('if the server reads an alarm before its bed, the alarm is shown when the bed has been read', () => {
    const state = emptyState();
    expect(foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: a(1) }, t0)).toBe(false);
    const before = state.changeNo;
    foldAssociations(state, table('d1', 1, period('assoc-01')));
    expect(state.alarms.get('alarm-0000000001')!.changeNo).toBeGreaterThan(before);
  });

  it('an alarm of a device without an association creates the bed of the device', () => {
    const state = emptyState();
    const raised = alarm('alarm-0000000002', 'u-device-1', 1);
    expect(foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: raised }, t0)).toBe(true);
    expect(state.beds.get('u-device-1')?.deviceId).toBe('d1');
  });
});
