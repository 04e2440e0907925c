/** Judges what a device published. Pure: it works from the payload's text. */
import { Compile } from 'typebox/compile';
import type { GatewayNotice } from '../../contracts/bed-notices.ts';
import type { Fault } from '../../contracts/errors.ts';
import { chunkMsMax, Observation, Status, StatusDevice, Waveform } from '../../contracts/messages/device.ts';
import { DeviceAlerts } from '../../contracts/messages/device-alerts.ts';
import { type SchemaError, tableFile } from '../../contracts/messages/member-rules.ts';
import { halfIdentity, usableObservation, usableStatus, usableWaveform } from '../../contracts/messages/usable.ts';
import { usableAlerts } from '../../contracts/messages/usable-alerts.ts';
import { waves } from '../../contracts/parameters.ts';
import { textFault } from '../../contracts/text.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import { sampleBytes, samplesMs } from '../../contracts/wave-samples.ts';
import { expandRepeatedMembers, repairEncoding } from './mend.ts';
import { aheadRefusal, noInstantRefusal, schemaRefusal, tooOldRefusal, valueRefusal } from './refusal-texts.ts';
import { valueFault } from './values.ts';

/** How far a device's own time may be from the gateway's clock; both ends included. */
export type TimeBounds = {
  /** A reading from further ahead is refused: with such a clock, the alarm engine would wait for the present. */
  readonly aheadMaxMs: number;
  /** A buffered reading that is older than the log keeps is refused; so is one from a clock that starts at 1970. */
  readonly lateMaxMs: number;
  /**
   * Returns how far the machine's clock is ahead of the gateway's time now. While somebody sets the machine's clock, either time may be
   * right. A reading that is within the bounds by one of them is accepted: otherwise the gateway's own clock would make it refuse the
   * readings of a whole ward. Called only if a reading is out of the bounds. Absent: the two are the same.
   */
  readonly wallAheadMs?: () => number;
};

export type Reading = {
  /** The device's own identity of the reading: both or neither. */
  readonly boot: string | undefined;
  readonly seq: number | undefined;
  /** The reading's own time; undefined in a status without one (a will). */
  readonly timeMs: number | undefined;
};

/**
 * A reading is appended whole, byte for byte as the device sent it, or not at all. There is one exception: a payload that each reader
 * would read in its own way, because it is not quite JSON or has a member twice. Then the mended text is appended.
 *
 * `accepted-in-part`: some members must not be used (a numeric of unknown code or unit, a value that is not a number or that no human
 * body yields, an unknown technical condition), others are good. To refuse the whole would hide a good SpO2 because of an absurd
 * temperature. To remove the bad member would change what the device sent. So the whole reading is appended, and every reader uses
 * what `usable.ts` and `usableNumber` of contracts return. A copy with the reason goes to `rejected`: nothing is lost and nothing is
 * silent. Only if nothing is good, all of it is refused. Unknown members are no fault.
 */
export type Judgement = { readonly verdict: 'accepted'; readonly reading: Reading } | InPart | Refused;

/** `mended`: what is appended instead of the payload, if the payload cannot be read as it is (mend.ts). */
type InPart = {
  readonly verdict: 'accepted-in-part';
  readonly reading: Reading;
  readonly fault: Fault;
  readonly mended?: string;
};

/** `notice`: what the bed must show, if all that the device sends may be refused for the same reason. */
type Refused = { readonly verdict: 'refused'; readonly fault: Fault; readonly notice?: GatewayNotice };

const observation = Compile(Observation);
const waveform = Compile(Waveform);
const status = Compile(Status);
const alerts = Compile(DeviceAlerts);

/** Longest text that is mended: the mended text must never be larger than the log's longest record. */
const mendedMax = 65_536;

/**
 * Judges a payload. If it is not UTF-8 or not JSON, judges its mended text.
 * @param text the payload as UTF-8 text, undefined if it is not UTF-8
 * @param nowMs when the packet came, by the gateway's clock
 */
