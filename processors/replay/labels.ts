/** Events that people have labelled in a recording, and the time from each to the engine's call. Pure. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Call } from './core/calls.ts';
import type { Stay } from './stays.ts';

const Time = Type.Union([Type.Number({ minimum: 0 }), Type.String({ minLength: 1, maxLength: 40 })]);
const Label = Type.Object(
  {
    patient: Type.String({ minLength: 1, maxLength: 200 }),
    at: Time,
    until: Type.Optional(Time),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    condition: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    parameter: Type.Optional(Type.String({ minLength: 1, maxLength: 20 })),
  },
  { additionalProperties: false },
);
const check = Compile(Type.Array(Label, { maxItems: 10_000 }));

export type LabelledEvent = Omit<Static<typeof Label>, 'at' | 'until'> & {
  readonly atMs: number;
  readonly untilMs: number;
};

/** If a label has no `until`, a call that comes later than this is not about its event (ours). */
const answerMs = 600_000;

/** Reads labels. `faults`: one sentence for each fault; if there is any, no label is used. */
export function readLabels(
  text: string,
  stays: readonly Stay[],
): { readonly labels: LabelledEvent[]; readonly faults: string[] } {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return { labels: [], faults: ['it is not JSON.'] };
  }
  if (!check.Check(given)) {
    const faults = check.Errors(given).map(({ instancePath, message }) => `${instancePath || '/'}: it ${message}.`);
    return { labels: [], faults: [...new Set(faults)] };
  }
  const faults: string[] = [];
  const labels = given.flatMap((label, n) => {
    const made = eventOf(label, stays);
    if (typeof made !== 'string') return [made];
    faults.push(`/${n}: ${made}`);
    return [];
  });
  return { labels: faults.length === 0 ? labels : [], faults };
}

function eventOf({ at, until, ...label }: Static<typeof Label>, stays: readonly Stay[]): LabelledEvent | string {
  const stay = stays.find(({ patient }) => patient === label.patient);
  if (stay === undefined) return `there is no recording or capture of the patient ${label.patient}.`;
  const atMs = timeOf(at, stay);
  const untilMs = until === undefined ? (atMs ?? 0) + answerMs : timeOf(until, stay);
  if (atMs === undefined || untilMs === undefined)
    return 'a time is neither seconds from the start nor RFC 3339 with a zone.';
  if (atMs < stay.startMs || atMs > stay.endMs) return `"at" lies outside the recording of ${label.patient}.`;
  if (untilMs < atMs) return '"until" lies before "at".';
  return { ...label, atMs, untilMs };
}

function timeOf(time: number | string, { startMs }: Stay): number | undefined {
  if (typeof time === 'number') return startMs + time * 1000;
  const ms = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(time) ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Returns the time from the event to the first call that fits, ms; 0 if one was already on; null if none came: missed. */
export function latencyMs(label: LabelledEvent, calls: readonly Call[]): number | null {
  const fitting = calls.filter((call) => {
    if (call.patient !== label.patient) return false;
    if (label.condition !== undefined) return call.condition === label.condition;
    return call.kind === 'physiological' && (label.parameter === undefined || call.parameter === label.parameter);
  });
  const answers = fitting
    .filter(({ calledMs, endMs }) => calledMs <= label.untilMs && (endMs ?? Number.POSITIVE_INFINITY) >= label.atMs)
    .map(({ calledMs }) => Math.max(0, calledMs - label.atMs));
  return answers.length === 0 ? null : Math.min(...answers);
}
