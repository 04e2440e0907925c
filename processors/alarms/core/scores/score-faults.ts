/**
 * Checks the scores of a profile file. Each fault names its place in the file and says in a sentence what is wrong.
 * Pure.
 */

import { type TSchema, Type } from 'typebox';
import { hourMs, minuteMs } from '../../../../contracts/durations.ts';
import { priorities } from '../../../../contracts/priorities.ts';
import { faultsOf, Reason, shapesOf } from '../profile-shapes.ts';
import { type ScoreName, scoreNames } from './names.ts';
import type { ScoreCall, ScoreRules } from './score-rules.ts';

const noOtherFields = { additionalProperties: false } as const;

/** Longest delay: half an hour (ours). */
const DelayMs = Type.Integer({ minimum: 0, maximum: 30 * minuteMs });
const Priority = Type.Enum([...priorities]);
/**
 * Returns the shape of the rules of one score. The highest NEWS2 is 20, the highest qSOFA 3, and the highest score of
 * one parameter 3 (CLINICAL, "NEWS2"). The minimum values are ours.
 */
const callFrom = (from: TSchema) => Type.Object({ from, priority: Priority, delayMs: DelayMs }, noOtherFields);

const shapes = shapesOf({
  scores: Type.Object(
    {
      calls: Type.Object({}),
      offDelayMs: Type.Integer({ minimum: 0, maximum: hourMs }),
      realarmMs: Type.Integer({ minimum: 5 * minuteMs, maximum: 12 * hourMs }),
      ages: Type.Object(
        {
          continuousMs: Type.Integer({ minimum: minuteMs, maximum: hourMs }),
          singleGraceMs: Type.Integer({ minimum: 0, maximum: hourMs }),
          // The longest interval between two sets is 12 h (CLINICAL, "NEWS2"). An older value belongs to another set.
          enteredMs: Type.Integer({ minimum: 10 * minuteMs, maximum: 12 * hourMs }),
        },
        noOtherFields,
      ),
    },
    noOtherFields,
  ),
  off: Type.Object({ off: Reason }, noOtherFields),
});
const callShapes = shapesOf<ScoreName>({
  'NEWS2.high': callFrom(Type.Integer({ minimum: 2, maximum: 20 })),
  'NEWS2.medium': callFrom(Type.Integer({ minimum: 1, maximum: 20 })),
  'NEWS2.low-medium': callFrom(Type.Integer({ minimum: 3, maximum: 3 })),
  qSOFA: callFrom(Type.Integer({ minimum: 1, maximum: 3 })),
  'shock-index': callFrom(Type.Number({ minimum: 0.5, maximum: 3 })),
});

/** Returns all faults in the scores of a profile. */
export function scoreFaults(scores: unknown, path: string): string[] {
  const faults = faultsOf(shapes, 'scores', scores, path);
  const calls = (scores as { readonly calls?: unknown } | null)?.calls;
  if (calls === null || typeof calls !== 'object') return faults;
  const isKnown = (name: string) => (scoreNames as readonly string[]).includes(name);
  const ofCalls = [
    ...Object.keys(calls)
      .filter((name) => !isKnown(name))
      .map((name) => `${path}/calls/${name}: no score has this name.`),
    ...scoreNames.flatMap((name) => callFaults(name, calls, `${path}/calls/${name}`)),
  ];
  return [...faults, ...ofCalls, ...(ofCalls.length === 0 ? orderFaults(calls as ScoreRules['calls'], path) : [])];
}

function callFaults(name: ScoreName, calls: object, path: string): string[] {
  if (!Object.hasOwn(calls, name))
    return [`${path}: this score is missing. Give the value at which it alarms, or {"off": "<reason>"}.`];
  const call = (calls as Readonly<Record<ScoreName, unknown>>)[name];
  const isOff = call !== null && typeof call === 'object' && 'off' in call;
  const faults = isOff ? faultsOf(shapes, 'off', call, path) : faultsOf(callShapes, name, call, path);
  if (isOff || faults.length > 0 || name !== 'shock-index') return faults;
  // The shock index is calculated with two digits after the point.
  return Number((call as ScoreCall).from.toFixed(2)) === (call as ScoreCall).from
    ? []
    : [`${path}/from: this value must have at most two digits after the point.`];
}

function orderFaults({ 'NEWS2.high': high, 'NEWS2.medium': medium }: ScoreRules['calls'], path: string): string[] {
  if ('off' in high || 'off' in medium || medium.from < high.from) return [];
  return [
    `${path}/calls/NEWS2.medium/from: ${medium.from} must be below ${high.from}, the value at which NEWS2.high alarms.`,
  ];
}
