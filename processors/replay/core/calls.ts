/** The calls of one patient under one profile: each raised alarm, and each further onset of it. Pure. */
import type { Alarm, AlertKind, Priority } from '../../../contracts/messages/alarms.ts';
import { limitGroups, parameters } from '../../../contracts/parameters.ts';
import type { Step } from '../../alarms/core/engine.ts';
import { causeOf } from '../../alarms/core/rules.ts';
import { isScore } from '../../alarms/core/scores/names.ts';

export type Side = 'low' | 'high';

export type Call = {
  readonly patient: string;
  /** `HR.high`, `asystole`, `SpO2.no-data`. */
  readonly condition: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
  /** Group of limits; `scores`; `device` if the call is not about a parameter. */
  readonly parameter: string;
  readonly side: Side | null;
  /** Conditions of one cause call only once: heart rate and pulse, all pressures of one kind (CLINICAL, "Judged or told", 8). */
  readonly cause: string;
  readonly alarmId: string;
  /** 1 for the alarm that was raised, 2 for its second onset. */
  readonly onset: number;
  /** Device time of the first value beyond the limit, ms. */
  readonly onsetMs: number;
  /** Wall clock at which it began to call, ms. */
  readonly calledMs: number;
  /** Device time of the end of the condition; null if the recording ended before. */
  readonly endMs: number | null;
  readonly code: string | null;
  readonly limit: number | null;
  readonly text: string;
};

/** Returns how long it called, ms; null if its end is not known. */
export const callMs = ({ calledMs, endMs }: Call) => (endMs === null ? null : Math.max(0, endMs - calledMs));

export type CallLog = {
  /** In the order in which they began. */
  readonly calls: readonly Call[];
  take(step: Pick<Step, 'state' | 'events'>): void;
};

/** Collects the calls from the engine's steps. If nobody acknowledges, a latched alarm counts its further onsets. */
export function createCallLog(patient: string): CallLog {
  const calls: Call[] = [];
  /** Index of each alarm's last call; -1: that onset did not call. */
  const last = new Map<string, { readonly place: number; readonly onsets: number }>();
  return {
    calls,
    take({ state, events }) {
      for (const { at, alarm } of events) {
        const { alarmId, onsets } = alarm;
        if (onsets > (last.get(alarmId)?.onsets ?? 0)) {
          const isCall = alarm.signal === 'on' || alarm.signal === 'latched';
          last.set(alarmId, { onsets, place: isCall ? calls.length : -1 });
          const live = Object.values(state.book.live).find((entry) => entry.alarm.alarmId === alarmId);
          // An alarm that has already left was raised and ended at once. Its onset is in the event.
          const onsetMs = onsets > 1 && live !== undefined ? live.onset : Date.parse(alarm.onsetAt);
          if (isCall) calls.push(callOf(patient, alarm, onsetMs, Date.parse(at)));
        }
        const { place } = last.get(alarmId)!;
        const call = calls[place];
        if (call?.endMs === null && alarm.resolvedAt !== undefined)
          calls[place] = { ...call, endMs: Date.parse(alarm.resolvedAt) };
      }
    },
  };
}

function callOf(patient: string, alarm: Alarm, onsetMs: number, calledMs: number): Call {
  const { condition, kind, priority, alarmId, onsets, code = null, limit = null, text } = alarm;
  const side = sideOf(condition);
  const parameter = parameterOf(condition, code);
  const known = code === null ? undefined : parameters.get(code);
  const cause = kind === 'physiological' && known && side ? causeOf(known, side) : condition;
  return {
    ...{ patient, condition, kind, priority, parameter, side, cause, alarmId, onset: onsets, onsetMs, calledMs },
    ...{ endMs: null, code, limit, text },
  };
}

function sideOf(condition: string): Side | null {
  if (condition === 'asystole' || condition === 'apnoea') return 'low';
  if (condition.endsWith('low')) return 'low';
  return condition.endsWith('high') ? 'high' : null;
}

function parameterOf(condition: string, code: string | null): string {
  if (condition === 'asystole') return 'HR';
  if (condition === 'apnoea') return 'RR';
  if (isScore(condition)) return 'scores';
  const [prefix = ''] = condition.split('.');
  if ((limitGroups as readonly string[]).includes(prefix)) return prefix;
  const known = code === null ? undefined : parameters.get(code);
  return known?.limits ?? known?.group ?? (condition.includes('.') ? prefix : 'device');
}
