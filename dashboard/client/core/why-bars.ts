/** Computes the bars of the delay chain and the texts of times on the page "Why did nobody come?". */
import type { DelayChain, StepName } from '../../../contracts/explain/chain.ts';
import { durationText } from '../../../contracts/explain/durations.ts';
import { stepTitles } from '../../../contracts/explain/titles.ts';
import { t } from './texts.ts';
import { whenText } from './times.ts';

/**
 * `time`: the duration of the step is known. `not-known`: nothing reported this step or the former step. `none`: the
 * step did not happen. `first`: the chain begins with this step.
 */
export type Bar = {
  readonly name: StepName;
  readonly title: string;
  readonly kind: 'time' | 'not-known' | 'none' | 'first';
  /**
   * Length of the bar, from 0 to 1. The length grows with the logarithm of the time, because a chain has steps of
   * milliseconds and steps of minutes.
   */
  readonly length: number;
  readonly text: string;
  readonly atMs: number | undefined;
};

/** A bar for this time, or for a longer time, has the full length. */
const fullMs = 600_000;

export function barsOf({ steps }: DelayChain): Bar[] {
  return steps.map(({ name, time, sinceBeforeMs }): Bar => {
    const common = { name, title: t(stepTitles[name]) };
    if (time.kind === 'none') return { ...common, kind: 'none', length: 0, text: t('did not happen'), atMs: undefined };
    if (time.kind === 'not-known')
      return { ...common, kind: 'not-known', length: 1, text: t('not known'), atMs: undefined };
    const { atMs } = time;
    if (name === 'onset') return { ...common, kind: 'first', length: 0, text: '', atMs };
    if (sinceBeforeMs === undefined)
      return { ...common, kind: 'not-known', length: 1, text: beforeText(steps, name, atMs), atMs };
    return { ...common, kind: 'time', length: lengthOf(sinceBeforeMs), text: timeText(sinceBeforeMs), atMs };
  });
}

/** Returns why a step has no time since the former step. The page never shows negative times. */
function beforeText(steps: DelayChain['steps'], name: StepName, atMs: number): string {
  const before = steps.slice(
    0,
    steps.findIndex((step) => step.name === name),
  );
  const isEarlier = before.some(({ time }) => time.kind === 'at' && time.atMs > atMs);
  if (isEarlier) return t('not known: clocks differ, or another occurrence');
  const isReadingKnown = before.some((step) => step.name === 'logged' && step.time.kind === 'at');
  return name === 'raised' && isReadingKnown ? t('no delay of that value') : t('time before not known');
}

function lengthOf(ms: number): number {
  return Math.min(1, Math.log10(1 + ms) / Math.log10(1 + fullMs));
}

/**
 * Returns a duration as text. A duration below a second is in milliseconds, a longer duration is in seconds or minutes.
 */
function timeText(ms: number): string {
  return ms >= 1000 ? durationText(ms) : t('{ms} ms', { ms: Math.round(ms) });
}

const instants = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g;

/**
 * Returns a text of the server with all times in the screen's time zone. A time on the day of the alarm is written
 * without its date.
 */
export function withLocalTimes(text: string, alarmMs: number): string {
  return text.replaceAll(instants, (instant) => whenText(Date.parse(instant), alarmMs));
}
