/**
 * Tickets that open one live connection, once. With the cookie alone, another site's page could open one (no CORS for
 * WebSockets).
 */
import { randomBytes } from 'node:crypto';
import type { Claims } from '../core/session-rules.ts';

export const ticketMs = 30_000;
/** Unused tickets at once, of all accounts and of one. Past it the oldest is void: of all, or of the account. */
const ticketsMax = 5_000;
export const ticketsPerAccountMax = 48;

export type Tickets = {
  issue(claims: Claims): string;
  /** Uses a ticket up. Returns undefined if it is unknown, used, too old, or another session's. */
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
