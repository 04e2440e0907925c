/** Writes numbers for people. Screens and alarm texts use the same form. */

/**
 * Returns the number with `digits` digits after the point. A number that rounds to zero has no sign: never `-0` or
 * `-0.0`.
 * @param digits 0 to 100
 */
export function numberText(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** Maximum number of digits after the point in a limit. Further digits are rounding errors of binary numbers. */
const limitDigitsMax = 6;

/**
 * Returns a sum or difference of limits without the rounding error of binary numbers: 36 + 0.1 is 36.1, not
 * 36.100000000000001.
 */
export function withoutRoundingError(value: number): number {
  return Math.round(value * 10 ** limitDigitsMax) / 10 ** limitDigitsMax;
}

/**
 * Returns a value with enough digits to show on which side of its limit it is: `120.4` for the limit 120, not `120`.
 * @param digits digits of the parameter's values, 0 to 100
 */
export function valueBesideLimitText(value: number, limit: number, digits: number): string {
  for (let more = digits; more < digits + 3; more++) {
    const text = numberText(value, more);
    if (Math.sign(Number(text) - limit) === Math.sign(value - limit)) return text;
  }
  return String(withoutRoundingError(value));
}

/**
 * Returns a limit with all its digits after the point, never rounded: `90.5` and not `91`, because 90.5 is the limit in
 * force.
 * @param digitsMin digits of the parameter's values, 0 to 6: the text has at least this many digits after the point
 */
export function limitNumberText(limit: number, digitsMin: number): string {
  const exactLimit = Number(limit.toFixed(limitDigitsMax));
  for (let digits = digitsMin; digits < limitDigitsMax; digits += 1) {
    const text = numberText(limit, digits);
    if (Number(text) === exactLimit) return text;
  }
  return numberText(limit, limitDigitsMax);
}
