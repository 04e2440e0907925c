/**
 * Finds the duties that a person cannot carry out any more after the account was disabled, got other rights, or got a
 * one-time password. Pure.
 */
import { isCovering, responsibleAt } from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf, liveAssignments } from '../../../contracts/duty-state.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AccountAct, LeftDuty } from '../../protocol/accounts.ts';
import { accountFault, type DutyAccount } from './board-context.ts';
import type { DeliveryBoard } from './delivery-board.ts';
import type { AccountOf } from './duty-notices.ts';

/**
 * Returns the account to pass to `dutiesLeftBy` after an act. Undefined if the act takes no right from the person. A
 * new one-time password takes rights, too: until the person has chosen a password, she or he sees no alarms.
 * @param account the account after the act
 */
export function accountForDuties({ type }: AccountAct, account: DutyAccount): DutyAccount | undefined {
  switch (type) {
    case 'disable':
    case 'change-rights':
      return account;
    case 'reset-password':
      return { ...account, mustChangePassword: true };
    case 'enable':
    case 'end-sessions':
      return undefined;
  }
}

/**
 * Returns the places for which the person is not responsible any more after the change. Includes assignments that begin
 * later, and places that the person covers for somebody who is away.
 * @param account the account after the change
 */
export function dutiesLeftBy(account: DutyAccount, duties: DutyState, accountOf: AccountOf, nowMs: number): LeftDuty[] {
  const accountAfter: AccountOf = (userId) => (userId === account.userId ? account : accountOf(userId));
  const places = new Map<string, LeftDuty>();
  for (const ward of duties.wards.keys()) {
    for (const { assignment, fromMs } of liveAssignments(dutiesOf(duties, ward), nowMs)) {
      const { duty, beds } = assignment;
      const atMs = Math.max(nowMs, fromMs);
      for (const bed of beds ?? [undefined]) {
        const key = JSON.stringify([ward, duty, bed]);
        if (places.has(key)) continue;
        const place = { ward, duty, ...(bed === undefined ? {} : { bed }) };
        const covering = responsibleAt(duties, place, atMs).filter(isCovering);
        const able = (of: AccountOf) =>
          covering.filter(({ userId }) => accountFault(of(userId), ward, duty) === undefined);
        if (!able(accountOf).some(({ userId }) => userId === account.userId)) continue;
        const after = able(accountAfter);
        if (after.some(({ userId }) => userId === account.userId)) continue;
        const [next] = after;
        places.set(key, {
          ...place,
          ...(bed === undefined ? {} : { bed: visibleText(bed) }),
          ...(next ? { next: visibleText(next.name) } : {}),
          ...(fromMs > nowMs ? { from: formatInstant(fromMs) } : {}),
        });
      }
    }
  }
  return [...places.values()];
}

/** Returns the number of alarms to which a person is called or goes. */
export function openCallsOf({ deliveries }: Pick<DeliveryBoard, 'deliveries'>, userId: string): number {
  let count = 0;
  for (const { view } of deliveries.values()) {
    const goes = view.phase === 'accepted' && view.acceptedBy.some((person) => person.userId === userId);
    const isCalled =
      (view.phase === 'calling' || view.phase === 'repeating') &&
      view.calls.some((call) => call.userId === userId && call.outcome === 'waiting');
    if (goes || isCalled) count += 1;
  }
  return count;
}
