/**
 * Texts of the limits dialog: how many alarms other limits would have raised in the last 24 hours. The dialog shows one
 * sentence, two rows of four numbers, and notes about the numbers.
 */
import { hourMs, minuteMs } from '../../../contracts/durations.ts';
import { priorities } from '../../../contracts/priorities.ts';
import type { WhatIf, WhatIfCalls } from '../../protocol/what-if.ts';
import { t } from './texts.ts';

export type WhatIfShown =
  /** The answer has not come yet. `entered`: whether the person has typed limits. */
  | { readonly kind: 'working'; readonly entered: boolean }
  /** `off`: whether the low and high limits are off now. */
  | { readonly kind: 'answer'; readonly answer: WhatIf; readonly parameter: string; readonly off: boolean }
  /** `message`: why the typed limits are invalid or not allowed. */
  | { readonly kind: 'refused'; readonly message: string }
  /** `message`: why the server could not compute the answer. */
  | { readonly kind: 'failed'; readonly message: string };

/** If there are values for at least this time, the text says "24 h" and does not mention missing values (ours). */
const wholeDayMs = 23.5 * hourMs;
/** Shortest time without values that the text mentions (ours). */
const mentionedSilenceMsMin = 10 * minuteMs;

export function whatIfSentence(shown: WhatIfShown): string {
  switch (shown.kind) {
    case 'working':
      return shown.entered
        ? t('Counting the alarms that these limits would have called in 24 h …')
        : t('Counting the alarms that the limits in force would have called in 24 h …');
    case 'refused':
      return shown.message;
    case 'failed':
      return t('Vigil cannot count now how often these limits would have called. You can still save them.');
    case 'answer':
      return answerSentence(shown.answer, shown.parameter);
  }
}

function answerSentence({ since, from, to, inForce, entered }: WhatIf, parameter: string): string {
  if (since === null)
    return t('No value of {parameter} is stored for the last {length}, so there is nothing to count.', {
      parameter,
      length: lengthText(from, to),
    });
  const periodText = t('In the last {length}', { length: lengthText(since, to) });
  const callsInForce = allCalls(inForce);
  if (entered === null)
    return t('{period} the limits in force {wouldHaveCalled}.', {
      period: periodText,
      wouldHaveCalled: wouldHaveCalled(callsInForce),
    });
  const callsEntered = allCalls(entered);
  if (callsEntered !== callsInForce)
    return t('{period} these limits {wouldHaveCalled}; the limits in force {wouldHaveCalled2}.', {
      period: periodText,
      wouldHaveCalled: wouldHaveCalled(callsEntered),
      wouldHaveCalled2: wouldHaveCalled(callsInForce),
    });
  return callsEntered === 0
    ? t('{period} neither these limits nor the limits in force would have called.', { period: periodText })
    : t('{period} these limits {wouldHaveCalled}, and so would the limits in force.', {
        period: periodText,
        wouldHaveCalled: wouldHaveCalled(callsEntered),
      });
}

function wouldHaveCalled(times: number): string {
  if (times === 0) return t('would not have called');
  return t('would have called once|would have called {n} times', { n: times });
}

/** Returns notes about the numbers. After a failure, returns the reason why there are no numbers. */
export function whatIfNotes(shown: WhatIfShown): string[] {
  if (shown.kind === 'failed') return [shown.message];
  if (shown.kind !== 'answer' || shown.answer.since === null) return [];
  const { since, to, everyMs, silentMs } = shown.answer;
  const notes: string[] = [];
  if (lengthMs(since, to) < wholeDayMs)
    notes.push(t('Vigil has values of the last {length} only.', { length: lengthText(since, to) }));
  if (silentMs >= mentionedSilenceMsMin)
    notes.push(t('For {duration} no values came.', { duration: durationText(silentMs) }));
  if (shown.off) notes.push(t('Low and high limits are off; extreme limits count.'));
  const intervalText = everyMs === null ? '' : t(' (about one each {step})', { step: stepText(everyMs) });
  notes.push(
    t('Judged from the stored values{interval}, as if nobody had answered. Standby and monitor alarms are left out.', {
      interval: intervalText,
    }),
  );
  return notes;
}

export type WhatIfRow = { readonly name: string; readonly cells: readonly string[] };

/**
 * Returns the two rows of numbers. Each row has the number of alarms of each priority, the highest first, and then the
 * total. The dialog always has two rows, so that the content below does not move.
 */
export function whatIfRows(shown: WhatIfShown): readonly [WhatIfRow, WhatIfRow] {
  const answer = shown.kind === 'answer' && shown.answer.since !== null ? shown.answer : undefined;
  const placeholder = shown.kind === 'working' ? '…' : '–';
  const cells = (calls: WhatIfCalls | null | undefined, missing: string) =>
    calls ? [...priorities.map((priority) => calls[priority]), allCalls(calls)].map(String) : fourCells(missing);
  const enteredPlaceholder = shown.kind === 'working' && !shown.entered ? '–' : placeholder;
  return [
    { name: t('Limits in force'), cells: cells(answer?.inForce, placeholder) },
    { name: t('As entered'), cells: cells(answer?.entered, enteredPlaceholder) },
  ];
}

const fourCells = (text: string) => [text, text, text, text];
const allCalls = ({ high, medium, low }: WhatIfCalls) => high + medium + low;
/** Returns the number of calls of all priorities; 0 if no limits were entered. */
export const callsOf = (calls: WhatIfCalls | null): number => (calls === null ? 0 : allCalls(calls));
const lengthMs = (from: string, to: string) => Date.parse(to) - Date.parse(from);

function lengthText(from: string, to: string): string {
  const ms = lengthMs(from, to);
  return ms >= wholeDayMs ? '24 h' : durationText(ms);
}

function durationText(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / minuteMs));
  if (minutes < 60) return t('{minutes} min', { minutes });
  const restMinutes = minutes % 60;
  return `${Math.floor(minutes / 60)} h${restMinutes === 0 ? '' : t(' {restMinutes} min', { restMinutes })}`;
}

/** An answer with the longest possible texts. A form reserves room for these texts when it opens. */
const widestAnswer: WhatIfShown = {
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
export const widestSentence = () => whatIfSentence(widestAnswer);
export const widestNotes = () => whatIfNotes(widestAnswer).join(' ');

function stepText(ms: number): string {
  if (ms < 1_500) return t('second');
  if (ms < 90_000) return `${Math.round(ms / 1_000)} s`;
  return durationText(ms);
}
