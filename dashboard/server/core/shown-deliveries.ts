/** Computes the deliveries that one screen shows: those of each alarm in its scope, if its viewer may see the alarm. */
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryBoard } from './delivery-board.ts';
import { isVisible, type OpenScreen, seesAlarm } from './screen.ts';
import type { LiveState } from './state.ts';

/** What was sent to a screen: for each delivery, the number of the last change that was sent, by `alarmId`. */
export type SentDeliveries = ReadonlyMap<string, number>;

export type DeliveryChanges = {
  readonly views: DeliveryView[];
  /** Alarms whose delivery the screen must not show any more. */
  readonly gone: string[];
  /** What the screen knows after this message. */
  readonly sent: SentDeliveries;
};

/**
 * Returns what the server must send to a screen so that the screen shows the present deliveries. Compares the present
 * deliveries with what was sent, so that changes of rights, places and alarms need no special message.
 */
export function deliveryChanges(
  board: Pick<DeliveryBoard, 'deliveries'>,
  state: LiveState,
  { viewer, scope }: OpenScreen,
  sentBefore: SentDeliveries,
): DeliveryChanges {
  const views: DeliveryView[] = [];
  const sent = new Map<string, number>();
  for (const [alarmId, { view, changeNo }] of board.deliveries) {
    const alarmState = state.alarms.get(alarmId);
    const bed = alarmState && state.beds.get(alarmState.alarm.associationId);
    if (!bed || !isVisible(viewer, scope, bed) || !seesAlarm(viewer, alarmState)) continue;
    sent.set(alarmId, changeNo);
    if (sentBefore.get(alarmId) !== changeNo) views.push(view);
  }
  return { views, gone: [...sentBefore.keys()].filter((alarmId) => !sent.has(alarmId)), sent };
}
