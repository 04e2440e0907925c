/**
 * Decides whether alarms are delivered to persons: whether the delivery process runs, and whether this server reads the
 * records of that process.
 */
import { secondMs } from '../../../contracts/durations.ts';
import type { DutyState } from '../../../contracts/duty-state.ts';
import { deliverySilentMs } from '../../../contracts/messages/delivery-progress.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { DeliveryDown } from '../../protocol/delivery.ts';
import { seesWard } from './rights.ts';
import type { OpenScreen } from './screen.ts';

/** The topic `deliveries` counts as unread if the server has not reached the end of the topic for this time. */
export const deliveriesUnreadMs = 10 * secondMs;
/** Maximum number of wards in one message. */
const wardsMax = 200;

export type DeliverySigns = {
  /** When this server read the last sign of life of the delivery process, ms; 0 before the first. */
  processAtMs: number;
  /**
   * When this server last reached the end of the topic `deliveries`, ms. Before the first time: when this server
   * started.
   */
  readAtMs: number;
  /**
   * When this server finished reading the signs that were in the log at its start, ms. Before that: when this server
   * started. From this time on, the delivery process has `deliverySilentMs` for its next sign.
   */
  signsSinceMs: number;
};

export function newDeliverySigns(nowMs: number): DeliverySigns {
  return { processAtMs: 0, readAtMs: nowMs, signsSinceMs: nowMs };
}

/**
 * Notes a sign of life of the delivery process. The age of a new sign begins now. The time in the sign is not used,
 * because the clocks of two machines may differ.
 * @param oldAtMs the time in the sign, if the sign was in the log before this server started; absent for a new sign. An
 * old sign shows only since when nobody is called.
 */
export function noteDeliverySign(signs: DeliverySigns, nowMs: number, oldAtMs?: number): void {
  signs.processAtMs = Math.max(signs.processAtMs, Math.min(oldAtMs ?? nowMs, nowMs));
}

export function isDeliveryRunning({ processAtMs, signsSinceMs }: DeliverySigns, nowMs: number): boolean {
  return nowMs - Math.max(processAtMs, signsSinceMs) <= deliverySilentMs;
}

export function isDeliveryRead({ readAtMs }: DeliverySigns, nowMs: number): boolean {
  return nowMs - readAtMs <= deliveriesUnreadMs;
}

/** Returns whether alarms of wards with assignments are delivered, for metrics and health. */
export function deliveryState(signs: DeliverySigns, duties: DutyState, nowMs: number) {
  return {
    isRunning: duties.wards.size === 0 || isDeliveryRunning(signs, nowMs),
    isRead: isDeliveryRead(signs, nowMs),
    readAgoMs: Math.max(0, nowMs - signs.readAtMs),
  };
}

/**
 * Returns the notice for a screen if nobody is called, or if this server does not know whether anybody is called;
 * otherwise undefined. The notice does not name a ward without assignments, because such a ward does not take part in
 * the delivery of alarms.
 */
export function deliveryDown(
  signs: DeliverySigns,
  duties: DutyState,
  { viewer, scope }: OpenScreen,
  nowMs: number,
): DeliveryDown | undefined {
  const isRunning = isDeliveryRunning(signs, nowMs);
  if (isRunning && isDeliveryRead(signs, nowMs)) return undefined;
  const isInScope = (ward: string) => !('ward' in scope) || scope.ward === '*' || scope.ward === ward;
  const wards = [...duties.wards.keys()].filter((ward) => isInScope(ward) && seesWard(viewer, ward)).sort();
  if (wards.length === 0) return undefined;
  const sinceMs = isRunning ? signs.readAtMs : signs.processAtMs;
  return { wards: wards.slice(0, wardsMax), since: sinceMs > 0 ? formatInstant(sinceMs) : null };
}
