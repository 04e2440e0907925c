/**
 * The alarm limits as lines on a chart. Each line lasts from the time at which its limit came into force until the
 * limit changed. At times without known limits, or with limits that were switched off, there is no line.
 */
import type { Limits, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { limitNumberText } from '../../../contracts/number-text.ts';
import { type LimitGroup, type Parameter, parameters } from '../../../contracts/parameters.ts';
import type { LimitsFrom } from '../../protocol/trends.ts';
import { limitsFor } from './numerics.ts';
import { t } from './texts.ts';

export type LimitLine = {
  readonly value: number;
  readonly text: string;
  /** From when to when this limit was in force, inside of the chart. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly side: 'low' | 'high';
  /** Index of the limit's group on the chart. The texts of the two groups stand at different edges of the chart. */
  readonly groupIndex: number;
};

/** Short names of groups. A name stands beside the limits if a chart has limits of two groups. */
const shortNames: Partial<Record<LimitGroup, string>> = {
  HR: 'HR',
  PR: 'PR',
  BPsys: 'sys',
  BPmean: 'mean',
};

type LimitsOfGroup = {
  readonly group: LimitGroup;
  readonly parameter: Parameter;
  readonly limits: Pick<Limits, 'low' | 'high'>;
};

/** Returns the limits of each group on the chart, in the order of the chart's codes. */
function limitsOn(
  codes: readonly string[],
  limitsOfParameter: (parameter: Parameter) => Pick<Limits, 'low' | 'high'> | undefined,
): LimitsOfGroup[] {
  const byGroup = new Map<LimitGroup, LimitsOfGroup>();
  for (const code of codes) {
    const parameter = parameters.get(code);
    const group = parameter?.limits;
    if (!parameter || group === undefined || byGroup.has(group)) continue;
    const limits = limitsOfParameter(parameter);
    if (limits) byGroup.set(group, { group, parameter, limits });
  }
  // If two groups (usually heart rate and pulse) have equal limits, only one line is drawn.
  const groupLimits = [...byGroup.values()];
  return groupLimits.filter(
    ({ limits }, index) =>
      !groupLimits
        .slice(0, index)
        .some((earlier) => earlier.limits.low === limits.low && earlier.limits.high === limits.high),
  );
}

type Span = { readonly fromMs: number; readonly toMs: number };

/**
 * Returns the limit lines of a chart, in the order of time.
 * @param changes the limits after each change, with the time from which they were in force, in the order of time
 */
export function limitLines(codes: readonly string[], changes: readonly LimitsFrom[], span: Span): LimitLine[] {
  return changes.flatMap((change, index) => {
    const fromMs = Math.max(span.fromMs, change.atMs);
    const toMs = Math.min(span.toMs, changes[index + 1]?.atMs ?? span.toMs);
    if (fromMs >= toMs) return [];
    const ofChart = limitsOn(codes, (parameter) => change.groups.find(({ group }) => group === parameter.limits));
    return ofChart.flatMap((limits, groupIndex) => linesOf(limits, groupIndex, ofChart.length > 1, { fromMs, toMs }));
  });
}

function linesOf({ group, parameter, limits }: LimitsOfGroup, groupIndex: number, isNamed: boolean, span: Span) {
  return (['low', 'high'] as const).flatMap((side): LimitLine[] => {
    const value = limits[side];
    if (value === undefined) return [];
    const name = isNamed ? shortNames[group] : undefined;
    const number = limitNumberText(value, parameter.digits);
    return [{ value, text: name === undefined ? number : `${name} ${number}`, ...span, side, groupIndex }];
  });
}

/**
 * Returns the range of values that a chart shows. The range contains the curve and its limits, so that a person sees
 * how far the curve is from a limit. If the whole curve is beyond one limit, the range leaves out the opposite limit of
 * this time, which would only flatten the curve.
 */
export function rangeWithLimits(min: number, max: number, lines: readonly LimitLine[]): [number, number] {
  const shownLines = lines.filter(
    ({ side, groupIndex, fromMs, toMs }) =>
      !lines.some(
        (other) =>
          other.groupIndex === groupIndex &&
          other.side !== side &&
          other.fromMs < toMs &&
          fromMs < other.toMs &&
          (side === 'low' ? min > other.value : max < other.value),
      ),
  );
  const values = shownLines.map((line) => line.value);
  return [Math.min(min, ...values), Math.max(max, ...values)];
}

/**
 * Returns the limits as text, for example `50 to 120`, `sys 90 to 160, mean 60 to 110` or `from 90`; undefined if the
 * chart has no limits.
 */
export function limitsText(codes: readonly string[], inForce: LimitsInForce | null): string | undefined {
  const groupLimits = limitsOn(codes, (parameter) => limitsFor(parameter, inForce)?.limits);
  const texts = groupLimits.flatMap(({ group, parameter, limits: { low, high } }) => {
    const [from, to] = [low, high].map((bound) =>
      bound === undefined ? undefined : limitNumberText(bound, parameter.digits),
    );
    if (from === undefined && to === undefined) return [];
    const range =
      from === undefined
        ? t('up to {to}', { to })
        : to === undefined
          ? t('from {from}', { from })
          : t('{from} to {to}', { from, to });
    return [groupLimits.length > 1 && shortNames[group] ? `${shortNames[group]} ${range}` : range];
  });
  return texts.length === 0 ? undefined : texts.join(', ');
}
