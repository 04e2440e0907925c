/** `npm run vigil -- strip --bed B --at T`: lists the strips of a bed or of a patient at a time. */
import { minuteMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import { createInstantText } from '../../contracts/explain/durations.ts';
import { stripContentTexts } from '../../contracts/strip-words.ts';
import { visibleText } from '../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import { type ListedStrip, listStrips, type StripsList } from '../../log/strips/list-strips.ts';
import type { ZoneOfWard } from '../../process/ward-zones.ts';
import { hasWard, type OperatorContext } from '../operator-context.ts';
import type { Person } from '../rejected/person.ts';
import type { StripSearch } from './arguments.ts';
import { readTables } from './subject.ts';

/** How far the search reaches before and after the given time, ms. */
const aroundMs = 30 * minuteMs;

/**
 * Lists the strips on the terminal, and returns them. The audit trail records the search before the person sees its
 * answer.
 */
export async function listForPerson(
  context: OperatorContext,
  person: Person,
  search: StripSearch,
  nowMs: number,
  zoneOfWard: ZoneOfWard,
): Promise<StripsList> {
  const { trail, say, log, logger } = context;
  const { atMs, ward, bed, patientId } = search;
  const where = {
    ...(ward !== undefined && { ward }),
    ...(bed !== undefined && { bed }),
    ...(patientId !== undefined && { patientId }),
  };
  const span = { fromMs: atMs - aroundMs, toMs: atMs + aroundMs };
  const detail = `strips from ${formatInstant(span.fromMs)} to ${formatInstant(span.toMs)}`;
  if (ward !== undefined && !hasWard(person, ward)) {
    await trail.record({ ...where, actor: person.actor, action: 'access-denied', detail });
    throw new VigilError('not-found', 'No strip of your wards was found.');
  }
  const reading = { log, logger, onBatch: () => undefined };
  const tables = await readTables(reading, undefined, nowMs);
  const list = await listStrips(reading, tables, { ...span, ...where }, (name) => hasWard(person, name ?? undefined));
  const patients = [...new Set(list.strips.flatMap(({ patient }) => (patient ? [patient.patientId] : [])))];
  const shown = `${detail}: ${list.strips.length} shown`;
  await trail.record({ ...where, actor: person.actor, action: 'alarms-reviewed', patients, detail: shown });
  for (const line of listLines(list, { ...span, ward }, zoneOfWard)) say(line);
  return list;
}

type Searched = { readonly fromMs: number; readonly toMs: number; readonly ward: string | undefined };

/**
 * Returns the lines of the list. The first line shows how the typed time was understood, because this machine may be in
 * another zone than the ward. Control characters of names are made visible.
 */
export function listLines(
  { strips, isCut, isWhole }: StripsList,
  { fromMs, toMs, ward }: Searched,
  zoneOfWard: ZoneOfWard,
): string[] {
  const searchedText = createInstantText(zoneOfWard(ward ?? strips[0]?.places[0]?.ward));
  const lines = [`Searched from ${searchedText(fromMs)} to ${searchedText(toMs)}.`];
  const rows = strips.map((strip) => lineOf(strip, createInstantText(zoneOfWard(strip.places[0]?.ward))));
  lines.push(...rows);
  if (strips.length === 0) lines.push('No strip of your wards was found.');
  if (isCut) lines.push('Older strips of this time are left out.');
  if (!isWhole) lines.push('Strips may be missing: Kafka keeps them for 30 days, and some may be unreadable.');
  return lines;
}

function lineOf(strip: ListedStrip, instantText: (ms: number) => string): string {
  const { alarmId, onset, onsetWallAt, alarm, content, places, patient } = strip;
  return [
    instantText(parseInstant(onsetWallAt) ?? 0),
    `${alarm.priority}: ${visibleText(alarm.text)}`,
    ...places.map(({ ward, bed }) => visibleText(bed === null ? ward : `${ward} ${bed}`)),
    patient === null ? 'no patient' : visibleText(patient.patientId),
    `${alarmId} --onset ${onset}`,
    ...(content === 'waves' ? [] : [stripContentTexts[content]]),
  ].join(' · ');
}
