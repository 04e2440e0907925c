/** Judges one numeric of a reading. */
import type { ErrorCode } from '../../contracts/errors.ts';
import type { NumericValue } from '../../contracts/messages/device.ts';
import { parameters } from '../../contracts/parameters.ts';

export type ValueFault = Extract<ErrorCode, 'payload-schema' | 'code-unknown' | 'unit-unknown' | 'value-implausible'>;

/**
 * Returns why nobody may use this numeric although the device did not say so itself; undefined if nothing is wrong. If the device calls a
 * numeric invalid or calibrating, only its code and unit are judged: its number does not count. Agrees with `usableNumber` of
 * `contracts/messages/check.ts`, by which readers leave such a numeric out.
 */
export function valueFault(numeric: NumericValue): ValueFault | undefined {
  const parameter = parameters.get(numeric.code);
  if (parameter === undefined) return 'code-unknown';
  if (numeric.unit !== parameter.unit) return 'unit-unknown';
  const { value, validity } = numeric;
  if (validity === 'invalid' || validity === 'calibrating') return undefined;
  // It has no number, and no validity that says why.
  if (value === undefined) return validity === undefined ? 'payload-schema' : undefined;
  return value >= parameter.min && value <= parameter.max ? undefined : 'value-implausible';
}
