/** Decides whether a published payload is accepted, accepted in part, or refused. */
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { GatewayNotice } from '../../contracts/bed-notices.ts';
import type { Fault } from '../../contracts/errors.ts';
import { Boot, chunkMsMax, Observation, Seq, Status, StatusDevice, Waveform } from '../../contracts/messages/device.ts';
import { DeviceAlerts } from '../../contracts/messages/device-alerts.ts';
import { type SchemaError, tableFile } from '../../contracts/messages/member-rules.ts';
import { halfIdentityFault, usableObservation, usableStatus, usableWaveform } from '../../contracts/messages/usable.ts';
import { usableAlerts } from '../../contracts/messages/usable-alerts.ts';
import { waves } from '../../contracts/parameters.ts';
import { textFault } from '../../contracts/text.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import { sampleBytes, samplesMs } from '../../contracts/wave-samples.ts';
import { expandRepeatedMembers, repairEncoding } from './mend.ts';
import { aheadRefusal, noInstantRefusal, schemaRefusal, tooOldRefusal, valueRefusal } from './refusal-texts.ts';
import { valueFault } from './values.ts';

/** How far a device's time may differ from the gateway's clock. A difference of exactly the limit is allowed. */
export type TimeBounds = {
  /**
   * A reading whose time is further ahead is refused, because the alarm engine would ignore later readings until that
   * time.
   */
  readonly aheadMaxMs: number;
  /**
   * An older reading is refused. Its device may have a clock that starts at 1970, and the log does not keep such old
   * readings.
   */
  readonly lateMaxMs: number;
  /**
   * Returns how far the machine's clock is ahead of the gateway's time, ms. The two clocks differ after somebody has
   * set the machine's clock. Each of the two may be the right one. So a reading is accepted if its time is within the
   * bounds by at least one of the two clocks. Otherwise one wrong clock could make the gateway refuse the readings of a
   * whole ward. The same holds for the end of a wave. If this function is absent, the two clocks are treated as equal.
   */
  readonly wallAheadMs?: () => number;
};

export type Reading = {
  /** The device's own identity of the reading; `boot` and `seq` are either both present or both undefined. */
  readonly boot: string | undefined;
  readonly seq: number | undefined;
  /** The reading's own time; undefined for a status without a time, such as a will. */
  readonly timeMs: number | undefined;
};

/**
 * A reading is either appended to the log whole, byte for byte as the device sent it, or refused. One exception: if the
 * payload is almost JSON or has a member twice, different readers could read the payload differently, so its repaired
 * text is appended.
 *
 * `accepted-in-part`: some members of the reading are good, and others must not be used. Examples of members that must
 * not be used: a numeric with an unknown code or unit, a value that is not possible in a human body, an unknown
 * technical condition. If the gateway refused the whole reading, a wrong temperature would hide a good SpO2. So the
 * whole reading is appended, and every reader of the log uses only what `usable.ts` and `usableNumber` of contracts/
 * return. A copy with the reason goes to `rejected`. The reading is refused only if no member is good. Unknown members
 * are ignored.
 */
export type Judgement = { readonly verdict: 'accepted'; readonly reading: Reading } | InPart | Refused;

/**
 * `mended`: the repaired text that is appended instead of the payload (mend.ts); absent if the payload needed no
 * repair.
 */
type InPart = {
  readonly verdict: 'accepted-in-part';
  readonly reading: Reading;
  readonly fault: Fault;
  readonly mended?: string;
};

/**
 * `notice`: the notice for the bed; present if the gateway may refuse all readings of the device for the same reason.
 */
type Refused = {
  readonly verdict: 'refused';
  readonly fault: Fault;
  readonly notice?: GatewayNotice;
  /** The device's own number of a refused observation; absent if it has no valid number, or two numbers. */
  readonly number?: { readonly boot: string; readonly seq: number };
};

const observation = Compile(Observation);
const waveform = Compile(Waveform);
const status = Compile(Status);
const alerts = Compile(DeviceAlerts);
const identity = Compile(Type.Object({ boot: Boot, seq: Seq }));

/** Longest text that is repaired, so that the repaired text fits into one record of the log. */
const mendedLengthMax = 65_536;

/**
 * Checks a payload. If the payload is not UTF-8 or not JSON, checks its repaired text.
 * @param text the payload as text; undefined if it is not UTF-8
 * @param nowMs time of receipt on the gateway's clock
 */
export function judgePayload(
  kind: DeviceTopicKind,
  payload: Uint8Array,
  text: string | undefined,
  nowMs: number,
  bounds: TimeBounds,
): Judgement {
  const judgement = judgeText(kind, payload, text, nowMs, bounds);
  if (judgement.verdict !== 'refused' || !unreadableCodes.includes(judgement.fault.code)) return judgement;
  const mended = payload.length > mendedLengthMax ? undefined : repairEncoding(payload);
  if (mended === undefined) return judgement;
  const mendedJudgement = judgeText(kind, Buffer.from(mended.text), mended.text, nowMs, bounds);
  if (mendedJudgement.verdict === 'refused')
    return unreadableCodes.includes(mendedJudgement.fault.code) ? judgement : mendedJudgement;
  return asMended(mendedJudgement, mended.text, mended.fault);
}

