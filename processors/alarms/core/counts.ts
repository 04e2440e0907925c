/**
 * Counts for the metrics (processors/alarms/metrics.ts): the readings, values and commands of one step of the engine.
 * Pure.
 */
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { ObservationInput } from './inputs.ts';

export const counterNames = [
  'readings',
  'repeats',
  'lateReadings',
  'valuesMissing',
  'acknowledgementsHeld',
  'acknowledgementsUnknown',
  'acknowledgementsRepeated',
  'acknowledgementsStale',
  'commandsRepeated',
  'limitsRefused',
  'gaps',
  'readingsMissing',
  'readingsFilled',
  'sharedIdentity',
] as const;
export type Counter = (typeof counterNames)[number];
export type Counts = Readonly<Partial<Record<Counter, number>>>;

const plainReading: Counts = { readings: 1, lateReadings: 0, valuesMissing: 0 };

/** Returns the counts of one reading. @param received the values of the reading */
export function countReading({ values }: ObservationInput, received: readonly { readonly late: boolean }[]): Counts {
  let valuesMissing = 0;
  for (const numeric of values) if (usableNumber(numeric) === undefined) valuesMissing += 1;
  const isLate = received.some(({ late }) => late);
  return valuesMissing === 0 && !isLate ? plainReading : { readings: 1, lateReadings: isLate ? 1 : 0, valuesMissing };
}

/** Adds the counts of one step to a sum. */
export function addCounts(sum: Map<Counter, number>, counts: Counts): void {
  for (const name of Object.keys(counts) as Counter[]) {
    const more = counts[name] ?? 0;
    if (more > 0) sum.set(name, (sum.get(name) ?? 0) + more);
  }
}
