/** A bed for tests. Feeds the engine with readings in plain numbers, and keeps the events. */
import type { Alarm, AlarmEvent, Command, CommandAnswer } from '../contracts/messages/alarms.ts';
import type { NumericValue } from '../contracts/messages/device.ts';
import type { Assessment } from '../contracts/messages/scores.ts';
import { parameters } from '../contracts/parameters.ts';
import { alarmHash } from './alarms/alarm-hash.ts';
import { addCounts, type Counter } from './alarms/core/counts.ts';
import { step } from './alarms/core/engine.ts';
import type { Environment } from './alarms/core/environment.ts';
import type { Category, ConnectionInput, Input, ObservationInput, StatusInput } from './alarms/core/inputs.ts';
import { builtInProfiles, profileOf } from './alarms/core/profile-table.ts';
import { initialState, type State } from './alarms/core/state.ts';

export const t0 = Date.parse('2026-03-01T10:00:00.000Z');
export const env: Environment = {
  hash: alarmHash,
  profile: profileOf(builtInProfiles),
};

const codes = {
  HR: 'MDC_ECG_HEART_RATE',
  PR: 'MDC_PULS_OXIM_PULS_RATE',
  SpO2: 'MDC_PULS_OXIM_SAT_O2',
  RR: 'MDC_RESP_RATE',
  NBPs: 'MDC_PRESS_BLD_NONINV_SYS',
  ABPs: 'MDC_PRESS_BLD_ART_ABP_SYS',
  ABPm: 'MDC_PRESS_BLD_ART_ABP_MEAN',
  Temp: 'MDC_TEMP_BODY',
  EtCO2: 'MDC_CONC_AWAY_CO2_ET',
} as const;
export type Numerics = Partial<Record<keyof typeof codes, number | null>>;

/** Returns values for a reading. `null` gives an invalid value. */
export function valuesOf(numerics: Numerics): NumericValue[] {
  return Object.entries(numerics).map(([name, value]) => {
    const code = codes[name as keyof typeof codes];
    const { unit } = parameters.get(code)!;
    return value === null ? { code, unit, validity: 'invalid' } : { code, unit, value };
  });
}

/** Returns the time of second `s`, as an ISO text. */
export const instant = (s: number) => new Date(t0 + s * 1000).toISOString();

export const nurse: Command['by'] = { userId: 'u1', name: 'N. Urse', role: 'nurse' };

/** Returns a reading of second `s` after `t0`. @param more fields that replace the default fields */
export function reading(s: number, numerics: Numerics, more: Partial<ObservationInput> = {}): ObservationInput {
  const time = t0 + Math.round(s * 1000);
  return {
    type: 'observation',
    deviceId: 'bed-01',
    time,
    receivedAt: more.receivedAt ?? time + 20,
    intervalMs: 1000,
    boot: 'b1',
    start: 'b1',
    seq: Math.round(s * 1000) + 1_000_000,
    values: valuesOf(numerics),
    ...more,
  };
}

/** Returns the gateway's message about a connection that began or ended at second `s`. */
export function connection(s: number, connected: boolean, reason?: ConnectionInput['reason']): ConnectionInput {
  return { type: 'connection', deviceId: 'bed-01', receivedAt: t0 + s * 1000, connected, ...(reason && { reason }) };
}

/** Returns a status of the device. */
export function status(s: number, more: Partial<StatusInput> = {}): StatusInput {
  const receivedAt = t0 + s * 1000;
  return {
    type: 'status',
    deviceId: 'bed-01',
    receivedAt,
    boot: 'b1',
    seq: Math.round(s * 10) + 1,
    online: true,
    ...more,
  };
}

/** Returns the reading of second `s` of a device that declares no interval. The readings are numbered in order. */
export function plainReading(s: number, values: readonly NumericValue[]): ObservationInput {
  const time = t0 + s * 1000;
  const numbered = { boot: 'b', start: 'b', seq: s + 1 };
  return { type: 'observation', deviceId: 'd', time, receivedAt: time + 20, ...numbered, values };
}

