/**
 * Returns the value with `digits` digits after the point; a half is rounded up. 35.05 becomes 35.1, although its binary
 * number is a little less, because the value is first rounded to twelve digits. Pure.
 */
export function roundHalfUp(value: number, digits: number): number {
  if (Number.isInteger(value)) return value;
  const scale = 10 ** digits;
  return Math.round(Number((value * scale).toPrecision(12))) / scale;
}
