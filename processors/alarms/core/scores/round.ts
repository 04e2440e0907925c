/**
 * Returns the value with `digits` digits after the point, half upwards. 35.05 becomes 35.1, although the nearest binary number is a little
 * less: it first rounds to twelve digits, more than any sensor has. Pure.
 */
export function roundHalfUp(value: number, digits: number): number {
  if (Number.isInteger(value)) return value;
  const scale = 10 ** digits;
  return Math.round(Number((value * scale).toPrecision(12))) / scale;
}
