/** What became of the canaries that were sent. Pure; all times in ms of a clock that never jumps. */

/** `answered`: the gateway acknowledged it, so Kafka has it in every partition. `unsent`: there was no connection. */
export const outcomes = ['answered', 'refused', 'lost', 'unsent'] as const;
export type Outcome = (typeof outcomes)[number];

export type CanaryState = {
  /** Number of the newest canary. */
  readonly seq: number;
  /** The one that waits for its answer. */
  readonly waiting: { readonly seq: number; readonly sentMs: number } | undefined;
  /** Canaries of this connection. */
  readonly ofConnection: number;
  /** When the last one was answered; the start before the first. */
  readonly answeredMs: number;
  readonly hasAnswer: boolean;
  readonly counts: Readonly<Record<Outcome, number>>;
};

/** A connection is given up after so many canaries: to prove that new ones are accepted, and to try every gateway behind the address. */
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
  /** The last one was sent a moment ago, when its connection came up late. */
  | { readonly do: 'wait'; readonly state: CanaryState }
  /** Send the canary `state.seq`. */
  | { readonly do: 'send'; readonly state: CanaryState }
  /** Open another connection: the last one did not answer, has done enough, or is gone. */
  | { readonly do: 'connect'; readonly state: CanaryState };

/**
 * What is to be done when a canary is due. One that is not answered by then counts as lost, and its connection with it.
 * @param everyMs how often one is due
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
 * The gateway answered canary `seq`. An answer to one that was given up says nothing of now.
 * @param isTaken false where it refused it
 * @returns `tookMs`: from sending to the answer, where it was taken
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

/** The connection is gone, and with it the canary that waits. */
export function disconnected(state: CanaryState): CanaryState {
  return state.waiting ? { ...counted(state, 'lost'), waiting: undefined } : state;
}

/** @param silentMs 0: never failing */
export function healthOf(state: CanaryState, nowMs: number, silentMs: number): 'starting' | 'ready' | 'failing' {
  if (silentMs > 0 && nowMs - state.answeredMs > silentMs) return 'failing';
  return state.hasAnswer ? 'ready' : 'starting';
}
