/**
 * Decides whether silence may be judged. If Kafka is away or this process was paused, this processor gets no records.
 * Then the silence is not the fault of the devices. Pure. All times are ms of the monotonic clock, except the wall
 * clock.
 */

/**
 * If two checks are further apart than this, the process was paused in between. Then the log is read before silence is
 * judged.
 */
const stalledMs = 1_500;
/** Kafka counts as away if it has not answered for longer than this. */
const awayMs = 2_500;
/** Time to read the records that arrived during a standstill or an outage (ours). */
const catchUpMs = 3_000;
/**
 * If the difference between the wall clock and the monotonic clock changes by more than this, the wall clock was set.
 */
const clockStepMs = 500;

export type Reception = {
  /** The monotonic time of the last check. */
  readonly checkedAt: number;
  /** The wall clock minus the monotonic clock at the last check. */
  readonly clockDifference: number;
  /** The monotonic time from which silence may be judged; infinity while Kafka is away. */
  readonly judgeFrom: number;
};

export type Check = {
  readonly at: number;
  readonly wallMs: number;
  /** The time of the oldest request to Kafka that has no answer. */
  readonly askedAt: number | undefined;
  /** The time of Kafka's last answer. */
  readonly answeredAt: number;
};

export function startReception(at: number, wallMs: number): Reception {
  return { checkedAt: at, clockDifference: wallMs - at, judgeFrom: 0 };
}

/** Returns the reception after a check. */
export function updateReception(before: Reception, { at, wallMs, askedAt, answeredAt }: Check): Reception {
  const clockDifference = wallMs - at;
  const isStalled = at - before.checkedAt > stalledMs;
  const isClockSet = Math.abs(clockDifference - before.clockDifference) > clockStepMs;
  const afterCatchUp = at + catchUpMs;
  const judgeFrom = isStalled || isClockSet ? Math.max(before.judgeFrom, afterCatchUp) : before.judgeFrom;
  const isAway = askedAt !== undefined && at - askedAt > awayMs;
  if (isAway) return { checkedAt: at, clockDifference, judgeFrom: Number.POSITIVE_INFINITY };
  const isBack = judgeFrom === Number.POSITIVE_INFINITY && answeredAt > (askedAt ?? 0);
  return { checkedAt: at, clockDifference, judgeFrom: isBack ? afterCatchUp : judgeFrom };
}

export const mayJudge = ({ checkedAt, judgeFrom }: Reception): boolean => checkedAt >= judgeFrom;

/** Returns whether Kafka counts as away, because a record has waited for Kafka for too long. */
export const isKafkaAway = (at: number, waitingSince: number | undefined): boolean =>
  at - (waitingSince ?? at) >= awayMs;
