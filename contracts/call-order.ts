/**
 * Computes in which order a chain calls people. The delivery process calls people in this order, and `vigil delivery
 * who` prints the same order. But the delivery process leaves out a channel that is down (`nextCall`), and this file
 * does not know which channels are down. Pure.
 */
import { canAnswer, chainFor } from './delivery-policy.ts';
import { type Responsible, responsibleAt } from './duties.ts';
import type { DutyState } from './duty-state.ts';
import type { AlertKind, Priority } from './messages/alarms.ts';
import type { Duty } from './messages/assignments.ts';
import type { CallOutcome } from './messages/deliveries.ts';
import type { CallChain, DeliveryChannel, DeliveryPolicy } from './messages/delivery-policy.ts';

/** A call that a chain can make. */
export type PossibleCall = {
  /** Index of the step in the chain. */
  readonly step: number;
  readonly duty: Duty;
  readonly person: Responsible;
  /** The channels of the step, without those through which an earlier step calls this person. */
  readonly channels: readonly DeliveryChannel[];
  /** How long to wait for the answer, ms; 0 if the person cannot answer through any of these channels. */
  readonly waitMs: number;
};

/** Returns the persons with a duty at the alarm's bed, in the order in which to call them (contracts/duties.ts). */
export type PersonsOf = (duty: Duty) => readonly Responsible[];

/**
 * Returns the calls of a chain in their order: step by step, and the persons of a step one after the other. A person
 * who is away is not called; `personsOf` already lists the cover of such a person. A person is called at most once
 * through a channel.
 */
export function callOrder(chain: CallChain, personsOf: PersonsOf): PossibleCall[] {
  const used = new Set<string>();
  const calls: PossibleCall[] = [];
  for (const [step, { duty, channels: ofStep, waitMs }] of chain.steps.entries()) {
    for (const person of personsOf(duty)) {
      if (person.standing === 'away') continue;
      const channels = ofStep.filter((channel) => !used.has(`${person.userId} ${channel}`));
      if (channels.length === 0) continue;
      for (const channel of channels) used.add(`${person.userId} ${channel}`);
      calls.push({ step, duty, person, channels, waitMs: channels.some(canAnswer) ? waitMs : 0 });
    }
  }
  return calls;
}

/**
 * Returns the first call of `order` whose person can answer and has not been called yet. A person whose call ended
 * because she or he left the duty or was away (`gone`) counts as not called, as in
 * processors/delivery/core/next-call.ts.
 * @param calls the calls of the round so far
 */
export function firstUncalled(
  order: readonly PossibleCall[],
  calls: readonly { readonly userId: string; readonly outcome: CallOutcome }[],
): PossibleCall | undefined {
  const called = new Set(calls.flatMap(({ userId, outcome }) => (outcome === 'gone' ? [] : [userId])));
  return order.find(({ person, waitMs }) => waitMs > 0 && !called.has(person.userId));
}

/** An alarm for which to compute the calls. */
export type AlarmPlace = {
  readonly ward: string;
  readonly bed: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
};

/** A call. `afterMs`: if nobody answers earlier, the call is made this long after the start of the alarm, ms. */
export type PlannedCall = PossibleCall & { readonly afterMs: number };

/** Who would be called. `end` says in a sentence what happens if nobody answers. */
export type CallPlan =
  | { readonly notSent: string }
  | {
      readonly calls: readonly PlannedCall[];
      /** Steps that can call nobody, with their absent persons. */
      readonly empty: readonly { readonly step: number; readonly duty: Duty; readonly away: readonly string[] }[];
      /** If nobody answers, the ward's technical alarm "nobody answers" begins this long after the alarm, ms. */
      readonly nobodyAfterMs: number;
      readonly repeatMs: number;
      readonly ageMsMax: number;
      readonly end: string;
    };

/**
 * Returns who would be called for an alarm that begins at `atMs`, if nobody answers, no duty changes, and no channel is
 * down.
 * @param duties the state of the duties from the events up to `atMs` (contracts/duties.ts)
 */
export function whoWouldBeCalled(
  policy: DeliveryPolicy,
  duties: DutyState,
  { ward, bed, kind, priority }: AlarmPlace,
  atMs: number,
): CallPlan {
  const chosen = chainFor(policy, { ward, kind, priority }, atMs);
  if ('notSent' in chosen) return chosen;
  const { chain } = chosen;
  const personsOf = (duty: Duty) => responsibleAt(duties, { ward, bed, duty }, atMs);
  let afterMs = chain.firstAfterMs ?? 0;
  const calls = callOrder(chain, personsOf).map((call): PlannedCall => {
    const planned = { ...call, afterMs };
    afterMs += call.waitMs;
    return planned;
  });
  const reached = new Set(calls.map(({ step }) => step));
  const empty = [...chain.steps.entries()]
    .filter(([step]) => !reached.has(step))
    .map(([step, { duty }]) => ({
      step,
      duty,
      away: personsOf(duty).flatMap(({ name, standing }) => (standing === 'away' ? [name] : [])),
    }));
  const { repeatMs, ageMsMax } = chain;
  return { calls, empty, nobodyAfterMs: afterMs, repeatMs, ageMsMax, end: endOf(calls, afterMs, chain) };
}

function endOf(calls: readonly PlannedCall[], nobodyAfterMs: number, { repeatMs, ageMsMax }: CallChain): string {
  const last = calls.findLast(({ waitMs }) => waitMs > 0);
  if (!last) return 'Nobody can answer, so the ward has a technical alarm immediately.';
  return (
    `If nobody answers, the ward has a technical alarm after ${nobodyAfterMs / 1000} s, and ${last.person.name} is called again every ` +
    `${repeatMs / 1000} s. Nothing is sent about an alarm that is older than ${ageMsMax / 60_000} min.`
  );
}
