/** Tests of the alignment of state and events after a crash. */
import { describe, expect, it } from 'vitest';
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { type Bed, bed, highBed, mediumBed, t0 } from '../../bed.testing.ts';
import { realign } from './realign.ts';
import type { State } from './state.ts';

const alignAt = (state: State, appended: readonly AlarmEvent[], s: number) => realign(state, appended, t0 + s * 1000);

/**
 * A bed with a high alarm, raised at 0 s. `clockFirst`: the escalation at 60 s comes before an acknowledgement of 59 s.
 */
function bedWithLateAcknowledgement(clockFirst: boolean): Bed {
  const patientBed = highBed();
  const { alarmId } = patientBed.liveAlarms()['HR.extreme-high']!;
  if (clockFirst) patientBed.tick(60.5);
  patientBed.command(59, { type: 'acknowledge', alarmId });
  return patientBed;
}

/** Returns the events without technical alarms, such as the silence that a tick finds. */
const physiological = (events: readonly AlarmEvent[]) => events.filter(({ alarm }) => alarm.kind === 'physiological');

describe('realign', () => {
  it('nothing is published if the events agree with the state, or if there are no events', () => {
    const patientBed = bedWithLateAcknowledgement(false);
    expect(alignAt(patientBed.state(), patientBed.events, 61)).toEqual({ state: patientBed.state(), events: [] });
    expect(alignAt(patientBed.state(), [], 61)).toEqual({ state: patientBed.state(), events: [] });
  });

  it('nothing is published and the state stays the same object if all alarms have left the screens', () => {
    const patientBed = mediumBed();
    patientBed.feedEachSecond(7, 12, { HR: 100 });
    const state = patientBed.state();
    expect(realign(state, patientBed.events, t0 + 13_000)).toEqual({ state, events: [] });
    expect(realign(state, patientBed.events, t0 + 13_000).state).toBe(state);
  });

  it('the present alarm is published with a higher revision than the screens have', () => {
    const before = bedWithLateAcknowledgement(true);
    const after = bedWithLateAcknowledgement(false);
    expect(before.liveAlarms()['HR.extreme-high']?.rev).toBe(3);
    expect(after.liveAlarms()['HR.extreme-high']?.rev).toBe(2);
    const { events, state } = alignAt(after.state(), physiological(before.events), 61);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'updated', alarm: { rev: 4, signal: 'acknowledged', escalation: 0 } });
    expect(state.book.live['HR.extreme-high']?.alarm).toEqual(events[0]?.alarm);
    expect(
      alignAt(
        state,
        [...before.events, ...events].filter(({ alarm }) => alarm.kind === 'physiological'),
        62,
      ).events,
    ).toEqual([]);
  });

  it('the event with the highest revision is used, in any order of the events', () => {
    const before = physiological(bedWithLateAcknowledgement(true).events);
    const after = bedWithLateAcknowledgement(false).state();
    expect(alignAt(after, [...before].reverse(), 61)).toEqual(alignAt(after, before, 61));
  });

  it('an alarm with the same revision and another content is published again', () => {
    const before = highBed();
    before.tick(60.5);
    const { events } = alignAt(bedWithLateAcknowledgement(false).state(), physiological(before.events), 61);
    expect(events).toMatchObject([{ type: 'updated', alarm: { rev: 3, signal: 'acknowledged' } }]);
  });

  it('an alarm that the state does not have is cleared from the screens', () => {
    const before = bed();
    before.feedEachSecond(0, 2, { HR: 80 });
    before.tick(9);
    const after = bed();
    after.feedEachSecond(0, 9, { HR: 80 });
    const { events, state } = alignAt(after.state(), before.events, 10);
    expect(events).toMatchObject([
      { type: 'cleared', alarm: { condition: 'no-data', rev: 2, present: false, signal: 'off' } },
    ]);
    // If the alarm is raised later, its revisions continue from this revision.
    expect(state.book.closed).toMatchObject([{ key: 'no-data', rev: 2, last: { alarm: { rev: 2 } } }]);
    expect(alignAt(state, [...before.events, ...events], 11).events).toEqual([]);
  });

  it('a cleared alarm that is raised again gets a revision above its last revision', () => {
    const calm = { HR: 80, SpO2: 97 };
    const before = bed();
    before.feedEachSecond(0, 5, calm);
    before.feedEachSecond(6, 25, { HR: 80 });
    before.feedEachSecond(26, 26, calm);
    expect(before.eventTypes('SpO2.no-data')).toEqual(['raised', 'resolved', 'cleared']);
    const after = bed();
    after.feedEachSecond(0, 5, calm);
    const { events, state } = alignAt(after.state(), before.events, 27);
    expect(events).toEqual([]);
    const again = bed('adult', 'association-1', state);
    again.feedEachSecond(6, 25, { HR: 80 });
    expect(again.events).toMatchObject([{ type: 'raised', alarm: { condition: 'SpO2.no-data', rev: 4 } }]);
  });

  it('the state remembers the end that the event of a cleared alarm names', () => {
    const before = mediumBed();
    before.feedEachSecond(7, 12, { HR: 100 });
    const { alarm } = before.events.at(-1)!;
    expect(alarm.resolvedAt).not.toBe(alarm.onsetAt);
    const { state } = alignAt(bed().state(), before.events, 13);
    expect(state.book.closed).toMatchObject([{ key: 'HR.high', to: Date.parse(alarm.resolvedAt!) }]);
  });

  it('an ended alarm that was published with a higher revision than the state has is cleared again', () => {
    const before = mediumBed();
    before.feedEachSecond(7, 12, { HR: 100 });
    const further = before.events.map((event) => ({
      ...event,
      type: 'updated' as const,
      alarm: { ...event.alarm, rev: event.alarm.rev + 5 },
    }));
    const { events, state } = alignAt(before.state(), further, 13);
    expect(events).toMatchObject([{ type: 'cleared', alarm: { rev: 9 } }]);
    expect(state.book.closed).toMatchObject([{ key: 'HR.high', rev: 9, last: { alarm: { rev: 9 } } }]);
  });

  it('an alarm that was cleared from the screens is raised again with a higher revision', () => {
    const before = mediumBed();
    const { state } = alignAt(bed().state(), before.events, 10);
    const after = bed('adult', 'association-1', state);
    after.feedEachSecond(0, 6, { HR: 130 });
    expect(after.liveAlarms()['HR.high']).toMatchObject({
      alarmId: before.liveAlarms()['HR.high']?.alarmId,
      present: true,
      signal: 'on',
    });
    expect(after.liveAlarms()['HR.high']!.rev).toBeGreaterThan(2);
  });
});
