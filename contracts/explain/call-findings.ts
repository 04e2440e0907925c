/** Returns the findings about the calls of an alarm: what the channels confirmed, and what the called persons did. */
import type { ReceiptStage } from '../messages/deliveries.ts';
import type { DeliveryChannel } from '../messages/delivery-policy.ts';
import { formatInstant } from '../time.ts';
import {
  type CallChannel,
  type CallStory,
  callsOf,
  deliveryEventsOf,
  type EventOf,
  hadIt,
  messagesOf,
} from './calls.ts';
import type { DeliveryContext } from './delivery-findings.ts';
import { durationText, reasonText } from './durations.ts';
import { type Finding, slowMs } from './finding.ts';
import type { AlarmRecords } from './records.ts';
import { type Said, said, words } from './said.ts';
import { channelTitles } from './titles.ts';

export function callFindings(context: DeliveryContext): Finding[] {
  return [
    ...entryFindings(context),
    ...context.calls.flatMap((call) => [...channelFindings(context, call), ...downFindings(context, call)]),
    ...callEndFindings(context),
    ...personFindings(context),
    ...chainFindings(context),
    ...stopFindings(context),
  ];
}

/** Finds entries of called persons (push subscriptions, addresses) that ended before a call and were not replaced. */
function entryFindings({ records, calls }: DeliveryContext): Finding[] {
  if (!records.deliveries.isWhole) return [];
  const findings = new Map<string, Finding>();
  for (const { body } of records.deliveries.items) {
    const { event } = body;
    if (event.type !== 'reach-ended') continue;
    const { userId, channel, atMs, reason } = event;
    const call = calls.find(
      (entry) =>
        entry.userId === userId && !hadIt(entry) && !isAnswered(entry) && atMs <= (entry.endMs ?? records.readUntilMs),
    );
    if (call === undefined) continue;
    const isReplaced = records.deliveries.items.some(
      ({ body: { event: other } }) =>
        other.type === 'reach-seen' &&
        other.userId === userId &&
        other.channel === channel &&
        other.reachId !== event.reachId &&
        other.state !== 'down',
    );
    if (isReplaced) continue;
    const text = said`The address of ${call.name} for the ${words(channelTitles[channel])} had ended at ${formatInstant(atMs)} (${reason}), and the log shows no other address that replaced it.`;
    findings.set(`${userId} ${channel}`, { kind: 'subscription-ended', userId, channel, text });
  }
  return [...findings.values()];
}

/**
 * A longer time from a call until its message left is a finding, ms (ours). Both times come from the clock of the
 * delivery process.
 */
const waitedMsMax = 3_000;
const beyondVigil: readonly ReceiptStage[] = ['taken', 'on-device', 'painted', 'answered'];
const hasStage = ({ stages }: CallChannel, wanted: readonly ReceiptStage[]) =>
  stages.find(({ stage }) => wanted.includes(stage));

/** Finds what each channel of a call reported. A missing report is a finding only if no records are missing. */
function channelFindings({ records }: DeliveryContext, call: CallStory): Finding[] {
  const { userId, name } = call;
  const { isWhole } = records.deliveries;
  return call.channels.flatMap((entry): Finding[] => {
    const { channel, failures, sentMs, stages } = entry;
    const about = { userId, channel };
    const title = words(channelTitles[channel]);
    const found: Finding[] = [];
    const failure =
      failures.find((candidate) => candidate.class === 'permanent') ?? (isWhole ? failures[0] : undefined);
    const hasPassed = hasStage(entry, beyondVigil) !== undefined;
    if (failure !== undefined && (failure.class === 'permanent' || !hasPassed)) {
      const retried = failure.class === 'transient' ? words(' It never succeeded after that.') : '';
      const text = said`The message to ${name} failed at ${formatInstant(failure.atMs)} (${title}): ${reasonText(failure.reason)}.${retried}`;
      found.push({ kind: 'channel-failed', ...about, text });
    }
    if (!isWhole) return found;
    const isOld = sentMs !== undefined && records.readUntilMs - sentMs > slowMs;
    if (isOld && stages.length === 0 && failures.length === 0 && !canPageConfirm(channel))
      found.push({
        ...{ kind: 'channel-silent', ...about },
        text: said`The message to ${name} left at ${formatInstant(sentMs)} (${title}). No report about it came back.`,
      });
    const taken = hasStage(entry, ['taken']);
    if (
      channel === 'push' &&
      taken !== undefined &&
      !hadIt(call) &&
      wasWaitedFor(call, taken.atMs, records.readUntilMs)
    )
      found.push({
        ...{ kind: 'not-on-device', ...about },
        text: said`The push service took the message to ${name} at ${formatInstant(taken.atMs)}. No report says that a device of ${name} had it.`,
      });
    const waitedMs = sentMs === undefined ? 0 : sentMs - call.calledMs;
    if (waitedMs > waitedMsMax)
      found.push({
        ...{ kind: 'message-waited', ...about },
        text: said`The message to ${name} (${title}) was late: it left ${durationText(waitedMs)} after the call.`,
      });
    return found;
  });
}

