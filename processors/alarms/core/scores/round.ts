/**
 * Returns the value with so many digits after the point, half upwards. 35.05 becomes 35.1, though the nearest binary number is a little
 * less: twelve digits are more than any sensor has. Pure.
 */
export function roundHalfUp(value: number, digits: number): number {
  if (Number.isInteger(value)) return value;
  const scale = 10 ** digits;
  return Math.round(Number((value * scale).toPrecision(12))) / scale;
}