const unreadableCodes: readonly string[] = ['payload-not-utf8', 'payload-not-json'];

/** Returns the judgement of a repaired text. The fault names the repair, and then the fault of the repaired text. */
function asMended(judgement: Exclude<Judgement, Refused>, text: string, { code, message }: Fault): InPart {
  const { reading } = judgement;
  if (judgement.verdict === 'accepted')
    return { verdict: 'accepted-in-part', reading, fault: { code, message }, mended: text };
  const fault = { code, message: `${message} ${judgement.fault.message}` };
  return { verdict: 'accepted-in-part', reading, fault, mended: judgement.mended ?? text };
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
  const expanded = expandRepeatedMembers(payload, text);
  if (expanded === undefined) return withNumber(kind, body, judgeBody(kind, body, nowMs, bounds));
  if (expanded.length > mendedLengthMax) return { verdict: 'refused', fault: memberTwiceFault };
  const usedBody: unknown = JSON.parse(expanded);
  const judgement = judgeBody(kind, usedBody, nowMs, bounds);
  return judgement.verdict === 'refused'
    ? withNumber(kind, usedBody, judgement)
    : asMended(judgement, expanded, memberTwiceFault);
}

/**
 * Adds the device's own number to the judgement of a refused observation, so that the observation does not look like a
 * missing reading.
 */
function withNumber(kind: DeviceTopicKind, body: unknown, judgement: Judgement): Judgement {
  if (judgement.verdict !== 'refused' || kind !== 'observations' || !identity.Check(body)) return judgement;
  return { ...judgement, number: { boot: body.boot, seq: body.seq } };
}

const memberTwiceFault: Fault = {
  code: 'payload-schema',
  message:
    'A member comes twice in one object. In lists, all values are used. Elsewhere, a member with two values is not used.',
};

function judgeBody(kind: DeviceTopicKind, body: unknown, nowMs: number, bounds: TimeBounds): Judgement {
  switch (kind) {
    case 'observations': {
      if (observation.Check(body)) return judgeObservation(body, nowMs, bounds);
      const usable = usableObservation(body);
      if (usable === undefined) return refuseMisfit(kind, observation.Errors(body));
      return judgeObservation(usable.body, nowMs, bounds, usable.faults, usable.replacedCount);
    }
    case 'waveforms': {
      if (waveform.Check(body)) return judgeWaveform(body, nowMs, bounds);
      const usable = usableWaveform(body);
      if (usable === undefined) return refuseMisfit(kind, waveform.Errors(body));
      return judgeWaveform(usable.body, nowMs, bounds, usable.faults);
    }
    case 'status': {
      const usable = usableStatus(body);
      if (usable === undefined) return refuseMisfit(kind, status.Errors(body));
      return judgeStatus(usable.body, nowMs, bounds, usable.faults);
    }
    case 'alerts': {
      const usable = usableAlerts(body);
      if (usable === undefined) return refuseMisfit(kind, alerts.Errors(body));
      return judgeAlerts(usable.body, nowMs, bounds, usable.faults);
    }
  }
}

const noFaults: readonly Fault[] = [];

/**
 * @param foundFaults faults that were already found
 * @param unusableCount number of numerics in `body.values` that replace an unusable item
 */
function judgeObservation(
  body: Observation,
  nowMs: number,
  bounds: TimeBounds,
  foundFaults: readonly Fault[] = noFaults,
  unusableCount = 0,
): Judgement {
  const timeMs = readTime(body.time, nowMs, bounds);
  if (typeof timeMs === 'object') return timeMs;
  let firstFault = foundFaults[0];
  let faultCount = foundFaults.length;
  let badNumerics = unusableCount;
  for (const numeric of body.values) {
    const fault = valueFault(numeric);
    if (fault === undefined) continue;
    faultCount += 1;
    badNumerics += 1;
    firstFault ??= { code: fault, message: valueRefusal(fault, numeric.code) };
  }
  if (firstFault !== undefined && badNumerics === body.values.length) return { verdict: 'refused', fault: firstFault };
  return accept(body, timeMs, firstFault, faultCount);
}

/**
 * Returns the judgement of an accepted reading. A reading is accepted in part if it has a fault, or if it has only one
 * of `boot` and `seq`.
 */
function accept(
  { boot, seq }: { boot?: string; seq?: number },
  timeMs: number | undefined,
  firstFault: Fault | undefined,
  faultCount: number,
): Judgement {
  const hasHalfIdentity = (boot === undefined) !== (seq === undefined);
  const reading = hasHalfIdentity ? { boot: undefined, seq: undefined, timeMs } : { boot, seq, timeMs };
  const count = faultCount + (hasHalfIdentity ? 1 : 0);
  if (count === 0) return { verdict: 'accepted', reading };
  const { code, message } = firstFault ?? halfIdentityFault(boot === undefined ? 'boot' : 'seq');
  const furtherFaults = count > 1 ? ` The message has ${count - 1} more ${count === 2 ? 'fault' : 'faults'}.` : '';
  return { verdict: 'accepted-in-part', reading, fault: { code, message: message + furtherFaults } };
}

