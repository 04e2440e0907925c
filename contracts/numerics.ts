/** Chooses one numeric for each parameter of a reading: the engine judges it, screens show it and trends keep it. Pure. */
import { adultLimits } from './adult-limits.ts';
import { usableNumber } from './messages/check.ts';
import type { NumericValue } from './messages/device.ts';
import { type Parameter, parameters } from './parameters.ts';

const canonical = new Map<number, Parameter>();
for (const row of parameters.values()) if (!canonical.has(row.mdc)) canonical.set(row.mdc, row);

/** Returns the one row for an MDC code. Two reference ids of one MDC code name one measurement. Undefined for an unknown code. */
export function canonicalParameter(code: string): Parameter | undefined {
  const row = parameters.get(code);
  return row && canonical.get(row.mdc);
}

export type Numerics = {
  readonly values: readonly NumericValue[];
  /** Parameters that the reading holds more than once; empty for nearly every reading. */
  readonly doubled: readonly Parameter[];
};

/**
 * Returns the numerics of a reading, one for each parameter. If a parameter comes more than once, by the same code or by two codes for
 * one measurement, the graver one is judged. A usable number is graver than none. Of two numbers, the one that is further beyond the
 * built-in adult limits, or nearer to them, is graver. Of two equally grave ones, the later in the message counts.
 *
 * The patient's own limits do not matter here, on purpose: the engine, the screens and the trends must choose the same number,
 * and only the engine knows the limits in force. A parameter that came twice keeps the position of the first. Every parameter has
 * its canonical code, by which its alarms name it.
 */
export function numericsByCode(values: readonly NumericValue[]): Numerics {
  if (!hasDouble(values))
    return { values: values.every(isCanonical) ? values : values.map(canonically), doubled: none };
  const chosen = new Map<string, NumericValue>();
  const doubled = new Map<string, Parameter>();
  for (const numeric of values) {
    const parameter = canonicalParameter(numeric.code);
    const code = parameter?.code ?? numeric.code;
    const before = chosen.get(code);
    if (before === undefined) chosen.set(code, numeric);
    else {
      if (parameter) doubled.set(code, parameter);
      const graver = gravity(parameter, numeric) >= gravity(parameter, before) ? numeric : before;
      chosen.set(code, graver);
    }
  }
  return { values: [...chosen.values()].map(canonically), doubled: [...doubled.values()] };
}

const none: readonly Parameter[] = [];

const isCanonical = ({ code }: NumericValue): boolean => (canonicalParameter(code)?.code ?? code) === code;

function canonically(numeric: NumericValue): NumericValue {
  return isCanonical(numeric) ? numeric : { ...numeric, code: canonicalParameter(numeric.code)!.code };
}

/** Readings are short: comparing all pairs costs less than a set for each reading. */
function hasDouble(values: readonly NumericValue[]): boolean {
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

/** How bad a number is for an adult; -Infinity if it has no value. Beyond an extreme limit 2 or more, beyond a plain limit 1 to 2. */
function gravity(parameter: Parameter | undefined, numeric: NumericValue): number {
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
  const beyond = Math.max(beyondBy(low - value, low), beyondBy(value - high, high));
  const rank = value < extremeLow || value > extremeHigh ? 2 : value < low || value > high ? 1 : 0;
  // Relative distances of values that a body can yield stay below 10, so the rank decides first.
  return rank * 100 + beyond;
}

/** Returns the distance as a fraction of the limit; negative if the value is within the limit. */
function beyondBy(distance: number, limit: number): number {
  return Number.isFinite(limit) ? distance / Math.abs(limit) : Number.NEGATIVE_INFINITY;
}
