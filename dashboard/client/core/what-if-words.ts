/**
 * What the limits dialog says of the last 24 hours under other limits: one sentence, four numbers a row, and what to
 * know of them.
 */
import { priorities } from '../../../contracts/priorities.ts';
import type { WhatIf, WhatIfCalls } from '../../protocol/what-if.ts';

export type WhatIfShown =
  /** `entered`: limits were typed, beside those in force. */
  | { readonly kind: 'working'; readonly entered: boolean }
  /** `off`: low and high are switched off now. */
  | { readonly kind: 'answer'; readonly answer: WhatIf; readonly parameter: string; readonly off: boolean }
  /** Why the typed limits are invalid, or would be refused. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** If at least this part of the time was looked at, nobody asks what is missing (ours). */
const wholeMs = 23.5 * hourMs;
/** A shorter time without values is not mentioned (ours). */
const silentMsMin = 10 * minuteMs;

export function whatIfSentence(shown: WhatIfShown): string {
  switch (shown.kind) {
    case 'working':
      return shown.entered
        ? 'Working out what these limits would have done in the last 24 h …'
        : 'Working out what the limits in force would have done in the last 24 h …';
    case 'refused':
      return shown.message;
    case 'failed':
      return 'Vigil cannot say now what these limits would have done. You can save them all the same.';
    case 'answer':
      return answerSentence(shown.answer, shown.parameter);
  }
}

function answerSentence({ since, from, to, inForce, entered }: WhatIf, parameter: string): string {
  if (since === null)
    return `No value of ${parameter} is stored for the last ${lengthText(from, to)}, so there is nothing to count.`;
  const last = `In the last ${lengthText(since, to)}`;
  const before = allCalls(inForce);
  if (entered === null) return `${last} the limits in force ${wouldHaveCalled(before)}.`;
  const after = allCalls(entered);
  if (after !== before)
    return `${last} these limits ${wouldHaveCalled(after)}; the limits in force ${wouldHaveCalled(before)}.`;
  return after === 0
    ? `${last} neither these limits nor the limits in force would have called.`
    : `${last} these limits ${wouldHaveCalled(after)}, and so would the limits in force.`;
}

function wouldHaveCalled(times: number): string {
  if (times === 0) return 'would not have called';
  return `would have called ${times === 1 ? 'once' : `${times} times`}`;
}

/** What to know of the numbers; the first entry says why there are none. */
export function whatIfNotes(shown: WhatIfShown): string[] {
  if (shown.kind === 'failed') return [shown.message];
  if (shown.kind !== 'answer' || shown.answer.since === null) return [];
  const { since, to, everyMs, silentMs } = shown.answer;
  const notes: string[] = [];
  if (lengthMs(since, to) < wholeMs) notes.push(`There are no values before the last ${lengthText(since, to)}.`);
  if (silentMs >= silentMsMin) notes.push(`Nothing came for ${durationText(silentMs)} of it.`);
  if (shown.off) notes.push('Low and high are off, so only extreme limits count.');
  const every = everyMs === null ? '' : ` (about one each ${everyText(everyMs)})`;
  notes.push(
    `Judged from the stored values${every}, as if nobody had answered. Standby and monitor alarms are left out.`,
  );
  return notes;
}

export type WhatIfRow = { readonly name: string; readonly cells: readonly string[] };

/** The gravest first, then all together. There are always two rows, so that nothing below them moves. */
export function whatIfRows(shown: WhatIfShown): readonly [WhatIfRow, WhatIfRow] {
  const answer = shown.kind === 'answer' && shown.answer.since !== null ? shown.answer : undefined;
  const waits = shown.kind === 'working' ? '…' : '–';
  const cells = (calls: WhatIfCalls | null | undefined, missing: string) =>
    calls ? [...priorities.map((priority) => calls[priority]), allCalls(calls)].map(String) : four(missing);
  const entered = shown.kind === 'working' && !shown.entered ? '–' : waits;
  return [
    { name: 'Limits in force', cells: cells(answer?.inForce, waits) },
    { name: 'As entered', cells: cells(answer?.entered, entered) },
  ];
}

const four = (text: string) => [text, text, text, text];
const allCalls = ({ high, medium, low }: WhatIfCalls) => high + medium + low;
const lengthMs = (from: string, to: string) => Date.parse(to) - Date.parse(from);

function lengthText(from: string, to: string): string {
  const ms = lengthMs(from, to);
  return ms >= wholeMs ? '24 h' : durationText(ms);
}

function durationText(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / minuteMs));
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** An answer whose texts are as long as possible: a form has room for them from the start. */
const widest: WhatIfShown = {
  kind: 'answer',
  answer: {
    from: '2026-03-01T00:00:00.000Z',
    since: '2026-03-01T00:00:00.000Z',
    to: '2026-03-01T23:20:00.000Z',
    everyMs: 80_000,
    silentMs: 22 * hourMs + 50 * minuteMs,
    inForce: { high: 8_888, medium: 0, low: 0 },
    entered: { high: 7_888, medium: 0, low: 0 },
  },
  parameter: '',
  off: true,
};
export const widestSentence = whatIfSentence(widest);
export const widestNotes = whatIfNotes(widest).join(' ');

function everyText(ms: number): string {
  if (ms < 1_500) return 'second';
  if (ms < 90_000) return `${Math.round(ms / 1_000)} s`;
  return durationText(ms);
}
