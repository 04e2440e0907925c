/**
 * Converts states of version 1 (from before December 2026) to version 2. The new state keeps the alarms with their
 * acknowledgements, the patient's own limits, and the alarms about silence. The next readings provide the rest of the
 * state. Pure.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Alarm, Limits, OwnLimits, type Priority } from '../../../contracts/messages/alarms.ts';
import { Actor, patientCategories } from '../../../contracts/messages/records.ts';
import { parameters, type TechnicalConditionCode, technicalConditions } from '../../../contracts/parameters.ts';
import { priorityRank } from '../../../contracts/priorities.ts';
import type { LiveAlarm } from './alarm.ts';
import { type Arrival, type ArrivalsPart, arrivalOf, initialArrivals } from './arrivals.ts';
import type { DevicePart } from './device.ts';
import { noDataMsOf } from './interval.ts';
import type { LimitsPart, Line } from './limits.ts';
import type { NoticesPart } from './notices.ts';
import { conditionName, type TierName, tiers } from './rules.ts';
import { initialState, type State } from './state.ts';
import { startTimeline } from './timeline.ts';
import type { Tracker } from './track.ts';

const categories = [...patientCategories, 'unassigned'] as const;
const TimeOrNull = Type.Union([Type.Number(), Type.Null()]);
const LiveV1 = Type.Object({
  alarm: Alarm,
  acknowledged: Type.Boolean(),
  subsumed: Type.Boolean(),
  onset: Type.Number(),
  signalSince: Type.Number(),
  escalateAt: TimeOrNull,
  realarmAt: TimeOrNull,
  toldAt: Type.Number(),
});
const Clock = Type.Object({
  offsetMs: Type.Number(),
  pace: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Object({
        sinceMs: Type.Number(),
        readings: Type.Number(),
        leastMs: Type.Number(),
        beforeMs: TimeOrNull,
        steadyMs: TimeOrNull,
      }),
    ]),
  ),
});
const StateV1 = Type.Object({
  v: Type.Literal(1),
  associationId: Type.String(),
  deviceId: Type.Union([Type.String(), Type.Null()]),
  association: Type.Union([
    Type.Null(),
    Type.Object({
      category: Type.Union([Type.Enum([...categories]), Type.Null()]),
      ward: Type.Union([Type.String(), Type.Null()]),
      endedAt: TimeOrNull,
    }),
  ]),
  overrides: Type.Record(Type.String(), Limits),
  /** Device time of the last valid value, by code. */
  main: Type.Object({ heardAt: Type.Number(), values: Type.Record(Type.String(), Type.Number()) }),
  clock: Clock,
  silence: Type.Object({
    armed: Type.Boolean(),
    awaiting: Type.Boolean(),
    eventTime: Type.Number(),
    receivedAt: Type.Number(),
    heardAt: Type.Number(),
    intervalMs: Type.Number(),
    readingAt: Type.Number(),
    connectionAt: Type.Number(),
    claim: Type.Optional(Type.Number()),
    statusAt: Type.Number(),
    status: Type.Union([Type.Null(), Type.Object({ boot: Type.String(), seq: Type.Number() })]),
  }),
  technical: Type.Record(
    Type.String(),
    Type.Object({
      condition: Type.String(),
      text: Type.String(),
      code: Type.Optional(Type.String()),
      onset: Type.Number(),
    }),
  ),
  notices: Type.Optional(Type.Record(Type.String(), Type.Number())),
  live: Type.Record(Type.String(), LiveV1),
  closed: Type.Array(
    Type.Object({
      alarmId: Type.String(),
      rev: Type.Number(),
      key: Type.String(),
      from: Type.Number(),
      to: Type.Number(),
    }),
  ),
  held: Type.Array(Type.Object({ alarmId: Type.String(), by: Actor, at: Type.String(), heldAt: Type.Number() })),
  pause: Type.Union([Type.Null(), Type.Object({ until: Type.Number(), over: Type.Unknown() })]),
  commandIds: Type.Array(Type.String()),
});
type StateV1 = Static<typeof StateV1>;
const check = Compile(StateV1);
const checkOverrides = Compile(Type.Record(Type.String(), OwnLimits));

/**
 * Returns a saved state as version 2. Returns undefined if the saved data are not a readable state of this association;
 * the caller then begins with an engine without alarms, and the patient gets the alarm of a failed restore
 * (partition.ts).
 */
export function migrate(associationId: string, state: unknown): State | undefined {
  const header = state as { readonly v?: unknown; readonly associationId?: unknown } | null;
  if (header?.associationId !== associationId) return undefined;
  // A part that is missing in an older state of version 2 starts empty.
  if (header.v === 2) {
    const { overrides } = state as State;
    // A limit that is not a number would never be broken, so a state with such a limit counts as unreadable.
    const hasLimits = overrides === undefined || checkOverrides.Check(overrides);
    return hasLimits ? { ...initialState(associationId), ...(state as State) } : undefined;
  }
  return check.Check(state) ? migrateV1(associationId, state) : undefined;
}

