/** Writes numbers for people. Screens and alarm texts use the same form. */

/**
 * Returns the number with `digits` digits after the point. A number that rounds to zero has no sign: never `-0` or `-0.0`.
 * @param digits 0 to 100
 */
export function numberText(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** Maximum number of digits after the point in a limit. Further digits are rounding errors of binary numbers. */
const limitDigitsMax = 6;

/** Returns a sum or difference of limits without the rounding error of binary numbers: 36 + 0.1 is 36.1, not 36.100000000000001. */
export function withoutRoundingError(value: number): number {
  return Math.round(value * 10 ** limitDigitsMax) / 10 ** limitDigitsMax;
}

/**
 * Returns a limit with all its digits after the point, never rounded: `90.5` and not `91`, because 90.5 is the limit in force.
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
