/**
 * Whether silence may be judged. It may not while the processor itself hears nothing: silence is then its own, and not the device's. Pure;
 * all times are ms of a clock that is never set, but for the wall clock.
 */

/** A look that comes this late shows that the processor stood still: what lies in the log is read before silence is judged. */
const stalledMs = 1_500;
/** Kafka that does not answer for so long is away. */
const deafMs = 2_500;
/** So long after it can hear again, what was sent meanwhile is read (ours). */
const hearAgainMs = 3_000;
/** A wall clock that runs apart from the other by more than this was set. */
const clockStepMs = 500;

export type Hearing = {
  /** When it was looked last. */
  readonly lookedAt: number;
  /** The wall clock less the other clock then. */
  readonly clock: number;
  /** From when on silence may be judged; infinity while Kafka is away. */
  readonly since: number;
};
export type Look = {
  readonly at: number;
  readonly wallMs: number;
  /** When Kafka was asked for what it has not answered yet. */
  readonly askedAt: number | undefined;
  /** When Kafka last answered. */
  readonly answeredAt: number;
};

export function startHearing(at: number, wallMs: number): Hearing {
  return { lookedAt: at, clock: wallMs - at, since: 0 };
}

/** What is known after a look. Silence may be judged where `mayJudge` says so. */
export function listen(before: Hearing, { at, wallMs, askedAt, answeredAt }: Look): Hearing {
  const again = at + hearAgainMs;
  const clock = wallMs - at;
  const isStalled = at - before.lookedAt > stalledMs;
  const isSet = Math.abs(clock - before.clock) > clockStepMs;
  const heard = isStalled || isSet ? Math.max(before.since, again) : before.since;
  if (askedAt !== undefined && at - askedAt > deafMs) return { lookedAt: at, clock, since: Number.POSITIVE_INFINITY };
  const isBack = heard === Number.POSITIVE_INFINITY && answeredAt > (askedAt ?? 0);
  return { lookedAt: at, clock, since: isBack ? again : heard };
}

export const mayJudge = ({ lookedAt, since }: Hearing): boolean => lookedAt >= since;
/** Whether something has waited so long for Kafka that it is away. */
export const isDeaf = (at: number, waitingSince: number | undefined): boolean => at - (waitingSince ?? at) >= deafMs;
