/**
 * Selects the records of the topic `deliveries` that an explanation uses: the records about the alarm, and the test
 * messages of the called persons.
 */
import type { DeliveryRecord } from '../messages/deliveries.ts';
import type { Logged } from './records.ts';

/**
 * Largest number of addresses whose last test message is remembered. If there are more, the records are not complete
 * (our choice).
 */
const addressesMax = 20_000;

/**
 * Creates a collector. Add the records in the order of the log. The collector does not know in advance who will be
 * called. So it remembers the last state of each address, and inserts this state before the first call of the person.
 * @param itemsMax largest number of collected records; later records are left out
 */
export function createDeliveryCollector(alarmId: string, itemsMax: number) {
  const items: Logged<DeliveryRecord>[] = [];
  /** For each address: the last canary with a result, or the first canary if no canary has a result yet. */
  const lastOfAddress = new Map<string, Logged<DeliveryRecord>>();
  const called = new Set<string>();
  let isFull = false;
  /** Whether the delivery process could not write a decision that may be about the alarm. */
  let isIncomplete = false;

  function keep(record: Logged<DeliveryRecord>): void {
    if (items.length < itemsMax) items.push(record);
    else isFull = true;
  }

  function addReach(record: Logged<DeliveryRecord>): void {
    const { event } = record.body;
    if (event.type !== 'reach-seen' && event.type !== 'reach-ended') return;
    if (called.has(event.userId)) {
      keep(record);
      return;
    }
    const key = `${event.userId} ${event.channel} ${event.reachId ?? ''}`;
    const hasResult = event.type === 'reach-ended' || event.state !== 'asked';
    if (!hasResult && lastOfAddress.has(key)) return;
    if (lastOfAddress.size >= addressesMax && !lastOfAddress.has(key)) isFull = true;
    else lastOfAddress.set(key, record);
  }

  function addCalled(userId: string): void {
    if (called.has(userId)) return;
    called.add(userId);
    for (const record of lastOfAddress.values()) {
      const { event } = record.body;
      if ('userId' in event && event.userId === userId) keep(record);
    }
  }

  return {
    items,
    isWhole: () => !isFull && !isIncomplete,
    add(record: Logged<DeliveryRecord>): void {
      const { event } = record.body;
      if (event.type === 'reach-seen' || event.type === 'reach-ended') {
        addReach(record);
        return;
      }
      if (event.type === 'not-written') {
        // The record does not say which canary is missing. So the results of all earlier canaries are left out for
        // persons who are called later.
        if (event.missing === 'reach-seen' || event.missing === 'reach-ended') {
          lastOfAddress.clear();
          return;
        }
        if (event.alarmIds.length === 0 || event.alarmIds.includes(alarmId)) isIncomplete = true;
        return;
      }
      const isAbout =
        event.type === 'message' ? event.calls.some((call) => call.alarmId === alarmId) : event.alarmId === alarmId;
      if (!isAbout) return;
      if (event.type === 'called') addCalled(event.call.userId);
      keep(record);
    },
  };
}
