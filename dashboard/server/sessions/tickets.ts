/**
 * Issues tickets. A ticket opens one live connection. The cookie alone is not enough, because the page of another site
 * could then open a live connection: CORS does not protect WebSockets.
 */
import { randomBytes } from 'node:crypto';
import type { Claims } from '../core/session-rules.ts';

export const ticketMs = 30_000;
/**
 * Maximum number of unused tickets of all accounts, and of one account. Above it, the oldest ticket becomes invalid.
 */
const ticketsMax = 5_000;
export const ticketsPerAccountMax = 48;

export type Tickets = {
  issue(claims: Claims): string;
  /** Uses a ticket. Returns undefined if the ticket is unknown, used, too old, or from another session. */
  redeem(ticket: string, sessionId: string): Claims | undefined;
};

export function createTickets(now: () => number): Tickets {
  const unusedTickets = new Map<string, { claims: Claims; validUntilMs: number }>();
  return {
    issue(claims) {
      const ticket = randomBytes(32).toString('base64url');
      const validUntilMs = now() + ticketMs;
      unusedTickets.set(ticket, { claims, validUntilMs });
      const ofAccount = [...unusedTickets].filter(([, entry]) => entry.claims.userId === claims.userId);
      if (ofAccount.length > ticketsPerAccountMax) unusedTickets.delete(ofAccount[0]![0]);
      for (const [oldTicket, { validUntilMs: oldUntilMs }] of unusedTickets) {
        if (oldUntilMs > now() && unusedTickets.size <= ticketsMax) break;
        unusedTickets.delete(oldTicket);
      }
      return ticket;
    },
    redeem(ticket, sessionId) {
      const entry = unusedTickets.get(ticket);
      unusedTickets.delete(ticket);
      if (!entry || entry.validUntilMs <= now() || entry.claims.sessionId !== sessionId) return undefined;
      return entry.claims;
    },
  };
}
