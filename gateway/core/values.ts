/** Decides whether one numeric of a reading can be used. */
import type { ErrorCode } from '../../contracts/errors.ts';
import type { NumericValue } from '../../contracts/messages/device.ts';
import { parameters } from '../../contracts/parameters.ts';

export type ValueFault = Extract<ErrorCode, 'payload-schema' | 'code-unknown' | 'unit-unknown' | 'value-implausible'>;

/**
 * Returns why nobody may use a numeric; undefined if the numeric has no fault. If the device marks the numeric as
 * invalid or calibrating, only the code and the unit are checked. Readers of the log use no numeric with a fault. They
 * also use no numeric that is marked as invalid or calibrating, or has no value (`usableNumber` in
 * `contracts/messages/check.ts`).
 */
export function valueFault(numeric: NumericValue): ValueFault | undefined {
  const parameter = parameters.get(numeric.code);
  if (parameter === undefined) return 'code-unknown';
  if (numeric.unit !== parameter.unit) return 'unit-unknown';
  const { value, validity } = numeric;
  if (validity === 'invalid' || validity === 'calibrating') return undefined;
  if (value === undefined) return validity === undefined ? 'payload-schema' : undefined;
  return value >= parameter.min && value <= parameter.max ? undefined : 'value-implausible';
}
