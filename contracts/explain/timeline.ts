/**
 * Makes the timeline: what happened to an alarm and at its bed, in the order of time. Updates that follow each other
 * and only change the value have one line together.
 */

import { lateMsMax } from '../device-clock.ts';
import type { AlarmEvent, LimitsInForce } from '../messages/alarms.ts';
import { parameters } from '../parameters.ts';
import { parseInstant } from '../time.ts';
import { deliveryLines } from './delivery-lines.ts';
import { durationText } from './durations.ts';
import { afterEndMsMax, firstOfEachRevision, type History, type TimelineLine, type WrittenLine } from './history.ts';
import type { AlarmRecords, Logged } from './records.ts';
import { refusalsOf, requestsOf } from './requests.ts';
import { type Said, said, withEnglish, words } from './said.ts';

/** How long before the onset the timeline begins to show events at the bed, ms (our choice). */
const limitsLeadMs = 3_600_000;

export function timelineOf(records: AlarmRecords, history: History): WrittenLine[] {
  const atBed = [
    ...pauseLines(records),
    ...standbyLines(records),
    ...limitLines(records, history),
    ...connectionLines(records),
    ...lateLines(records),
  ];
  // Events at the bed long before or after the alarm explain nothing.
  const fromMs = Math.min(parseInstant(history.first.onsetAt) ?? history.raisedMs, history.raisedMs) - limitsLeadMs;
  const lines = [
    ...atBed.filter(({ atMs }) => atMs >= fromMs && atMs <= history.untilMs),
    ...acknowledgementLines(records).filter(({ atMs }) => atMs <= history.untilMs + afterEndMsMax),
    ...deliveryLines(records).filter(({ atMs }) => atMs <= history.untilMs + afterEndMsMax),
    ...eventLines(history),
  ];
  return lines.sort((a, b) => a.atMs - b.atMs).map(withEnglish);
}

function eventLines({ events }: History): TimelineLine[] {
  const lines: TimelineLine[] = [];
  let updates = 0;
  for (const [index, event] of events.entries()) {
    const { body, appendedMs } = event;
    const before = events[index - 1]?.body;
    if (before !== undefined && body.alarm.rev !== before.alarm.rev + 1)
      lines.push({ atMs: appendedMs, text: missingText(before.alarm.rev + 1, body.alarm.rev - 1) });
    const text = eventText(body, before);
    if (text === undefined) {
      updates += 1;
      if (events[index + 1] !== undefined && eventText(events[index + 1]!.body, body) === undefined) continue;
      lines.push({
        atMs: appendedMs,
        text:
          updates === 1
            ? said`One update of the value, now: ${words(body.alarm.text)}`
            : said`${updates} updates of the value, now: ${words(body.alarm.text)}`,
      });
      updates = 0;
    } else lines.push({ atMs: appendedMs, text: said`${text}${engineTimeText(event)}` });
  }
  return lines;
}

const missingText = (first: number, last: number) =>
  first === last ? said`Revision ${first} is not known` : said`Revisions ${first} to ${last} are not known`;

/** Returns the engine's time of an event as text, if it differs from the time in the log. */
function engineTimeText({ body, appendedMs }: Logged<AlarmEvent>): Said {
  const differenceMs = appendedMs - Date.parse(body.at);
  return Math.abs(differenceMs) < 1000 ? '' : said` (the engine's time is ${body.at})`;
}

/** Returns the text of an event; undefined for an update that only changes the value. */
function eventText({ type, alarm }: AlarmEvent, before: AlarmEvent | undefined): Said | undefined {
  switch (type) {
    case 'raised':
      return said`Raised: ${words(alarm.text)}, priority ${words(alarm.priority)}${limitText(alarm)}`;
    case 'escalated':
      return said`Escalated, step ${alarm.escalation}: nobody had acknowledged it`;
    case 'acknowledged':
      return said`Acknowledged by ${alarm.acknowledgedBy?.name ?? words('a person who is not known')}`;
    case 'realarmed':
      return words('Called again: it was acknowledged, and its condition is still there');
    case 'audio-paused':
      return said`Sound paused until ${alarm.audioPausedUntil ?? words('a time that is not known')}`;
    case 'resolved':
      return said`Condition ended${alarm.signal === 'latched' ? words('; the alarm stays until a person acknowledges it') : ''}`;
    case 'cleared':
      return words('Removed from the screens');
    case 'updated':
      return before === undefined ? undefined : updateText(before.alarm, alarm);
  }
}