/** Finds channels that could not reach the person: the last test message before the call had failed. */
function downFindings({ records }: DeliveryContext, call: CallStory): Finding[] {
  if (!records.deliveries.isWhole || hadIt(call) || isAnswered(call)) return [];
  const { userId, name } = call;
  return [...call.channels, ...call.leftOut].flatMap(({ channel, reach }) => {
    if (reach.state !== 'down') return [];
    const text = said`Before ${name} was called, the last test message had failed at ${formatInstant(reach.atMs)} (${words(channelTitles[channel])}): ${reasonText(reach.reason)}.`;
    return [{ kind: 'channel-down', userId, channel, text }];
  });
}

/**
 * A page reads its message from the log, so no channel sends the message. Only the page can report that it has the
 * message. Another function finds a missing report (`unconfirmed`).
 */
const canPageConfirm = (channel: DeliveryChannel) => channel === 'screen';

/** Returns whether the call was answered, or stopped before its wait was over. */
const isAnswered = ({ end }: CallStory) =>
  end === 'accepted' || end === 'accepted-then-gone' || end === 'rejected' || end === 'stopped' || end === 'expired';

/** Returns whether the person's device had enough time for a report, and the person had not answered in another way. */
const wasWaitedFor = ({ end, endMs = Number.POSITIVE_INFINITY }: CallStory, sinceMs: number, untilMs: number) =>
  end !== 'accepted' &&
  end !== 'accepted-then-gone' &&
  end !== 'rejected' &&
  Math.min(endMs, untilMs) - sinceMs > slowMs;

/**
 * Finds calls that ended without an answer. One record of such an end is enough as proof. `chainFindings` makes one
 * finding of all repeated calls of the last person.
 */
function callEndFindings({ records, calls }: DeliveryContext): Finding[] {
  const endings = new Map(deliveryEventsOf(records, 'call-ended').map((event) => [event.callId, event]));
  return calls.flatMap((call) => {
    const event = endings.get(call.callId);
    if (event === undefined) return [];
    if (event.outcome === 'gone' && hadAccepted(records, call, event)) return [acceptedThenGone(call, event)];
    return call.repeat > 0 ? [] : [callEndFinding(call, event)];
  });
}

/** Returns whether the called person's last answer before the end of the call was an acceptance. */
function hadAccepted(records: AlarmRecords, { userId, round }: CallStory, { callId }: EventOf<'call-ended'>): boolean {
  let isAccepted = false;
  for (const { body } of records.deliveries.items) {
    const { event } = body;
    if (!('alarmId' in event) || event.alarmId !== records.alarmId) continue;
    if (event.type === 'call-ended' && event.callId === callId) break;
    if ((event.type === 'accepted' || event.type === 'rejected') && event.userId === userId && event.round === round)
      isAccepted = event.type === 'accepted';
  }
  return isAccepted;
}

function acceptedThenGone({ userId, name }: CallStory, { atMs }: EventOf<'call-ended'>): Finding {
  const text = said`${name} had accepted the call. At ${formatInstant(atMs)} ${name} no longer had the duty, or was away, so this acceptance was not valid any more.`;
  return { kind: 'accepted-then-gone', userId, text };
}

function callEndFinding({ userId, name, calledMs }: CallStory, { outcome, atMs }: EventOf<'call-ended'>): Finding {
  const [when, called] = [formatInstant(atMs), formatInstant(calledMs)];
  switch (outcome) {
    case 'unanswered': {
      const text = said`${name} was called at ${called} and had not answered by ${when}.`;
      return { kind: 'unanswered', userId, text };
    }
    case 'unconfirmed': {
      const text = said`${name} was called at ${called}. By ${when}, no channel had confirmed this call, so the next person was called.`;
      return { kind: 'unconfirmed', userId, text };
    }
    case 'undelivered': {
      const text = said`The call to ${name} at ${called} failed in every channel in which a person can answer.`;
      return { kind: 'undelivered', userId, text };
    }
    case 'gone': {
      const text = said`${name} was called at ${called}. At ${when} ${name} no longer had the duty, or was away.`;
      return { kind: 'duty-ended', userId, text };
    }
  }
}