export function judgePayload(
  kind: DeviceTopicKind,
  payload: Uint8Array,
  text: string | undefined,
  nowMs: number,
  bounds: TimeBounds,
): Judgement {
  const judged = judgeText(kind, payload, text, nowMs, bounds);
  if (judged.verdict !== 'refused' || !unreadable.includes(judged.fault.code)) return judged;
  const mended = payload.length > mendedMax ? undefined : repairEncoding(payload);
  if (mended === undefined) return judged;
  const second = judgeText(kind, Buffer.from(mended.text), mended.text, nowMs, bounds);
  if (second.verdict === 'refused') return unreadable.includes(second.fault.code) ? judged : second;
  return asMended(second, mended.text, mended.fault);
}

const unreadable: readonly string[] = ['payload-not-utf8', 'payload-not-json'];

function asMended(judged: Exclude<Judgement, Refused>, text: string, { code, message }: Fault): InPart {
  const { reading } = judged;
  if (judged.verdict === 'accepted')
    return { verdict: 'accepted-in-part', reading, fault: { code, message }, mended: text };
  const fault = { code, message: `${message} ${judged.fault.message}` };
  return { verdict: 'accepted-in-part', reading, fault, mended: judged.mended ?? text };
}

function judgeText(
  kind: DeviceTopicKind,
  payload: Uint8Array,
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
  const plain = expandRepeatedMembers(payload, text);
  if (plain === undefined) return judgeBody(kind, body, nowMs, bounds);
  if (plain.length > mendedMax) return { verdict: 'refused', fault: memberTwice };
  const judged = judgeBody(kind, JSON.parse(plain), nowMs, bounds);
  return judged.verdict === 'refused' ? judged : asMended(judged, plain, memberTwice);
}

const memberTwice: Fault = {
  code: 'payload-schema',
  message: 'A member comes twice in one object: each value is read, and what must be said once is not used.',
};

function judgeBody(kind: DeviceTopicKind, body: unknown, nowMs: number, bounds: TimeBounds): Judgement {
  switch (kind) {
    case 'observations': {
      if (observation.Check(body)) return judgeObservation(body, nowMs, bounds);
      const usable = usableObservation(body);
      if (usable === undefined) return misfit(kind, observation.Errors(body));
      return judgeObservation(usable.body, nowMs, bounds, usable.faults, usable.stated);
    }
    case 'waveforms': {
      if (waveform.Check(body)) return judgeWaveform(body, nowMs, bounds);
      const usable = usableWaveform(body);
      if (usable === undefined) return misfit(kind, waveform.Errors(body));
      return judgeWaveform(usable.body, nowMs, bounds, usable.faults);
    }
    case 'status': {
      const usable = usableStatus(body);
      if (usable === undefined) return misfit(kind, status.Errors(body));
      return judgeStatus(usable.body, nowMs, bounds, usable.faults);
    }
    case 'alerts': {
      const usable = usableAlerts(body);
      if (usable === undefined) return misfit(kind, alerts.Errors(body));
      return judgeAlerts(usable.body, nowMs, bounds, usable.faults);
    }
  }
}

const none: readonly Fault[] = [];

/** @param stated numerics that only say that the device sent something unusable; none of them is good */
function judgeObservation(
  body: Observation,
  nowMs: number,
  bounds: TimeBounds,
  found: readonly Fault[] = none,
  stated = 0,
): Judgement {
  const placed = readTime(body.time, nowMs, bounds);
  if (typeof placed === 'object') return placed;
  let first = found[0];
  let faults = found.length;
  let bad = stated;
  for (const numeric of body.values) {
    const fault = valueFault(numeric);
    if (fault === undefined) continue;
    faults += 1;
    bad += 1;
    first ??= { code: fault, message: valueRefusal(fault, numeric.code) };
  }
  if (first !== undefined && bad === body.values.length) return { verdict: 'refused', fault: first };
  return accept(body, placed, first, faults);
}

/** Accepts a reading; in part if it has faults, or if it has only one half of its identity. */
function accept(
  { boot, seq }: { boot?: string; seq?: number },
  timeMs: number | undefined,
  first: Fault | undefined,
  faults: number,
): Judgement {
  const halved = (boot === undefined) !== (seq === undefined);
  const reading = halved ? { boot: undefined, seq: undefined, timeMs } : { boot, seq, timeMs };
  const count = faults + (halved ? 1 : 0);
  if (count === 0) return { verdict: 'accepted', reading };
  const { code, message } = first ?? halfIdentity(boot === undefined ? 'boot' : 'seq');
  const more = count > 1 ? ` And ${count - 1} more.` : '';
  return { verdict: 'accepted-in-part', reading, fault: { code, message: message + more } };
}

