/** Judges what a device published: pure, from the payload's text. */
import { Compile } from 'typebox/compile';
import type { Fault } from '../../contracts/errors.ts';
import { Observation, Status, Waveform } from '../../contracts/messages/device.ts';
import { waves } from '../../contracts/parameters.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import { valueFault } from './values.ts';

/** How far a device's own time may be from the gateway's clock; both ends included. */
export type TimeBounds = {
  /** A clock that is ahead by more would make the alarm engine wait for the present: such a reading is refused. */
  readonly aheadMaxMs: number;
  /** A buffered reading that is older than the log keeps is refused; so is the clock that starts at 1970. */
  readonly lateMaxMs: number;
};

export type Reading = {
  /** The device's own identity of the reading; both or none. */
  readonly boot: string | undefined;
  readonly seq: number | undefined;
  /** The reading's own time; undefined in a status without one (a will). */
  readonly timeMs: number | undefined;
};

/**
 * A reading is appended whole, byte for byte as the device sent it, or not at all.
 *
 * `accepted-in-part`: some numerics must not be used (unknown code or unit, no human body yields the value), others are fine.
 * Refusing the whole would hide a good SpO2 because of an absurd temperature; taking the bad one out would change what the device
 * signed off. So the whole reading is appended, readers leave out what `usableNumber` of contracts does not give, and a copy
 * with the reason goes to `rejected`: nothing is lost and nothing is silent. Only where no numeric is fine is all of it refused.
 */
export type Judgement =
  | { readonly verdict: 'accepted'; readonly reading: Reading }
  | { readonly verdict: 'accepted-in-part'; readonly reading: Reading; readonly fault: Fault }
  | { readonly verdict: 'refused'; readonly fault: Fault };

const observation = Compile(Observation);
const waveform = Compile(Waveform);
const status = Compile(Status);

/**
 * Judges a payload.
 * @param text the payload as UTF-8 text, undefined where it is not UTF-8
 * @param nowMs when the packet came, by the gateway's clock
 */
export function judgePayload(
  kind: DeviceTopicKind,
  text: string | undefined,
  nowMs: number,
  bounds: TimeBounds,
): Judgement {
  if (text === undefined) return refuse('payload-not-utf8', 'The payload is not UTF-8.');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse('payload-not-json', 'The payload is not JSON.');
  }
  switch (kind) {
    case 'observations':
      return observation.Check(body) ? judgeObservation(body, nowMs, bounds) : misfit(kind, observation.Errors(body));
    case 'waveforms':
      return waveform.Check(body) ? judgeWaveform(body, nowMs, bounds) : misfit(kind, waveform.Errors(body));
    case 'status':
      return status.Check(body) ? judgeStatus(body, nowMs, bounds) : misfit(kind, status.Errors(body));
  }
}

function judgeObservation(body: Observation, nowMs: number, bounds: TimeBounds): Judgement {
  const read = readIdentity(body, body.time, nowMs, bounds);
  if ('code' in read) return { verdict: 'refused', fault: read };
  let first: Fault | undefined;
  let faults = 0;
  for (const numeric of body.values) {
    const fault = valueFault(numeric);
    if (fault === undefined) continue;
    faults += 1;
    first ??= { code: fault, message: describe(fault, numeric.code) };
  }
  if (first === undefined) return { verdict: 'accepted', reading: read };
  if (faults === body.values.length) return { verdict: 'refused', fault: first };
  const more = faults > 1 ? ` And ${faults - 1} more.` : '';
  return { verdict: 'accepted-in-part', reading: read, fault: { code: first.code, message: first.message + more } };
}

/** Names the parameter, never the value. */
function describe(fault: NonNullable<ReturnType<typeof valueFault>>, code: string): string {
  switch (fault) {
    case 'code-unknown':
      return `${code} is not in the parameter table.`;
    case 'unit-unknown':
      return `${code} has another unit than the parameter table.`;
    case 'value-implausible':
      return `${code} has a value that no body yields.`;
    case 'payload-schema':
      return `${code} has neither a value nor a validity.`;
  }
}

function judgeWaveform(body: Waveform, nowMs: number, bounds: TimeBounds): Judgement {
  const read = readIdentity(body, body.start, nowMs, bounds);
  if ('code' in read) return { verdict: 'refused', fault: read };
  if (!waves.has(body.code)) return refuse('code-unknown', `${body.code} is not in the table of waves.`);
  const { samples } = body;
  const padding = samples.endsWith('==') ? 2 : samples.endsWith('=') ? 1 : 0;
  const bytes = (samples.length / 4) * 3 - padding;
  if (samples.length % 4 !== 0 || bytes % 2 !== 0 || bytes === 0) {
    return refuse('payload-schema', 'The samples are not base64 of whole 16-bit numbers.');
  }
  if (body.scale === 0) return refuse('payload-schema', 'The scale is 0: every sample would be the same.');
  return { verdict: 'accepted', reading: read };
}

function judgeStatus(body: Status, nowMs: number, bounds: TimeBounds): Judgement {
  const read = readIdentity(body, body.time, nowMs, bounds);
  return 'code' in read ? { verdict: 'refused', fault: read } : { verdict: 'accepted', reading: read };
}

function readIdentity(
  body: { boot?: string; seq?: number },
  time: string | undefined,
  nowMs: number,
  bounds: TimeBounds,
): Reading | Fault {
  if ((body.boot === undefined) !== (body.seq === undefined)) {
    return { code: 'payload-schema', message: 'boot and seq go together.' };
  }
  if (time === undefined) return { boot: body.boot, seq: body.seq, timeMs: undefined };
  const timeMs = parseInstant(time);
  if (timeMs === undefined) return { code: 'time-invalid', message: 'The time is no instant of the calendar.' };
  if (timeMs - nowMs > bounds.aheadMaxMs) {
    return { code: 'time-invalid', message: `The time is more than ${bounds.aheadMaxMs} ms ahead of the gateway.` };
  }
  if (nowMs - timeMs > bounds.lateMaxMs) {
    return { code: 'time-invalid', message: `The time is more than ${bounds.lateMaxMs} ms ago.` };
  }
  return { boot: body.boot, seq: body.seq, timeMs };
}

/** Names that a fault may repeat: ours. What a device called a member may be anything, also a patient's name. */
const ourNames = new Set([Observation, Waveform, Status].flatMap((schema) => Object.keys(schema.properties)));

function misfit(kind: DeviceTopicKind, errors: readonly { instancePath: string; keyword: string }[]): Judgement {
  const [first] = errors;
  const [, member = ''] = (first?.instancePath ?? '').split('/');
  const where = ourNames.has(member) ? member : 'its members';
  return refuse(
    'payload-schema',
    `The payload does not fit ${kind} at ${where} (${first?.keyword ?? 'unknown rule'}).`,
  );
}

function refuse(code: Fault['code'], message: string): Judgement {
  return { verdict: 'refused', fault: { code, message } };
}
