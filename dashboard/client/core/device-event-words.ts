/** The events of devices and the reasons of refused messages, in words, and the CSV file of the events. Pure. */
import { csvCell } from '../../../contracts/csv-cell.ts';
import { clockErrorText } from '../../../contracts/device-clock.ts';
import type { DeviceEventGroup, LoggedEventKind } from '../../../contracts/device-event-groups.ts';
import type { DeviceEventRow } from '../../protocol/device-events.ts';
import type { DeviceRow } from './device-rows.ts';
import { serverText } from './server-texts.ts';
import { t, texts } from './texts.ts';
import { dateTimeText } from './times.ts';

/** The groups of events that a person can choose. */
export const eventGroupNames = texts({
  connection: 'Connection',
  clock: 'Clock',
  certificate: 'Certificate',
  firmware: 'Firmware',
  refused: 'Refused messages',
  doubt: 'Doubt about readings',
  place: 'Bed and patient',
}) satisfies Record<DeviceEventGroup, string>;

const kindNames = texts({
  connected: 'connected',
  disconnected: 'disconnected',
  'clock-set-back': 'the clock of the device was set back',
  'clock-wrong': 'the clock of the device is wrong',
  'clock-right': 'the clock of the device is right again',
  'refused-ahead': 'readings refused: the clock is too far ahead',
  'refused-old': 'readings refused: their time is too long ago',
  'certificate-renewed': 'connected with a renewed certificate',
  'certificate-ends-soon': 'the certificate ends soon',
  'firmware-declared': 'firmware first seen',
  'firmware-changed': 'new firmware',
  'messages-refused': 'messages refused',
  'readings-apart': 'readings kept apart: not clear whose they are',
  unattributed: 'readings not shown: not clear whose they are',
  'shared-identity': 'two devices use this certificate',
  'held-back': 'the device sends too much at once',
  assigned: 'assigned to a bed',
  moved: 'moved to another bed',
  corrected: 'patient’s data corrected',
  ended: 'use ended',
}) satisfies Record<LoggedEventKind, string>;

const endNames = texts({
  closed: 'the connection was closed',
  will: 'the connection broke',
  'keep-alive': 'the device sent nothing for too long',
  refused: 'the gateway refused the device',
  'taken-over': 'a newer connection replaced it',
  drained: 'the gateway stopped in order',
}) satisfies Record<NonNullable<DeviceEventRow['reason']>, string>;

/** Why the gateway refuses messages, by the code of the reason. */
const refusalNames = texts({
  'payload-not-json': 'not JSON',
  'payload-not-utf8': 'not UTF-8',
  'payload-schema': 'not in the form of Vigil',
  'payload-too-large': 'too large',
  'code-unknown': 'unknown parameter',
  'unit-unknown': 'unknown unit',
  'value-implausible': 'impossible value',
  'time-invalid': 'wrong time',
  'topic-unknown': 'unknown topic',
  'topic-not-authorized': 'topic of another device',
  'apart-budget-spent': 'too many readings without a clear patient',
  other: 'other reason',
});

export function eventName({ kind }: DeviceEventRow): string {
  return kindNames[kind as LoggedEventKind] ?? kind;
}

/** Returns the reasons, each with its number of messages, for example `wrong time 30, not JSON 2`. */
export function reasonsText(reasons: readonly { readonly code: string; readonly messages: number }[]): string {
  const names: Readonly<Record<string, string>> = refusalNames;
  return reasons
    .map(({ code, messages }) => `${Object.hasOwn(names, code) ? names[code] : code} ${messages}`)
    .join(', ');
}

/** Returns the details of an event; empty if the event has no details. */
export function eventDetails(row: DeviceEventRow): string {
  const { reason, firmware, firmwareBefore, clockErrorMs, certificateEndsAt, messages, from, reasons, leftOut } = row;
  const parts: (string | undefined)[] = [
    reason && endNames[reason],
    firmware === undefined || firmwareBefore === undefined ? firmware : `${firmwareBefore} → ${firmware}`,
    clockErrorMs === undefined ? undefined : serverText(clockErrorText(clockErrorMs)),
    certificateEndsAt && t('ends {time}', { time: dateTimeText(Date.parse(certificateEndsAt)) }),
    messages === undefined ? undefined : t('1 message|{n} messages', { n: messages }),
    from && t('since {when}', { when: dateTimeText(Date.parse(from)) }),
    reasons && reasonsText(reasons),
    leftOut === undefined
      ? undefined
      : t(
          '{n} earlier event is not listed, because there were too many|{n} earlier events are not listed, because there were too many',
          {
            n: leftOut,
          },
        ),
  ];
  return parts.filter(Boolean).join(' · ');
}

/** Returns a sentence about the messages of the last day that were refused. */
export function refusedText({ refused }: DeviceRow['facts']): string {
  if (refused === null) return t('Refused messages: this server still reads the log.');
  const apart =
    refused.apart === 0
      ? ''
      : ` ${t('{n} reading was kept apart: its patient is not clear.|{n} readings were kept apart: their patient is not clear.', { n: refused.apart })}`;
  if (refused.messages === 0 || refused.lastAt === null) return t('Refused messages of the last day: none.') + apart;
  return (
    t('Refused messages of the last day: {count} ({reasons}), the last at {time}.', {
      count: refused.messages,
      reasons: reasonsText(refused.reasons),
      time: dateTimeText(Date.parse(refused.lastAt)),
    }) + apart
  );
}

/** Returns the events as a CSV file (RFC 4180), with times in UTC. */
export function eventsCsv(rows: readonly DeviceEventRow[]): string {
  const lines = rows.map((row) =>
    [row.at, row.deviceId, row.kind, eventName(row), eventDetails(row)].map(csvCell).join(','),
  );
  return `${['time,device,kind,event,details', ...lines].join('\r\n')}\r\n`;
}