function judgeWaveform(body: Waveform, nowMs: number, bounds: TimeBounds, found: readonly Fault[] = none): Judgement {
  const placed = readTime(body.start, nowMs, bounds);
  if (typeof placed === 'object') return placed;
  if (!waves.has(body.code)) return refuse('code-unknown', `${body.code} is not in the table of waves, ${tableFile}.`);
  const { samples } = body;
  const bytes = sampleBytes(samples);
  if (samples.length % 4 !== 0 || bytes % 2 !== 0 || bytes === 0) {
    return refuse('payload-schema', 'The samples are not base64 of whole 16-bit numbers.');
  }
  const durationMs = samplesMs(samples, body.rateHz);
  if (durationMs > chunkMsMax) return refuse('payload-schema', `The samples cover more than ${chunkMsMax} ms.`);
  if (placed + durationMs - nowMs > bounds.aheadMaxMs) {
    return refuse(
      'time-invalid',
      `The samples end more than ${bounds.aheadMaxMs} ms ahead of the gateway.`,
      'refused-ahead',
    );
  }
  if (body.scale === 0) return refuse('payload-schema', 'The scale is 0: every sample would be the same.');
  return accept(body, placed, found[0], found.length);
}

function judgeStatus(body: Status, nowMs: number, bounds: TimeBounds, found: readonly Fault[]): Judgement {
  const placed = body.time === undefined ? undefined : readTime(body.time, nowMs, bounds);
  if (typeof placed === 'object') return placed;
  const faults = [...found, ...textFaults(body)];
  return accept(body, placed, faults[0], faults.length);
}

function judgeAlerts(body: DeviceAlerts, nowMs: number, bounds: TimeBounds, found: readonly Fault[]): Judgement {
  const placed = readTime(body.time, nowMs, bounds);
  if (typeof placed === 'object') return placed;
  const faults = [...found, ...body.alerts.flatMap(({ text }) => textFaultOf('alerts.text', text))];
  return accept(body, placed, faults[0], faults.length);
}

/** Screens write unusual characters as their codes. This fault lets the hospital's engineers know of them. */
function textFaults({ device }: Status): Fault[] {
  return Object.entries(device ?? {}).flatMap(([name, text]) =>
    name in StatusDevice.properties && text !== '' ? textFaultOf(`device.${name}`, text) : [],
  );
}

function textFaultOf(name: string, text: string): Fault[] {
  const fault = textFault(text);
  return fault === undefined ? [] : [{ code: 'payload-schema', message: `${name} ${fault}.` }];
}

/** Returns the instant in ms since 1970, or why it cannot be the reading's. */
function readTime(time: string, nowMs: number, bounds: TimeBounds): number | Refused {
  const timeMs = parseInstant(time);
  if (timeMs === undefined) return refuse('time-invalid', noInstantRefusal);
  const aheadMs = timeMs - nowMs;
  if (aheadMs <= bounds.aheadMaxMs && -aheadMs <= bounds.lateMaxMs) return timeMs;
  const wallAheadMs = bounds.wallAheadMs?.() ?? 0;
  const aheadMaxMs = bounds.aheadMaxMs + stepOrZero(wallAheadMs);
  if (aheadMs > aheadMaxMs) {
    return refuse('time-invalid', aheadRefusal(aheadMaxMs, nowMs), 'refused-ahead');
  }
  const lateMaxMs = bounds.lateMaxMs + stepOrZero(-wallAheadMs);
  if (-aheadMs > lateMaxMs) {
    return refuse('time-invalid', tooOldRefusal(lateMaxMs, nowMs), 'refused-old');
  }
  return timeMs;
}

/** Two clocks that were not set also differ by some milliseconds. They count as equal, so the limits stay as configured. */
function stepOrZero(apartMs: number): number {
  return apartMs >= stepMsMin ? apartMs : 0;
}
const stepMsMin = 100;

function misfit(kind: DeviceTopicKind, errors: readonly SchemaError[]): Refused {
  return refuse('payload-schema', schemaRefusal(kind, errors));
}

function refuse(code: Fault['code'], message: string, notice?: GatewayNotice): Refused {
  return { verdict: 'refused', fault: { code, message }, ...(notice && { notice }) };
}
