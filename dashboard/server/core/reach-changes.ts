/**
 * Decides whether a person may add an entry with which Vigil reaches the person. A person can change only her or his
 * own entries, so a stolen session cannot redirect the alarms of others. Pure.
 */
import type { Fault } from '../../../contracts/errors.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { addressFault, comparableAddress, entriesOfPersonMax, storedAddress } from '../../../contracts/reach-hosts.ts';
import type { ReachBody } from '../../protocol/delivery.ts';

/** The key of a browser: a point of P-256 without compression (65 bytes, the first is 4), base64url (RFC 8291). */
const p256dhPattern = /^B[A-Za-z0-9_-]{86}=?$/;
/** 16 bytes, base64url. */
const authPattern = /^[A-Za-z0-9_-]{22}={0,2}$/;
const mailPattern = /^[^\s@<>,;:"]+@([^\s@<>,;:"]+)$/;

export type ReachRules = {
  /** Hosts of push services to which Vigil may send; empty if push is not set up. */
  readonly pushHosts: readonly string[];
  /** Domains of mail addresses to which Vigil may send; empty if mail is not set up. */
  readonly mailDomains: readonly string[];
};

export type ReachDecision =
  /** `body`: what to store. `replaced`: the entry with the same address, which the new entry replaces. */
  | { readonly ok: true; readonly body: ReachBody; readonly replaced: ReachEntry | undefined }
  | { readonly ok: false; readonly fault: Fault };

const refused = (code: Fault['code'], message: string): ReachDecision => ({ ok: false, fault: { code, message } });

/**
 * @param entries all entries of all persons
 * @returns the decision; its fault never contains the address
 */
export function decideReach(
  body: ReachBody,
  userId: string,
  entries: readonly ReachEntry[],
  rules: ReachRules,
): ReachDecision {
  const fault = bodyFault(body, rules);
  if (fault !== undefined) return refused('payload-schema', fault);
  const same = entries.filter((entry) => addressOf(entry) === addressOf(body));
  // Refuses the browser of another person: otherwise one browser would get the alarms of two persons, and nobody would
  // know whose phone shows an alarm.
  if (body.channel === 'push' && same.some((entry) => entry.userId !== userId))
    return refused(
      'conflict',
      'Another person gets messages in this browser. That person must remove this device first, or you allow notifications in a new browser.',
    );
  const replaced = same.find((entry) => entry.userId === userId);
  const own = entries.filter((entry) => entry.userId === userId && entry !== replaced);
  if (own.length >= entriesOfPersonMax)
    return refused('conflict', `You have ${entriesOfPersonMax} entries already. Remove one that you do not use.`);
  return { ok: true, body: storedBody(body), replaced };
}

function bodyFault(body: ReachBody, { pushHosts, mailDomains }: ReachRules): string | undefined {
  switch (body.channel) {
    case 'push': {
      if (pushHosts.length === 0) return 'Push messages are not set up in this hospital.';
      const fault = addressFault(body.endpoint, pushHosts);
      if (fault !== undefined) return `The address of the push service ${fault}.`;
      return p256dhPattern.test(body.p256dh) && authPattern.test(body.auth)
        ? undefined
        : 'The keys of the browser are not keys of Web Push.';
    }
    case 'mail': {
      if (mailDomains.length === 0) return 'Mail is not set up in this hospital.';
      const domain = mailPattern.exec(body.address)?.[1]?.toLowerCase();
      if (domain === undefined) return 'The text is not a mail address.';
      return mailDomains.some((allowed) => allowed.toLowerCase() === domain)
        ? undefined
        : `Mail addresses must be of ${mailDomains.join(', ')}.`;
    }
  }
}

/** Returns the same text for all spellings of one address. */
function addressOf(entry: ReachBody | ReachEntry): string {
  switch (entry.channel) {
    case 'push':
      return `push ${comparableAddress(entry.endpoint)}`;
    case 'mail':
      return `mail ${entry.address.toLowerCase()}`;
    case 'webhook':
      return `webhook ${comparableAddress(entry.url)}`;
  }
}

/** Returns the body with its address as it is stored. */
function storedBody(body: ReachBody): ReachBody {
  return body.channel === 'push' ? { ...body, endpoint: storedAddress(body.endpoint) ?? body.endpoint } : body;
}

/** Returns the text about an entry for the audit trail: its address or host, without secrets. */
export function reachText(entry: ReachEntry): string {
  const where =
    entry.channel === 'mail' ? entry.address : new URL(entry.channel === 'push' ? entry.endpoint : entry.url).host;
  return `${entry.channel} “${entry.label}” at ${where}; entry ${entry.reachId}`;
}
