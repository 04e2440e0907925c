/** After a crash the screens get what holds, above all revisions that they have. */
import { describe, expect, it } from 'vitest';
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { type Bed, bed, highBed, mediumBed, t0 } from '../../bed.testing.ts';
import { realign } from './realign.ts';
import type { State } from './state.ts';

const align = (state: State, told: readonly AlarmEvent[], s: number) => realign(state, told, t0 + s * 1000);

/** A high alarm, raised at 0. Its escalation at 60 s and an acknowledgement just before cross each other. */
function crossed(clockFirst: boolean): Bed {
  const one = highBed();
  const { alarmId } = one.live()['HR.extreme-high']!;
  if (clockFirst) one.tick(60.5);
  one.command(59, { type: 'acknowledge', alarmId });
  return one;
}

/** Without the silence that the tick also finds. */
const physiological = (events: readonly AlarmEvent[]) => events.filter(({ alarm }) => alarm.kind === 'physiological');

describe('after a crash, compared with the published events', () => {
  it('publishes nothing if they are the same, or if there are none', () => {
    const one = crossed(false);
    expect(align(one.state(), one.events, 61)).toEqual({ state: one.state(), events: [] });
    expect(align(one.state(), [], 61)).toEqual({ state: one.state(), events: [] });
  });

  it('publishes nothing, and keeps its state, if all alarms had left', () => {
    const one = mediumBed();
    one.run(7, 12, { HR: 100 });
    const state = one.state();
    expect(realign(state, one.events, t0 + 13_000)).toEqual({ state, events: [] });
    expect(realign(state, one.events, t0 + 13_000).state).toBe(state);
  });

  it('publishes what holds above the revision that the screens have', () => {
    const before = crossed(true);
    const after = crossed(false);
    expect(before.live()['HR.extreme-high']?.rev).toBe(3);
    expect(after.live()['HR.extreme-high']?.rev).toBe(2);
    const { events, state } = align(after.state(), physiological(before.events), 61);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'updated', alarm: { rev: 4, signal: 'acknowledged', escalation: 0 } });
    expect(state.book.live['HR.extreme-high']?.alarm).toEqual(events[0]?.alarm);
    expect(
      align(
        state,
        [...before.events, ...events].filter(({ alarm }) => alarm.kind === 'physiological'),
        62,
      ).events,
    ).toEqual([]);
  });

  it('uses the highest revision, in whatever order the log has them', () => {
    const before = physiological(crossed(true).events);
    const after = crossed(false).state();
    expect(align(after, [...before].reverse(), 61)).toEqual(align(after, before, 61));
  });

  it('corrects one of the same revision with another content', () => {
    const before = highBed();
    before.tick(60.5);
    const { events } = align(crossed(false).state(), physiological(before.events), 61);
    expect(events).toMatchObject([{ type: 'updated', alarm: { rev: 3, signal: 'acknowledged' } }]);
  });

  it('removes an alarm from the screens that the log does not show', () => {
    const before = bed();
    before.run(0, 2, { HR: 80 });
    before.tick(9);
    const after = bed();
    after.run(0, 9, { HR: 80 });
    const { events, state } = align(after.state(), before.events, 10);
    expect(events).toMatchObject([
      { type: 'cleared', alarm: { condition: 'no-data', rev: 2, present: false, signal: 'off' } },
    ]);
    // Should it be raised after all, it goes on above that.
    expect(state.book.closed).toMatchObject([{ key: 'no-data', rev: 2, last: { alarm: { rev: 2 } } }]);
    expect(align(state, [...before.events, ...events], 11).events).toEqual([]);
  });

  it('publishes nothing about cleared alarms, and raises one above their revision if it comes again', () => {
    const calm = { HR: 80, SpO2: 97 };
    const before = bed();
    before.run(0, 5, calm);
    before.run(6, 25, { HR: 80 });
    before.run(26, 26, calm);
    expect(before.types('SpO2.no-data')).toEqual(['raised', 'resolved', 'cleared']);
    const after = bed();
    after.run(0, 5, calm);
    const { events, state } = align(after.state(), before.events, 27);
    expect(events).toEqual([]);
    const again = bed('adult', 'association-1', state);
    again.run(6, 25, { HR: 80 });
    expect(again.events).toMatchObject([{ type: 'raised', alarm: { condition: 'SpO2.no-data', rev: 4 } }]);
  });

  it('remembers from the log until when an alarm lasted that had left', () => {
    const before = mediumBed();
    before.run(7, 12, { HR: 100 });
    const { alarm } = before.events.at(-1)!;
    expect(alarm.resolvedAt).not.toBe(alarm.onsetAt);
    const { state } = align(bed().state(), before.events, 13);
    expect(state.book.closed).toMatchObject([{ key: 'HR.high', to: Date.parse(alarm.resolvedAt!) }]);
  });

  it('clears again an alarm that was published beyond what is remembered', () => {
    const before = mediumBed();
    before.run(7, 12, { HR: 100 });
    const further = before.events.map((event) => ({
      ...event,
      type: 'updated' as const,
      alarm: { ...event.alarm, rev: event.alarm.rev + 5 },
    }));
    const { events, state } = align(before.state(), further, 13);
    expect(events).toMatchObject([{ type: 'cleared', alarm: { rev: 9 } }]);
    expect(state.book.closed).toMatchObject([{ key: 'HR.high', rev: 9, last: { alarm: { rev: 9 } } }]);
  });

  it('raises an alarm that it removed from the screens above their revision', () => {
    const before = mediumBed();
    const { state } = align(bed().state(), before.events, 10);
    const after = bed('adult', 'association-1', state);
    after.run(0, 6, { HR: 130 });
    expect(after.live()['HR.high']).toMatchObject({
      alarmId: before.live()['HR.high']?.alarmId,
      present: true,
      signal: 'on',
    });
    expect(after.live()['HR.high']!.rev).toBeGreaterThan(2);
  });
});
