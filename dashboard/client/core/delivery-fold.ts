/** Keeps the deliveries of the alarms on the screen. */
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { Deliveries } from '../../protocol/delivery.ts';

export type DeliveryViews = ReadonlyMap<string, DeliveryView>;
export const noDeliveries: DeliveryViews = new Map();

/**
 * Maximum number of deliveries that are kept; the oldest are removed first. The alarm of a removed delivery stays on
 * the screen, without the line about its delivery.
 */
const viewsMax = 2_000;

/** Returns the deliveries after a message, by alarm id. */
export function deliveriesAfter(before: DeliveryViews, { complete, views, gone }: Deliveries): DeliveryViews {
  const after = new Map(complete ? [] : before);
  for (const view of views) {
    after.delete(view.alarmId);
    after.set(view.alarmId, view);
  }
  for (const alarmId of gone) after.delete(alarmId);
  return after.size <= viewsMax ? after : new Map([...after].slice(-viewsMax));
}
