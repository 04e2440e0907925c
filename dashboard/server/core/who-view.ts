/** The dry run: who would be called for an alarm at a bed. Nothing is sent. */
import { type AlarmPlace, whoWouldBeCalled } from '../../../contracts/call-order.ts';
import { type DutyState, dutiesOf } from '../../../contracts/duty-state.ts';
import type { DeliveryPolicy } from '../../../contracts/messages/delivery-policy.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { WhoAnswer } from '../../protocol/delivery.ts';
import { accountFault } from './board-context.ts';
import type { AccountOf } from './duty-notices.ts';

/**
 * Returns who would be called for an alarm that begins at a time, if nobody answers and nobody changes the assignments.
 * @param atMs now or later, because an assignment that was ended counts as ended at every time
 */
export function whoAnswer(
  { policy, duties, accountOf }: { policy: DeliveryPolicy; duties: DutyState; accountOf: AccountOf },
  place: AlarmPlace,
  atMs: number,
): WhoAnswer {
  const head = { at: formatInstant(atMs), policyVersion: policy.version };
  const noCalls = (notSent: string, end: string): WhoAnswer => ({ ...head, notSent, calls: [], empty: [], end });
  if (dutiesOf(duties, place.ward).version === 0)
    return noCalls('The ward has no assignments, so its alarms call nobody.', 'The alarm is only on the screens.');
  const plan = whoWouldBeCalled(policy, duties, place, atMs);
  if ('notSent' in plan) return noCalls(visibleText(plan.notSent), 'The alarm is only on the screens.');
  return {
    ...head,
    calls: plan.calls.map(({ afterMs, duty, person, channels, waitMs }) => {
      const fault = accountFault(accountOf(person.userId), place.ward, duty);
      return {
        afterMs,
        duty,
        userId: person.userId,
        name: visibleText(person.name),
        standing: standingOfCalled(person.standing),
        channels: [...channels],
        waitMs,
        ...(fault !== undefined && { fault }),
      };
    }),
    empty: plan.empty.map(({ duty, away }) => ({ duty, away: away.map(visibleText) })),
    end: visibleText(plan.end),
  };
}

/** A person who is away is never called (contracts/call-order.ts). */
function standingOfCalled(standing: WhoAnswer['calls'][number]['standing'] | 'away') {
  return standing === 'away' ? 'not-accepted' : standing;
}