function updateText(before: AlarmEvent['alarm'], alarm: AlarmEvent['alarm']): Said | undefined {
  if (alarm.onsets > before.onsets)
    return said`Condition began again, for the ${alarm.onsets}. time: ${words(alarm.text)}`;
  if (alarm.priority !== before.priority) return said`Priority is now ${words(alarm.priority)}: ${words(alarm.text)}`;
  if (alarm.under !== undefined && alarm.under !== before.under)
    return said`Under another alarm, ${alarm.under}, which sounds instead`;
  if (alarm.signal !== before.signal)
    return alarm.signal === 'off' && alarm.present
      ? words('Does not call now: another alarm calls instead, or the bed is on standby')
      : said`Signal is now ${words(alarm.signal)}`;
  return before.audioPausedUntil !== undefined && alarm.audioPausedUntil === undefined
    ? words('Sound is on again')
    : undefined;
}

const limitText = ({ limit, unit }: AlarmEvent['alarm']): Said =>
  limit === undefined ? '' : said`, limit ${limit}${unit === undefined ? '' : ` ${unit}`}`;

/** Returns the lines about acknowledgements: the requests and the refusals. */
function acknowledgementLines(records: AlarmRecords): TimelineLine[] {
  const requests = [...requestsOf(records).values()].filter(({ alarmId }) => alarmId === records.alarmId);
  const asked = requests.map(({ atMs, name }) => ({ atMs, text: said`${name} asked to acknowledge it` }));
  const refused = refusalsOf(records).map(({ request, answer, appendedMs }) => ({
    atMs: appendedMs,
    text: said`The acknowledgement by ${request.name} was refused: ${answer.reason ?? words('no reason is recorded.')}`,
  }));
  return [...asked, ...refused];
}

function pauseLines(records: AlarmRecords): TimelineLine[] {
  return [...requestsOf(records).values()]
    .filter(({ type }) => type === 'pause-audio')
    .map(({ atMs, name }) => ({ atMs, text: said`${name} asked to pause the sound of the bed` }));
}

function standbyLines({ alarms }: AlarmRecords): TimelineLine[] {
  return firstOfEachRevision(alarms.standbys, ({ rev }) => rev).map(({ body: { standby }, appendedMs }) => ({
    atMs: appendedMs,
    text:
      standby === null
        ? words('Standby ended')
        : said`Standby began, until ${standby.until}, by ${standby.by.name}: ${standby.reason}`,
  }));
}

/** Returns a line for each change of the limits of the alarm's parameter. */
function limitLines({ alarms }: AlarmRecords, { first }: History): TimelineLine[] {
  const group = first.code === undefined ? undefined : parameters.get(first.code)?.limits;
  const changes = new Map<string, TimelineLine>();
  for (const { body } of alarms.limits) {
    const inForce = body.groups.find((entry) => entry.group === group);
    if (inForce?.changed === undefined || changes.has(inForce.changed.at)) continue;
    const { at, by } = inForce.changed;
    const text = said`Limits of ${inForce.group} changed by ${by.name}: ${limitsText(inForce)}`;
    changes.set(at, { atMs: parseInstant(at) ?? 0, text });
  }
  return [...changes.values()];
}

function limitsText({ limits, off }: LimitsInForce['groups'][number]): Said {
  if (off !== undefined)
    return said`switched off${off.until === undefined ? '' : said` until ${off.until}`}, reason: ${off.reason}`;
  const parts = [
    limits.low === undefined ? undefined : said`low ${limits.low}`,
    limits.high === undefined ? undefined : said`high ${limits.high}`,
  ].filter((part) => part !== undefined);
  const [first, second] = parts;
  if (first === undefined) return words('no plain limits');
  return second === undefined ? first : said`${first}, ${second}`;
}

function connectionLines({ observations }: AlarmRecords): TimelineLine[] {
  return observations.connections.map(({ body, appendedMs }) => ({
    atMs: appendedMs,
    text: body.connected
      ? words('Device connected')
      : said`A connection of the device ended${body.reason === undefined ? '' : said` (${words(body.reason)})`}`,
  }));
}

/** Returns one line about all readings that reached the gateway late. */
function lateLines({ observations }: AlarmRecords): TimelineLine[] {
  const late = observations.readings.filter(({ measuredMs, receivedMs }) => receivedMs - measuredMs > lateMsMax);
  const first = late[0];
  if (first === undefined) return [];
  const mostMs = late.reduce((most, { measuredMs, receivedMs }) => Math.max(most, receivedMs - measuredMs), 0);
  const count = late.length === 1 ? words('One reading') : said`${late.length} readings`;
  const text = said`${count} around the onset reached the gateway late, up to ${durationText(mostMs)} after the device time`;
  return [{ atMs: first.appendedMs, text }];
}
