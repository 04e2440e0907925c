/**
 * Decides which part of a faulty message is used. The gateway calls these functions to decide what to accept, and every
 * reader of the log calls them through `checkRecord`. So all processes read the same values from the same bytes. Pure.
 *
 * The log keeps the device's bytes, or a repaired text if different readers could read the bytes differently
 * (gateway/core/validate.ts). One unusable member must not hide a good heart rate in the same message (decision 006).
 */
import { Compile } from 'typebox/compile';
import type { Fault } from '../errors.ts';
import { parameters } from '../parameters.ts';
import {
  Boot,
  Instant,
  IntervalMs,
  NumericValue,
  Observation,
  Seq,
  Status,
  StatusDevice,
  TechnicalCondition,
  Waveform,
} from './device.ts';
import { misfitText, requirementText, type SchemaError } from './member-rules.ts';

export type Usable<Body> = {
  /** The usable part of the message. It fits the schema. */
  readonly body: Body;
  /** One fault for each part that is not used, in the order of the message. */
  readonly faults: readonly Fault[];
  /** Number of numerics in `body` that replace an unusable numeric of the device. The replacements have no value. */
  readonly replacedCount: number;
};

const check = {
  boot: Compile(Boot),
  seq: Compile(Seq),
  intervalMs: Compile(IntervalMs),
  instant: Compile(Instant),
  numeric: Compile(NumericValue),
  condition: Compile(TechnicalCondition),
  device: Compile(StatusDevice),
  observation: Compile(Observation),
  waveform: Compile(Waveform),
  status: Compile(Status),
};

/** Maximum number of numerics, and of conditions, in a message. The schema has the same limit. */
const listMax = 64;

/**
 * Returns the usable part of an observation. Undefined if the message is not an object, or if it has no list of 1 to 64
 * values, no usable value, or no usable time. The time decides which patient the reading belongs to and how old it is,
 * so no other time may replace it.
 */
export function usableObservation(sent: unknown): Usable<Observation> | undefined {
  if (!isObject(sent) || !check.instant.Check(sent.time)) return undefined;
  if (!Array.isArray(sent.values) || sent.values.length < 1 || sent.values.length > listMax) return undefined;
  const faults: Fault[] = [];
  const values: NumericValue[] = [];
  let replacedCount = 0;
  const members = { ...identityOf(sent, faults), time: sent.time, ...intervalOf(sent, faults) };
  for (const [index, numeric] of (sent.values as unknown[]).entries()) {
    if (check.numeric.Check(numeric)) {
      values.push(numeric);
      continue;
    }
    const replacement = replacementOf(numeric, index);
    faults.push(replacement.fault);
    if (replacement.numeric === undefined) continue;
    values.push(replacement.numeric);
    replacedCount += 1;
  }
  if (values.length === replacedCount) return undefined;
  const body = { ...members, values };
  return check.observation.Check(body) ? { body, faults, replacedCount } : undefined;
}

/**
 * Returns a waveform, without its `boot` and `seq` if these are unusable. Undefined if any other member is unusable,
 * because a wrong sample, rate or start would change the whole curve.
 */
export function usableWaveform(sent: unknown): Usable<Waveform> | undefined {
  if (!isObject(sent)) return undefined;
  const faults: Fault[] = [];
  const { start, code, rateHz, scale, offset, samples } = sent;
  const body = { ...identityOf(sent, faults), start, code, rateHz, scale, offset, samples };
  return check.waveform.Check(body) ? { body, faults, replacedCount: 0 } : undefined;
}

/**
 * Returns the usable part of a status. Undefined if `online` is not true or false, or if the time is unusable. An
 * unknown condition is left out, and the other conditions stay.
 */
export function usableStatus(sent: unknown): Usable<Status> | undefined {
  if (!isObject(sent) || typeof sent.online !== 'boolean') return undefined;
  if (sent.time !== undefined && !check.instant.Check(sent.time)) return undefined;
  const faults: Fault[] = [];
  const body = {
    ...identityOf(sent, faults),
    ...(sent.time === undefined ? {} : { time: sent.time }),
    online: sent.online,
    ...intervalOf(sent, faults),
    ...deviceOf(sent, faults),
    ...conditionsOf(sent, faults),
  };
  return check.status.Check(body) ? { body, faults, replacedCount: 0 } : undefined;
}

export type Members = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fault(message: string): Fault {
  return { code: 'payload-schema', message };
}

/** Returns the fault of the item at `index` of a list, from the errors of the item's schema. */
export function itemFault(errors: readonly SchemaError[], list: string, index: number): Fault {
  return fault(`${misfitText(errors[0], [list, `${index}`])}.`);
}

