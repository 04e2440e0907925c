/**
 * Checks a run of the delivery fault test: compares the records in Kafka with what persons, screens and other systems
 * saw. The check does not use the rules of the delivery process, so it also finds faults of these rules. Pure.
 */
import type { AlarmEvent } from '../../contracts/messages/alarms.ts';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';

/** A record of the topic `deliveries`, in the order of the log. `appendedMs` is Kafka's time of the record. */
export type DeliveryLine = { readonly record: DeliveryRecord; readonly appendedMs: number };
export type AlarmLine = { readonly event: AlarmEvent; readonly appendedMs: number };

/** A message that a mail server, a push receiver or a webhook got. `confirmed`: the receiver confirmed the message. */
export type Received = { readonly messageId: string; readonly atMs: number; readonly confirmed: boolean };

/**
 * A time in which the ward screen showed that something does not work. `alarmId` is present if the screen named one
 * alarm.
 */
export type Notice = { readonly fromMs: number; readonly toMs: number; readonly alarmId?: string };

export type Evidence = {
  readonly deliveries: readonly DeliveryLine[];
  readonly alarms: readonly AlarmLine[];
  readonly received: readonly Received[];
  readonly notices: readonly Notice[];
  /** Acknowledgements that are in the log, according to the dashboard's answers. */
  readonly acknowledged: readonly { readonly alarmId: string; readonly commandId: string }[];
  /** Commands that the alarm engine has answered. */
  readonly answeredCommands: ReadonlySet<string>;
  /**
   * Longest time for which an alarm may call before a person's device has confirmed the alarm or the ward has a notice,
   * ms.
   */
  readonly unconfirmedMsMax: number;
};

export type Verdict = {
  readonly alarms: number;
  readonly silentFailures: readonly string[];
  readonly sentAfterAnswer: readonly string[];
  readonly doubled: readonly string[];
  readonly withoutPerson: readonly string[];
  readonly acknowledgementsLost: readonly string[];
};

export function judge(evidence: Evidence): Verdict {
  const episodes = callingTimes(evidence.alarms);
  return {
    alarms: new Set(episodes.map(({ alarmId }) => alarmId)).size,
    silentFailures: silentFailures(evidence, episodes),
    sentAfterAnswer: sentAfterAnswer(evidence.deliveries),
    doubled: doubled(evidence),
    withoutPerson: withoutPerson(evidence, episodes),
    acknowledgementsLost: evidence.acknowledged
      .filter(({ commandId }) => !evidence.answeredCommands.has(commandId))
      .map(({ alarmId, commandId }) => `${alarmId} ${commandId}`),
  };
}

/** A period in which an alarm calls without a break. */
type Episode = { readonly alarmId: string; readonly fromMs: number; readonly toMs: number };

function callingTimes(alarms: readonly AlarmLine[]): Episode[] {
  const episodes: Episode[] = [];
  const since = new Map<string, number>();
  const highest = new Map<string, number>();
  const byTime = [...alarms].sort((a, b) => a.appendedMs - b.appendedMs || a.event.alarm.rev - b.event.alarm.rev);
  for (const { event, appendedMs } of byTime) {
    const { alarmId, rev, present, signal, late, under, priority } = event.alarm;
    if ((highest.get(alarmId) ?? 0) >= rev) continue;
    highest.set(alarmId, rev);
    const calls = event.type !== 'cleared' && present && signal === 'on' && !late && under === undefined;
    // The policies of the run call nobody for alarms of low priority.
    const isCalling = calls && priority !== 'low';
    const fromMs = since.get(alarmId);
    if (isCalling && fromMs === undefined) since.set(alarmId, appendedMs);
    if (!isCalling && fromMs !== undefined) {
      episodes.push({ alarmId, fromMs, toMs: appendedMs });
      since.delete(alarmId);
    }
  }
  for (const [alarmId, fromMs] of since) episodes.push({ alarmId, fromMs, toMs: Number.POSITIVE_INFINITY });
  return episodes;
}

/**
 * Returns the alarms that called for too long without a confirmation of a person and without a notice on a screen of
 * the ward.
 */
