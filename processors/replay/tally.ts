/**
 * Counts the alarms of a recording under a profile, to answer "What would other limits have done?" (DESIGN, "Alarms").
 */
import type { Priority } from '../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../contracts/parameters.ts';
import { step } from '../alarms/core/engine.ts';
import type { Environment } from '../alarms/core/environment.ts';
import type { Input, ObservationInput } from '../alarms/core/inputs.ts';
import { type Profile, rulesOfPatient } from '../alarms/core/profile.ts';
import type { LimitsByGroup } from '../alarms/core/profile-table.ts';
import { initialState } from '../alarms/core/state.ts';

export type Tally = {
  readonly hours: number;
  readonly readings: number;
  /** Number of calls: raised alarms and further onsets of live alarms. */
  readonly byPriority: Readonly<Record<Priority, number>>;
  readonly byCondition: ReadonlyMap<string, number>;
};

const associationId = 'replay-association';

/**
 * Runs a recording of an adult, and counts the calls. No alarm is acknowledged, so further onsets of a latched alarm
 * count too. Silence is judged only at the time of a reading.
 */
export function tally(hash: Environment['hash'], profile: Profile, readings: readonly ObservationInput[]): Tally {
  const env: Environment = { hash, profile: () => profile };
  const begin: Input = { type: 'association', category: 'adult', ward: null, endedAt: null };
  const byPriority = { high: 0, medium: 0, low: 0 };
  const byCondition = new Map<string, number>();
  const onsets = new Map<string, number>();
  let state = initialState(associationId);
  for (const input of [begin, ...readings]) {
    const result = step(env, state, input, input.type === 'observation' ? input.receivedAt : 0);
    state = result.state;
    for (const { alarm } of result.events) {
      if (alarm.onsets <= (onsets.get(alarm.alarmId) ?? 0)) continue;
      onsets.set(alarm.alarmId, alarm.onsets);
      byPriority[alarm.priority] += 1;
      byCondition.set(alarm.condition, (byCondition.get(alarm.condition) ?? 0) + 1);
    }
  }
  const last = readings.at(-1);
  const spanMs = last ? last.time - readings[0]!.time + (last.intervalMs ?? 0) : 0;
  return { hours: spanMs / 3_600_000, readings: readings.length, byPriority, byCondition };
}

/** Returns the sum of several tallies. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const byPriority = { high: 0, medium: 0, low: 0 };
  const byCondition = new Map<string, number>();
  for (const tally of tallies) {
    for (const [priority, count] of Object.entries(tally.byPriority)) byPriority[priority as Priority] += count;
    for (const [condition, count] of tally.byCondition)
      byCondition.set(condition, (byCondition.get(condition) ?? 0) + count);
  }
  const sum = (numberOf: (entry: Tally) => number) => tallies.reduce((total, entry) => total + numberOf(entry), 0);
  return { hours: sum((entry) => entry.hours), readings: sum((entry) => entry.readings), byPriority, byCondition };
}

/** Returns a profile with changed limits. A limit that is not in `changes` stays as it is. */
export function withLimits(profile: Profile, changes: LimitsByGroup): Profile {
  const groups = Object.entries(changes).map(([group, limits]) => {
    const before = profile.groups[group as LimitGroup];
    return [group, rulesOfPatient(before, limits) ?? before] as const;
  });
  return { ...profile, groups: { ...profile.groups, ...Object.fromEntries(groups) } };
}

/** Returns a line of the table of calls per bed-hour. */
export function tableLine(name: string, { hours, byPriority: { high, medium, low } }: Tally): string {
  const perHour = (count: number) => (hours === 0 ? 0 : count / hours).toFixed(2).padStart(8);
  return `${name.padEnd(36)} ${hours.toFixed(1).padStart(7)} h ${perHour(high)} ${perHour(medium)} ${perHour(low)} ${perHour(high + medium + low)}`;
}

export const tableHead = `${'alarms per bed-hour'.padEnd(36)} ${'bed-time'.padStart(9)} ${'high'.padStart(8)} ${'medium'.padStart(8)} ${'low'.padStart(8)} ${'all'.padStart(8)}`;
