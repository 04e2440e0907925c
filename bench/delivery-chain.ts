/**
 * The type of a breach, with the times of the steps from the reading to the nurse's page and phone, and the summary of
 * all breaches. Pure.
 */

/**
 * The steps of a breach, in order. `received`: the gateway has the reading. `logged`: the gateway writes the reading to
 * Kafka. `judged`: the alarm processor raised the alarm. `published`: the alarm processor writes the event to Kafka.
 * `called`: the delivery process decided to call. `sent`: readers of Kafka have the message, so the transaction is
 * committed.
 */
export const steps = ['received', 'logged', 'judged', 'published', 'called', 'sent'] as const;
export type Step = (typeof steps)[number];

/**
 * The two places to which a call goes. `page`: the nurse's open page has the call. `push`: the push service has the
 * message for the nurse's phone.
 */
export const ends = ['page', 'push'] as const;
export type End = (typeof ends)[number];

/** One breach. All times are in ms since 1970, by the clock of this machine. */
export type Breach = {
  readonly bed: string;
  /** The nurse who must be called. */
  readonly userId: string;
  /** When the device sent the reading. */
  readonly atMs: number;
  readonly times: Partial<Record<Step | End, number>>;
  /**
   * The calls about the bed since the breach. The key is the id of the call, the value is the id of the person who was
   * called.
   */
  readonly calls: ReadonlyMap<string, string>;
};

export type Percentiles = {
  readonly n: number;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
};

/** Maximum number of slow breaches that the summary lists one by one. */
const slowestMax = 5;

/** Returns the summary of the breaches. `failures` has one sentence for each breach that went wrong. */
export function summaryOf(breaches: readonly Breach[]) {
  const pass = (of: (breach: Breach) => number | undefined) =>
    percentiles(breaches.flatMap((breach) => of(breach) ?? []));
  const between = (from: Step | undefined, to: Step | End) =>
    pass(({ atMs, times }) => {
      const [fromMs, toMs] = [from === undefined ? atMs : times[from], times[to]];
      return fromMs === undefined || toMs === undefined ? undefined : toMs - fromMs;
    });
  const hops = steps.map((step, index) => [step, between(steps[index - 1], step)] as const);
  return {
    breaches: breaches.length,
    breachToPhoneMs: { page: between(undefined, 'page'), push: between(undefined, 'push') },
    /** The time from each step to the next step. The times of `page` and of `push` both begin at `sent`. */
    hopMs: Object.fromEntries([...hops, ...ends.map((end) => [end, between('sent', end)] as const)]),
    slowest: slowestOf(breaches),
    failures: breaches.flatMap(failureOf),
  };
}

/** Returns the slowest breaches: for each step, the time since the breach. */
function slowestOf(breaches: readonly Breach[]) {
  return breaches
    .map(({ atMs, times }) => ({ lastMs: Math.max(...Object.values(times)) - atMs, atMs, times }))
    .sort((a, b) => b.lastMs - a.lastMs)
    .slice(0, slowestMax)
    .map(({ atMs, times }) =>
      Object.fromEntries([...steps, ...ends].map((step) => [step, (times[step] ?? Number.NaN) - atMs] as const)),
    );
}

function failureOf({ bed, userId, times, calls }: Breach): string[] {
  const called = [...calls.values()];
  if (called.length === 0) return [`The breach of ${bed} made no call.`];
  const wrong = called.find((other) => other !== userId);
  if (wrong !== undefined) return [`The breach of ${bed} called ${wrong}; its nurse is ${userId}.`];
  if (called.length > 1) return [`The breach of ${bed} made ${called.length} calls.`];
  const missing = [...steps, ...ends].filter((step) => times[step] === undefined);
  return missing.length === 0 ? [] : [`The breach of ${bed} did not reach: ${missing.join(', ')}.`];
}

/** Returns the percentiles of times in ms, rounded. If there are no times, they are `NaN` (null in JSON). */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { n: sorted.length, mean: Math.round(mean), p50: at(0.5), p99: at(0.99), max: at(1) };
}
