/** Asks the server regularly what waits for the person who is logged in: assignments to accept, and persons to cover. */
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { WaitingDuties } from '../../protocol/assignments.ts';
import type { Answer } from './answer.ts';

/** A notice may come this much later than the assignment or the absence (ours). */
const askEveryMs = 5_000;

export type WaitingDutiesFollower = {
  /** The last answer of the server. Empty while nobody is logged in, or if the person cannot have a duty. */
  readonly wards: ReadonlySignal<WaitingDuties['wards']>;
  /** The persons that the person covers and has not confirmed. */
  readonly covers: ReadonlySignal<WaitingDuties['covers']>;
  /** Asks the server now, because the person has just accepted or declined. */
  refresh(): void;
  close(): void;
};

/** @param personOf returns the account of the person who is logged in and may have a duty; undefined if nobody with a possible duty is logged in */
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
    // Without an answer the last number stays, because an assignment that waits does not end by itself.
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
