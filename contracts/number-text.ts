/** How a number is written for people. Screens and alarm texts use the same form. */

/**
 * Returns the number with this many digits after the point. Never `-0` or `-0.0`: a number that rounds to zero has no sign.
 * @param digits 0 to 100
 */
export function numberText(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}
