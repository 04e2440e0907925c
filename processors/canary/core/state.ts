/** What became of the sent canaries. Pure; all times in ms of a clock that never jumps. */

/** `answered`: the gateway acknowledged it, so Kafka has it in every partition. `unsent`: there was no connection. */
export const outcomes = ['answered', 'refused', 'lost', 'unsent'] as const;
export type Outcome = (typeof outcomes)[number];

export type CanaryState = {
  /** Number of the newest canary. */
  readonly seq: number;
  /** The canary that waits for its answer. */
  readonly waiting: { readonly seq: number; readonly sentMs: number } | undefined;
  /** Number of canaries on this connection. */
  readonly ofConnection: number;
  /** When the last canary was answered; the time of the start before the first answer. */
  readonly answeredMs: number;
  readonly hasAnswer: boolean;
  readonly counts: Readonly<Record<Outcome, number>>;
};

/** A connection is closed after this many canaries: to prove that new connections work, and to try every gateway behind the address. */
export const perConnection = 12;

export function startState(nowMs: number): CanaryState {
  const counts = { answered: 0, refused: 0, lost: 0, unsent: 0 };
  return { seq: 0, waiting: undefined, ofConnection: 0, answeredMs: nowMs, hasAnswer: false, counts };
}

const counted = (state: CanaryState, outcome: Outcome): CanaryState => ({
  ...state,
  counts: { ...state.counts, [outcome]: state.counts[outcome] + 1 },
});

export type Due =
  /** The last canary was sent a moment ago, because its connection came up late. */
  | { readonly do: 'wait'; readonly state: CanaryState }
  /** Send the canary `state.seq`. */
  | { readonly do: 'send'; readonly state: CanaryState }
  /** Open another connection: the last one did not answer, has sent enough canaries, or is gone. */
  | { readonly do: 'connect'; readonly state: CanaryState };

/**
 * Returns what to do when a canary is due. If the last one is not answered by then, it counts as lost and its connection is given up.
 * @param everyMs how often a canary is due
 */
export function whenDue(state: CanaryState, isConnected: boolean, nowMs: number, everyMs: number): Due {
  const fresh = { waiting: undefined, ofConnection: 0 };
  if (state.waiting && nowMs - state.waiting.sentMs < everyMs / 2) return { do: 'wait', state };
  if (state.waiting) return { do: 'connect', state: { ...counted(state, 'lost'), ...fresh } };
  if (!isConnected) return { do: 'connect', state: { ...counted(state, 'unsent'), ...fresh } };
  if (state.ofConnection >= perConnection) return { do: 'connect', state: { ...state, ...fresh } };
  const seq = state.seq + 1;
  const waiting = { seq, sentMs: nowMs };
  return { do: 'send', state: { ...state, seq, waiting, ofConnection: state.ofConnection + 1 } };
}

/**
 * The gateway answered canary `seq`. An answer to an earlier canary says nothing about the present.
 * @param isTaken false if the gateway refused it
 * @returns `tookMs`: from sending to the answer, if the gateway took it
 */
export function answered(
  state: CanaryState,
  seq: number,
  isTaken: boolean,
  nowMs: number,
): { readonly state: CanaryState; readonly tookMs: number | undefined } {
  if (state.waiting?.seq !== seq) return { state, tookMs: undefined };
  const settled = { ...state, waiting: undefined };
  if (!isTaken) return { state: counted(settled, 'refused'), tookMs: undefined };
  const tookMs = nowMs - state.waiting.sentMs;
  return { state: { ...counted(settled, 'answered'), answeredMs: nowMs, hasAnswer: true }, tookMs };
}

/** The connection is gone, so the waiting canary is lost. */
export function disconnected(state: CanaryState): CanaryState {
  return state.waiting ? { ...counted(state, 'lost'), waiting: undefined } : state;
}

/** @param silentMs 0: never failing */
export function healthOf(state: CanaryState, nowMs: number, silentMs: number): 'starting' | 'ready' | 'failing' {
  if (silentMs > 0 && nowMs - state.answeredMs > silentMs) return 'failing';
  return state.hasAnswer ? 'ready' : 'starting';
}
