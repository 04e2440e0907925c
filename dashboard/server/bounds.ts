/** How much of this server one account may use: every bound of a route is here (ours; decision 24). */
import type { FastifyRequest } from 'fastify';
import { VigilError } from '../../contracts/errors.ts';
import { countRequest, type RequestPace } from './core/request-pace.ts';
import type { Access } from './core/rights.ts';
import type { Claims } from './core/session-rules.ts';
import { createSlots, type Slots } from './core/slots.ts';

/**
 * Which shared places a route takes. `look`: it shows something. `history`: it reads stored values and may wait long
 * for them; meanwhile a screen is let in. `act`: it changes something; looks never take its places. `own`: its work is
 * bounded elsewhere (passwords, beds), or it must always be possible (logout).
 */
export type Share = 'look' | 'history' | 'act' | 'own';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `shareOf` decides it, unless the route says it itself. */
    share?: Share;
  }
}

/** Requests at work. A page asks for three things at once; the rest waits for some ms. */
const lookSlots = { atOnceMax: 64, atOncePerKeyMax: 6, waitingMax: 512, waitingPerKeyMax: 64 } as const;
/** More acts than the hands on every screen of a ward make in a storm of alarms. */
const actSlots = { atOnceMax: 64, atOncePerKeyMax: 8, waitingMax: 512, waitingPerKeyMax: 64 } as const;

/** Requests of one session in a minute. `beds`: changes of beds and patients. Logins are counted by account. */
export const perMinuteMax = { look: 600, act: 600, beds: 60, 'what-if': 60, watch: 240, login: 30 } as const;
export type PacedBy = keyof typeof perMinuteMax;
/**
 * All sessions of an account together have this many times as much: a stolen session does not use up its owner's share.
 */
const accountTimes = 3;

/**
 * Counts one request of a session and of its account. A request that the session's bound refuses does not count for the
 * account.
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

/** Returns whose places a request takes. */
export const accountOf = (request: FastifyRequest): string => request.live?.viewer.userId ?? 'nobody';
