/** Reads from the log how an alarm was delivered: the calls, what pages reported, and who was on duty. */
import { dayMs, hourMs } from '../../contracts/durations.ts';
import { createDeliveryCollector } from '../../contracts/explain/collect-deliveries.ts';
import { afterEndMsMax, type History } from '../../contracts/explain/history.ts';
import type { AlarmRecords, AnswerCommand, Logged } from '../../contracts/explain/records.ts';
import type { ShownAlarm } from '../../contracts/messages/alarms-shown.ts';
import type { AssignmentEvent } from '../../contracts/messages/assignments.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { createList, itemsMax } from './list.ts';
import { type ReadContext, readSpan } from './span.ts';

/**
 * The reading of test messages to persons begins this long before the alarm, ms (ours). Each address is tested every 10
 * min.
 */
const reachLeadMs = dayMs;

/** Reads the decisions about the alarm, and the test messages of the persons who were called. */
export async function readDeliveries(
  context: ReadContext,
  alarmId: string,
  beganMs: number,
  { untilMs }: History,
): Promise<AlarmRecords['deliveries']> {
  const collector = createDeliveryCollector(alarmId, itemsMax);
  const isWantedType = (contentType: string) => contentType === contentTypes.delivery;
  const sinceMs = beganMs - reachLeadMs;
  const span = { topic: 'deliveries', sinceMs, untilMs: () => untilMs + afterEndMsMax, isWantedType } as const;
  const isRead = await readSpan(context, span, ({ record }, appendedMs) => {
    if (record.contentType === contentTypes.delivery) collector.add({ body: record.body, appendedMs });
  });
  return { isWhole: isRead && collector.isWhole(), items: collector.items };
}

/** Reads the answers of persons, and which screens painted or sounded the alarm. */
export async function readPages(
  context: ReadContext,
  alarmId: string,
  beganMs: number,
  { raisedMs, untilMs }: History,
): Promise<AlarmRecords['pages']> {
  const answers = createList<Logged<AnswerCommand>>();
  const shown = createList<ShownAlarm>();
  let [isReportedBefore, isReportedAfter] = [false, false];
  const types: readonly string[] = [contentTypes.deliveryCommand, contentTypes.alarmsShown];
  const isWantedType = (contentType: string) => types.includes(contentType);
  const span = {
    topic: 'delivery-commands',
    sinceMs: Math.min(beganMs, raisedMs) - hourMs,
    untilMs: () => untilMs + afterEndMsMax,
    isWantedType,
  } as const;
  const isRead = await readSpan(context, span, ({ record }, appendedMs) => {
    if (record.contentType === contentTypes.deliveryCommand) {
      const { body } = record;
      if (body.type === 'answer' && body.alarmId === alarmId) answers.add({ body, appendedMs });
      return;
    }
    if (record.contentType !== contentTypes.alarmsShown) return;
    if (appendedMs < raisedMs && appendedMs >= raisedMs - hourMs) isReportedBefore = true;
    if (appendedMs > untilMs && appendedMs <= untilMs + hourMs) isReportedAfter = true;
    for (const entry of record.body.shown) if (entry.alarmId === alarmId) shown.add(entry);
  });
  return {
    isWhole: isRead && answers.isWhole() && shown.isWhole(),
    ...{ answers: answers.items, shown: shown.items },
    hasReportsAround: isReportedBefore && isReportedAfter,
  };
}

/**
 * Reads all assignments of the ward, because an accepted assignment stays with its person until somebody takes over.
 */
export async function readAssignments(
  context: ReadContext,
  ward: string | undefined,
  { untilMs }: History,
): Promise<AlarmRecords['assignments']> {
  if (ward === undefined) return { isWhole: false, events: [] };
  const events = createList<Logged<AssignmentEvent>>();
  const span = { topic: 'assignments', sinceMs: 0, untilMs: () => untilMs } as const;
  const isRead = await readSpan(context, span, ({ record }, appendedMs) => {
    if (record.contentType !== contentTypes.assignment || record.body.ward !== ward) return;
    events.add({ body: record.body, appendedMs });
  });
  return { isWhole: isRead && events.isWhole(), events: events.items };
}
