/** Judges a message that came with the canary's certificate: it is a canary, or it is refused. */
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import type { ReasonCode } from './reasons.ts';
import { publishReasonCode, reason } from './reasons.ts';
import { judgePayload, type TimeBounds } from './validate.ts';

/** The payload of our own canary has about 170 bytes. */
const bytesMax = 512;
/** Each canary becomes one record in each partition, so a stolen key must not send many. Two canaries of 2 s fit. */
const windowMs = 10_000;
const perWindowMax = 10;

/** When the last canaries were taken, ms of a clock that never jumps. */
export type CanaryPace = readonly number[];

export type CanaryJudgement =
  | { readonly ok: true; readonly pace: CanaryPace }
  | { readonly ok: false; readonly code: ReasonCode; readonly reasonString: string };

const refuse = (code: ReasonCode, reasonString: string): CanaryJudgement => ({ ok: false, code, reasonString });

/**
 * Judges a message like any reading, and whether it is a canary. A refused message is kept nowhere: `rejected` is for messages that may
 * come from a patient.
 * @param kind undefined if the topic does not belong to the device
 * @param receivedAtMs by the gateway's clock; the payload's time is compared with it
 * @param atMs the same instant on a clock that never jumps
 */
export function judgeCanary(
  kind: DeviceTopicKind | undefined,
  payload: Uint8Array,
  text: string | undefined,
  receivedAtMs: number,
  bounds: TimeBounds,
  pace: CanaryPace,
  atMs: number,
): CanaryJudgement {
  if (kind !== 'observations') return refuse(reason.notAuthorized, 'A canary publishes observations and nothing else.');
  if (payload.length > bytesMax) return refuse(reason.packetTooLarge, `A canary has at most ${bytesMax} bytes.`);
  const recent = pace.filter((takenMs) => atMs - takenMs < windowMs);
  if (recent.length >= perWindowMax)
    return refuse(reason.quotaExceeded, `At most ${perWindowMax} canaries are taken in ${windowMs / 1000} s.`);
  const judged = judgePayload('observations', payload, text, receivedAtMs, bounds);
  switch (judged.verdict) {
    case 'accepted':
      return { ok: true, pace: [...recent, atMs] };
    case 'accepted-in-part':
    case 'refused':
      return refuse(publishReasonCode(judged.fault.code), judged.fault.message);
  }
}
