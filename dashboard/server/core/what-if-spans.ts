/** Divides a time into spans with so few stored values that the reading of one span does not delay other work. Pure. */
import { hourMs } from '../../../contracts/durations.ts';

/** The number of stored values of all codes in one hour. `atMs`: the beginning of the hour, ms since 1970. */
export type HourCount = { readonly atMs: number; readonly valueCount: number };

export type Span = { readonly fromMs: number; readonly toMs: number };

/** The examined time (issue 9: this patient's last 24 hours). */
export const lookBackMs = 24 * hourMs;
/**
 * Maximum number of values for one answer (ours): two parameters twice a second for a day. If there are more values,
 * only the newest hours are examined.
 */
export const valuesMax = 400_000;
/** Maximum number of values in one span (ours). The server needs a few ms for one span. */
export const spanValuesMax = 5_000;

/**
 * Returns the spans, oldest first, with the values from `fromMs` to `toMs`; `toMs` is excluded.
 * @param counts the counts in any order; an hour without values may be absent
 * @returns `fromMs` of the result is the beginning of the examined time: later than the argument if there are too many
 *   values
 */
export function spansOf(
  counts: readonly HourCount[],
  fromMs: number,
  toMs: number,
): { readonly fromMs: number; readonly spans: readonly Span[] } {
  const hours = counts.filter(({ valueCount }) => valueCount > 0).sort((a, b) => b.atMs - a.atMs);
  let total = 0;
  const examined: HourCount[] = [];
  for (const hour of hours) {
    total += hour.valueCount;
    if (total > valuesMax) break;
    examined.unshift(hour);
  }
  const isShortened = examined.length < hours.length;
  const firstMs = isShortened ? Math.max(fromMs, examined[0]?.atMs ?? toMs) : fromMs;
  const spans = examined.flatMap((hour) => spansOfHour(hour)).map((span) => clip(span, firstMs, toMs));
  return { fromMs: firstMs, spans: joinSpans(spans.filter((span) => span.fromMs < span.toMs)) };
}

type CountedSpan = Span & { readonly valueCount: number };

function spansOfHour({ atMs, valueCount }: HourCount): CountedSpan[] {
  const parts = Math.ceil(valueCount / spanValuesMax);
  const edgeMs = (n: number) => atMs + Math.round((hourMs * n) / parts);
  return Array.from({ length: parts }, (_, n) => ({
    fromMs: edgeMs(n),
    toMs: edgeMs(n + 1),
    valueCount: valueCount / parts,
  }));
}

const clip = (span: CountedSpan, fromMs: number, toMs: number): CountedSpan => ({
  ...span,
  fromMs: Math.max(span.fromMs, fromMs),
  toMs: Math.min(span.toMs, toMs),
});

/**
 * Joins neighbouring spans that together have at most `spanValuesMax` values. A joined span includes the gap between
 * the two spans, because the gap has no values.
 */
function joinSpans(spans: readonly CountedSpan[]): Span[] {
  const result: CountedSpan[] = [];
  for (const span of spans) {
    const lastSpan = result.at(-1);
    if (lastSpan === undefined || lastSpan.valueCount + span.valueCount > spanValuesMax) result.push(span);
    else
      result[result.length - 1] = {
        fromMs: lastSpan.fromMs,
        toMs: span.toMs,
        valueCount: lastSpan.valueCount + span.valueCount,
      };
  }
  return result.map(({ fromMs, toMs }) => ({ fromMs, toMs }));
}
