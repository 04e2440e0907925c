/**
 * Decides what the bar of the page "Waves" shows: times with samples, times without samples, and times that are not
 * known. The page uses the minutes that it has loaded, and the times that the server has seen since the server's start.
 * Times are by the clock of the device, ms since 1970.
 */
import { minuteMs } from '../../../contracts/durations.ts';
import type { WaveGap } from '../../../contracts/wave-gaps.ts';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';
import type { WaveTimes } from '../../protocol/wave-times.ts';
import { t } from './texts.ts';
import { clockText } from './times.ts';
import type { LoadedMinute } from './wave-minutes.ts';

type BarFacts = {
  /** The waves that the page shows. */
  readonly codes: readonly string[];
  readonly minutes: ReadonlyMap<number, LoadedMinute>;
  /** The loaded waves. The list does not have waves without a sample in the loaded minutes. */
  readonly waves: readonly { readonly code: string; readonly gaps: readonly WaveGap[] }[];
  /** What the server has seen; undefined if the server did not answer. */
  readonly times: WaveTimes | undefined;
  readonly stay: { readonly fromMs: number; readonly toMs: number | null } | undefined;
  readonly keptFromMs: number | null;
};

export type WaveBar = {
  /** The times for which the page knows whether there are samples. */
  readonly known: readonly TimeSpan[];
  /** The known times in which at least one of the shown waves has no samples. */
  readonly empty: readonly TimeSpan[];
};

export function waveBar({ codes, minutes, waves, times, stay, keptFromMs }: BarFacts): WaveBar {
  // Before the stay, after the stay, and before the oldest kept wave there can be no samples. These times are no
  // outages.
  const firstMs = Math.max(stay?.fromMs ?? Number.NEGATIVE_INFINITY, keptFromMs ?? Number.NEGATIVE_INFINITY);
  const lastMs = stay?.toMs ?? Number.POSITIVE_INFINITY;
  const shown = waves.filter(({ code }) => codes.includes(code));
  const gapsOf = (wanted: WaveGap['reason']) =>
    shown.flatMap(({ gaps }) => gaps.filter(({ reason }) => reason === wanted));
  const minuteSpans = [...minutes.values()].map(({ fromMs, knownToMs }) => ({ fromMs, toMs: knownToMs }));
  const loaded = without(joined(minuteSpans), joined(gapsOf('not-searched')));
  const loadedEmpty = waves.length === 0 ? loaded : gapsOf('none');
  const seen = (times?.waves ?? []).filter(({ code }) => codes.includes(code) || codes.length === 0);
  const seenSpans = seen.map(({ fromMs }) => ({ fromMs, toMs: times!.toMs }));
  // For loaded minutes, only the loaded samples count, because they are exact.
  const seenEmpty = without(joined(seen.flatMap(({ empty }) => empty)), loaded);
  const cut = (spans: readonly TimeSpan[]) => spansWithin(spans, { firstMs, lastMs });
  return { known: cut(joined([...loaded, ...seenSpans])), empty: cut(joined([...loadedEmpty, ...seenEmpty])) };
}

/** Returns the parts of the spans inside the bounds. */
export function spansWithin(
  spans: readonly TimeSpan[],
  { firstMs, lastMs }: { readonly firstMs: number; readonly lastMs: number },
): TimeSpan[] {
  return spans.flatMap(({ fromMs, toMs }) => {
    const part = { fromMs: Math.max(fromMs, firstMs), toMs: Math.min(toMs, lastMs) };
    return part.toMs > part.fromMs ? [part] : [];
  });
}

/** Returns the text with the number of outages and the newest outage; empty if no outage is known. */
export function outagesText(empty: readonly TimeSpan[]): string {
  const newest = empty.at(-1);
  if (newest === undefined) return '';
  return t('{n} outage is known, from {from} to {to}|{n} outages are known, the newest from {from} to {to}', {
    n: empty.length,
    from: clockText(newest.fromMs),
    to: clockText(newest.toMs),
  });
}

/** Returns the spans in the order of time. Joins spans that meet or overlap. */
export function joined(spans: readonly TimeSpan[]): TimeSpan[] {
  const all: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = all.at(-1);
    if (last && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else if (toMs > fromMs) all.push({ fromMs, toMs });
  }
  return all;
}

/** Returns the parts of `spans` outside of all `others`. Both lists must come from `joined`. */
function without(spans: readonly TimeSpan[], others: readonly TimeSpan[]): TimeSpan[] {
  return spans.flatMap((span) => {
    const parts: TimeSpan[] = [];
    let { fromMs } = span;
    for (const other of others) {
      if (other.toMs <= fromMs || other.fromMs >= span.toMs) continue;
      if (other.fromMs > fromMs) parts.push({ fromMs, toMs: other.fromMs });
      fromMs = Math.max(fromMs, other.toMs);
    }
    if (fromMs < span.toMs) parts.push({ fromMs, toMs: span.toMs });
    return parts;
  });
}

/**
 * Returns the minutes that must be loaded again. They were loaded to their end, but further samples came after that.
 */
export function minutesWithNews(changed: readonly number[], minutes: ReadonlyMap<number, LoadedMinute>): number[] {
  return changed.filter((ms) => (minutes.get(ms)?.knownToMs ?? ms) >= ms + minuteMs);
}
