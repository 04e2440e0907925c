/** `npm run vigil -- strip`: writes the waves around the onset of an alarm as a PDF. */
import type { AlarmSpan } from '../../contracts/alarm-places.ts';
import { VigilError } from '../../contracts/errors.ts';
import { createInstantText } from '../../contracts/explain/durations.ts';
import { missingStrip } from '../../contracts/strip-state.ts';
import { missingStripTexts } from '../../contracts/strip-words.ts';
import { parseInstant } from '../../contracts/time.ts';
import { type FoundAlarm, findAlarms } from '../../log/explain/search.ts';
import { type FoundStrip, findStrip, hasRightDigest } from '../../log/strips/find-strip.ts';
import type { Terminal } from '../../process/terminal.ts';
import { type ZoneOfWard, zonesNear } from '../../process/ward-zones.ts';
import {
  accountsFileOf,
  type ClaimedAccount,
  hasWard,
  type OperatorContext,
  readAccount,
  requireRole,
  withOperatorContext,
} from '../operator-context.ts';
import type { Person } from '../rejected/person.ts';
import { readVigil } from '../rejected/settings.ts';
import { readRequest, type StripRequest, stripHelp } from './arguments.ts';
import { listForPerson } from './list.ts';
import { stripPdf } from './pdf.ts';
import { type FoundSubject, findSubject, firstOnsetSpan } from './subject.ts';
import { checkTarget, writeWholeFile } from './whole-file.ts';

/** Runs the command. Returns the exit code. */
export async function stripCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const request = readRequest(args);
  if (request === undefined) {
    terminal.writeOut(stripHelp);
    return 0;
  }
  if (request.search === undefined) checkTarget(request);
  const settings = readVigil(terminal.env);
  const account = await readAccount(settings, request.userId, request.fromStdin, terminal);
  return withOperatorContext(settings, 'strip', terminal, async (context) => {
    const zoneOfWard = zonesNear(accountsFileOf(settings));
    if (request.search === undefined) {
      await printStrip(context, account, request, Date.now(), zoneOfWard);
      return 0;
    }
    const about = 'list of strips';
    const person = await requireRole(context, account, 'view-patients', about);
    await listForPerson(context, person, request.search, Date.now(), zoneOfWard);
    return 0;
  });
}

/** An alarm that the person may see, and its patient and bed at a time. */
type VisibleAlarm = FoundAlarm & { readonly subjectAt: (span: AlarmSpan) => FoundSubject };

async function printStrip(
  context: OperatorContext,
  account: ClaimedAccount,
  request: StripRequest,
  nowMs: number,
  zoneOfWard: ZoneOfWard,
): Promise<void> {
  const { onset, idStart } = request;
  const person = await requireRole(context, account, 'view-patients', `strip ${idStart}, onset ${onset}`);
  const found = await findVisibleAlarm(context, person, request, nowMs);
  const { alarm } = found;
  const firstSubject = found.subjectAt(firstOnsetSpan(alarm));
  const raisedMs = parseInstant(alarm.raisedAt) ?? nowMs;
  const read = await findStrip(readingOf(context), { alarmId: alarm.alarmId, raisedMs }, onset);
  // At a later onset the patient may have been in another ward. Only the strip has the time of a later onset.
  const wallMs = parseInstant(read.strip?.onsetWallAt ?? '');
  const subject =
    onset === 1
      ? firstSubject
      : wallMs === undefined
        ? { ...firstSubject, ward: undefined, bed: undefined }
        : found.subjectAt({ fromMs: wallMs, toMs: wallMs });
  if (!seesSubject(person, subject)) throw await refused(context, person, found, subject, request);
  // The look is in the audit trail before the person gets the file, or the reason why there is no strip.
  await context.trail.record({
    ...aboutOf(found, subject),
    actor: person.actor,
    action: 'strip-viewed',
    detail: `${alarm.condition}, onset ${onset}, as PDF`,
  });
  const { strip, recordDigest } = usableStrip(read, { kind: alarm.kind, raisedMs }, onset, nowMs);
  const instantText = createInstantText(zoneOfWard(subject.ward));
  const { name, userId } = person.actor;
  const printed = { strip, recordDigest, subject, printedBy: `${name} (${userId})`, printedMs: nowMs, instantText };
  writeWholeFile(request, await stripPdf(printed));
  context.say(`${request.file} has the strip of the alarm ${alarm.alarmId}, onset ${onset}.`);
}