/** Returns the wall clock of an input: its time of receipt, or the time of a command, or else `defaultMs`. */
export function wallOf(input: Input, defaultMs: number): number {
  return 'receivedAt' in input ? input.receivedAt : input.type === 'command' ? Date.parse(input.command.at) : defaultMs;
}

export type Bed = ReturnType<typeof bed>;

/**
 * Returns a bed.
 * @param initial state from which the engine continues; without it, the patient is new
 * @param environment the engine's environment; without it, the built-in profiles apply
 */
export function bed(
  category: Category | null = 'adult',
  associationId = 'association-1',
  initial?: State,
  environment: Environment = env,
) {
  let state: State = initial ?? initialState(associationId);
  const events: AlarmEvent[] = [];
  const answers: CommandAnswer[] = [];
  const countsByName = new Map<Counter, number>();
  let commands = 0;
  let inputCount = 0;

  function feed(input: Input, now = wallOf(input, t0)): readonly AlarmEvent[] {
    const result = step(environment, state, input, now);
    // The state is written as JSON and read again, as in a snapshot. The JSON takes ten times as long as a step. So
    // after 64 inputs, only every 17th state goes through JSON.
    inputCount += 1;
    state =
      inputCount <= 64 || inputCount % 17 === 0 ? (JSON.parse(JSON.stringify(result.state)) as State) : result.state;
    events.push(...result.events);
    if (result.answer) answers.push(result.answer);
    addCounts(countsByName, result.counts ?? {});
    return result.events;
  }
  const associationOf = (endedAt: number | null) => ({ type: 'association' as const, category, ward: 'ICU', endedAt });
  if (initial === undefined) feed(associationOf(null));

  return {
    feed,
    events,
    answers,
    state: () => state,
    /** Feeds one reading each second from `from` to `to`, both included. */
    feedEachSecond(from: number, to: number, numerics: Numerics, more: Partial<ObservationInput> = {}) {
      for (let s = from; s <= to; s++) feed(reading(s, numerics, more));
    },
    tick: (s: number) => feed({ type: 'tick' }, t0 + s * 1000),
    endPeriod: (s: number) => feed(associationOf(t0 + s * 1000), t0 + s * 1000),
    command(
      s: number,
      content:
        | { type: 'acknowledge'; alarmId: string; rev?: number }
        | { type: 'pause-audio'; forMs: number }
        | Pick<Extract<Command, { type: 'set-limits' }>, 'type' | 'group' | 'limits'>
        | ({ type: 'enter-assessment' } & Assessment)
        | { type: 'standby'; reason: string; forMs: number }
        | { type: 'end-standby' },
      commandId = `command-${++commands}`,
    ) {
      return feed({
        type: 'command',
        command: { commandId, associationId, at: instant(s), by: nurse, ...content } as Command,
      });
    },
    /** Acknowledges the live alarm with the key `key`. */
    acknowledge(s: number, key: string) {
      return this.command(s, { type: 'acknowledge', alarmId: this.liveAlarms()[key]!.alarmId });
    },
    liveAlarms: (): Record<string, Alarm> =>
      Object.fromEntries(Object.entries(state.book.live).map(([key, { alarm }]) => [key, alarm])),
    /** Returns the conditions that were raised, in order. */
    raisedConditions: () => events.filter((event) => event.type === 'raised').map((event) => event.alarm.condition),
    eventTypes: (condition: string) =>
      events.filter((event) => event.alarm.condition === condition).map((event) => event.type),
    countOf: (name: Counter) => countsByName.get(name) ?? 0,
  };
}

/** Returns a bed with a medium alarm: HR 130 from 0 s, raised at 6 s. */
export function mediumBed(): Bed {
  const tachycardBed = bed();
  tachycardBed.feedEachSecond(0, 6, { HR: 130 });
  return tachycardBed;
}

/** Returns a bed with a high alarm: HR 150 from 0 s, raised at 0 s. */
export function highBed(): Bed {
  const tachycardBed = bed();
  tachycardBed.feedEachSecond(0, 2, { HR: 150 });
  return tachycardBed;
}
