/**
 * The state of the canary: the waiting canary, and the results of earlier canaries. Pure. All times are ms of the
 * monotonic clock.
 */

/**
 * The result of a canary. `answered`: the gateway acknowledged the canary, so Kafka has it in every partition.
 * `refused`: the gateway refused the canary. `lost`: no answer came in time, or before the end of the connection.
 * `unsent`: there was no connection.
 */
export const outcomes = ['answered', 'refused', 'lost', 'unsent'] as const;
export type Outcome = (typeof outcomes)[number];

export type CanaryState = {
  /** The sequence number of the newest canary. */
  readonly seq: number;
  /** The canary that waits for its answer. */
  readonly waiting: { readonly seq: number; readonly sentMs: number } | undefined;
  /** The number of canaries that were sent on this connection. */
  readonly sentOnConnection: number;
  /** The time of the last acknowledgement. Before the first acknowledgement, the time of the start. */
  readonly answeredMs: number;
  readonly hasAnswer: boolean;
  readonly counts: Readonly<Record<Outcome, number>>;
};

/**
 * Number of canaries after which a new connection is opened, to test new connections and every gateway behind the
 * address.
 */
export const canariesPerConnection = 12;

export function startState(nowMs: number): CanaryState {
  const counts = { answered: 0, refused: 0, lost: 0, unsent: 0 };
  return { seq: 0, waiting: undefined, sentOnConnection: 0, answeredMs: nowMs, hasAnswer: false, counts };
}

const withOutcome = (state: CanaryState, outcome: Outcome): CanaryState => ({
  ...state,
  counts: { ...state.counts, [outcome]: state.counts[outcome] + 1 },
});

export type NextAction =
  /** Wait for the answer. The last canary was sent less than half an interval ago, because its connection came late. */
  | { readonly do: 'wait'; readonly state: CanaryState }
  /** Send the canary `state.seq`. */
  | { readonly do: 'send'; readonly state: CanaryState }
  /** Open a new connection, because the old connection did not answer, has sent enough canaries, or has ended. */
  | { readonly do: 'connect'; readonly state: CanaryState };

/**
 * Returns the action for the moment at which a canary is due. A last canary that still has no answer counts as lost,
 * and its connection is replaced.
 * @param everyMs the interval between two canaries, ms
 */
export function nextAction(state: CanaryState, isConnected: boolean, nowMs: number, everyMs: number): NextAction {
  const newConnection = { waiting: undefined, sentOnConnection: 0 };
  if (state.waiting && nowMs - state.waiting.sentMs < everyMs / 2) return { do: 'wait', state };
  if (state.waiting) return { do: 'connect', state: { ...withOutcome(state, 'lost'), ...newConnection } };
  if (!isConnected) return { do: 'connect', state: { ...withOutcome(state, 'unsent'), ...newConnection } };
  if (state.sentOnConnection >= canariesPerConnection) return { do: 'connect', state: { ...state, ...newConnection } };
  const seq = state.seq + 1;
  const waiting = { seq, sentMs: nowMs };
  return { do: 'send', state: { ...state, seq, waiting, sentOnConnection: state.sentOnConnection + 1 } };
}

/**
 * Returns the state after an answer to the canary `seq`. An answer to an earlier canary is ignored.
 * @param isAccepted false if the gateway refused the canary
 * @returns `tookMs`: the time from sending to the answer; undefined if the gateway refused the canary, or if the answer
 * is ignored
 */
export function stateAfterAnswer(
  state: CanaryState,
  seq: number,
  isAccepted: boolean,
  nowMs: number,
): { readonly state: CanaryState; readonly tookMs: number | undefined } {
  if (state.waiting?.seq !== seq) return { state, tookMs: undefined };
  const answeredState = { ...state, waiting: undefined };
  if (!isAccepted) return { state: withOutcome(answeredState, 'refused'), tookMs: undefined };
  const tookMs = nowMs - state.waiting.sentMs;
  return { state: { ...withOutcome(answeredState, 'answered'), answeredMs: nowMs, hasAnswer: true }, tookMs };
}

/** Returns the state after the end of the connection. A waiting canary counts as lost. */
export function stateAfterDisconnect(state: CanaryState): CanaryState {
  return state.waiting ? { ...withOutcome(state, 'lost'), waiting: undefined } : state;
}

/**
 * @param silentMs time without an acknowledgement after which the canary is failing, ms; if 0, the canary is never
 * failing
 */
export function healthOf(state: CanaryState, nowMs: number, silentMs: number): 'starting' | 'ready' | 'failing' {
  if (silentMs > 0 && nowMs - state.answeredMs > silentMs) return 'failing';
  return state.hasAnswer ? 'ready' : 'starting';
}
