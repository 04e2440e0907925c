/** How much of this server one account may have: every bound of a route is here (ours; decision 24). */
import type { FastifyRequest } from 'fastify';
import { VigilError } from '../../contracts/errors.ts';
import { countRequest, type RequestPace } from './core/request-pace.ts';
import type { Access } from './core/rights.ts';
import type { Claims } from './core/session-rules.ts';
import { createSlots, type Slots } from './core/slots.ts';

/**
 * What a route takes of what all share. `look`: it shows something. `history`: it reads what is stored, and may wait long for it; a
 * screen is let in meanwhile. `act`: it changes something; looks never take its places. `own`: it is bounded by what does the work
 * (passwords, beds), or must always be possible (logout).
 */
export type Share = 'look' | 'history' | 'act' | 'own';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** As a rule `shareOf` says it. */
    share?: Share;
  }
}

/** Requests at work. A page asks for three things at once; the rest waits for some ms. */
const lookSlots = { atOnceMax: 64, atOncePerKeyMax: 6, waitingMax: 512, waitingPerKeyMax: 64 } as const;
/** More than hands on every screen of a ward do in a storm of alarms. */
const actSlots = { atOnceMax: 64, atOncePerKeyMax: 8, waitingMax: 512, waitingPerKeyMax: 64 } as const;

/** Requests of one session in a minute. `beds`: changes of beds and patients. Logins are counted by account. */
export const perMinuteMax = { look: 600, act: 600, beds: 60, 'what-if': 60, watch: 240, login: 30 } as const;
export type PacedBy = keyof typeof perMinuteMax;
/** All sessions of an account have so many times as much: a stolen one does not use up what its owner has. */
const accountTimes = 3;

/**
 * Counts one request of a session and of its account. What a session is refused does not count for the account.
 * @param nowMs monotonic clock, ms
 */
export function countFor(pace: RequestPace, by: PacedBy, { sessionId, userId }: Claims, nowMs: number) {
  const ofSession = countRequest(pace, `${by} of session ${sessionId}`, nowMs, perMinuteMax[by]);
  if (ofSession !== 'taken') return ofSession;
  return countRequest(pace, `${by} of account ${userId}`, nowMs, accountTimes * perMinuteMax[by]);
}

export type RouteSlots = Readonly<Record<Exclude<Share, 'own'>, Slots>>;

export function createRouteSlots(): RouteSlots {
  const busy = () =>
    new VigilError('rate-limited', 'Too many requests of this account are under way: try again in a moment.');
  return {
    look: createSlots(lookSlots, busy),
    history: createSlots(lookSlots, busy),
    act: createSlots(actSlots, busy),
  };
}

type Shared = {
  readonly method: string | readonly string[];
  readonly config?: { readonly access?: Access; readonly share?: Share } | undefined;
};

export function shareOf({ method, config }: Shared): Share {
  if (config?.access === undefined || config.access === 'public') return 'own';
  if (config.share !== undefined) return config.share;
  return method === 'GET' || method === 'HEAD' ? 'look' : 'act';
}

/** Whose places a request takes. */
export const accountOf = (request: FastifyRequest): string => request.live?.viewer.userId ?? 'nobody';
