/**
 * Informs the ward of an alarm for which the rules throw an error. The alarm gets a new round that is already at the
 * end of its chain, so the ward has the technical alarm that nobody goes. If the rules work again, this round calls the
 * persons. Pure.
 */
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import type { Desk } from './desk.ts';
import { shownNotice } from './state.ts';

/** @throws the error of the rules if the ward cannot be informed */
export function informWard(desk: Desk, error: unknown): void {
  const alarm = desk.state();
  if (!alarm || alarm.quiet !== null || alarm.notSent !== null) return;
  const { kind, priority, round } = alarm;
  // The ward has a technical alarm already, or somebody goes to the patient.
  if (shownNotice(round) !== null || round?.phase === 'accepted') return;
  const chosen = builtInPolicy.hospital[kind][priority];
  if ('notSent' in chosen) throw error;
  const { quietHours: _quietHours, ...chain } = { quietHours: undefined, ...chosen };
  const dueAtMs = desk.nowMs + chain.repeatMs;
  desk.emit({
    type: 'round-started',
    round: (round?.round ?? 0) + 1,
    cause: 'new',
    priority,
    policyVersion: builtInPolicy.version,
    chain,
    dueAtMs,
  });
  desk.emit({ type: 'chain-ended', notice: 'nobody-to-call', dueAtMs });
}
