/**
 * Chooses one numeric for each parameter of a reading. The alarm engine, the screens and the trends all use this
 * numeric. Pure.
 */
import { adultLimits } from './adult-limits.ts';
import { usableNumber } from './messages/check.ts';
import type { NumericValue } from './messages/device.ts';
import { type Parameter, parameters } from './parameters.ts';

const firstRowByMdc = new Map<number, Parameter>();
for (const row of parameters.values()) if (!firstRowByMdc.has(row.mdc)) firstRowByMdc.set(row.mdc, row);

/**
 * Returns the parameter of a reference id; undefined if the id is unknown. Two ids may have the same MDC number,
 * because they name the same measurement. Then the result for both ids is the row that comes first in the table.
 */
export function canonicalParameter(code: string): Parameter | undefined {
  const row = parameters.get(code);
  return row && firstRowByMdc.get(row.mdc);
}

export type Numerics = {
  readonly values: readonly NumericValue[];
  /** Parameters that the reading has more than once; usually empty. */
  readonly repeatedParameters: readonly Parameter[];
};

/**
 * Returns the numerics of a reading, one for each parameter, with the code of `canonicalParameter`. If a reading has
 * two numerics of the same parameter, the more serious value is used. A usable number is more serious than an unusable
 * number. If both numbers are usable, the number that is further beyond the built-in adult limits is more serious. If
 * both are inside the limits, the number that is nearer to a limit is more serious. If the two are equally serious, the
 * later numeric in the message is used. The chosen numeric has the position of the first numeric.
 *
 * The rule uses the built-in limits and not the limits of the patient. The reason: the dashboard and the trends must
 * choose the same number as the alarm engine, but the trends do not know the limits in force.
 */
export function numericsByCode(values: readonly NumericValue[]): Numerics {
  if (!hasRepeatedParameter(values))
    return {
      values: values.every(isCanonical) ? values : values.map(withCanonicalCode),
      repeatedParameters: noParameters,
    };
  const chosen = new Map<string, NumericValue>();
  const repeated = new Map<string, Parameter>();
  for (const numeric of values) {
    const parameter = canonicalParameter(numeric.code);
    const code = parameter?.code ?? numeric.code;
    const formerNumeric = chosen.get(code);
    if (formerNumeric === undefined) chosen.set(code, numeric);
    else {
      if (parameter) repeated.set(code, parameter);
      const moreSerious =
        seriousness(parameter, numeric) >= seriousness(parameter, formerNumeric) ? numeric : formerNumeric;
      chosen.set(code, moreSerious);
    }
  }
  return { values: [...chosen.values()].map(withCanonicalCode), repeatedParameters: [...repeated.values()] };
}

const noParameters: readonly Parameter[] = [];

const isCanonical = ({ code }: NumericValue): boolean => (canonicalParameter(code)?.code ?? code) === code;

function withCanonicalCode(numeric: NumericValue): NumericValue {
  return isCanonical(numeric) ? numeric : { ...numeric, code: canonicalParameter(numeric.code)!.code };
}

/**
 * Returns whether two numerics are of the same parameter. Compares all pairs: readings are short, and a set for each
 * reading would cost more.
 */
function hasRepeatedParameter(values: readonly NumericValue[]): boolean {
  for (let i = 1; i < values.length; i += 1) {
    const { code } = values[i]!;
    const mdc = parameters.get(code)?.mdc;
    for (let j = 0; j < i; j += 1) {
      const other = values[j]!.code;
      if (other === code || (mdc !== undefined && parameters.get(other)?.mdc === mdc)) return true;
    }
  }
  return false;
}

/**
 * Returns how serious a number is for an adult: about 200 beyond an extreme limit, about 100 beyond a plain limit, else
 * about 0; -Infinity if unusable.
 */
function seriousness(parameter: Parameter | undefined, numeric: NumericValue): number {
  const value = usableNumber(numeric);
  if (value === undefined) return Number.NEGATIVE_INFINITY;
  const limits = parameter?.limits && adultLimits[parameter.limits];
  if (!limits) return 0;
  const {
    low = Number.NEGATIVE_INFINITY,
    high = Number.POSITIVE_INFINITY,
    extremeLow = low,
    extremeHigh = high,
  } = limits;
  const excess = Math.max(excessFraction(low - value, low), excessFraction(value - high, high));
  const rank = value < extremeLow || value > extremeHigh ? 2 : value < low || value > high ? 1 : 0;
  // `excess` stays below 10 for every value that a body can have, so `rank` decides first.
  return rank * 100 + excess;
}

/**
 * Returns the distance of a value from a limit as a fraction of the limit; negative if the value is within the limit.
 */
function excessFraction(distance: number, limit: number): number {
  return Number.isFinite(limit) ? distance / Math.abs(limit) : Number.NEGATIVE_INFINITY;
}