function personFindings({ records, calls }: DeliveryContext): Finding[] {
  const nameOf = (userId: string) => calls.find((call) => call.userId === userId)?.name ?? userId;
  const rejected = deliveryEventsOf(records, 'rejected').map(({ userId, atMs }): Finding => {
    return { kind: 'rejected', userId, text: said`${nameOf(userId)} rejected the call at ${formatInstant(atMs)}.` };
  });
  const lapsed = deliveryEventsOf(records, 'round-started')
    .filter(({ cause }) => cause === 'not-acknowledged')
    .map(({ atMs, round }): Finding => {
      const userIds = acceptedIn(records, round - 1);
      const who = userIds.length === 0 ? words('A person') : namesOf(userIds.map(nameOf));
      const about = userIds.length === 1 ? { userId: userIds[0]! } : {};
      const text = said`${who} had accepted, and nobody had acknowledged the alarm by ${formatInstant(atMs)}. So the calls began again.`;
      return { kind: 'accepted-not-acknowledged', ...about, text };
    });
  const noEffect = deliveryEventsOf(records, 'answer-seen')
    .filter(({ taken }) => !taken)
    .map(({ userId, answer, atMs, reason }): Finding => {
      const text = said`The answer "${words(answer)}" of ${nameOf(userId)} at ${formatInstant(atMs)} had no effect: ${reason === undefined ? words('no reason is recorded') : reasonText(reason)}.`;
      return { kind: 'answer-without-effect', userId, text };
    });
  return [...rejected, ...lapsed, ...noEffect];
}

/** Returns names in a row: `Anna, Ben and Cleo`. */
const namesOf = (names: readonly string[]): Said =>
  names.length < 2 ? names.join('') : said`${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;

/** Returns the persons who had accepted in a round, did not take the acceptance back, and did not leave the duty. */
function acceptedIn(records: AlarmRecords, wantedRound: number): string[] {
  const accepted = new Set<string>();
  const userOf = new Map(callsOf(records).map(({ callId, userId }) => [callId, userId]));
  for (const { body } of records.deliveries.items) {
    const { event } = body;
    if (!('alarmId' in event) || event.alarmId !== records.alarmId) continue;
    if (event.type === 'accepted' && event.round === wantedRound) accepted.add(event.userId);
    if (event.type === 'rejected' && event.round === wantedRound) accepted.delete(event.userId);
    if (event.type === 'call-ended' && event.outcome === 'gone') accepted.delete(userOf.get(event.callId) ?? '');
  }
  return [...accepted];
}

function chainFindings({ records, calls }: DeliveryContext): Finding[] {
  const first = deliveryEventsOf(records, 'chain-ended')[0];
  if (first === undefined || !records.deliveries.isWhole) return [];
  const when = formatInstant(first.atMs);
  if (first.notice === 'nobody-to-call')
    return [{ kind: 'nobody-to-call', text: said`At ${when} nobody could be called about the alarm.` }];
  const hasAccepted = deliveryEventsOf(records, 'accepted').some(({ atMs }) => atMs <= first.atMs);
  const nobody = hasAccepted ? words('no acceptance was valid any more') : words('nobody had accepted');
  const text = said`At ${when} everybody in the chain had been called, and ${nobody}.`;
  const findings: Finding[] = [{ kind: 'nobody-answered', text }];
  const last = calls.findLast(({ repeat }) => repeat > 0);
  if (last !== undefined)
    findings.push({
      ...{ kind: 'last-called-again', userId: last.userId },
      text: said`${last.name}, the last person who could be called, was called ${last.repeat + 1} times in round ${last.round}.`,
    });
  return findings;
}

/** Finds an alarm that was acknowledged before any message about the alarm had left. */
function stopFindings({ records }: DeliveryContext): Finding[] {
  const stop = deliveryEventsOf(records, 'stopped')[0];
  if (stop?.why !== 'acknowledged' || !records.deliveries.isWhole) return [];
  if (messagesOf(records).some(({ atMs }) => atMs <= stop.atMs)) return [];
  const text = said`The alarm was acknowledged before a message about it had left. Vigil stopped the calls at ${formatInstant(stop.atMs)}.`;
  return [{ kind: 'acknowledged-before-message', text }];
}
