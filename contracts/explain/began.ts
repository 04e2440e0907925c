/**
 * Finds why an alarm was raised long after its reading had come, although the engine was not late. The possible
 * reasons: limits were changed, a standby ended, another alarm of the bed ended, or a reading with an earlier time came
 * late.
 */
import type { AlarmEvent, LimitsInForce } from '../messages/alarms.ts';
import { type LimitGroup, parameters } from '../parameters.ts';
import { formatInstant, parseInstant } from '../time.ts';
import { type Finding, slowMs } from './finding.ts';
import { firstOfEachRevision, type History } from './history.ts';
import { determiningReading } from './reading.ts';
import type { AlarmRecords } from './records.ts';
import { type Said, said } from './said.ts';

export type Began = {
  /**
   * True if the engine caused the time from the reading to the raise of the alarm: no record is missing, and no record
   * shows another reason. Only then is this time shown as a delay of Vigil.
   */
  readonly isByReading: boolean;
  /**
   * Whether the time from the onset to the raise is a delay. False if something, such as a standby, prevented or may
   * have prevented the alarm in this time.
   */
  readonly isDelay: boolean;
  /** The changes in the step of the engine that raised the alarm. */
  readonly findings: readonly Finding[];
};

export function beganOf(records: AlarmRecords, history: History): Began {
  const { alarms, observations } = records;
  const { first, raisedMs } = history;
  const reading = determiningReading(records, history);
  const readMs = reading?.appendedMs ?? parseInstant(first.determinedAt) ?? raisedMs;
  const isBetween = (atMs: number | undefined) => atMs !== undefined && atMs >= readMs && atMs <= raisedMs;
  const limits = limitChanges(records, history).filter(({ atMs }) => isBetween(atMs));
  const others = alarms.others.filter(({ body }) => isBetween(parseInstant(body.at)));
  // No reading raises an alarm that the device sent, or an alarm about missing values.
  const canBeByReading = first.kind === 'physiological' && first.origin === undefined;
  const findings = [
    ...limitFindings(limits, history),
    ...standbyFindings(records, history),
    ...endedFindings(records, history),
  ];
  // If the alarm was raised directly after the reading, the cause is the reading, or a change in the same step of the
  // engine.
  const isSoon = reading !== undefined && raisedMs - readMs <= slowMs;
  const isHeldBack = findings.length > 0 || (!isSoon && (limits.length > 0 || hasStandby(records, readMs, raisedMs)));
  const mayBeHeldBack =
    !isSoon &&
    (others.length > 0 ||
      isPulse(first.code) ||
      observations.connections.some(({ appendedMs }) => isBetween(appendedMs)) ||
      hasEarlierReading(records, history, readMs));
  return {
    isByReading: alarms.isWhole && canBeByReading && !isHeldBack && !mayBeHeldBack,
    isDelay: alarms.isWhole && !isHeldBack && (!canBeByReading || !mayBeHeldBack),
    findings: alarms.isWhole ? findings : [],
  };
}

/**
 * Returns whether the alarm is about the pulse. The engine uses the pulse only while it cannot use the heart rate, so
 * an alarm about the pulse can begin long after its reading.
 */
const isPulse = (code: string | undefined) => groupOf(code) === 'PR';
const groupOf = (code: string | undefined) => (code === undefined ? undefined : parameters.get(code)?.limits);

type LimitChange = { readonly atMs: number; readonly text: Said };

/**
 * Returns the changes of the limits of the alarm's parameter. Every engine first publishes its limits. These first
 * limits are a change only if they raised the alarm.
 */
function limitChanges({ alarms }: AlarmRecords, { first, raisedMs }: History): LimitChange[] {
  const group = groupOf(first.code);
  if (group === undefined) return [];
  const records = firstOfEachRevision(alarms.limits, ({ rev }) => rev);
  return records.flatMap(({ body }, index) => {
    const text = changeText(records[index - 1]?.body, body, group);
    const atMs = parseInstant(body.at) ?? 0;
    return text === undefined || (body.rev === 1 && atMs !== raisedMs) ? [] : [{ atMs, text }];
  });
}

