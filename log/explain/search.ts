/** Finds an alarm by its id, and the bed of its association. */
import { alarmIdLength } from '../../contracts/alarm-id.ts';
import { dayMs } from '../../contracts/durations.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { type ReadContext, readSpan } from './span.ts';

/** An alarm whose id begins with the given text. */
export type FoundAlarm = {
  readonly alarm: Alarm;
  /**
   * When the log got the event of the alarm that the search found first, ms since 1970. The search begins with the
   * newest day, so the alarm may have earlier events.
   */
  readonly appendedMs: number;
};

/**
 * The log is searched back to the first age. If the alarm is not found, the search goes back to the next age, and so
 * on. Most questions are about a recent alarm.
 */
const searchAgesMs = [dayMs, 8 * dayMs, 40 * dayMs, 200 * dayMs, Number.POSITIVE_INFINITY];

/** Maximum number of alarms whose id begins with the given text. If there are more, the text is too short. */
const foundMax = 1_000;

/**
 * Returns the alarms whose id begins with `start`. If `start` is a whole id, the search ends with the first age at
 * which the alarm is found. For a shorter `start`, the search reads the whole topic, because several alarms may have an
 * id with this beginning.
 */
export async function findAlarms(context: ReadContext, start: string, nowMs: number): Promise<FoundAlarm[]> {
  const found = new Map<string, FoundAlarm>();
  let newerMs = 0;
  for (const ageMs of searchAgesMs) {
    const untilMs = nowMs - newerMs;
    const span = {
      topic: 'alarms',
      sinceMs: Math.max(0, nowMs - ageMs),
      untilMs: () => untilMs,
      isWantedType: (contentType: string) => contentType === contentTypes.alarmEvent,
    } as const;
    await readSpan(context, span, ({ record }, appendedMs) => {
      if (record.contentType !== contentTypes.alarmEvent) return;
      const { alarm } = record.body;
      const isNew = !found.has(alarm.alarmId) && found.size < foundMax;
      if (isNew && alarm.alarmId.startsWith(start)) found.set(alarm.alarmId, { alarm, appendedMs });
    });
    if (start.length >= alarmIdLength && found.has(start)) break;
    newerMs = ageMs;
  }
  return [...found.values()];
}

export type Place = {
  readonly ward: string | undefined;
  readonly bed: string | undefined;
  readonly patientId: string | undefined;
};

/**
 * Returns the places of associations. The topic `associations` has the last 64 periods of each device. For an older
 * association, the audit trail may have the ward, because records of looks and acts name the ward.
 */
export async function findPlaces(
  context: ReadContext,
  found: readonly FoundAlarm[],
  nowMs: number,
): Promise<ReadonlyMap<string, Place>> {
  const wanted = new Set(found.map(({ alarm }) => alarm.associationId));
  const places = new Map<string, Place>();
  const everything = { sinceMs: 0, untilMs: () => nowMs };
  await readSpan(context, { topic: 'associations', ...everything }, ({ record }) => {
    if (record.contentType !== contentTypes.associations) return;
    for (const { associationId, ward, bed, patient } of record.body.periods)
      if (wanted.has(associationId)) places.set(associationId, { ward, bed, patientId: patient?.patientId });
  });
  const missing = [...wanted].filter((associationId) => !places.has(associationId));
  if (missing.length === 0) return places;
  const sinceMs = Math.min(...found.map(({ appendedMs }) => appendedMs)) - dayMs;
  await readSpan(context, { topic: 'audit', sinceMs, untilMs: () => nowMs }, ({ record }) => {
    if (record.contentType !== contentTypes.audit) return;
    const { associationId, ward, patientId } = record.body;
    if (associationId === undefined || ward === undefined || !missing.includes(associationId)) return;
    places.set(associationId, { ward, bed: undefined, patientId });
  });
  return places;
}
