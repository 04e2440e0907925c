/** Tickets that open one live connection, once: the cookie alone would let another site's page open one (no CORS for WebSockets). */
import { randomBytes } from 'node:crypto';
import type { Claims } from '../core/session-rules.ts';

export const ticketMs = 30_000;
/** Unused tickets at once, of all and of one account; past it the oldest, of the account the account's, is void. */
const ticketsMax = 5_000;
export const ticketsPerAccountMax = 48;

export type Tickets = {
  issue(claims: Claims): string;
  /** Uses a ticket up. undefined where it is unknown, used, too old, or of another session. */
  redeem(ticket: string, sessionId: string): Claims | undefined;
};

export function createTickets(now: () => number): Tickets {
  const open = new Map<string, { claims: Claims; validUntilMs: number }>();
  return {
    issue(claims) {
      const ticket = randomBytes(32).toString('base64url');
      const validUntilMs = now() + ticketMs;
      open.set(ticket, { claims, validUntilMs });
      const own = [...open].filter(([, one]) => one.claims.userId === claims.userId);
      if (own.length > ticketsPerAccountMax) open.delete(own[0]![0]);
      for (const [old, { validUntilMs: until }] of open) {
        if (until > now() && open.size <= ticketsMax) break;
        open.delete(old);
      }
      return ticket;
    },
    redeem(ticket, sessionId) {
      const found = open.get(ticket);
      open.delete(ticket);
      if (!found || found.validUntilMs <= now() || found.claims.sessionId !== sessionId) return undefined;
      return found.claims;
    },
  };
}
