/** `npm run vigil -- rejected list|show|redrive`. */
import { VigilError } from '../../contracts/errors.ts';
import type { RejectedRecord } from '../../contracts/messages/records.ts';
import type { RedriveRequest, RedriveResult } from '../../contracts/messages/redrive.ts';
import { visibleText } from '../../contracts/text.ts';
import { admitted, type Claimed, type Desk } from '../desk.ts';
import { appendedDetail, batchMax } from './appended.ts';
import { type Entries, type Filter, nameOf, readEntries } from './entries.ts';
import type { GatewaySide } from './gateway.ts';
import type { Person } from './person.ts';
import { listLine, nothingText, printable } from './words.ts';

/** Maximum of one run, so that memory stays bounded; the rest waits for another run. */
const redriveMax = 5_000;
const redriveBytesMax = 64 * 1024 * 1024;

export async function list({ log, logger, say }: Desk, filter: Filter): Promise<void> {
  const found = await readEntries(log, logger, filter);
  for (const entry of found.entries) say(listLine(entry));
  tell(found, filter, say);
}

/** Contents are a patient's data, so the act is recorded before they are shown. */
export async function show(desk: Desk, claimed: Claimed, filter: Filter): Promise<void> {
  const { log, logger, trail, say } = desk;
  const { actor } = await admit(desk, claimed, 'view-rejected', `show ${filter.ids.join(' ')}`);
  const contents = new Map<string, RejectedRecord>();
  const found = await readEntries(log, logger, filter, (entry, record) => contents.set(entry.id, record));
  requireAll(found, filter);
  for (const entry of found.entries) {
    await trail.record({
      actor,
      action: 'rejected-viewed',
      detail: `${entry.id} of ${entry.deviceId} (${nameOf(entry)})`,
    });
    say(listLine(entry));
    const { topic, payload } = contents.get(entry.id)!;
    say(`topic: ${visibleText(topic)}`);
    say(printable(Buffer.from(payload, 'base64')));
  }
}

/**
 * Sends open entries through the gateway's pipeline again. A second run does no more: it skips readings that are appended by the trail. If
 * a crash lost that entry of the trail, the reading is written again under the same name.
 * @param associationId the association of all of them, as the person says; without it their own time decides
 * @returns whether all of them are in the log now
 */
export async function redrive(
  desk: Desk,
  claimed: Claimed,
  filter: Filter,
  openGateway: () => GatewaySide,
  associationId?: string,
): Promise<boolean> {
  const { log, logger, say } = desk;
  const whose = associationId === undefined ? undefined : `--association ${associationId}`;
  const asked = [filter.ids.join(' '), filter.code, filter.device, whose].filter((one) => one).join(' ');
  const { actor } = await admit(desk, claimed, 'redrive-rejected', `redrive ${asked}`);
  const contents = new Map<string, RejectedRecord>();
  let bytes = 0;
  let left = 0;
  const found = await readEntries(log, logger, filter, ({ id, state }, record) => {
    if (state !== 'open') return;
    bytes += record.payload.length;
    if (contents.size < redriveMax && bytes < redriveBytesMax) contents.set(id, record);
    else left += 1;
  });
  requireAll(found, filter);
  for (const { id, state } of found.entries) {
    if (state === 'redriven') say(`${id}: was sent through before, nothing done`);
    if (state === 'kept') say(`${id}: lies in its topic as it came, nothing done`);
    if (state === 'counted') say(`${id}: stands for messages that were not kept, nothing done`);
  }
  const open = found.entries.filter(({ id }) => contents.has(id));
  if (open.length === 0) {
    say(found.entries.length === 0 ? nothingText(filter) : 'Nothing to send.');
    return true;
  }
  const gateway = openGateway();
  let good = 0;
  try {
    for (let at = 0; at < open.length; at += batchMax) {
      const batch = open.slice(at, at + batchMax);
      const requests = batch.map(({ id, boot, seq }) => ({
        id,
        boot,
        seq,
        record: contents.get(id)!,
        ...(associationId !== undefined && { associationId }),
      }));
      good += await redriveBatch(desk, actor, requests, gateway);
    }
  } finally {
    await gateway.close();
  }
  say(`${good} of ${open.length} sent through.`);
  if (left > 0) say(`${left} more wait: send them with another run.`);
  return good === open.length && left === 0;
}

async function redriveBatch(
  { trail, say }: Desk,
  actor: Person['actor'],
  batch: readonly RedriveRequest[],
  gateway: GatewaySide,
): Promise<number> {
  const action = 'rejected-redriven';
  await trail.record({ actor, action, detail: askedDetail(batch) });
  const results = await gateway.redrive(batch);
  const appended = batch.filter((_, at) => results[at]?.outcome === 'appended');
  if (appended.length > 0) await trail.record({ actor, action, detail: appendedDetail(appended.map(nameOf)) });
  for (const result of results) say(resultLine(result));
  return appended.length;
}

function askedDetail(batch: readonly RedriveRequest[]): string {
  const associationId = batch[0]?.associationId;
  const whose = associationId === undefined ? '' : ` for association ${associationId}`;
  return `asked for ${batch.map(({ id }) => id).join(' ')}${whose}`;
}

function resultLine({ id, outcome, words, place }: RedriveResult): string {
  const where = place ? ` to ${place.topic} as ${place.boot}/${place.seq}` : '';
  const what = { appended: `appended${where}`, invalid: 'still no good', failed: 'failed, send it again' }[outcome];
  return visibleText(`${id}: ${what}${words ? `. ${words}` : ''}`);
}

/** Rejected input is not sorted by ward. @throws VigilError as `admitted` does */
function admit(desk: Desk, claimed: Claimed, permission: string, detail: string): Promise<Person> {
  return admitted(desk, claimed, permission, undefined, `rejected ${detail}`);
}

function requireAll({ entries }: Entries, { ids }: Filter): void {
  const missing = ids.filter((id) => !entries.some((entry) => entry.id === id));
  if (missing.length === 0) return;
  throw new VigilError('not-found', `Nothing rejected lies at ${missing.join(' ')}; see rejected list.`);
}

function tell({ entries, leftOut, unreadable }: Entries, filter: Filter, say: (line: string) => void): void {
  if (entries.length === 0) say(nothingText(filter));
  if (leftOut > 0) say(`${leftOut} older ones are left out: narrow it with --device, --code or --since.`);
  if (unreadable > 0) say(`${unreadable} do not open: their keys were deleted, or they were changed.`);
}
