/** `npm run vigil -- explain`: prints what happened to an alarm, and why nobody came. */
import { VigilError } from '../../contracts/errors.ts';
import { explain } from '../../contracts/explain/explain.ts';
import { explanationLines } from '../../contracts/explain/lines.ts';
import { withoutValues } from '../../contracts/explain/without-values.ts';
import { type FoundAlarm, findAlarms, findPlaces, type Place } from '../../log/explain/search.ts';
import { readRecords } from '../../log/explain/sources.ts';
import type { ReadContext } from '../../log/explain/span.ts';
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
import { type ExplainRequest, explainHelp, readRequest } from './arguments.ts';

/** Time between two reports of the progress. */
const progressMs = 5_000;

/** Runs the command. Returns the exit code. */
export async function explainCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const request = readRequest(args);
  if (request === undefined) {
    terminal.writeOut(explainHelp);
    return 0;
  }
  const settings = readVigil(terminal.env);
  const account = await readAccount(settings, request.userId, request.fromStdin, terminal);
  return withOperatorContext(settings, 'explain', terminal, async (context) => {
    await explainAt(context, account, request, Date.now(), zonesNear(accountsFileOf(settings)));
    return 0;
  });
}

async function explainAt(
  context: OperatorContext,
  account: ClaimedAccount,
  { idStart, isJson }: ExplainRequest,
  nowMs: number,
  zoneOfWard: ZoneOfWard,
): Promise<void> {
  const { trail, say } = context;
  const person = await requireRole(context, account, 'explain-alarms', `explain ${idStart}`);
  const progress = startProgress(context);
  try {
    const { alarm, place } = await findVisibleAlarm(context, progress.reading, person, idStart, nowMs);
    await trail.record({
      ...aboutOf(alarm, place),
      actor: person.actor,
      action: 'alarm-explained',
      detail: alarm.condition,
    });
    const records = await readRecords(progress.reading, alarm, place, nowMs);
    const maySeeValues = person.may.includes('view-vitals');
    const explanation = explain(maySeeValues ? records : withoutValues(records));
    if (explanation === undefined)
      throw new VigilError('log-unavailable', 'The events of the alarm cannot be read: try again.');
    const timeZone = zoneOfWard(place.ward);
    if (isJson) say(JSON.stringify(explanation));
    else for (const line of explanationLines(explanation, timeZone)) say(line);
  } finally {
    progress.stop();
  }
}

/**
 * Returns the alarm if exactly one alarm of the person's wards has an id that begins with `idStart`. If only alarms of
 * other wards have such an id, the audit trail records the attempt.
 * @throws VigilError `not-found` for an unknown id, an ambiguous id, and an alarm of another ward. The error has the
 * same text in all three cases, so that the text does not show whether such an alarm exists
 */
async function findVisibleAlarm(
  { trail }: OperatorContext,
  reading: ReadContext,
  person: Person,
  idStart: string,
  nowMs: number,
): Promise<FoundAlarm & { readonly place: Place }> {
  const found = await findAlarms(reading, idStart, nowMs);
  const places = found.length === 0 ? new Map<string, Place>() : await findPlaces(reading, found, nowMs);
  const noPlace: Place = { ward: undefined, bed: undefined, patientId: undefined };
  const placed = found.map((entry) => ({ ...entry, place: places.get(entry.alarm.associationId) ?? noPlace }));
  const visible = placed.filter(({ place }) => hasWard(person, place.ward));
  const [only] = visible;
  if (only !== undefined && visible.length === 1) return only;
  const hidden = placed.find(({ place }) => !hasWard(person, place.ward));
  if (hidden !== undefined && visible.length === 0) {
    const detail = `explain ${idStart}`;
    await trail.record({
      ...aboutOf(hidden.alarm, hidden.place),
      actor: person.actor,
      action: 'access-denied',
      detail,
    });
  }
  throw new VigilError(
    'not-found',
    'No alarm of your wards has this id, or several alarms have an id that begins with it: check the id, or give the whole id.',
  );
}

/** Returns the fields of an audit record that name the alarm and its bed. */
function aboutOf({ alarmId, associationId }: FoundAlarm['alarm'], { ward, patientId }: Place) {
  return { alarmId, associationId, ...(ward !== undefined && { ward }), ...(patientId !== undefined && { patientId }) };
}

/** Reports every few seconds how many records were read. */
function startProgress({ log, logger, sayProgress }: OperatorContext) {
  let count = 0;
  const timer = setInterval(() => sayProgress(`… ${count} records read`), progressMs);
  const reading: ReadContext = {
    ...{ log, logger },
    onBatch(recordCount) {
      count += recordCount;
    },
  };
  return { reading, stop: () => clearInterval(timer) };
}
