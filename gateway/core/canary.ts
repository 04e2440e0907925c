/** Decides whether a message that came with the canary's certificate is a correct canary. */
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import type { ReasonCode } from './reasons.ts';
import { publishReasonCode, reason } from './reasons.ts';
import { judgePayload, type TimeBounds } from './validate.ts';

/** Maximum number of bytes of a payload. The payload of Vigil's own canary has about 170 bytes. */
const payloadBytesMax = 512;
/**
 * At most `canariesPerWindowMax` canaries are accepted in this time. Each canary becomes a record in every partition,
 * so a thief with the canary's key must not be able to send many. The limit allows two senders that each send one
 * canary every 2 s.
 */
const windowMs = 10_000;
const canariesPerWindowMax = 10;

/** Times at which the last canaries were accepted, ms of the monotonic clock. */
export type CanaryPace = readonly number[];

export type CanaryJudgement =
  | { readonly ok: true; readonly pace: CanaryPace }
  | { readonly ok: false; readonly code: ReasonCode; readonly reasonString: string };

const refuse = (code: ReasonCode, reasonString: string): CanaryJudgement => ({ ok: false, code, reasonString });

/**
 * Checks a canary: its topic, its size, how many canaries came lately, and its payload (like the payload of a reading).
 * A refused message is not written to `rejected`, because that topic is for messages that may come from a patient.
 * @param kind kind of the topic; undefined if the topic does not belong to the device
 * @param receivedAtMs time of receipt on the gateway's clock, to which the payload's time is compared
 * @param monotonicMs time of receipt on the monotonic clock
 */
export function judgeCanary(
  kind: DeviceTopicKind | undefined,
  payload: Uint8Array,
  text: string | undefined,
  receivedAtMs: number,
  bounds: TimeBounds,
  pace: CanaryPace,
  monotonicMs: number,
): CanaryJudgement {
  if (kind !== 'observations')
    return refuse(reason.notAuthorized, 'A canary may publish only to its topic observations.');
  if (payload.length > payloadBytesMax)
    return refuse(reason.packetTooLarge, `A canary may have at most ${payloadBytesMax} bytes.`);
  const recent = pace.filter((acceptedMs) => monotonicMs - acceptedMs < windowMs);
  if (recent.length >= canariesPerWindowMax)
    return refuse(
      reason.quotaExceeded,
      `At most ${canariesPerWindowMax} canaries are accepted in ${windowMs / 1000} s.`,
    );
  const judgement = judgePayload('observations', payload, text, receivedAtMs, bounds);
  switch (judgement.verdict) {
    case 'accepted':
      return { ok: true, pace: [...recent, monotonicMs] };
    case 'accepted-in-part':
    case 'refused':
      return refuse(publishReasonCode(judgement.fault.code), judgement.fault.message);
  }
}
