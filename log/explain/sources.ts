/**
 * Reads from the log what `explain` needs about one alarm. Reads alarms, commands and observations only from the
 * partition of the alarm's association, and all partitions of the other topics.
 */
import { dayMs, hourMs, minuteMs } from '../../contracts/durations.ts';
import { createAuditGaps } from '../../contracts/explain/audit-gaps.ts';
import { isEndOfOther } from '../../contracts/explain/began.ts';
import { afterEndMsMax, type History, historyOf } from '../../contracts/explain/history.ts';
import { auditLeadMs, isAboutLooks } from '../../contracts/explain/lookers.ts';
import type { AlarmRecords } from '../../contracts/explain/records.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { type AnyAuditRecord, contentTypes } from '../../contracts/messages/records.ts';
import { standbyMsMax } from '../../contracts/standby.ts';
import { parseInstant } from '../../contracts/time.ts';
import { readAssignments, readDeliveries, readPages } from './delivery-sources.ts';
import { createList } from './list.ts';
import type { Place } from './search.ts';
import { type ReadContext, readSpan } from './span.ts';

/**
 * How long after the end of the alarm the log is read, ms (ours): late data can begin an ended alarm again, under the
 * same id.
 */
const afterEndMs = dayMs;
/** Readings and connections are read until this time after the alarm was raised, ms (ours). */
const observationsMsMax = dayMs;
/**
 * The readings of the explanation begin this long before the onset, and end this long after the end of the delay, ms
 * (ours).
 */
const aroundMs = minuteMs;
/**
 * The reading of the audit trail begins this much earlier than needed, ms (ours). So no record of the period is left
 * out because clocks differ.
 */
const auditEdgeMs = hourMs;

export async function readRecords(
  context: ReadContext,
  alarm: Alarm,
  place: Place,
  nowMs: number,
): Promise<AlarmRecords> {
  const { alarmId, associationId } = alarm;
  const beganMs = Math.min(...[alarm.onsetAt, alarm.raisedAt].map((instant) => parseInstant(instant) ?? nowMs));
  const common = { alarmId, ...place, readUntilMs: nowMs };
  const alarms = await readAlarms(context, alarm, beganMs - standbyMsMax - hourMs, nowMs);
  const nothing = { isWhole: false, items: [], readings: [], connections: [], answers: [], shown: [], events: [] };
  const others = { commands: nothing, observations: nothing, deliveries: nothing, audit: nothing };
  const noDelivery = { assignments: nothing, pages: { ...nothing, hasReportsAround: false } };
  const history = historyOf({ ...common, alarms, ...others, ...noDelivery });
  // Without an event there is nothing to explain.
  if (history === undefined) return { ...common, alarms, ...others, ...noDelivery };
  const [commands, observations, audit, deliveries, pages, assignments] = await Promise.all([
    readCommands(context, associationId, beganMs - hourMs, Math.min(nowMs, history.untilMs + afterEndMsMax)),
    readObservations(context, alarm, beganMs - 10 * minuteMs, history),
    readAudit(context, { ...place, associationId }, history),
    readDeliveries(context, alarmId, beganMs, history),
    readPages(context, alarmId, beganMs, history),
    readAssignments(context, place.ward, history),
  ]);
  return { ...common, alarms, commands, observations, audit, deliveries, pages, assignments };
}

