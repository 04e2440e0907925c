/** Makes the texts of `vigil delivery who`: who would be called for an alarm. Pure. */
import type { CallPlan, PlannedCall } from '../../contracts/call-order.ts';
import { canAnswer } from '../../contracts/delivery-policy.ts';
import { visibleText } from '../../contracts/text.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { WhoRequest } from './arguments.ts';

const header = ['after', 'person', 'account', 'duty', 'channels', 'waits'];

/** The accounts are in a file of the dashboard, which this command does not read. */
const accountsNote =
  'Accounts are not checked: a person whose account was disabled or has lost the ward is listed, too. The ward screens name such a person.';

const standingTexts = {
  accepted: '',
  overdue: ' (shift is over, nobody has taken over)',
  'not-accepted': ' (has not accepted)',
  away: ' (away)',
} as const;

/** Returns the plan as lines: the alarm, a table with one line for each call, and what happens if nobody answers. */
export function linesOf(request: WhoRequest, policyVersion: string, plan: CallPlan): string[] {
  const { ward, bed, priority, kind, atMs } = request;
  const alarm = `A ${kind} alarm of ${priority} priority at ${visibleText(bed)} (${visibleText(ward)}) at ${formatInstant(atMs)}, policy ${visibleText(policyVersion)}:`;
  if ('notSent' in plan) return [alarm, `Nobody is called. ${visibleText(plan.notSent)}`];
  return [
    alarm,
    ...(plan.calls.length === 0 ? [] : table([header, ...plan.calls.map(rowOf)])),
    ...plan.empty.map(
      ({ step, duty, away }) =>
        `Step ${step + 1} calls nobody: ${away.length === 0 ? `the bed has no ${duty}, or an earlier step calls this person` : `${away.map(visibleText).join(', ')} (${duty}) is away`}.`,
    ),
    visibleText(plan.end),
    ...(plan.calls.length === 0 ? [] : [accountsNote]),
  ];
}

function rowOf({ afterMs, person, duty, channels, waitMs }: PlannedCall): string[] {
  return [
    `${afterMs / 1000} s`,
    `${visibleText(person.name)}${standingTexts[person.standing]}`,
    person.userId,
    duty,
    channels.map((channel) => (canAnswer(channel) ? channel : `${channel} (cannot answer)`)).join(', '),
    waitMs === 0 ? '-' : `${waitMs / 1000} s`,
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Returns the plan as one line of JSON. */
export function jsonOf({ atMs, isJson: _, ...alarm }: WhoRequest, policyVersion: string, plan: CallPlan): string {
  return JSON.stringify({
    alarm: { ...alarm, at: formatInstant(atMs) },
    policyVersion,
    accountsChecked: false,
    ...plan,
  });
}