function silentFailures({ deliveries, notices, unconfirmedMsMax }: Evidence, episodes: readonly Episode[]): string[] {
  const confirmedAt = confirmations(deliveries);
  return episodes.flatMap(({ alarmId, fromMs, toMs }) => {
    const untilMs = fromMs + unconfirmedMsMax;
    if (toMs <= untilMs) return [];
    const isConfirmed = (confirmedAt.get(alarmId) ?? []).some((atMs) => atMs >= fromMs && atMs <= untilMs);
    const isNoticed = notices.some(
      (notice) =>
        (notice.alarmId === undefined || notice.alarmId === alarmId) &&
        notice.fromMs <= untilMs &&
        notice.toMs >= fromMs,
    );
    return isConfirmed || isNoticed ? [] : [`${alarmId} called from ${time(fromMs)} to ${time(toMs)}`];
  });
}

/**
 * Returns for each alarm the times at which a device or a page of a person confirmed a call, or the person answered.
 */
function confirmations(deliveries: readonly DeliveryLine[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const { record, appendedMs } of deliveries) {
    const { event } = record;
    const isPerson =
      event.type === 'accepted' ||
      event.type === 'rejected' ||
      (event.type === 'receipt' && (event.stage === 'painted' || event.stage === 'on-device'));
    if (isPerson) times.set(event.alarmId, [...(times.get(event.alarmId) ?? []), appendedMs]);
  }
  return times;
}

/**
 * Returns the messages that were decided after a person had accepted, or after the alarm was acknowledged or had ended.
 */
function sentAfterAnswer(deliveries: readonly DeliveryLine[]): string[] {
  const ended = new Set<string>();
  /** By alarm: the persons who go to the patient. */
  const going = new Map<string, Set<string>>();
  const personOf = new Map<string, string>();
  const faults: string[] = [];
  const isAnswered = (alarmId: string) => ended.has(alarmId) || (going.get(alarmId)?.size ?? 0) > 0;
  for (const { record } of deliveries) {
    const { event } = record;
    switch (event.type) {
      case 'called':
        personOf.set(event.call.callId, event.call.userId);
        break;
      case 'accepted':
        going.set(event.alarmId, (going.get(event.alarmId) ?? new Set<string>()).add(event.userId));
        break;
      case 'rejected':
        going.get(event.alarmId)?.delete(event.userId);
        break;
      case 'call-ended':
        if (event.outcome === 'gone') going.get(event.alarmId)?.delete(personOf.get(event.callId) ?? '');
        break;
      case 'stopped':
      case 'expired':
      case 'alarm-cleared':
        ended.add(event.alarmId);
        break;
      case 'round-started':
      case 'resumed':
        ended.delete(event.alarmId);
        going.delete(event.alarmId);
        break;
      case 'message':
        for (const { alarmId, callId } of event.calls)
          if (isAnswered(alarmId)) faults.push(`${callId} ${event.channel}`);
        break;
    }
  }
  return faults;
}

/** Returns the calls that were sent twice through a channel, and the received messages that are not in the log. */
function doubled({ deliveries, received }: Evidence): string[] {
  const seen = new Set<string>();
  const faults: string[] = [];
  for (const { record } of deliveries) {
    if (record.event.type !== 'message') continue;
    for (const { callId } of record.event.calls) {
      const name = `${callId} ${record.event.channel}`;
      if (seen.has(name)) faults.push(name);
      seen.add(name);
    }
  }
  const messageIds = new Set(
    deliveries.flatMap(({ record }) => (record.event.type === 'message' ? [record.event.messageId] : [])),
  );
  for (const { messageId } of received) if (!messageIds.has(messageId)) faults.push(`${messageId} is not in the log`);
  return faults;
}

/** Returns the alarms that called for too long although no person was called and no notice was shown. */
function withoutPerson({ deliveries, notices, unconfirmedMsMax }: Evidence, episodes: readonly Episode[]): string[] {
  const called = new Set(
    deliveries.flatMap(({ record }) => (record.event.type === 'called' ? [record.event.alarmId] : [])),
  );
  return episodes.flatMap(({ alarmId, fromMs, toMs }) => {
    if (called.has(alarmId) || toMs - fromMs <= unconfirmedMsMax) return [];
    const isNoticed = notices.some((notice) => notice.fromMs <= fromMs + unconfirmedMsMax && notice.toMs >= fromMs);
    return isNoticed ? [] : [`${alarmId} called from ${time(fromMs)}`];
  });
}

function time(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(11, 23) : 'the end';
}
