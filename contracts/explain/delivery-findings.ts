/** Returns the findings about the policy, the delivery process and the persons on duty for an alarm. */
import { quietReason } from '../alarm-calls.ts';
import type { CallChain } from '../messages/delivery-policy.ts';
import { formatInstant, parseInstant } from '../time.ts';
import { type CallStory, deliveryEventsOf, messagesOf } from './calls.ts';
import { durationText } from './durations.ts';
import { type Finding, slowMs } from './finding.ts';
import type { History } from './history.ts';
import type { OnDuty, PersonOnDuty } from './on-duty.ts';
import type { AlarmRecords } from './records.ts';
import { said, words } from './said.ts';

export type DeliveryContext = {
  readonly records: AlarmRecords;
  readonly history: History;
  readonly calls: readonly CallStory[];
  readonly onDuty: OnDuty | undefined;
};

export function deliveryFindings(context: DeliveryContext): Finding[] {
  return [...policyFindings(context), ...processFindings(context), ...ageFindings(context), ...dutyFindings(context)];
}

function policyFindings({ records }: DeliveryContext): Finding[] {
  return deliveryEventsOf(records, 'not-sent').map(({ reason, atMs }) => ({
    kind: reason.startsWith('Quiet hours') ? 'quiet-hours' : 'policy-not-sent',
    text: said`At ${formatInstant(atMs)} the delivery policy said that this alarm calls nobody: ${reason}`,
  }));
}

/** Finds whether the delivery process read the alarm in time. */
function processFindings({ records, history }: DeliveryContext): Finding[] {
  const { alarms, deliveries } = records;
  if (!alarms.isWhole || !deliveries.isWhole) return [];
  const calling = history.events.find(({ body }) => quietReason(body.alarm) === null);
  if (calling === undefined) return [];
  const seen = deliveryEventsOf(records, 'alarm-seen');
  if (seen.length === 0) {
    const untilMs = Math.min(records.readUntilMs, history.clearedMs ?? records.readUntilMs);
    if (untilMs - calling.appendedMs <= slowMs) return [];
    return [
      {
        kind: 'no-delivery',
        text: said`Up to ${formatInstant(records.readUntilMs)}, the delivery process wrote nothing about the alarm, so it called nobody.`,
      },
    ];
  }
  const firstMs = seen[0]!.appendedMs - calling.appendedMs;
  if (firstMs > slowMs) {
    const text = said`The delivery process was behind or did not run: it took the alarm ${durationText(firstMs)} after the log had it.`;
    return [{ kind: 'delivery-behind', text }];
  }
  const later = seen.flatMap(({ rev, appendedMs }) => {
    const event = history.events.find(({ body }) => body.alarm.rev === rev);
    const ms = event === undefined ? 0 : appendedMs - event.appendedMs;
    return ms > slowMs ? [{ rev, ms }] : [];
  })[0];
  if (later === undefined) return [];
  const text = said`The delivery process was behind or did not run: it took revision ${later.rev} of the alarm ${durationText(later.ms)} after the log had it.`;
  return [{ kind: 'delivery-behind', text }];
}

function ageFindings({ records, calls }: DeliveryContext): Finding[] {
  return deliveryEventsOf(records, 'expired').map(({ atMs }) => ({
    // If records are missing, there may have been an earlier call. Then only the weaker finding is proved.
    kind: records.deliveries.isWhole && !calls.some(({ calledMs }) => calledMs <= atMs) ? 'too-old' : 'calls-expired',
    text: said`At ${formatInstant(atMs)} the alarm was too old to be sent. Vigil called nobody about it from then on.`,
  }));
}

/** Returns the chain of the first round; undefined if an earlier round may be missing. */
export function firstChain(records: AlarmRecords): CallChain | undefined {
  return records.deliveries.isWhole ? deliveryEventsOf(records, 'round-started')[0]?.chain : undefined;
}

function dutyFindings({ records, onDuty }: DeliveryContext): Finding[] {
  if (onDuty === undefined) return [];
  const { ward, bed, takesPart, takesPartSinceMs, atMs } = onDuty;
  const when = formatInstant(atMs);
  if (!takesPart) {
    const text = said`Up to ${when}, ward ${ward} had no assignments. Vigil calls nobody for the alarms of such a ward.`;
    return [{ kind: 'ward-without-assignments', text }];
  }
  const chain = firstChain(records);
  if (chain === undefined) return [];
  const isAtEnd = deliveryEventsOf(records, 'chain-ended').length > 0;
  const findings: Finding[] = [];
  if (takesPartSinceMs !== undefined) {
    const since = formatInstant(takesPartSinceMs);
    const text = said`Ward ${ward} had no assignments when the alarm was raised. Its first assignment was made at ${since}; until then, Vigil called nobody for its alarms.`;
    findings.push({ kind: 'ward-without-assignments', text });
  }
  const seen = new Set<string>();
  for (const [index, { duty }] of chain.steps.entries()) {
    if (seen.has(duty)) continue;
    seen.add(duty);
    const persons = onDuty.persons.filter((person) => person.duty === duty);
    // A duty later in the chain matters only if the chain came to its end.
    if (persons.length === 0 && (index === 0 || isAtEnd))
      findings.push({
        kind: 'nobody-assigned',
        text: said`At ${when} nobody had the duty ${words(duty)} for bed ${bed}.`,
      });
    const isAllAway = persons.length > 0 && persons.every(({ standing }) => standing === 'away');
    if (isAllAway && (index === 0 || isAtEnd))
      for (const person of persons) findings.push({ kind: 'away-without-cover', ...awayText(person, when) });
    if (index === 0) findings.push(...standingFindings(persons, when));
  }
  return findings;
}

function awayText({ userId, name, duty, away }: PersonOnDuty, when: string): Pick<Finding, 'text' | 'userId'> {
  const until = away === undefined ? '' : said` until ${formatInstant(away.untilMs)}`;
  const cover =
    away?.coverName === undefined
      ? words('and had named no cover')
      : said`and the cover, ${away.coverName}, ${words(away.coverFault ?? 'was not called')}`;
  return { userId, text: said`At ${when} ${name}, who had the duty ${words(duty)}, was away${until}, ${cover}.` };
}

/** Finds persons of the first step who do not cover the bed. Vigil still calls these persons rather than nobody. */
function standingFindings(persons: readonly PersonOnDuty[], when: string): Finding[] {
  if (persons.some(({ standing }) => standing === 'accepted')) return [];
  return persons.flatMap(({ userId, name, duty, standing, assignment }): Finding[] => {
    switch (standing) {
      case 'not-accepted': {
        const text = said`At ${when} ${name} was assigned as ${words(duty)} and had not accepted.`;
        return [{ kind: 'not-accepted', userId, text }];
      }
      case 'overdue': {
        const text = said`The shift of ${name} as ${words(duty)} had ended at ${formatInstant(assignment.untilMs)}, and nobody had taken over.`;
        return [{ kind: 'shift-over', userId, text }];
      }
      default:
        return [];
    }
  });
}

/**
 * Returns when the first message about the alarm left; undefined if no message is known, or if an earlier message may
 * be missing.
 */
export function firstMessageMs(records: AlarmRecords): number | undefined {
  return records.deliveries.isWhole ? messagesOf(records)[0]?.atMs : undefined;
}

/** Returns when the alarm was acknowledged, as the engine's events show, ms since 1970. */
export function acknowledgedMs({ events }: History): number | undefined {
  const event = events.find(({ body }) => body.type === 'acknowledged');
  return event === undefined ? undefined : parseInstant(event.body.alarm.acknowledgedAt ?? event.body.at);
}