function judgeWaveform(
  body: Waveform,
  nowMs: number,
  bounds: TimeBounds,
  foundFaults: readonly Fault[] = noFaults,
): Judgement {
  const startMs = readTime(body.start, nowMs, bounds);
  if (typeof startMs === 'object') return startMs;
  if (!waves.has(body.code)) return refuse('code-unknown', `${body.code} is not in the table of waves, ${tableFile}.`);
  const { samples } = body;
  const bytes = sampleBytes(samples);
  if (samples.length % 4 !== 0 || bytes % 2 !== 0 || bytes === 0) {
    return refuse('payload-schema', 'The samples must be 16-bit numbers in base64.');
  }
  const durationMs = samplesMs(samples, body.rateHz);
  if (durationMs > chunkMsMax) return refuse('payload-schema', `The samples cover more than ${chunkMsMax} ms.`);
  const endAheadMs = startMs + durationMs - nowMs;
  const aheadMaxMs = endAheadMs <= bounds.aheadMaxMs ? bounds.aheadMaxMs : aheadMaxOf(bounds);
  if (endAheadMs > aheadMaxMs) {
    return refuse(
      'time-invalid',
      `The samples end more than ${aheadMaxMs} ms ahead of the gateway's time. Set the device's clock.`,
      'refused-ahead',
    );
  }
  if (body.scale === 0)
    return refuse('payload-schema', 'The scale must not be 0: all samples would have the same value.');
  return accept(body, startMs, foundFaults[0], foundFaults.length);
}

function judgeStatus(body: Status, nowMs: number, bounds: TimeBounds, foundFaults: readonly Fault[]): Judgement {
  const timeMs = body.time === undefined ? undefined : readTime(body.time, nowMs, bounds);
  if (typeof timeMs === 'object') return timeMs;
  const faults = [...foundFaults, ...textFaults(body)];
  return accept(body, timeMs, faults[0], faults.length);
}

function judgeAlerts(body: DeviceAlerts, nowMs: number, bounds: TimeBounds, foundFaults: readonly Fault[]): Judgement {
  const timeMs = readTime(body.time, nowMs, bounds);
  if (typeof timeMs === 'object') return timeMs;
  const faults = [...foundFaults, ...body.alerts.flatMap(({ text }) => textFaultsOf('alerts.text', text))];
  return accept(body, timeMs, faults[0], faults.length);
}

/**
 * Returns faults for the texts about the device that have unusual characters. Screens show such characters as their
 * codes.
 */
function textFaults({ device }: Status): Fault[] {
  return Object.entries(device ?? {}).flatMap(([name, text]) =>
    name in StatusDevice.properties && text !== '' ? textFaultsOf(`device.${name}`, text) : [],
  );
}

function textFaultsOf(name: string, text: string): Fault[] {
  const fault = textFault(text);
  return fault === undefined ? [] : [{ code: 'payload-schema', message: `${name} ${fault}.` }];
}

/**
 * Returns the instant in ms since 1970, or a refusal if the text is not an instant or the instant is out of the bounds.
 */
function readTime(time: string, nowMs: number, bounds: TimeBounds): number | Refused {
  const timeMs = parseInstant(time);
  if (timeMs === undefined) return refuse('time-invalid', noInstantRefusal);
  const aheadMs = timeMs - nowMs;
  if (aheadMs <= bounds.aheadMaxMs && -aheadMs <= bounds.lateMaxMs) return timeMs;
  const aheadMaxMs = aheadMaxOf(bounds);
  if (aheadMs > aheadMaxMs) {
    return refuse('time-invalid', aheadRefusal(aheadMaxMs, nowMs), 'refused-ahead');
  }
  const lateMaxMs = bounds.lateMaxMs + stepOrZero(-(bounds.wallAheadMs?.() ?? 0));
  if (-aheadMs > lateMaxMs) {
    return refuse('time-invalid', tooOldRefusal(lateMaxMs, nowMs), 'refused-old');
  }
  return timeMs;
}

/** Returns how far a time may be ahead of the gateway's clock, ms, if one of the two clocks may be wrong. */
function aheadMaxOf({ aheadMaxMs, wallAheadMs }: TimeBounds): number {
  return aheadMaxMs + stepOrZero(wallAheadMs?.() ?? 0);
}

/**
 * Returns the difference of two clocks; 0 if it is below `stepMsMin`, because clocks that nobody has set also differ a
 * little.
 */
function stepOrZero(differenceMs: number): number {
  return differenceMs >= stepMsMin ? differenceMs : 0;
}
const stepMsMin = 100;

function refuseMisfit(kind: DeviceTopicKind, errors: readonly SchemaError[]): Refused {
  return refuse('payload-schema', schemaRefusal(kind, errors));
}

function refuse(code: Fault['code'], message: string, notice?: GatewayNotice): Refused {
  return { verdict: 'refused', fault: { code, message }, ...(notice && { notice }) };
}
