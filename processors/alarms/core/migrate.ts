/**
 * States that an engine of before 2026-12 wrote (`v` 1), as this engine's. What a person must not lose is taken over: the alarms with their
 * answers, the patient's own limits, silence that is told of. The rest is learned anew from the next readings. Pure.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Alarm, Limits } from '../../../contracts/messages/alarms.ts';
import { parameters } from '../../../contracts/parameters.ts';
import type { Live } from './alarm.ts';
import type { AssociationInput } from './inputs.ts';
import type { LimitsPart, Line } from './limits.ts';
import { conditionName, type TierName, tiers } from './rules.ts';
import { initialState, type State } from './state.ts';
import { startTimeline } from './timeline.ts';
import type { Tracker } from './track.ts';

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
const Since = Type.Optional(Type.Object({ onset: Type.Number() }));
const StateV1 = Type.Object({
  v: Type.Literal(1),
  deviceId: Type.Union([Type.String(), Type.Null()]),
  association: Type.Unknown(),
  overrides: Type.Record(Type.String(), Limits),
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
  }),
  technical: Type.Object({ 'no-data': Since, disconnected: Since }),
  live: Type.Record(Type.String(), LiveV1),
  commandIds: Type.Array(Type.String()),
});
type StateV1 = Static<typeof StateV1>;
const check = Compile(StateV1);

/** @returns undefined where it is no state that an engine wrote: it is learned anew from the log */
export function migrate(associationId: string, state: unknown): State | undefined {
  const v = (state as { readonly v?: unknown } | null)?.v;
  // A part that an earlier version 2 did not have is learned anew.
  if (v === 2)
    return (state as State).associationId === associationId
      ? { ...initialState(associationId), ...(state as State) }
      : undefined;
  return check.Check(state) ? ofV1(associationId, state) : undefined;
}

function ofV1(associationId: string, before: StateV1): State {
  const fresh = initialState(associationId);
  const { technical, silence } = before;
  return {
    ...fresh,
    deviceId: before.deviceId,
    association: before.association as Pick<AssociationInput, 'category' | 'ward' | 'endedAt'> | null,
    overrides: before.overrides,
    commandIds: before.commandIds,
    device: {
      ...fresh.device,
      ...silence,
      silentSince: technical['no-data']?.onset ?? null,
      disconnectedSince: technical.disconnected?.onset ?? null,
    },
    limits: linesOf(Object.values(before.live)),
    book: { ...fresh.book, live: before.live },
  };
}

/** So that an alarm that was present is ended by a value, and by nothing else. */
function linesOf(lives: readonly Live[]): LimitsPart {
  const lines: Record<string, Line> = {};
  for (const { alarm, onset, toldAt } of lives) {
    const parameter = parameters.get(alarm.code ?? '');
    if (!alarm.present || parameter === undefined) continue;
    const tier = (Object.keys(tiers) as TierName[]).find((one) => conditionName(parameter, one) === alarm.condition);
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
