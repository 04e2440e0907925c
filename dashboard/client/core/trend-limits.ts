/** The alarm limits on a chart, as lines over the time in which the screen knows that the limits were in force. */
import type { Limits, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { limitNumberText } from '../../../contracts/number-text.ts';
import { type LimitGroup, type Parameter, parameters } from '../../../contracts/parameters.ts';
import { groupInForce, limitsFor } from './numerics.ts';

export type LimitLine = {
  readonly value: number;
  readonly text: string;
  /** When this limit came into force. The screen does not know earlier limits. */
  readonly fromMs: number;
  readonly side: 'low' | 'high';
  /** Index of the limit's group on the chart. The texts of the second group stand at the other edge of the chart. */
  readonly groupIndex: number;
};

/** Short names of groups. They stand beside the limits if a chart has limits of two groups. */
const shortNames: Partial<Record<LimitGroup, string>> = {
  HR: 'HR',
  PR: 'PR',
  BPsys: 'sys',
  BPmean: 'mean',
};

type LimitsOfGroup = { readonly group: LimitGroup; readonly parameter: Parameter; readonly limits: Limits };

/** Returns the limits of each group on the chart, in the order of its codes. */
function limitsOn(codes: readonly string[], inForce: LimitsInForce | null): LimitsOfGroup[] {
  const byGroup = new Map<LimitGroup, LimitsOfGroup>();
  for (const code of codes) {
    const parameter = parameters.get(code);
    const group = parameter?.limits;
    if (!parameter || group === undefined || byGroup.has(group)) continue;
    const limits = limitsFor(parameter, inForce)?.limits;
    if (limits) byGroup.set(group, { group, parameter, limits });
  }
  // If two groups have the same limits (usually heart rate and pulse), only one line is drawn.
  const groupLimits = [...byGroup.values()];
  return groupLimits.filter(
    ({ limits }, index) =>
      !groupLimits
        .slice(0, index)
        .some((earlier) => earlier.limits.low === limits.low && earlier.limits.high === limits.high),
  );
}

/** Returns the limit lines of a chart that begins at `fromMs`. */
export function limitLines(codes: readonly string[], inForce: LimitsInForce | null, fromMs: number): LimitLine[] {
  const groupLimits = limitsOn(codes, inForce);
  return groupLimits.flatMap(({ group, parameter, limits }, groupIndex) => {
    const changedAt = groupInForce(group, inForce)?.changed?.at;
    return (['low', 'high'] as const).flatMap((side): LimitLine[] => {
      const value = limits[side];
      if (value === undefined) return [];
      const name = groupLimits.length > 1 ? shortNames[group] : undefined;
      const number = limitNumberText(value, parameter.digits);
      return [
        {
          value,
          text: name === undefined ? number : `${name} ${number}`,
          fromMs: changedAt === undefined ? fromMs : Math.max(fromMs, Date.parse(changedAt)),
          side,
          groupIndex,
        },
      ];
    });
  });
}

/**
 * Returns the range of values that a chart shows: the curve and its limits, so that a person sees how far the curve is
 * from a limit. If the whole curve is beyond one limit, the range does not include the opposite limit, which would only
 * flatten the curve.
 */
export function rangeWithLimits(min: number, max: number, lines: readonly LimitLine[]): [number, number] {
  const shownLines = lines.filter(
    ({ side, groupIndex }) =>
      !lines.some(
        (other) =>
          other.groupIndex === groupIndex &&
          other.side !== side &&
          (side === 'low' ? min > other.value : max < other.value),
      ),
  );
  const values = shownLines.map((line) => line.value);
  return [Math.min(min, ...values), Math.max(max, ...values)];
}

/**
 * Returns the limits as text: `50 to 120`, `sys 90 to 160, mean 60 to 110`, `from 90`; undefined if the chart has no
 * limits.
 */
export function limitsText(codes: readonly string[], inForce: LimitsInForce | null): string | undefined {
  const groupLimits = limitsOn(codes, inForce);
  const texts = groupLimits.flatMap(({ group, parameter, limits: { low, high } }) => {
    const [from, to] = [low, high].map((bound) =>
      bound === undefined ? undefined : limitNumberText(bound, parameter.digits),
    );
    if (from === undefined && to === undefined) return [];
    const range = from === undefined ? `up to ${to}` : to === undefined ? `from ${from}` : `${from} to ${to}`;
    return [groupLimits.length > 1 && shortNames[group] ? `${shortNames[group]} ${range}` : range];
  });
  return texts.length === 0 ? undefined : texts.join(', ');
}