/**
 * Returns both `boot` and `seq`, or neither. If the device sends neither, the gateway numbers the message, and Vigil
 * treats a repeat after a reconnect as a second reading.
 */
export function identityOf(
  { boot, seq }: Members,
  faults: Fault[],
): { boot: string; seq: number } | Record<never, never> {
  if (boot === undefined && seq === undefined) return {};
  if (check.boot.Check(boot) && check.seq.Check(seq)) return { boot, seq };
  if (boot === undefined || seq === undefined) faults.push(halfIdentityFault(boot === undefined ? 'boot' : 'seq'));
  else faults.push(fault(`${requirementText([check.boot.Check(boot) ? 'seq' : 'boot'])}. ${bootAndSeqText}`));
  return {};
}

const bootAndSeqText = 'boot and seq go together: without both, the gateway numbers the message.';

/** Returns the fault of a message that has only one of `boot` and `seq`. */
export function halfIdentityFault(missing: 'boot' | 'seq'): Fault {
  return fault(`It has no ${missing}. ${bootAndSeqText}`);
}

function intervalOf({ intervalMs }: Members, faults: Fault[]): { intervalMs?: number } {
  if (intervalMs === undefined) return {};
  if (check.intervalMs.Check(intervalMs)) return { intervalMs };
  faults.push(fault(`${requirementText(['intervalMs'])}.`));
  return {};
}

/**
 * Returns the fault of an unusable numeric. If its parameter is known, also returns a numeric without a value, which
 * replaces the unusable numeric. Without this replacement, screens would continue to show an old number.
 */
function replacementOf(numeric: unknown, index: number): { readonly fault: Fault; readonly numeric?: NumericValue } {
  if (!isObject(numeric)) return { fault: fault(`${requirementText(['values', `${index}`])}.`) };
  const parameter = typeof numeric.code === 'string' ? parameters.get(numeric.code) : undefined;
  if (parameter === undefined) {
    return { fault: { code: 'code-unknown', message: `${requirementText(['values', `${index}`, 'code'])}.` } };
  }
  const { code, unit } = parameter;
  const [member] = check.numeric.Errors(numeric).map(({ instancePath }) => instancePath.split('/')[1]);
  const validity = numeric.validity === 'calibrating' ? 'calibrating' : 'invalid';
  const isUnitMissing = numeric.unit === undefined;
  return {
    fault: fault(
      isUnitMissing ? `${code} has no unit: it must be ${unit}.` : `${code} has ${unusableText(member, unit)}.`,
    ),
    numeric: { code, unit, validity },
  };
}

function unusableText(member: string | undefined, unit: string): string {
  switch (member) {
    case 'value':
      return 'a value that is not a number';
    case 'validity':
      return 'a validity that is not invalid, questionable or calibrating';
    case 'unit':
      return `a unit that cannot be used: it must be ${unit}`;
    default:
      return 'a member that cannot be used';
  }
}

function deviceOf({ device }: Members, faults: Fault[]): { device?: StatusDevice } {
  if (device === undefined) return {};
  if (isObject(device)) {
    let usable: Members = { manufacturer: device.manufacturer, model: device.model };
    if (check.device.Check(usable)) {
      for (const name of ['serial', 'firmware']) {
        if (device[name] === undefined) continue;
        const withMember = { ...usable, [name]: device[name] };
        if (check.device.Check(withMember)) usable = withMember;
        else faults.push(fault(`${requirementText(['device', name])}.`));
      }
      return { device: usable as StatusDevice };
    }
  }
  faults.push(fault(`${requirementText(['device'])}.`));
  return {};
}

function conditionsOf({ conditions }: Members, faults: Fault[]): { conditions?: TechnicalCondition[] } {
  if (conditions === undefined) return {};
  if (!Array.isArray(conditions) || conditions.length > listMax) {
    faults.push(fault(`${requirementText(['conditions'])}.`));
    return {};
  }
  const usable: TechnicalCondition[] = [];
  for (const [index, sentCondition] of (conditions as unknown[]).entries()) {
    const { condition, code, present } = isObject(sentCondition) ? sentCondition : ({} as Members);
    const withoutCode = { condition, present };
    const withCode = code === undefined ? withoutCode : { ...withoutCode, code };
    if (check.condition.Check(withCode)) usable.push(withCode);
    else {
      faults.push(
        itemFault(check.condition.Errors(isObject(sentCondition) ? withCode : sentCondition), 'conditions', index),
      );
      // A condition without its parameter is better than no condition.
      if (check.condition.Check(withoutCode)) usable.push(withoutCode);
    }
  }
  return { conditions: usable };
}
