/** Compares profiles: counts the calls of the same patients under each profile, and explains each difference. Pure. */
import type { Priority } from '../../contracts/messages/alarms.ts';
import { priorities } from '../../contracts/priorities.ts';
import type { Environment } from '../alarms/core/environment.ts';
import type { Profile } from '../alarms/core/profile.ts';
import { type Call, callMs } from './core/calls.ts';
import { type ExplainedCall, explain, type Pair, pairCalls } from './explain.ts';
import { type LabelledEvent, latencyMs } from './labels.ts';
import { type PatientShare, patientShares } from './outliers.ts';
import { bedDaysOf, callsOf, type Stay } from './stays.ts';

export type NamedProfile = {
  readonly name: string;
  /** Returns the profile of the file that judges a patient. */
  readonly profile: Environment['profile'];
};

export type ByPriority = Readonly<Record<Priority, number>>;

/** The calls under one profile. */
export type Summary = {
  readonly name: string;
  readonly calls: number;
  readonly perBedDay: number;
  readonly byPriority: ByPriority;
  /** `technical`: whether the row counts technical alarms of the parameter. */
  readonly byParameter: readonly ({ readonly parameter: string; readonly technical: boolean } & ByPriority)[];
  /** Number of calls that ended before the end of their recording. */
  readonly ended: number;
  /** Number of these calls that lasted less than 15 s. */
  readonly shorterThan15s: number;
  /** Number of calls in each bin of `durationBinsS`. */
  readonly durations: readonly number[];
  readonly list: readonly Call[];
};

/** The differences between a profile and the first profile. */
export type Difference = {
  readonly name: string;
  /** Calls under the first profile that this profile does not make. */
  readonly removed: readonly ExplainedCall[];
  /** Calls under this profile that the first profile does not make. */
  readonly added: readonly ExplainedCall[];
  /** Number of calls under both profiles. */
  readonly both: number;
  /** Number of these calls that come later, come sooner, or have another priority under this profile. */
  readonly later: number;
  readonly laterMsMax: number;
  readonly sooner: number;
  readonly soonerMsMax: number;
  readonly otherPriority: number;
};

/** `latencyMs`: for each profile, the time from the event to the first call; null if the profile missed the event. */
export type LabelResult = LabelledEvent & { readonly latencyMs: readonly (number | null)[] };

export type Comparison = {
  readonly patients: number;
  readonly bedDays: number;
  readonly profiles: readonly Summary[];
  readonly differences: readonly Difference[];
  readonly labels: readonly LabelResult[];
  /** The shares of the patients in the calls under the first profile. */
  readonly shares: readonly PatientShare[];
};

/**
 * Upper bounds of the durations, s. The last bin counts all longer calls, and calls that still lasted at the end of the
 * recording.
 */
export const durationBinsS: readonly number[] = [5, 15, 30, 60, 300, 1800, Number.POSITIVE_INFINITY];

/** Calls below this duration count as short. Studies of delays use a similar limit (Görges 2009: 14 s). */
const shortMs = 15_000;

/** Compares profiles over the same patients. Each profile is compared with the first profile. */
export function compareProfiles(
  hash: Environment['hash'],
  profiles: readonly NamedProfile[],
  stays: readonly Stay[],
  labels: readonly LabelledEvent[],
): Comparison {
  const bedDays = bedDaysOf(stays);
  const runs = profiles.map(({ profile }) => stays.map((stay) => callsOf({ hash, profile }, stay)));
  const summaries = profiles.map(({ name }, index) => summaryOf(name, runs[index]!.flat(), bedDays));
  const first = profiles[0]!;
  return {
    patients: stays.length,
    bedDays,
    profiles: summaries,
    differences: profiles.slice(1).map((other, index) => differenceOf(first, runs[0]!, other, runs[index + 1]!, stays)),
    labels: labels.map((label) => ({ ...label, latencyMs: runs.map((calls) => latencyMs(label, calls.flat())) })),
    shares: patientShares(hash, (stay) => profileOfStay(first, stay), stays, runs[0]!.flat()),
  };
}

/** Returns the profile that judges a patient; undefined if the file has no profile for the category of the patient. */
export function profileOfStay({ profile }: NamedProfile, { category, ward }: Stay): Profile | undefined {
  return category === null ? undefined : profile(category, ward);
}

function differenceOf(
  a: NamedProfile,
  callsA: readonly (readonly Call[])[],
  b: NamedProfile,
  callsB: readonly (readonly Call[])[],
  stays: readonly Stay[],
): Difference {
  const removed: ExplainedCall[] = [];
  const added: ExplainedCall[] = [];
  const matchedPairs: Pair[] = [];
  for (const [index, stay] of stays.entries()) {
    const [stayCallsA, stayCallsB] = [callsA[index]!, callsB[index]!];
    const { pairs, onlyA, onlyB } = pairCalls(stayCallsA, stayCallsB);
    matchedPairs.push(...pairs);
    removed.push(...onlyA.map((call) => explain(call, stayCallsB, profileOfStay(b, stay), stay)));
    added.push(...onlyB.map((call) => explain(call, stayCallsA, profileOfStay(a, stay), stay)));
  }
  const laterMs = matchedPairs.map((pair) => pair.b.calledMs - pair.a.calledMs);
  return {
    ...{ name: b.name, removed, added, both: matchedPairs.length },
    later: laterMs.filter((ms) => ms > 0).length,
    laterMsMax: laterMs.reduce((most, ms) => Math.max(most, ms), 0),
    sooner: laterMs.filter((ms) => ms < 0).length,
    soonerMsMax: laterMs.reduce((most, ms) => Math.max(most, -ms), 0),
    otherPriority: matchedPairs.filter((pair) => pair.a.priority !== pair.b.priority).length,
  };
}

const noCalls: ByPriority = { high: 0, medium: 0, low: 0 };

function summaryOf(name: string, list: readonly Call[], bedDays: number): Summary {
  const rows = new Map<string, Summary['byParameter'][number]>();
  for (const { parameter, kind, priority } of list) {
    const technical = kind === 'technical';
    const key = `${parameter} ${kind}`;
    const row = rows.get(key) ?? { parameter, technical, ...noCalls };
    rows.set(key, { ...row, [priority]: row[priority] + 1 });
  }
  const count = (priority: Priority) => list.filter((call) => call.priority === priority).length;
  const durationsMs = list.map(callMs);
  const knownMs = durationsMs.filter((ms) => ms !== null);
  const binOf = (ms: number | null) => durationBinsS.findIndex((end) => (ms ?? Number.POSITIVE_INFINITY) <= end * 1000);
  return {
    name,
    calls: list.length,
    perBedDay: bedDays === 0 ? 0 : list.length / bedDays,
    byPriority: Object.fromEntries(priorities.map((priority) => [priority, count(priority)])) as ByPriority,
    byParameter: [...rows.values()].sort(
      (x, y) => Number(x.technical) - Number(y.technical) || x.parameter.localeCompare(y.parameter),
    ),
    ended: knownMs.length,
    shorterThan15s: knownMs.filter((ms) => ms < shortMs).length,
    durations: durationBinsS.map((_end, bin) => durationsMs.filter((ms) => binOf(ms) === bin).length),
    list,
  };
}