/**
 * Returns the strip.
 * @throws VigilError if there is no strip, or if its digest does not belong to its samples: such a strip must not be
 *   printed
 */
function usableStrip(
  found: FoundStrip,
  alarm: Parameters<typeof missingStrip>[0],
  onset: number,
  nowMs: number,
): { readonly strip: NonNullable<FoundStrip['strip']>; readonly recordDigest: string } {
  const { strip, recordDigest } = found;
  if (strip === undefined || recordDigest === undefined)
    throw new VigilError('not-found', missingStripTexts[missingStrip(alarm, onset, found, nowMs)]);
  if (!hasRightDigest(strip))
    throw new VigilError(
      'sealed-tampered',
      'The digest of the strip does not belong to its samples, so nothing was written: inform the operator.',
    );
  return { strip, recordDigest };
}

/**
 * Returns the alarm whose id begins with `idStart`. No other alarm of any ward may have such an id, and the person must
 * have a ward in which the bed was. If the person has no such ward, the audit trail records the attempt.
 * @throws VigilError `not-found` for an unknown id, an ambiguous id, and an alarm of another ward, always with the same
 * text
 */
async function findVisibleAlarm(
  context: OperatorContext,
  person: Person,
  request: StripRequest,
  nowMs: number,
): Promise<VisibleAlarm> {
  const reading = readingOf(context);
  const alarms = await findAlarms(reading, request.idStart, nowMs);
  const [only] = alarms;
  // Each alarm would need a search of its own. So if several alarms match, the person must give the whole id, even if
  // only one of these alarms is of her or his wards.
  if (only === undefined || alarms.length > 1) throw notFound();
  const found = { ...only, subjectAt: await findSubject(reading, only, nowMs) };
  const subject = found.subjectAt(firstOnsetSpan(only.alarm));
  if (!seesSubject(person, subject)) throw await refused(context, person, found, subject, request);
  return found;
}

/**
 * Returns whether the person may see a ward in which the patient was. If no ward is known, only an account that may see
 * every ward sees the alarm.
 */
function seesSubject(person: Person, { wards }: FoundSubject): boolean {
  return hasWard(person, undefined) || wards.some((ward) => hasWard(person, ward));
}

/** Records the attempt, and returns the error for the person. */
async function refused(
  { trail }: OperatorContext,
  person: Person,
  found: FoundAlarm,
  subject: FoundSubject,
  { idStart, onset }: StripRequest,
): Promise<VigilError> {
  const detail = `strip ${idStart}, onset ${onset}`;
  await trail.record({ ...aboutOf(found, subject), actor: person.actor, action: 'access-denied', detail });
  return notFound();
}

function notFound(): VigilError {
  return new VigilError(
    'not-found',
    'No alarm of your wards has this id, or several alarms have ids that begin so: check the id, or give all of it.',
  );
}

const readingOf = ({ log, logger }: OperatorContext) => ({ log, logger, onBatch: () => undefined });

/** Returns the fields of an audit record that name the alarm and its bed. */
function aboutOf({ alarm: { alarmId, associationId } }: FoundAlarm, { ward, bed, patientId }: FoundSubject) {
  return {
    ...{ alarmId, associationId },
    ...(ward !== undefined && { ward }),
    ...(bed !== undefined && { bed }),
    ...(patientId !== undefined && { patientId }),
  };
}
