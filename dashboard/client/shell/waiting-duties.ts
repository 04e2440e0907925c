/** Asks the server regularly how many assignments wait for the person who is logged in. */
import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { WaitingDuties } from '../../protocol/assignments.ts';
import type { Answer } from './api.ts';

/** A notice may come this much later than the assignment (ours). */
const askEveryMs = 10_000;

export type WaitingDutiesFollower = {
  /** The last answer of the server. Empty while nobody is logged in, or if the person cannot have a duty. */
  readonly wards: ReadonlySignal<WaitingDuties['wards']>;
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

  async function refresh(): Promise<void> {
    const person = personOf();
    if (person === undefined) return;
    const answer = await ask();
    // Without an answer the last number stays, because an assignment that waits does not end by itself.
    if (answer.ok && personOf() === person) wards.value = answer.data.wards;
  }

  const stopFollowing = effect(() => {
    if (personOf() === undefined) wards.value = [];
    else void refresh();
  });
  const timer = setInterval(() => void refresh(), askEveryMs);
  return {
    wards,
    refresh: () => void refresh(),
    close() {
      stopFollowing();
      clearInterval(timer);
    },
  };
}