function migrateV1(associationId: string, before: StateV1): State {
  const fresh = initialState(associationId);
  const { pause, held } = before;
  return {
    ...fresh,
    deviceId: before.deviceId,
    association: before.association,
    overrides: before.overrides,
    commandIds: before.commandIds,
    arrivals: arrivalsOf(before),
    device: deviceOf(before, fresh.device),
    notices: noticesOf(before),
    limits: linesOf(Object.values(before.live)),
    book: {
      ...fresh.book,
      live: Object.fromEntries(Object.entries(before.live).map(([key, live]) => [newKeyOf(key, live), live])),
      closed: before.closed,
      held,
      pause: pause !== null && isPriority(pause.over) ? { until: pause.until, over: pause.over } : null,
    },
  };
}

const isPriority = (over: unknown): over is Priority => typeof over === 'string' && Object.hasOwn(priorityRank, over);

/**
 * Returns the new key of an alarm. In version 1 the silence of a parameter had the key of its group; now each code has
 * its own key.
 */
function newKeyOf(key: string, { alarm: { condition, code } }: Pick<LiveAlarm, 'alarm'>): string {
  return key === condition && condition.endsWith('.no-data') && code !== undefined ? `${condition}/${code}` : key;
}

/** Returns the arrivals, so that a present silence continues and a new silence is noticed. */
function arrivalsOf({ main, clock, silence, technical, live }: StateV1): ArrivalsPart {
  const newestMs = Math.max(...Object.values(main.values));
  const codes: Record<string, Arrival> = {};
  let { quietUntil, troubled } = initialArrivals;
  for (const [code, time] of Object.entries(main.values)) {
    const parameter = parameters.get(code);
    if (parameter === undefined) continue;
    const at = time + clock.offsetMs;
    const heardAt = main.heardAt - (newestMs - time);
    const silent = technical[`${parameter.group}.no-data`];
    const silentSince = silent?.code === code ? silent.onset : null;
    const order = { boot: '', seq: 0, time, receivedAt: heardAt };
    const fresh = arrivalOf(parameter, { declaredMs: null }, order, { at, since: at }, silence.intervalMs);
    const beyond = Object.values(live).some(
      ({ alarm }) => alarm.present && alarm.kind === 'physiological' && alarm.code === code,
    );
    codes[code] = { ...fresh, clock, validAt: at, heardAt, beyond, silentSince };
    if (silentSince === null) quietUntil = Math.min(quietUntil, heardAt + noDataMsOf(fresh.intervalMs));
    else troubled = true;
  }
  const now = Number.isFinite(newestMs) ? newestMs + clock.offsetMs : null;
  return { codes, now, declaredMs: silence.intervalMs, quietUntil, troubled };
}

function deviceOf({ silence, technical, clock }: StateV1, fresh: DevicePart): DevicePart {
  const { armed, awaiting, eventTime, receivedAt, heardAt, intervalMs, readingAt, connectionAt, claim } = silence;
  const skew = technical['clock-skew'];
  const deviceConditions = Object.entries(technical).flatMap(([key, { condition, code, onset }]) =>
    isDeviceCondition(condition)
      ? [[key, { condition, since: onset, ...(code !== undefined && { code }) }] as const]
      : [],
  );
  return {
    ...fresh,
    ...{ clock, armed, awaiting, eventTime, receivedAt, heardAt, intervalMs, readingAt, connectionAt },
    ...(claim !== undefined && { claim }),
    statusAt: silence.statusAt,
    status: silence.status,
    silentSince: technical['no-data']?.onset ?? null,
    disconnectedSince: technical.disconnected?.onset ?? null,
    skew: skew === undefined ? null : { since: skew.onset, text: skew.text, seenAt: readingAt },
    own: Object.fromEntries(deviceConditions),
  };
}

const isDeviceCondition = (condition: string): condition is TechnicalConditionCode =>
  Object.hasOwn(technicalConditions, condition);

function noticesOf({ notices = {}, technical }: StateV1): NoticesPart {
  const present = Object.entries(notices).flatMap(([code, until]) =>
    technical[code] === undefined ? [] : [[code, { since: technical[code].onset, until }] as const],
  );
  return Object.fromEntries(present);
}

/** Returns a line for each present alarm of a limit, so that only a value can end the alarm. */
function linesOf(lives: readonly LiveAlarm[]): LimitsPart {
  const lines: Record<string, Line> = {};
  for (const { alarm, onset, toldAt } of lives) {
    const parameter = parameters.get(alarm.code ?? '');
    if (!alarm.present || parameter === undefined) continue;
    const tier = (Object.keys(tiers) as TierName[]).find((name) => conditionName(parameter, name) === alarm.condition);
    if (tier === undefined) continue;
    const tracker: Tracker = {
      tier,
      limit: alarm.limit ?? 0,
      priority: alarm.priority,
      onset,
      countedMs: 0,
      dose: 0,
      determined: Date.parse(alarm.determinedAt),
      value: alarm.value ?? 0,
      valueAt: toldAt,
      questionable: false,
      late: alarm.late,
      lastAt: toldAt,
      noDataMs: 0,
      insideSince: null,
    };
    const head = lines[parameter.code]?.samples.head ?? {};
    lines[parameter.code] = { samples: startTimeline({ ...head, [tier]: tracker }) };
  }
  return lines;
}
