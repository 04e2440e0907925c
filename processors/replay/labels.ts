/**
 * Reads events that people labelled in recordings, and computes the time from an event to the call of the engine. Pure.
 */
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

/** If a label has no `until`, a call counts if it came at most this long after the event, ms (ours). */
const defaultUntilMs = 600_000;

/** Reads labels. Returns a sentence for each fault. If there is a fault, no label is returned. */
export function readLabels(
  text: string,
  stays: readonly Stay[],
): { readonly labels: LabelledEvent[]; readonly faults: string[] } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { labels: [], faults: ['the file is not JSON.'] };
  }
  if (!check.Check(content)) {
    const faults = check.Errors(content).map(({ instancePath, message }) => `${instancePath || '/'}: it ${message}.`);
    return { labels: [], faults: [...new Set(faults)] };
  }
  const faults: string[] = [];
  const labels = content.flatMap((label, index) => {
    const event = eventOf(label, stays);
    if (typeof event !== 'string') return [event];
    faults.push(`/${index}: ${event}`);
    return [];
  });
  return { labels: faults.length === 0 ? labels : [], faults };
}

/** Returns the event of a label, or a sentence about a fault. */
function eventOf({ at, until, ...label }: Static<typeof Label>, stays: readonly Stay[]): LabelledEvent | string {
  const stay = stays.find(({ patient }) => patient === label.patient);
  if (stay === undefined) return `there is no recording or capture of the patient ${label.patient}.`;
  const atMs = timeOf(at, stay);
  const untilMs = until === undefined ? (atMs ?? 0) + defaultUntilMs : timeOf(until, stay);
  if (atMs === undefined || untilMs === undefined)
    return 'a time must be seconds from the start, or RFC 3339 with a zone.';
  if (atMs < stay.startMs || atMs > stay.endMs) return `"at" is outside the recording of ${label.patient}.`;
  if (untilMs < atMs) return '"until" is before "at".';
  return { ...label, atMs, untilMs };
}

function timeOf(time: number | string, { startMs }: Stay): number | undefined {
  if (typeof time === 'number') return startMs + time * 1000;
  const ms = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(time) ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Returns the time from an event to the first matching call, ms; 0 if a matching call had begun before; null if no
 * matching call came.
 */
export function latencyMs(label: LabelledEvent, calls: readonly Call[]): number | null {
  const matching = calls.filter((call) => {
    if (call.patient !== label.patient) return false;
    if (label.condition !== undefined) return call.condition === label.condition;
    return call.kind === 'physiological' && (label.parameter === undefined || call.parameter === label.parameter);
  });
  const latenciesMs = matching
    .filter(({ calledMs, endMs }) => calledMs <= label.untilMs && (endMs ?? Number.POSITIVE_INFINITY) >= label.atMs)
    .map(({ calledMs }) => Math.max(0, calledMs - label.atMs));
  return latenciesMs.length === 0 ? null : Math.min(...latenciesMs);
}
