/** The titles of the parts of an explanation. The command and the page use the same titles. */
import type { Standing } from '../duties.ts';
import type { DeliveryChannel } from '../messages/delivery-policy.ts';
import type { StepName } from './chain.ts';
import type { LookKind } from './lookers.ts';
import type { LogPart } from './records.ts';

export const stepTitles: Readonly<Record<StepName, string>> = {
  onset: 'Condition began (device time)',
  determined: 'Delay of the limit passed (device time)',
  received: 'Gateway received that value',
  logged: 'That value was in the log',
  raised: 'Engine raised the alarm',
  published: 'Event was in the log',
  painted: 'First screen had painted it',
  sounded: 'First screen sounded it',
  called: 'First person was called',
  sent: 'First message had left',
  taken: 'A service had the message',
  'on-device': 'A device of the person had it',
  seen: 'A page of the person showed it',
  accepted: 'A person accepted',
  asked: 'Acknowledgement was asked for',
  answered: 'Engine accepted the acknowledgement',
  resolved: 'Condition ended',
  cleared: 'Alarm left the screens',
};

export const lookTitles: Readonly<Record<LookKind, string>> = {
  ward: 'opened the ward',
  patient: 'opened the patient',
  act: 'acted at the bed',
  screen: 'had a screen that painted it',
  call: 'had a page that showed the call',
};

/** The answer `no-person` about who could see an alarm. */
export const noPersonText =
  'No person had the ward or the patient open: no record of the audit trail is missing. Whether a wall display showed the alarm is not known.';

export const standingTitles: Readonly<Record<Standing, string>> = {
  accepted: 'accepted',
  overdue: 'shift over, and nobody has taken over',
  'not-accepted': 'not accepted',
  away: 'away',
};

/** The topics of the parts of the log. */
export const logPartTitles: Readonly<Record<LogPart, string>> = {
  alarms: 'alarms',
  commands: 'commands',
  observations: 'observations',
  deliveries: 'deliveries',
  pages: 'delivery-commands',
  assignments: 'assignments',
  audit: 'audit',
};

export const channelTitles: Readonly<Record<DeliveryChannel, string>> = {
  screen: 'page in a browser',
  push: 'push service',
  mail: 'mail server',
  webhook: 'other system (webhook)',
};
