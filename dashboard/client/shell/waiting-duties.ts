/**
 * Asks the server regularly for what waits for the person who is logged in: assignments to accept, and persons to
 * cover.
 */
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { WaitingDuties } from '../../protocol/assignments.ts';
import type { Answer } from './answer.ts';

/** How often the page asks (ours). A notice comes at most this long after the assignment or the absence. */
const askEveryMs = 5_000;

export type WaitingDutiesFollower = {
  /** The last answer of the server. Empty while nobody is logged in, or if the person cannot have a duty. */
  readonly wards: ReadonlySignal<WaitingDuties['wards']>;
  /** The requests to cover somebody, without the requests that this person has answered. */
  readonly covers: ReadonlySignal<WaitingDuties['covers']>;
  /** Asks the server at once. Called when the person has just accepted or declined. */
  refresh(): void;
  close(): void;
};

/**
 * @param personOf returns the account of the person who is logged in, if this person may have a duty; undefined in
 * other cases
 */
export function followWaitingDuties(
  ask: () => Promise<Answer<WaitingDuties>>,
  personOf: () => string | undefined,
): WaitingDutiesFollower {
  const wards: Signal<WaitingDuties['wards']> = signal([]);
  const covers: Signal<WaitingDuties['covers']> = signal([]);

  async function refresh(): Promise<void> {
    const person = personOf();
    if (person === undefined) return;
    const answer = await ask();
    // Without an answer, the former answer stays, because a waiting assignment does not end by itself.
    if (!answer.ok || personOf() !== person) return;
    wards.value = answer.data.wards;
    covers.value = answer.data.covers;
  }

  const stopFollowing = effect(() => {
    if (personOf() !== undefined) {
      void refresh();
      return;
    }
    wards.value = [];
    covers.value = [];
  });
  const timer = setInterval(() => void refresh(), askEveryMs);
  return {
    wards,
    covers,
    refresh: () => void refresh(),
    close() {
      stopFollowing();
      clearInterval(timer);
    },
  };
}
