/** Compares profiles: the alarms of the same patients under each of them, and an explanation of each difference. Pure. */
import type { Priority } from '../../contracts/messages/alarms.ts';
import { priorities } from '../../contracts/priorities.ts';
import type { Environment } from '../alarms/core/environment.ts';
import type { Profile } from '../alarms/core/profile.ts';
import { type Call, callMs } from './core/calls.ts';
import { type Explained, explain, type Pair, pair } from './explain.ts';
import { type LabelledEvent, latencyMs } from './labels.ts';
import { type PatientShare, patientShares } from './outliers.ts';
import { bedDaysOf, callsOf, type Stay } from './stays.ts';

export type NamedProfile = {
  readonly name: string;
  /** Which profile of its file judges a patient. */
  readonly profile: Environment['profile'];
};

export type ByPriority = Readonly<Record<Priority, number>>;

/** The calls under one profile. */
export type Summary = {
  readonly name: string;
  readonly calls: number;
  readonly perBedDay: number;
  readonly byPriority: ByPriority;
  /** `technical`: the calls that say that the parameter is not judged. */
  readonly byParameter: readonly ({ readonly parameter: string; readonly technical: boolean } & ByPriority)[];
  /** Of the calls with a known end, how many lasted less than 15 s. */
  readonly ended: number;
  readonly shorterThan15s: number;
  /** Numbers of calls by duration, as in `durationBinsS`. */
  readonly durations: readonly number[];
  readonly list: readonly Call[];
};

/** The differences from the first profile. */
export type Difference = {
  readonly name: string;
  readonly removed: readonly Explained[];
  readonly added: readonly Explained[];
  /** Calls that both make: how many in all, and how many under this profile are later, sooner, or of another priority. */
  readonly both: number;
  readonly later: number;
  readonly laterMsMax: number;
  readonly sooner: number;
  readonly soonerMsMax: number;
  readonly otherPriority: number;
};

/** `latencyMs`: one for each profile; null: missed. */
export type LabelResult = LabelledEvent & { readonly latencyMs: readonly (number | null)[] };

export type Comparison = {
  readonly patients: number;
  readonly bedDays: number;
  readonly profiles: readonly Summary[];
  readonly differences: readonly Difference[];
  readonly labels: readonly LabelResult[];
  /** Under the first profile. */
  readonly shares: readonly PatientShare[];
};

/** Upper bounds, s. The last bin is for longer calls and for those that still lasted at the end of the recording. */
export const durationBinsS: readonly number[] = [5, 15, 30, 60, 300, 1800, Number.POSITIVE_INFINITY];

/** A short alarm: studies use this measure to compare delays (Görges 2009: 14 s). */
const shortMs = 15_000;

/** Compares profiles over the same patients. Each profile is compared with the first one. */
export function compareProfiles(
  hash: Environment['hash'],
  profiles: readonly NamedProfile[],
  stays: readonly Stay[],
  labels: readonly LabelledEvent[],
): Comparison {
  const bedDays = bedDaysOf(stays);
  const runs = profiles.map(({ profile }) => stays.map((stay) => callsOf({ hash, profile }, stay)));
  const summaries = profiles.map(({ name }, n) => summaryOf(name, runs[n]!.flat(), bedDays));
  const first = profiles[0]!;
  return {
    patients: stays.length,
    bedDays,
    profiles: summaries,
    differences: profiles.slice(1).map((other, n) => differenceOf(first, runs[0]!, other, runs[n + 1]!, stays)),
    labels: labels.map((label) => ({ ...label, latencyMs: runs.map((calls) => latencyMs(label, calls.flat())) })),
    shares: patientShares(hash, (stay) => profileOfStay(first, stay), stays, runs[0]!.flat()),
  };
}

/** Returns the profile that judges a patient; undefined if the profile's file has none for the category. */
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
  const removed: Explained[] = [];
  const added: Explained[] = [];
  const both: Pair[] = [];
  for (const [n, stay] of stays.entries()) {
    const [ofA, ofB] = [callsA[n]!, callsB[n]!];
    const { pairs, onlyA, onlyB } = pair(ofA, ofB);
    both.push(...pairs);
    removed.push(...onlyA.map((call) => explain(call, ofB, profileOfStay(b, stay), stay)));
    added.push(...onlyB.map((call) => explain(call, ofA, profileOfStay(a, stay), stay)));
  }
  const laterMs = both.map((pair) => pair.b.calledMs - pair.a.calledMs);
  return {
    ...{ name: b.name, removed, added, both: both.length },
    later: laterMs.filter((ms) => ms > 0).length,
    laterMsMax: laterMs.reduce((most, ms) => Math.max(most, ms), 0),
    sooner: laterMs.filter((ms) => ms < 0).length,
    soonerMsMax: laterMs.reduce((most, ms) => Math.max(most, -ms), 0),
    otherPriority: both.filter((pair) => pair.a.priority !== pair.b.priority).length,
  };
}

const none: ByPriority = { high: 0, medium: 0, low: 0 };

function summaryOf(name: string, list: readonly Call[], bedDays: number): Summary {
  const rows = new Map<string, Summary['byParameter'][number]>();
  for (const { parameter, kind, priority } of list) {
    const technical = kind === 'technical';
    const key = `${parameter} ${kind}`;
    const row = rows.get(key) ?? { parameter, technical, ...none };
    rows.set(key, { ...row, [priority]: row[priority] + 1 });
  }
  const count = (priority: Priority) => list.filter((call) => call.priority === priority).length;
  const lasted = list.map(callMs);
  const known = lasted.filter((ms) => ms !== null);
  const binOf = (ms: number | null) => durationBinsS.findIndex((end) => (ms ?? Number.POSITIVE_INFINITY) <= end * 1000);
  return {
    name,
    calls: list.length,
    perBedDay: bedDays === 0 ? 0 : list.length / bedDays,
    byPriority: Object.fromEntries(priorities.map((priority) => [priority, count(priority)])) as ByPriority,
    byParameter: [...rows.values()].sort(
      (x, y) => Number(x.technical) - Number(y.technical) || x.parameter.localeCompare(y.parameter),
    ),
    ended: known.length,
    shorterThan15s: known.filter((ms) => ms < shortMs).length,
    durations: durationBinsS.map((_end, bin) => lasted.filter((ms) => binOf(ms) === bin).length),
    list,
  };
}
