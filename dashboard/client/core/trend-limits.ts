/** The alarm limits of a chart: lines over the time in which this screen knows that they were in force. */
import type { Limits, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { limitNumberText } from '../../../contracts/number-text.ts';
import { type LimitGroup, type Parameter, parameters } from '../../../contracts/parameters.ts';
import { groupInForce, limitsFor } from './numerics.ts';

export type LimitLine = {
  readonly value: number;
  readonly text: string;
  /** In force from then on; earlier limits are not known here. */
  readonly fromMs: number;
  readonly side: 'low' | 'high';
  /** The chart's group to which it belongs; the numbers of the second group stand at the other edge. */
  readonly place: number;
};

/** Stands beside a number if a chart has limits of two groups. */
const short: Partial<Record<LimitGroup, string>> = {
  HR: 'HR',
  PR: 'PR',
  BPsys: 'sys',
  BPmean: 'mean',
};

type Known = { readonly group: LimitGroup; readonly parameter: Parameter; readonly limits: Limits };

/** The limits of each group on the chart, in the order of its codes. */
function limitsOn(codes: readonly string[], inForce: LimitsInForce | null): Known[] {
  const found = new Map<LimitGroup, Known>();
  for (const code of codes) {
    const parameter = parameters.get(code);
    const group = parameter?.limits;
    if (!parameter || group === undefined || found.has(group)) continue;
    const limits = limitsFor(parameter, inForce)?.limits;
    if (limits) found.set(group, { group, parameter, limits });
  }
  // Heart rate and pulse have the same limits: one line.
  const groupLimits = [...found.values()];
  return groupLimits.filter(
    ({ limits }, at) =>
      !groupLimits
        .slice(0, at)
        .some((earlier) => earlier.limits.low === limits.low && earlier.limits.high === limits.high),
  );
}

/** The lines of a chart that begins at `fromMs`. */
export function limitLines(codes: readonly string[], inForce: LimitsInForce | null, fromMs: number): LimitLine[] {
  const groupLimits = limitsOn(codes, inForce);
  return groupLimits.flatMap(({ group, parameter, limits }, place) => {
    const changedAt = groupInForce(group, inForce)?.changed?.at;
    return (['low', 'high'] as const).flatMap((side): LimitLine[] => {
      const value = limits[side];
      if (value === undefined) return [];
      const name = groupLimits.length > 1 ? short[group] : undefined;
      const number = limitNumberText(value, parameter.digits);
      return [
        {
          value,
          text: name === undefined ? number : `${name} ${number}`,
          fromMs: changedAt === undefined ? fromMs : Math.max(fromMs, Date.parse(changedAt)),
          side,
          place,
        },
      ];
    });
  });
}

/**
 * Returns the range of values that a chart shows: it must show how far the curve is from a limit. If the whole curve is
 * beyond one limit, the other limit would only flatten it.
 */
export function rangeWithLimits(min: number, max: number, lines: readonly LimitLine[]): [number, number] {
  const shown = lines.filter(
    ({ side, place }) =>
      !lines.some(
        (other) =>
          other.place === place && other.side !== side && (side === 'low' ? min > other.value : max < other.value),
      ),
  );
  const values = shown.map((line) => line.value);
  return [Math.min(min, ...values), Math.max(max, ...values)];
}

/** `50 to 120`, `sys 90 to 160, mean 60 to 110`, `from 90`; undefined if the chart has no limits. */
export function limitsText(codes: readonly string[], inForce: LimitsInForce | null): string | undefined {
  const groupLimits = limitsOn(codes, inForce);
  const texts = groupLimits.flatMap(({ group, parameter, limits: { low, high } }) => {
    const [from, to] = [low, high].map((bound) =>
      bound === undefined ? undefined : limitNumberText(bound, parameter.digits),
    );
    if (from === undefined && to === undefined) return [];
    const range = from === undefined ? `up to ${to}` : to === undefined ? `from ${from}` : `${from} to ${to}`;
    return [groupLimits.length > 1 && short[group] ? `${short[group]} ${range}` : range];
  });
  return texts.length === 0 ? undefined : texts.join(', ');
}
