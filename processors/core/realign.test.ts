import { describe, expect, it, vi } from 'vitest';
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import { type Bed, bed, env, t0 } from '../bed.testing.ts';
import { realign } from './realign.ts';
import type { State } from './state.ts';

/** Generous: the machine may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const align = (state: State, told: readonly AlarmEvent[], s: number) => realign(env, state, told, t0 + s * 1000);

/** High, raised at 0; its escalation at 60 s and an answer given just before cross each other. */
function crossed(clockFirst: boolean): Bed {
  const one = bed();
  one.run(0, 2, { HR: 150 });
  const { alarmId } = one.live()['HR.extreme-high']!;
  if (clockFirst) one.tick(60.5);
  one.command(59, { type: 'acknowledge', alarmId });
  return one;
}

/** Without the silence that the tick finds too. */
const ofHr = (events: readonly AlarmEvent[]) => events.filter(({ alarm }) => alarm.code !== undefined);

describe('after a crash, against what had been told', () => {
  it('says nothing where it told the same', () => {
    const one = crossed(false);
    expect(align(one.state(), one.events, 61).events).toEqual([]);
    expect(align(one.state(), [], 61).events).toEqual([]);
  });

  it('tells what holds above the revision that the screens have', () => {
    const before = crossed(true);
    const after = crossed(false);
    expect(before.live()['HR.extreme-high']?.rev).toBe(3);
    expect(after.live()['HR.extreme-high']?.rev).toBe(2);
    const { events, state } = align(after.state(), ofHr(before.events), 61);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'updated', alarm: { rev: 4, signal: 'acknowledged', escalation: 0 } });
    expect(state.live['HR.extreme-high']?.alarm.rev).toBe(4);
  });

  it('corrects one of the same revision that says something else', () => {
    const before = bed();
    before.run(0, 2, { HR: 150 });
    before.tick(60.5);
    const { events } = align(crossed(false).state(), ofHr(before.events), 61);
    expect(events).toMatchObject([{ type: 'updated', alarm: { rev: 3, signal: 'acknowledged' } }]);
  });

  it('takes an alarm off the screens that the log does not show', () => {
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
    expect(state.closed).toMatchObject([{ key: 'no-data', rev: 2 }]);
    expect(align(state, [...before.events, ...events], 11).events).toEqual([]);
  });

  it('leaves what had been cleared, and clears anew what was told further than we remember', () => {
    const before = bed();
    before.run(0, 6, { HR: 130 });
    before.run(7, 7, { HR: 100 });
    expect(align(bed().state(), before.events, 10).events).toEqual([]);
    const longer = before.events.map((event) => ({
      ...event,
      type: 'updated' as const,
      alarm: { ...event.alarm, rev: event.alarm.rev + 5 },
    }));
    const { events } = align(before.state(), longer, 10);
    expect(events).toMatchObject([{ type: 'cleared', alarm: { rev: 9 } }]);
  });
});
