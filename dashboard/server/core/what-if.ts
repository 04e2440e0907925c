/**
 * Counts the alarms that would have been raised if a patient's limits had been different. The alarm engine judges the
 * stored values twice: with the limits in force, and with the limits that a person has entered. Pure.
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

/** One value from the store of the trends. */
export type StoredValue = {
  readonly timeMs: number;
  readonly code: string;
  readonly value: number;
  readonly questionable: boolean;
};

/** All values that were measured at one time. */
export type StoredReading = { readonly timeMs: number; readonly values: readonly StoredValue[] };

export type CallCounts = Readonly<Record<Priority, number>>;

type Overrides = Readonly<Partial<Record<LimitGroup, OwnLimits>>>;

/**
 * The profile, the patient's own limits in force, and the own limits that a person has entered (null if a person has
 * entered no limits).
 */
export type LimitsToCompare = {
  readonly profile: Profile;
  readonly inForce: Overrides;
  readonly entered: Overrides | null;
};

/**
 * `unknown`: the alarm processor has not published the patient's limits. `refused`: the entered limits are not valid; a
 * request to save them would be refused with the same message.
 */
export type LimitsToCompareFault = { readonly fault: 'unknown' | 'refused'; readonly message: string };

const unknownText = 'The alarm processor has not yet published the limits of this patient. Try again in a few seconds.';

/**
 * Returns the profile and the own limits before and after a change of a group's limits.
 * @param enteredLimits the entered limits; null removes the own limits of the group; undefined if none were entered
 * @param nowMs wall clock, ms since 1970
 */
export function limitsToCompare(
  published: LimitsInForce | undefined,
  group: LimitGroup,
  enteredLimits: LimitsAsked | null | undefined,
  nowMs: number,
): LimitsToCompare | LimitsToCompareFault {
  if (published === undefined) return { fault: 'unknown', message: unknownText };
  const refusal =
    enteredLimits === undefined ? undefined : setLimitsFault(published.groups, group, enteredLimits, nowMs);
  if (refusal !== undefined) return { fault: 'refused', message: refusal };
  const profile = profileOfMessage(published);
  const ownLimitsEntries = published.groups.flatMap((entry) =>
    entry.own === undefined ? [] : [[entry.group, entry.own] as const],
  );
  const inForce: Overrides = Object.fromEntries(ownLimitsEntries);
  if (profile === undefined || !agreesWithPublished(profile, inForce, published))
    return { fault: 'unknown', message: unknownText };
  if (enteredLimits === undefined) return { profile, inForce, entered: null };
  const { [group]: ownLimits, ...others } = inForce;
  const changedOwnLimits = ownLimitsAfter(ownLimits, enteredLimits);
  return {
    profile,
    inForce,
    entered: changedOwnLimits === undefined ? others : { ...others, [group]: changedOwnLimits },
  };
}

/**
 * Returns whether this server's code computes the same limits as the alarm processor published. The results may differ
 * if the alarm processor runs another release with other built-in limits; then no answer is given.
 */
function agreesWithPublished(profile: Profile, ownLimits: Overrides, { groups }: LimitsInForce): boolean {
  const computed = limitsInForce(environmentOf(profile), initialReplayState(ownLimits)).groups;
  const bounds = (all: LimitsInForce['groups']) => all.map(({ group, limits }) => [group, sorted(limits)]);
  return JSON.stringify(bounds(computed)) === JSON.stringify(bounds(groups));
}

const sorted = (limits: object) => Object.entries(limits).sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * Returns the codes whose alarms may change when a group's limits change. These are all codes that share a cause with
 * the group, for example heart rate and pulse, or all values of one pressure.
 */
export function codesOfGroup(group: LimitGroup): string[] {
  const causes = causesOfGroup(group);
  return [...parameters.values()]
    .filter((parameter) => isLimited(parameter) && causes.has(causeOf(parameter, 'low')))
    .map(codeOf);
}

const codeOf = ({ code }: Parameter) => code;
const isLimited = ({ limits }: Parameter) => limits !== undefined;

function causesOfGroup(group: LimitGroup): ReadonlySet<string> {
  const groupParameters = [...parameters.values()].filter(({ limits }) => limits === group);
  return new Set(groupParameters.flatMap((parameter) => [causeOf(parameter, 'low'), causeOf(parameter, 'high')]));
}

/** Groups values by their time, oldest first. */
export function readingsOf(values: readonly StoredValue[]): StoredReading[] {
  const readings: { readonly timeMs: number; readonly values: StoredValue[] }[] = [];
  for (const value of [...values].sort((a, b) => a.timeMs - b.timeMs)) {
    const lastReading = readings.at(-1);
    if (lastReading?.timeMs === value.timeMs) lastReading.values.push(value);
    else readings.push({ timeMs: value.timeMs, values: [value] });
  }
  return readings;
}

export type Replay = {
  take(reading: StoredReading): void;
  /** Advances the time to `atMs` without a further value. */
  endAt(atMs: number): void;
  /** Returns the number of the group's alarms until now. */
  counts(): CallCounts;
  /** Returns the total time in which values were overdue for the engine, ms. */
  silentMs(): number;
};

/**
 * Starts a replay: the engine judges the stored values that are given to `take`, oldest first. The replay has no
 * acknowledgements and no standby, so each onset counts.
 * @param intervalMs the interval that the device declared; undefined if the engine must learn it from the values
 */
export function startReplay(
  profile: Profile,
  ownLimits: Overrides,
  group: LimitGroup,
  intervalMs: number | undefined,
): Replay {
  const causes = causesOfGroup(group);
  const log = createCallLog('');
  let silentMs = 0;
  let silentSinceMs: number | undefined;
  let seq = 0;
  const player = createPlayer(environmentOf(profile), initialReplayState(ownLimits), (step) => {
    log.addStep(step);
    const { now } = player;
    if (silentSinceMs !== undefined) silentMs += now - silentSinceMs;
    silentSinceMs = isSilent(step.state) ? now : undefined;
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
      const counts = { high: 0, medium: 0, low: 0 };
      for (const { kind, cause, priority } of log.calls)
        if (kind === 'physiological' && causes.has(cause)) counts[priority] += 1;
      return counts;
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

/** Returns the engine's environment for a replay. Alarm ids need no secret hash, because nobody sees the alarms. */
const environmentOf = (profile: Profile): Environment => ({ hash: (text) => text, profile: () => profile });

/**
 * Returns the engine's first state for a replay. The category `unassigned` makes the engine judge limits and compute no
 * scores. The limits come from the patient's profile.
 */
function initialReplayState(overrides: Overrides): State {
  const association = { category: 'unassigned', ward: null, endedAt: null } as const;
  return { ...initialState('what-if'), association, overrides };
}
