/** Whether a bed's device is there and what it says of itself. */
import { technicalConditions } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';

export function BedState({ bed }: { bed: Bed }) {
  const app = useApp();
  const { online, onlineChangedAt } = bed.device;
  if (online) return null;
  const since = onlineChangedAt === null ? '' : ` ${whenText(Date.parse(onlineChangedAt), app.now.value)}`;
  return (
    <span class="tile__offline" data-testid="offline">
      {online === false ? `offline${since}` : 'not heard of'}
    </span>
  );
}

/** One line about a bed without an alarm; undefined where there is nothing to say. */
export function bedNotice(bed: Bed): string | undefined {
  const present = bed.device.conditions.filter((one) => one.present);
  if (present.length > 0) return present.map((one) => technicalConditions[one.condition].text).join(', ');
  if (bed.ward === null) return 'No bed is associated with this device';
  return undefined;
}
