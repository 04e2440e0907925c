/** `npm run vigil -- rejected list|show|redrive`. */
import { VigilError } from '../../contracts/errors.ts';
import type { RejectedRecord } from '../../contracts/messages/records.ts';
import type { RedriveRequest, RedriveResult } from '../../contracts/messages/redrive.ts';
import { visibleText } from '../../contracts/text.ts';
import { type ClaimedAccount, type OperatorContext, requirePermission } from '../operator-context.ts';
import { appendedDetail, batchMax } from './appended.ts';
import { type Entries, type Filter, nameOf, readEntries } from './entries.ts';
import type { GatewaySide } from './gateway.ts';
import { listLine, noMatchText, printableText } from './lines.ts';
import type { Person } from './person.ts';

/**
 * Maximum number and size of the messages that one run sends, to limit the memory. A further run sends the other
 * messages.
 */
const redriveMax = 5_000;
const redriveBytesMax = 64 * 1024 * 1024;

/**
 * Prints one line for each rejected message that passes the filter. Needs no account, because it prints no content of
 * messages.
 */
export async function list({ log, logger, say }: OperatorContext, filter: Filter): Promise<void> {
  const result = await readEntries(log, logger, filter);
  for (const entry of result.entries) say(listLine(entry));
  sayWhatIsMissing(result, filter, say);
}

/**
 * Prints messages with their content, which is data of a patient. Writes a record to the audit trail before it prints a
 * message.
 */
export async function show(context: OperatorContext, account: ClaimedAccount, filter: Filter): Promise<void> {
  const { log, logger, trail, say } = context;
  const { actor } = await requireForAllWards(context, account, 'view-rejected', `show ${filter.ids.join(' ')}`);
  const contents = new Map<string, RejectedRecord>();
  const result = await readEntries(log, logger, filter, (entry, record) => contents.set(entry.id, record));
  requireAllFound(result, filter);
  for (const entry of result.entries) {
    await trail.record({
      actor,
      action: 'rejected-viewed',
      detail: `${entry.id} of ${entry.deviceId} (${nameOf(entry)})`,
    });
    say(listLine(entry));
    const { topic, payload } = contents.get(entry.id)!;
    say(`topic: ${visibleText(topic)}`);
    say(printableText(Buffer.from(payload, 'base64')));
  }
}

/**
 * Sends open messages through the gateway's pipeline again. Skips messages whose readings were appended before,
 * according to the audit trail. If a crash prevented that audit record, the reading is appended again with the same
 * boot and seq, which does no harm.
 * @param associationId the association to which the person assigns all readings; without it, the time in a reading
 * decides
 * @returns false if a message is still rejected, failed, or waits for a further run; true if every sent message was
 * appended, or if no message had to be sent
 */
export async function redrive(
  context: OperatorContext,
  account: ClaimedAccount,
  filter: Filter,
  openGateway: () => GatewaySide,
  associationId?: string,
): Promise<boolean> {
  const { log, logger, say } = context;
  const association = associationId === undefined ? undefined : `--association ${associationId}`;
  const selection = [filter.ids.join(' '), filter.code, filter.device, association].filter((part) => part).join(' ');
  const { actor } = await requireForAllWards(context, account, 'redrive-rejected', `redrive ${selection}`);
  const contents = new Map<string, RejectedRecord>();
  let bytes = 0;
  let waitingCount = 0;
  const result = await readEntries(log, logger, filter, ({ id, state }, record) => {
    if (state !== 'open') return;
    bytes += record.payload.length;
    if (contents.size < redriveMax && bytes < redriveBytesMax) contents.set(id, record);
    else waitingCount += 1;
  });
  requireAllFound(result, filter);
  for (const { id, state } of result.entries) {
    if (state === 'redriven') say(`${id}: not sent, because it was redriven before`);
    if (state === 'kept') say(`${id}: not sent, because its reading is in its topic already`);
    if (state === 'counted') say(`${id}: not sent, because it only counts messages that were not stored`);
  }
  const open = result.entries.filter(({ id }) => contents.has(id));
  if (open.length === 0) {
    say(result.entries.length === 0 ? noMatchText(filter) : 'There is no message to send.');
    return true;
  }
  const gateway = openGateway();
  let appendedCount = 0;
  try {
    for (let first = 0; first < open.length; first += batchMax) {
      const batch = open.slice(first, first + batchMax);
      const requests = batch.map(({ id, boot, seq }) => ({
        id,
        boot,
        seq,
        record: contents.get(id)!,
        ...(associationId !== undefined && { associationId }),
      }));
      appendedCount += await redriveBatch(context, actor, requests, gateway);
    }
  } finally {
    await gateway.close();
  }
  say(`${appendedCount} of ${open.length} messages were appended.`);
  if (waitingCount > 0) say(`${waitingCount} more messages wait: run the command again to send them.`);
  return appendedCount === open.length && waitingCount === 0;
}

/**
 * Sends a batch, and writes to the audit trail before and after the batch. Returns the number of messages whose
 * readings were appended.
 */
async function redriveBatch(
  { trail, say }: OperatorContext,
  actor: Person['actor'],
  batch: readonly RedriveRequest[],
  gateway: GatewaySide,
): Promise<number> {
  const action = 'rejected-redriven';
  await trail.record({ actor, action, detail: requestDetail(batch) });
  const results = await gateway.redrive(batch);
  const appended = batch.filter((_, index) => results[index]?.outcome === 'appended');
  if (appended.length > 0) await trail.record({ actor, action, detail: appendedDetail(appended.map(nameOf)) });
  for (const result of results) say(resultLine(result));
  return appended.length;
}

function requestDetail(batch: readonly RedriveRequest[]): string {
  const associationId = batch[0]?.associationId;
  const association = associationId === undefined ? '' : ` for association ${associationId}`;
  return `asked for ${batch.map(({ id }) => id).join(' ')}${association}`;
}

function resultLine({ id, outcome, words: reason, place }: RedriveResult): string {
  const placeText = place ? ` to ${place.topic} as ${place.boot}/${place.seq}` : '';
  const texts = { appended: `appended${placeText}`, invalid: 'still rejected', failed: 'failed: redrive it again' };
  return visibleText(`${id}: ${texts[outcome]}${reason ? `. ${reason}` : ''}`);
}

/**
 * Returns the person if the account has the permission for all wards, because a rejected message has no ward.
 * @throws as `requirePermission` does
 */
function requireForAllWards(
  context: OperatorContext,
  account: ClaimedAccount,
  permission: string,
  detail: string,
): Promise<Person> {
  return requirePermission(context, account, permission, undefined, `rejected ${detail}`);
}

function requireAllFound({ entries }: Entries, { ids }: Filter): void {
  const unknownIds = ids.filter((id) => !entries.some((entry) => entry.id === id));
  if (unknownIds.length === 0) return;
  throw new VigilError(
    'not-found',
    `There is no rejected message with the id ${unknownIds.join(' ')}: \`npm run vigil -- rejected list\` shows the ids.`,
  );
}

function sayWhatIsMissing(
  { entries, leftOut, unreadable }: Entries,
  filter: Filter,
  say: (line: string) => void,
): void {
  if (entries.length === 0) say(noMatchText(filter));
  if (leftOut > 0)
    say(`${leftOut} older messages are not shown: select fewer messages with --device, --code or --since.`);
  if (unreadable > 0)
    say(`${unreadable} messages cannot be decrypted: their keys were deleted, or somebody changed the messages.`);
}
