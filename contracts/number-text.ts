/** How a number is written for people. Screens and alarm texts use the same form. */

/**
 * Returns the number with this many digits after the point. Never `-0` or `-0.0`: a number that rounds to zero has no sign.
 * @param digits 0 to 100
 */
export function numberText(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** Limits have at most as many digits after the point; more digits are an error of binary numbers. */
const limitDigitsMax = 6;

/**
 * Returns a limit with all its digits after the point, and at least this many: 90.5 judges, so it is not written 91.
 * @param leastDigits those of the parameter, 0 to 6
 */
export function limitNumberText(limit: number, leastDigits: number): string {
  const whole = Number(limit.toFixed(limitDigitsMax));
  for (let digits = leastDigits; digits < limitDigitsMax; digits += 1) {
    const text = numberText(limit, digits);
    if (Number(text) === whole) return text;
  }
  return numberText(limit, limitDigitsMax);
}
