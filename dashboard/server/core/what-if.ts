/**
 * What other limits of a patient would have done over the stored values. The alarm engine itself judges them, once by
 * the limits in force and once by the limits that a person has entered. Pure.
 */
import { ownLimitsAfter, setLimitsFault } from '../../../contracts/effective-limits.ts';
import type { LimitsAsked, LimitsInForce, OwnLimits, Priority } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, type Parameter, parameters } from '../../../contracts/parameters.ts';
import type { Environment } from '../../../processors/alarms/core/environment.ts';
import { limitsInForce, profileOfMessage } from '../../../processors/alarms/core/in-force.ts';
import type { Profile } from '../../../processors/alarms/core/profile.ts';
import { causeOf } from '../../../processors/alarms/core/rules.ts';
import { initialState, type State } from '../../../processors/alarms/core/state.ts';
import { createCallLog } from '../../../processors/replay/core/calls.ts';
import { createPlayer } from '../../../processors/replay/core/player.ts';

/** One value as the trends store it. */
export type StoredValue = {
  readonly timeMs: number;
  readonly code: string;
  readonly value: number;
  readonly questionable: boolean;
};

/** Values of one time. */
export type StoredReading = { readonly timeMs: number; readonly values: readonly StoredValue[] };

export type CallCounts = Readonly<Record<Priority, number>>;

type Overrides = Readonly<Partial<Record<LimitGroup, OwnLimits>>>;

/** What judges: a profile, and the patient's own limits, now and as entered. `entered` null: nothing is entered. */
export type Judges = { readonly profile: Profile; readonly inForce: Overrides; readonly entered: Overrides | null };

/**
 * `unknown`: the alarm processor has not published how the patient is judged; `refused`: a save would be refused, with
 * the same sentence.
 */
export type JudgesFault = { readonly fault: 'unknown' | 'refused'; readonly message: string };

const unknownText = 'The alarm processor has not said yet how it judges this patient.';

/**
 * Returns what judges before and after a change of a group's limits.
 * @param asked undefined: nothing is entered
 * @param nowMs wall clock, ms since 1970
 */
export function judgesOf(
  published: LimitsInForce | undefined,
  group: LimitGroup,
  asked: LimitsAsked | null | undefined,
  nowMs: number,
): Judges | JudgesFault {
  if (published === undefined) return { fault: 'unknown', message: unknownText };
  const refused = asked === undefined ? undefined : setLimitsFault(published.groups, group, asked, nowMs);
  if (refused !== undefined) return { fault: 'refused', message: refused };
  const profile = profileOfMessage(published);
  const owns = published.groups.flatMap((entry) =>
    entry.own === undefined ? [] : [[entry.group, entry.own] as const],
  );
  const inForce: Overrides = Object.fromEntries(owns);
  if (profile === undefined || !isAsTold(profile, inForce, published))
    return { fault: 'unknown', message: unknownText };
  if (asked === undefined) return { profile, inForce, entered: null };
  const { [group]: own, ...others } = inForce;
  const after = ownLimitsAfter(own, asked);
  return { profile, inForce, entered: after === undefined ? others : { ...others, [group]: after } };
}

/**
 * Another release of the alarm processor may have other built-in limits. The past is judged by the limits in force, or
 * not at all.
 */
function isAsTold(profile: Profile, own: Overrides, { groups }: LimitsInForce): boolean {
  const ours = limitsInForce(environmentOf(profile), stateOf(own)).groups;
  const bounds = (all: LimitsInForce['groups']) => all.map(({ group, limits }) => [group, sorted(limits)]);
  return JSON.stringify(bounds(ours)) === JSON.stringify(bounds(groups));
}

const sorted = (limits: object) => Object.entries(limits).sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * Codes whose calls may change when a group's limits change: all codes that share a cause with it (heart rate and
 * pulse; all of a pressure).
 */
export function codesOfGroup(group: LimitGroup): string[] {
  const causes = causesOf(group);
  return [...parameters.values()]
    .filter((parameter) => isLimited(parameter) && causes.has(causeOf(parameter, 'low')))
    .map(codeOf);
}

const codeOf = ({ code }: Parameter) => code;
const isLimited = ({ limits }: Parameter) => limits !== undefined;

function causesOf(group: LimitGroup): ReadonlySet<string> {
  const own = [...parameters.values()].filter(({ limits }) => limits === group);
  return new Set(own.flatMap((parameter) => [causeOf(parameter, 'low'), causeOf(parameter, 'high')]));
}

/** Groups values that were measured at one time, oldest first. */
export function readingsOf(values: readonly StoredValue[]): StoredReading[] {
  const readings: { readonly timeMs: number; readonly values: StoredValue[] }[] = [];
  for (const one of [...values].sort((a, b) => a.timeMs - b.timeMs)) {
    const last = readings.at(-1);
    if (last?.timeMs === one.timeMs) last.values.push(one);
    else readings.push({ timeMs: one.timeMs, values: [one] });
  }
  return readings;
}

export type Replay = {
  take(reading: StoredReading): void;
  /** Lets time pass until `atMs` without a value. */
  endAt(atMs: number): void;
  /** The calls of the group, so far. */
  counts(): CallCounts;
  /** For how long no value came, beyond the time that the engine waits for one, ms. */
  silentMs(): number;
};

/**
 * Judges stored values, oldest first. Nobody answers, and there is no standby: each onset that would have called
 * counts.
 * @param intervalMs how often the device said that it sends; undefined: it is learned from the values
 */
export function startReplay(
  profile: Profile,
  own: Overrides,
  group: LimitGroup,
  intervalMs: number | undefined,
): Replay {
  const causes = causesOf(group);
  const log = createCallLog('');
  let silentMs = 0;
  let silentAt: number | undefined;
  let seq = 0;
  const player = createPlayer(environmentOf(profile), stateOf(own), (step) => {
    log.take(step);
    const { now } = player;
    if (silentAt !== undefined) silentMs += now - silentAt;
    silentAt = isSilent(step.state) ? now : undefined;
  });
  return {
    take({ timeMs, values }) {
      seq += 1;
      player.passTo(timeMs);
      player.feed({
        ...{ type: 'observation', deviceId: 'stored', boot: 'stored', seq, time: timeMs, receivedAt: timeMs },
        ...(intervalMs !== undefined && { intervalMs }),
        values: values.map(numericOf),
      });
    },
    endAt(atMs) {
      player.passTo(atMs);
      player.feed({ type: 'tick' });
    },
    counts() {
      const found = { high: 0, medium: 0, low: 0 };
      for (const { kind, cause, priority } of log.calls)
        if (kind === 'physiological' && causes.has(cause)) found[priority] += 1;
      return found;
    },
    silentMs: () => silentMs,
  };
}

function numericOf({ code, value, questionable }: StoredValue) {
  const { unit } = parameters.get(code)!;
  return { code, unit, value, ...(questionable && { validity: 'questionable' as const }) };
}

function isSilent({ arrivals: { troubled, codes } }: State): boolean {
  return troubled && Object.values(codes).every(({ silentSince }) => silentSince !== null);
}

/** Nobody sees these alarms: any text that belongs to one condition and onset can be their id. */
const environmentOf = (profile: Profile): Environment => ({ hash: (text) => text, profile: () => profile });

/** Judged like a device without a patient: its limits judge, and no score is made. The profile is the patient's. */
function stateOf(overrides: Overrides): State {
  const association = { category: 'unassigned', ward: null, endedAt: null } as const;
  return { ...initialState('what-if'), association, overrides };
}
