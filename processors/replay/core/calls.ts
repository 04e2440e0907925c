/**
 * Collects the calls of one patient under one profile. A call is a raised alarm, or a further onset of a live alarm.
 * Pure.
 */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm, AlertKind, Priority } from '../../../contracts/messages/alarms.ts';
import { limitGroups, parameters } from '../../../contracts/parameters.ts';
import type { Step } from '../../alarms/core/engine.ts';
import { causeOf } from '../../alarms/core/rules.ts';
import { isScore } from '../../alarms/core/scores/names.ts';

export type Side = 'low' | 'high';

export type Call = {
  readonly patient: string;
  /** For example `HR.high`, `asystole`, `SpO2.no-data`. */
  readonly condition: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
  /** The group of limits, or `scores`, or `device` if the call is not about a parameter. */
  readonly parameter: string;
  readonly side: Side | null;
  /**
   * If several conditions have the same cause, such as heart rate and pulse, only one condition calls (CLINICAL,
   * "Judged or told", 8).
   */
  readonly cause: string;
  readonly alarmId: string;
  /** 1 for the alarm that was raised, 2 for its second onset. */
  readonly onset: number;
  /** Device time of the first value beyond the limit, ms. */
  readonly onsetMs: number;
  /** Wall clock time at which the alarm began to call, ms. */
  readonly calledMs: number;
  /** Device time of the end of the condition, ms; null if the recording ended first. */
  readonly endMs: number | null;
  readonly code: string | null;
  readonly limit: number | null;
  readonly text: string;
};

/** Returns the duration of a call, ms; null if the recording ended first. */
export const callMs = ({ calledMs, endMs }: Call) => (endMs === null ? null : Math.max(0, endMs - calledMs));

export type CallLog = {
  /** The calls in the order in which they began. */
  readonly calls: readonly Call[];
  addStep(step: Pick<Step, 'state' | 'events'>): void;
};

/**
 * Creates a log that collects the calls from the steps of the engine. Further onsets of a latched alarm count as calls
 * too.
 */
export function createCallLog(patient: string): CallLog {
  const calls: Call[] = [];
  /** By alarm id: the number of onsets, and the index in `calls` of the last onset; -1 if that onset did not call. */
  const last = new Map<string, { readonly index: number; readonly onsets: number }>();
  return {
    calls,
    addStep({ state, events }) {
      for (const { at, alarm } of events) {
        const { alarmId, onsets } = alarm;
        if (onsets > (last.get(alarmId)?.onsets ?? 0)) {
          const isCall = isUnanswered(alarm);
          last.set(alarmId, { onsets, index: isCall ? calls.length : -1 });
          const live = Object.values(state.book.live).find((entry) => entry.alarm.alarmId === alarmId);
          // An alarm that was raised and cleared in one step is no longer live. Its event has the onset.
          const onsetMs = onsets > 1 && live !== undefined ? live.onset : Date.parse(alarm.onsetAt);
          if (isCall) calls.push(callOf(patient, alarm, onsetMs, Date.parse(at)));
        }
        const { index } = last.get(alarmId)!;
        const call = calls[index];
        if (call?.endMs === null && alarm.resolvedAt !== undefined)
          calls[index] = { ...call, endMs: Date.parse(alarm.resolvedAt) };
      }
    },
  };
}

function callOf(patient: string, alarm: Alarm, onsetMs: number, calledMs: number): Call {
  const { condition, kind, priority, alarmId, onsets, code = null, limit = null, text } = alarm;
  const side = sideOf(condition);
  const parameter = parameterOf(condition, code);
  const row = code === null ? undefined : parameters.get(code);
  const cause = kind === 'physiological' && row && side ? causeOf(row, side) : condition;
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
  const row = code === null ? undefined : parameters.get(code);
  return row?.limits ?? row?.group ?? (condition.includes('.') ? prefix : 'device');
}