/** Returns what changed; undefined if the limits of the group did not change. */
function changeText(before: LimitsInForce | undefined, after: LimitsInForce, group: LimitGroup): Said | undefined {
  const entryOf = (body: LimitsInForce | undefined) => body?.groups.find((entry) => entry.group === group);
  const [was, is] = [entryOf(before), entryOf(after)];
  const changed = is?.changed;
  const isNewProfile =
    JSON.stringify([before?.profile, before?.rules]) !== JSON.stringify([after.profile, after.rules]);
  if (!isNewProfile && JSON.stringify(was) === JSON.stringify(is)) return undefined;
  const afterMs = parseInstant(after.at) ?? 0;
  const end = said`at ${formatInstant(afterMs)}, so the alarm began then.`;
  // The record of the former limits may be too old to be read. Then only the time of the change shows whether this
  // change raised the alarm.
  const isNear = Math.abs((parseInstant(changed?.at ?? '') ?? 0) - afterMs) <= slowMs;
  const isBy = changed !== undefined && isNear && JSON.stringify(changed) !== JSON.stringify(was?.changed);
  const by = isBy ? said`by ${changed.by.name} ` : '';
  if (was?.off !== undefined && is?.off === undefined)
    return said`The limits of ${group} were switched on again ${by}${end}`;
  if (isBy) return said`The limits of ${group} were changed ${by}${end}`;
  if (before !== undefined && isNewProfile) return said`The profile of the limits of ${group} was changed ${end}`;
  return said`Other limits of ${group} came into force ${end}`;
}

/**
 * The engine gives all records of one step the same time. So if a change has the same time as the raise, this change
 * raised the alarm.
 */
function limitFindings(changes: readonly LimitChange[], { raisedMs }: History): Finding[] {
  return changes.filter(({ atMs }) => atMs === raisedMs).map(({ text }) => ({ kind: 'began-with-change', text }));
}

function standbyFindings({ alarms }: AlarmRecords, { raisedMs }: History): Finding[] {
  const when = formatInstant(raisedMs);
  const standby = firstOfEachRevision(alarms.standbys, ({ rev }) => rev).find(
    ({ body }) => body.standby === null && parseInstant(body.at) === raisedMs,
  );
  if (standby === undefined) return [];
  return [{ kind: 'began-with-change', text: said`The standby of the bed ended at ${when}. The alarm began then.` }];
}

/**
 * Finds another alarm of the same parameter that called instead of this alarm. The other alarm ended in the step that
 * raised this alarm.
 */
function endedFindings({ alarms }: AlarmRecords, { first, raisedMs }: History): Finding[] {
  const conditions = alarms.others.flatMap(({ body: { at, alarm } }) =>
    parseInstant(at) === raisedMs && alarm.code === first.code ? [alarm.condition] : [],
  );
  return [...new Set(conditions)].map((condition) => ({
    kind: 'began-with-change',
    text: said`Until ${formatInstant(raisedMs)} another alarm, ${condition}, called instead. It ended then, and this alarm began.`,
  }));
}

/** Returns whether the bed was on standby at any time from `fromMs` to `toMs`. */
function hasStandby({ alarms }: AlarmRecords, fromMs: number, toMs: number): boolean {
  const changes = firstOfEachRevision(alarms.standbys, ({ rev }) => rev);
  return changes.some(({ body }, index) => {
    const [atMs, nextMs] = [body, changes[index + 1]?.body].map((entry) => entry && parseInstant(entry.at));
    if (atMs === undefined || atMs > toMs) return false;
    return atMs >= fromMs || (body.standby !== null && (nextMs ?? Number.POSITIVE_INFINITY) >= fromMs);
  });
}

/**
 * Returns whether a reading of an earlier time came after the reading that raised the alarm. This late reading may have
 * shown the condition.
 */
function hasEarlierReading({ observations }: AlarmRecords, { first, raisedMs }: History, readMs: number): boolean {
  const determinedMs = parseInstant(first.determinedAt) ?? 0;
  const seen = new Set<number>();
  return observations.readings.some(({ measuredMs, appendedMs, codes }) => {
    if (seen.has(measuredMs) || first.code === undefined || !codes.includes(first.code)) return false;
    seen.add(measuredMs);
    return measuredMs < determinedMs && appendedMs > readMs && appendedMs <= raisedMs;
  });
}

/** Returns whether an event ends an alarm. At this end, another alarm of the same bed may begin to call. */
export const isEndOfOther = ({ type }: AlarmEvent) => type === 'resolved' || type === 'cleared';
