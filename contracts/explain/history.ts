/** Makes the history of one alarm from its events: each revision once, the lowest first. */
import { hourMs } from '../durations.ts';
import type { Alarm, AlarmEvent } from '../messages/alarms.ts';
import { parseInstant } from '../time.ts';
import type { AlarmRecords, Logged } from './records.ts';
import type { Said, Sentence } from './said.ts';

/** An acknowledgement that came later than this after the end of the alarm is not shown (our choice). */
export const afterEndMsMax = hourMs;

/** `atMs`: when the log got the record, ms since 1970; for an act of a person: when the person asked. */
export type TimelineLine = { readonly atMs: number; readonly text: Said };
export type WrittenLine = { readonly atMs: number; readonly text: string; readonly sentence?: Sentence };

export type History = {
  /** The first record of each revision, lowest revision first. */
  readonly events: readonly Logged<AlarmEvent>[];
  /** The alarm at its lowest and highest revision in the log. */
  readonly first: Alarm;
  readonly last: Alarm;
  /** Whether no record is missing: every revision from 1 on is there, and no part of the log is missing. */
  readonly isComplete: boolean;
  /** The engine's time of the raise, ms since 1970. */
  readonly raisedMs: number;
  /** When the alarm left the screens, ms since 1970; undefined if the log has no such event. */
  readonly clearedMs: number | undefined;
  /**
   * The time until which a person could come: the end of the alarm, or the end of the part of the log that was read.
   */
  readonly untilMs: number;
};

/** Returns the history of an alarm; undefined if the log has no event about the alarm. */
export function historyOf({ alarmId, alarms, readUntilMs }: AlarmRecords): History | undefined {
  const ofAlarm = alarms.events.filter(({ body }) => body.alarm.alarmId === alarmId);
  const events = firstOfEachRevision(ofAlarm, ({ alarm }) => alarm.rev);
  const first = events[0]?.body.alarm;
  const lastEvent = events.at(-1)?.body;
  if (first === undefined || lastEvent === undefined) return undefined;
  const clearedMs = lastEvent.type === 'cleared' ? parseInstant(lastEvent.at) : undefined;
  return {
    events,
    first,
    last: lastEvent.alarm,
    isComplete: alarms.isWhole && hasAllRevisions(events),
    raisedMs: Date.parse(first.raisedAt),
    clearedMs,
    untilMs: clearedMs ?? readUntilMs,
  };
}

/** Returns whether the events have every revision from 1 up to the last event. */
export function hasAllRevisions(events: readonly Logged<AlarmEvent>[]): boolean {
  return events.every(({ body }, index) => body.alarm.rev === index + 1);
}

/** Returns the first record of each revision, lowest revision first. A restarted engine writes some revisions again. */
export function firstOfEachRevision<Body>(
  records: readonly Logged<Body>[],
  revisionOf: (body: Body) => number,
): Logged<Body>[] {
  const firsts = new Map<number, Logged<Body>>();
  for (const record of records) {
    const revision = revisionOf(record.body);
    if (!firsts.has(revision)) firsts.set(revision, record);
  }
  return [...firsts.entries()].sort(([a], [b]) => a - b).map(([, record]) => record);
}
