/**
 * The engine's numbers, each with its source (CLINICAL.md) or marked as ours. Times are milliseconds. Limits are not here:
 * see profiles.ts.
 */
import type { Priority } from '../../contracts/messages/alarms.ts';

/** A gap longer than this many intervals does not count as time beyond a limit (CLINICAL, "Delays"). */
export const gapIntervals = 2;

/** Silence: no reading for this many intervals, but at least `silenceMsMin` (CLINICAL, "Silence is an alarm"). */
export const silenceIntervals = 3;
export const silenceMsMin = 5_000;

/** A patient was admitted to a device that has sent nothing since: somebody must look after so long (ours). */
export const firstReadingMs = 60_000;

/** A device that declares no interval sends once a second (contracts/messages/device.ts). */
export const intervalMsDefault = 1_000;

/** No breath for 20 s (CLINICAL, table of limits). */
export const apnoeaMs = 20_000;

/**
 * A parameter that other readings of the device no longer hold is a technical alarm (ours): said to be missing for 20 s (10 s
 * gave 4.0 such alarms per bed-hour on the BIDMC recordings, 20 s gives 0.9, and still finds every loss longer than that), or
 * just left out for a minute.
 */
export const parameterLostMsMin = 20_000;
export const parameterAbsentMs = 60_000;

/** A condition whose parameter has given no value for so long ends: its technical alarm stands for it by then (ours). */
export const lostMs = 300_000;

/** Readings further apart than this are single measurements: the next one would confirm too late, so none waits (ours). */
export const sparseIntervalMs = 60_000;

/** An acknowledged alarm whose condition lasts alarms again (CLINICAL: default 3 min). */
export const realarmMs = 180_000;

/** An alarm that nobody acknowledges climbs one level after each of these (ours); low ones do not. */
export const escalationMs: Readonly<Record<Priority, number | undefined>> = {
  high: 60_000,
  medium: 180_000,
  low: undefined,
};
export const escalationMax = 3;

/** An alarm's value is told again when it got worse and at least `worseMs` passed, or changed and `changedMs` passed (ours). */
export const worseMs = 5_000;
export const changedMs = 60_000;

/** Late readings that stop coming end what they raised after this long (ours). */
export const lateIdleMs = 10_000;

/** An acknowledgement may be this much older than a repeated signal by another machine's clock and still mean it (ours). */
export const clockToleranceMs = 2_000;

/** This many readings too far apart, more than in time, raise `data-gaps` (ours). */
export const gapsMax = 5;

/**
 * A number that has not come for so long, while others have, is a reading that is lost (ours): six times what is late. A backlog
 * that fills the hole in the meantime starts it anew.
 */
export const gapProofMs = 60_000;

/** Lost readings are told of for so long after the last of them, unless a person has seen it or they come after all (ours). */
export const gapToldMs = 600_000;

/**
 * A device that counts further than this between two readings, and a number for each 10 ms between their times, does not number
 * by one but by a clock: nothing can be said of what it misses (ours).
 */
export const numbersAtOnceMax = 20;
export const numberMsMin = 10;

/** Bounds of the state. At each the oldest entry goes, which is counted where it could matter. */
export const heldMax = 16;
export const heldMs = 600_000;
export const closedMax = 32;
export const commandIdsMax = 64;
export const bootsMax = 8;
export const rangesMax = 32;
export const holesMax = 16;
export const technicalMax = 64;
