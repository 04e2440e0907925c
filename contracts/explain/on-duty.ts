/**
 * Finds in the topic `assignments` who was on duty for the bed of an alarm when the delivery process first decided
 * about the alarm.
 */
import { absenceAt, absentCoverFault, evolve, initialState, responsibleAt, type Standing } from '../duties.ts';
import { duties } from '../duty-names.ts';
import { dutiesOf } from '../duty-state.ts';
import type { Duty } from '../messages/assignments.ts';
import { parseInstant } from '../time.ts';
import { deliveryEventsOf } from './calls.ts';
import type { History } from './history.ts';
import type { AlarmRecords } from './records.ts';

/** A person with a duty at the bed. Times are ms since 1970. */
export type PersonOnDuty = {
  readonly duty: Duty;
  readonly userId: string;
  readonly name: string;
  readonly standing: Standing;
  /** The assignment that gives the person the duty. For a cover, this is the assignment of the person who is away. */
  readonly assignment: {
    readonly fromMs: number;
    readonly untilMs: number;
    /** Who wrote the assignment, and when. */
    readonly byName: string;
    readonly atMs: number;
    readonly acceptedMs: number | undefined;
  };
  /** Present if the person was away. `coverFault` says why the named cover did not cover. */
  readonly away?: { readonly untilMs: number; readonly coverName?: string; readonly coverFault?: string };
};

export type OnDuty = {
  /**
   * The time at which these persons were on duty: the start of the first round, or the raise of the alarm if the log
   * has no round.
   */
  readonly atMs: number;
  readonly ward: string;
  readonly bed: string;
  /** Whether the ward had ever had assignments. Without them, Vigil calls nobody. */
  readonly takesPart: boolean;
  /**
   * Present if the ward had no assignments when the alarm was raised: the time of its first assignment. Until then,
   * Vigil called nobody.
   */
  readonly takesPartSinceMs?: number;
  readonly persons: readonly PersonOnDuty[];
};

/**
 * Returns who was on duty; undefined if the log does not prove it, because assignments are missing or the place is not
 * known.
 */
export function onDutyOf(records: AlarmRecords, history: History): OnDuty | undefined {
  const { assignments, deliveries } = records;
  if (!assignments.isWhole) return undefined;
  const started = deliveries.items.find(
    ({ body: { event } }) => event.type === 'round-started' && event.alarmId === records.alarmId,
  );
  // There may have been an earlier round with other persons, and its record may be missing.
  if (started !== undefined && !deliveries.isWhole) return undefined;
  const after = started !== undefined && 'after' in started.body ? started.body.after : undefined;
  const ward = after?.ward ?? records.ward;
  const bed = after?.bed ?? records.bed;
  if (ward === undefined || bed === undefined) return undefined;
  const atMs = started === undefined ? history.raisedMs : (deliveryEventsOf(records, 'round-started')[0]?.atMs ?? 0);
  const untilAppendedMs = started?.appendedMs ?? history.raisedMs;
  const state = assignments.events
    .filter(({ appendedMs }) => appendedMs <= untilAppendedMs)
    .reduce((before, { body }) => evolve(before, body), initialState);
  const ofWard = dutiesOf(state, ward);
  const persons = duties.flatMap((duty) =>
    responsibleAt(state, { ward, bed, duty }, atMs).flatMap(({ userId, name, standing, assignmentId }) => {
      const entry = ofWard.assignments.find(({ assignment }) => assignment.assignmentId === assignmentId);
      if (entry === undefined) return [];
      const { fromMs, untilMs, by, at, accepted } = entry;
      const acceptedMs = accepted === undefined ? undefined : parseInstant(accepted.at);
      const assignment = { fromMs, untilMs, byName: by.name, atMs: parseInstant(at) ?? 0, acceptedMs };
      const absence = standing === 'away' ? absenceAt(ofWard, userId, atMs) : undefined;
      const person: PersonOnDuty = { duty, userId, name, standing, assignment };
      if (absence === undefined) return [person];
      const { cover } = absence;
      const fault = absentCoverFault(ofWard, absence, duty, atMs);
      const away = {
        untilMs: absence.untilMs,
        ...(cover && { coverName: cover.name }),
        ...(fault !== undefined && { coverFault: fault }),
      };
      return [{ ...person, away }];
    }),
  );
  const takesPart = state.wards.has(ward);
  const firstMs = assignments.events.find(({ body }) => body.ward === ward)?.appendedMs;
  const isLate = takesPart && firstMs !== undefined && firstMs > history.raisedMs;
  return { atMs, ward, bed, takesPart, ...(isLate && { takesPartSinceMs: firstMs }), persons };
}
