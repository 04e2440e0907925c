/**
 * `npm run vigil -- delivery reach`: lists, adds, tests and removes the ways to reach persons outside Vigil's own
 * pages.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { VigilError } from '../../../contracts/errors.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { comparableAddress, entriesOfPersonMax } from '../../../contracts/reach-hosts.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Terminal } from '../../../process/terminal.ts';
import {
  accountsFileOf,
  type ClaimedAccount,
  type OperatorContext,
  readAccount,
  requirePermission,
  withOperatorContext,
} from '../../operator-context.ts';
import { accountOf, type KnownAccount } from '../../rejected/person.ts';
import { readVigil } from '../../rejected/settings.ts';
import { type ReachRequest, reachHelp, readReach } from './arguments.ts';
import { addressText, auditText, entryLines, entryOf, readEntries, writeEntry } from './entries.ts';
import { tryEntry } from './try-entry.ts';
import { type CheckedAddress, checkWebhookAddress } from './webhook-address.ts';

type AddRequest = Extract<ReachRequest, { command: 'add-webhook' }>;

/** Runs the command. Returns the exit code. */
export async function reach(args: readonly string[], terminal: Terminal): Promise<number> {
  const request = readReach(args);
  if (request.command === 'help') {
    terminal.writeOut(reachHelp);
    return 0;
  }
  const settings = readVigil(terminal.env);
  if (request.command === 'list')
    return withOperatorContext(settings, 'reach', terminal, (context) => list(context, request.userId));
  const account = await readAccount(settings, request.as, request.fromStdin, terminal);
  switch (request.command) {
    case 'add-webhook': {
      const address = await checkWebhookAddress(request.url, settings, (text) => terminal.writeError(`${text}\n`));
      const person = await accountOf(accountsFileOf(settings), request.userId);
      return withOperatorContext(settings, 'reach', terminal, (context) =>
        addWebhook(context, account, request, address, person),
      );
    }
    case 'remove':
      return withOperatorContext(settings, 'reach', terminal, (context) => remove(context, account, request.reachId));
    case 'test':
      return withOperatorContext(settings, 'reach', terminal, (context) => test(context, account, request.reachId));
  }
}

async function list(context: OperatorContext, userId: string | undefined): Promise<number> {
  const entries = [...(await readEntries(context)).values()];
  const shown = userId === undefined ? entries : entries.filter((entry) => entry.userId === userId);
  if (shown.length === 0) context.say('No entries. Persons are reached only through their open pages of Vigil.');
  for (const line of entryLines(shown)) context.say(line);
  return 0;
}

const requireTechnician = (context: OperatorContext, account: ClaimedAccount, about: string) =>
  requirePermission(context, account, 'set-up-reach', undefined, `delivery reach: ${about}`);

async function addWebhook(
  context: OperatorContext,
  account: ClaimedAccount,
  { label }: AddRequest,
  { url, isLookedUp }: CheckedAddress,
  person: KnownAccount,
): Promise<number> {
  const { say, sayProgress, trail } = context;
  const { userId, name } = person;
  const { actor } = await requireTechnician(context, account, `add a webhook for ${userId}`);
  const entries = [...(await readEntries(context)).values()].filter((entry) => entry.userId === userId);
  const isSame = (entry: ReachEntry) =>
    entry.channel === 'webhook' && comparableAddress(entry.url) === comparableAddress(url);
  const same = entries.find(isSame);
  if (same)
    throw new VigilError(
      'conflict',
      `${userId} has this address already, as the entry ${same.reachId}. Remove it first.`,
    );
  if (entries.length >= entriesOfPersonMax)
    throw new VigilError('conflict', `${userId} has ${entriesOfPersonMax} entries already. Remove one first.`);
  const reachId = randomUUID();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const addedAt = formatInstant(Date.now());
  const entry: ReachEntry = { channel: 'webhook', reachId, userId, name, label, addedAt, url, secret };
  await trail.record({ actor, action: 'reach-added', detail: auditText(entry) });
  await writeEntry(context, reachId, entry);
  if (!isLookedUp)
    sayProgress(
      `The name ${new URL(url).hostname} could not be looked up here. The test shows whether the delivery process knows it.`,
    );
  say(
    `Added: calls of ${name} (${userId}) also go to ${addressText(entry)}, if the delivery policy names \`webhook\`.`,
  );
  say(`Entry:  ${reachId}`);
  say(`Secret: ${secret}`);
  say('Give the secret to the other system now. Vigil does not show it again.');
  say(`Then test it: npm run vigil -- delivery reach test ${reachId} --as ${actor.userId}`);
  return 0;
}

async function remove(context: OperatorContext, account: ClaimedAccount, reachId: string): Promise<number> {
  const { actor } = await requireTechnician(context, account, `remove ${reachId}`);
  const entry = entryOf(await readEntries(context), reachId);
  await context.trail.record({ actor, action: 'reach-removed', detail: auditText(entry) });
  await writeEntry(context, reachId, null);
  context.say(`Removed: ${entry.channel} “${entry.label}” of ${entry.name} (${entry.userId}).`);
  return 0;
}

async function test(context: OperatorContext, account: ClaimedAccount, reachId: string): Promise<number> {
  const { actor } = await requireTechnician(context, account, `test ${reachId}`);
  const entry = entryOf(await readEntries(context), reachId);
  await context.trail.record({ actor, action: 'reach-tested', detail: auditText(entry) });
  return (await tryEntry(context, reachId, Date.now())) ? 0 : 1;
}
