/**
 * Issues tickets. A ticket opens one live connection. The cookie alone is not enough, because the page of another site
 * could then open a live connection: CORS does not protect WebSockets.
 */
import { randomBytes } from 'node:crypto';
import type { Claims } from '../core/session-rules.ts';

export const ticketMs = 30_000;
/** Maximum of unused tickets of all accounts, and of one account. If there are more, the oldest ticket becomes invalid. */
const ticketsMax = 5_000;
export const ticketsPerAccountMax = 48;

export type Tickets = {
  issue(claims: Claims): string;
  /** Uses a ticket. Returns undefined if the ticket is unknown, used, too old, or from another session. */
  redeem(ticket: string, sessionId: string): Claims | undefined;
};

export function createTickets(now: () => number): Tickets {
  const open = new Map<string, { claims: Claims; validUntilMs: number }>();
  return {
    issue(claims) {
      const ticket = randomBytes(32).toString('base64url');
      const validUntilMs = now() + ticketMs;
      open.set(ticket, { claims, validUntilMs });
      const ofAccount = [...open].filter(([, entry]) => entry.claims.userId === claims.userId);
      if (ofAccount.length > ticketsPerAccountMax) open.delete(ofAccount[0]![0]);
      for (const [old, { validUntilMs: until }] of open) {
        if (until > now() && open.size <= ticketsMax) break;
        open.delete(old);
      }
      return ticket;
    },
    redeem(ticket, sessionId) {
      const entry = open.get(ticket);
      open.delete(ticket);
      if (!entry || entry.validUntilMs <= now() || entry.claims.sessionId !== sessionId) return undefined;
      return entry.claims;
    },
  };
}
