/**
 * Informs a ward if the rules throw an error for one of its alarms. The alarm gets a new round that is already at the
 * end of its chain, so the ward has the technical alarm that nobody goes. When the rules work again, this round calls
 * the persons. Pure.
 */
import { quietReason } from '../../../contracts/alarm-calls.ts';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import { freshAtMs } from './alarm-facts.ts';
import { type Desk, nextWaitEndMs } from './desk.ts';
import { shownNotice } from './state.ts';
import { isDue } from './waits.ts';

/** @throws the error of the rules if the ward cannot be informed */
export function informWard(desk: Desk, error: unknown): void {
  const alarm = desk.state();
  if (!alarm || alarm.quiet !== null || alarm.notSent !== null) return;
  const { kind, priority, round } = alarm;
  // The ward has a technical alarm already, or somebody goes to the patient and still has time.
  const isSomebodyGoing = round?.phase === 'accepted' && !isDue(round.dueAtMs, desk.untilMs);
  if (isSomebodyGoing || (shownNotice(round) !== null && waitAgain(desk))) return;
  const chains = builtInPolicy.hospital[kind];
  // The policy of a hospital may send low alarms, but the built-in policy does not. So a low alarm gets the built-in
  // chain of medium alarms.
  const chosen = 'notSent' in chains[priority] ? chains.medium : chains[priority];
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

/**
 * Starts the wait of a round again if the wait is over. Otherwise this process would run without a pause. Returns false
 * if the wait for the confirmation of a call is over too, because only a new round ends that wait.
 */
function waitAgain(desk: Desk): boolean {
  const { round } = desk.state()!;
  if (round && isDue(round.dueAtMs, desk.nowMs))
    desk.emit({ type: 'repeat-skipped', dueAtMs: desk.nowMs + round.chain.repeatMs });
  return nextWaitEndMs(desk.state()!.round) > desk.nowMs;
}

/**
 * Notes a calling alarm and informs its ward, if the rules throw an error for an event of the alarm. The next timer
 * tries to call the persons.
 * @throws the error of the rules if the alarm does not call, if the event is not newer than the last event, or if the
 * ward cannot be informed
 */
export function informWardOfEvent(desk: Desk, event: AlarmEvent, error: unknown): void {
  const { alarm } = event;
  const { rev, kind, priority, associationId, onsets } = alarm;
  const before = desk.state();
  const quiet = quietReason(alarm);
  if (quiet !== null || event.type === 'cleared' || rev <= (before?.rev ?? 0)) throw error;
  const fresh = freshAtMs(event, before ?? desk.over());
  desk.emit({ type: 'alarm-seen', rev, kind, priority, associationId, onsets, quiet, freshAtMs: fresh });
  informWard(desk, error);
}