async function readAlarms(
  context: ReadContext,
  { alarmId, associationId }: Alarm,
  sinceMs: number,
  nowMs: number,
): Promise<AlarmRecords['alarms']> {
  const events = createList<AlarmRecords['alarms']['events'][number]>();
  const others = createList<AlarmRecords['alarms']['others'][number]>();
  const answers = createList<AlarmRecords['alarms']['answers'][number]>();
  const limits = createList<AlarmRecords['alarms']['limits'][number]>();
  const standbys = createList<AlarmRecords['alarms']['standbys'][number]>();
  let untilMs = nowMs;
  const { alarmEvent, commandAnswer, limitsInForce, standby } = contentTypes;
  const types: readonly string[] = [alarmEvent, commandAnswer, limitsInForce, standby];
  const isWantedType = (contentType: string) => types.includes(contentType);
  const span = { topic: 'alarms', key: associationId, sinceMs, untilMs: () => untilMs, isWantedType } as const;
  const isRead = await readSpan(context, span, ({ record }, appendedMs) => {
    switch (record.contentType) {
      case alarmEvent: {
        if (record.body.alarm.alarmId !== alarmId) {
          const other = { body: record.body, appendedMs };
          const raisedAt = events.items[0]?.body.alarm.raisedAt;
          if (isEndOfOther(record.body) && (raisedAt === undefined || record.body.at <= raisedAt)) others.add(other);
          return;
        }
        events.add({ body: record.body, appendedMs });
        untilMs = record.body.type === 'cleared' ? Math.min(nowMs, appendedMs + afterEndMs) : nowMs;
        return;
      }
      case commandAnswer:
        return answers.add({ body: record.body, appendedMs });
      case limitsInForce:
        return limits.add({ body: record.body, appendedMs });
      case standby:
        return standbys.add({ body: record.body, appendedMs });
      default:
        return;
    }
  });
  const isWhole = isRead && [events, others, answers, limits, standbys].every((list) => list.isWhole());
  return {
    ...{ isWhole, events: events.items, others: others.items },
    ...{ answers: answers.items, limits: limits.items, standbys: standbys.items },
  };
}

async function readCommands(
  context: ReadContext,
  key: string,
  sinceMs: number,
  untilMs: number,
): Promise<AlarmRecords['commands']> {
  const commands = createList<AlarmRecords['commands']['items'][number]>();
  const span = { topic: 'commands', key, sinceMs, untilMs: () => untilMs } as const;
  const isRead = await readSpan(context, span, ({ record }, appendedMs) => {
    if (record.contentType === contentTypes.command) commands.add({ body: record.body, appendedMs });
  });
  return { isWhole: isRead && commands.isWhole(), items: commands.items };
}

async function readObservations(
  context: ReadContext,
  { associationId: key, onsetAt, determinedAt }: Alarm,
  sinceMs: number,
  { raisedMs, untilMs }: History,
): Promise<AlarmRecords['observations']> {
  const readings = createList<AlarmRecords['observations']['readings'][number]>();
  const connections = createList<AlarmRecords['observations']['connections'][number]>();
  const lastMs = Math.min(untilMs, raisedMs + observationsMsMax);
  const [fromMs, toMs] = [(parseInstant(onsetAt) ?? 0) - aroundMs, (parseInstant(determinedAt) ?? 0) + aroundMs];
  const types: readonly string[] = [contentTypes.observation, contentTypes.connection];
  const isWantedType = (contentType: string) => types.includes(contentType);
  const span = { topic: 'observations', key, sinceMs, untilMs: () => lastMs, isWantedType } as const;
  const isRead = await readSpan(context, span, ({ record }, appendedMs) => {
    if (record.contentType === contentTypes.connection) connections.add({ body: record.body, appendedMs });
    if (record.contentType !== contentTypes.observation) return;
    const { receivedAt, reading } = record.body;
    const [measuredMs, receivedMs] = [parseInstant(reading.time), parseInstant(receivedAt)];
    if (measuredMs === undefined || receivedMs === undefined || measuredMs < fromMs || measuredMs > toMs) return;
    readings.add({ measuredMs, receivedMs, appendedMs, codes: reading.values.map(({ code }) => code) });
  });
  const isWhole = isRead && readings.isWhole() && connections.isWhole();
  return { isWhole, readings: readings.items, connections: connections.items };
}

async function readAudit(
  context: ReadContext,
  place: Place & { readonly associationId: string },
  { raisedMs, untilMs }: History,
): Promise<AlarmRecords['audit']> {
  const records = createList<AnyAuditRecord>();
  const fromMs = raisedMs - auditLeadMs;
  const gaps = createAuditGaps(fromMs, untilMs);
  const span = { topic: 'audit', sinceMs: fromMs - auditEdgeMs, untilMs: () => untilMs + afterEndMsMax } as const;
  const isRead = await readSpan(context, span, ({ record }) => {
    if (record.contentType !== contentTypes.audit && record.contentType !== contentTypes.olderAudit) return;
    gaps.add(record.body);
    if (isAboutLooks(record.body, place)) records.add(record.body);
  });
  const items = records.items.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.n - b.n));
  return { isWhole: isRead && records.isWhole() && gaps.isWhole(), items };
}
