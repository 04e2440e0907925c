/** Divides the reading of stored values into pieces, each so small that it delays nothing else. Pure. */

/** How many values one hour holds, of all codes together. `atMs`: its beginning, ms since 1970. */
export type HourCount = { readonly atMs: number; readonly values: number };

export type Span = { readonly fromMs: number; readonly toMs: number };

const hourMs = 3_600_000;

/** The time that is looked at (issue 9: this patient's last 24 hours). */
export const lookBackMs = 24 * hourMs;
/**
 * Values of one answer: two parameters, more than twice a second, for a day (ours). If there are more, the newest hours
 * are looked at.
 */
export const valuesMax = 400_000;
/** Values of one read (ours): a few ms of the server's time. */
export const spanValuesMax = 5_000;

/**
 * Returns the pieces, oldest first, that hold the values from `fromMs` to `toMs`; the end is excluded.
 * @param counts in any order; an hour without values may be left out
 * @returns also from when on values are looked at: later than `fromMs` if there are too many
 */
export function spansOf(
  counts: readonly HourCount[],
  fromMs: number,
  toMs: number,
): { readonly fromMs: number; readonly spans: readonly Span[] } {
  const hours = counts.filter(({ values }) => values > 0).sort((a, b) => b.atMs - a.atMs);
  let total = 0;
  const fit: HourCount[] = [];
  for (const hour of hours) {
    total += hour.values;
    if (total > valuesMax) break;
    fit.unshift(hour);
  }
  const isCut = fit.length < hours.length;
  const firstMs = isCut ? Math.max(fromMs, fit[0]?.atMs ?? toMs) : fromMs;
  const spans = fit.flatMap((hour) => partsOf(hour)).map((span) => clipped(span, firstMs, toMs));
  return { fromMs: firstMs, spans: joined(spans.filter((span) => span.fromMs < span.toMs)) };
}

type CountedSpan = Span & { readonly values: number };

function partsOf({ atMs, values }: HourCount): CountedSpan[] {
  const parts = Math.ceil(values / spanValuesMax);
  const edge = (n: number) => atMs + Math.round((hourMs * n) / parts);
  return Array.from({ length: parts }, (_, n) => ({ fromMs: edge(n), toMs: edge(n + 1), values: values / parts }));
}

const clipped = (span: CountedSpan, fromMs: number, toMs: number): CountedSpan => ({
  ...span,
  fromMs: Math.max(span.fromMs, fromMs),
  toMs: Math.min(span.toMs, toMs),
});

/** Neighbours that are small enough together become one piece. There are no values between two hours. */
function joined(spans: readonly CountedSpan[]): Span[] {
  const found: CountedSpan[] = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last === undefined || last.values + span.values > spanValuesMax) found.push(span);
    else found[found.length - 1] = { fromMs: last.fromMs, toMs: span.toMs, values: last.values + span.values };
  }
  return found.map(({ fromMs, toMs }) => ({ fromMs, toMs }));
}
