/** Limits how much of this server one account may use. All numbers are ours (docs/decisions/024-bounds.md). */
import type { FastifyRequest } from 'fastify';
import { VigilError } from '../../contracts/errors.ts';
import { countRequest, type RequestPace } from './core/request-pace.ts';
import type { Access } from './core/rights.ts';
import type { Claims } from './core/session-rules.ts';
import { createSlots, type Slots } from './core/slots.ts';

/**
 * The kind of slots that a route uses. Each kind has separate slots, so that one kind does not delay another kind.
 * `look`: the route shows data. `history`: the route reads stored values, which may take long. `act`: the route changes
 * something. `answer` and `receipt`: the route may wait for seconds until this server has read a call or the effect of
 * an answer. Answers and receipts have a maximum for each session, and the other kinds for each account. So a stolen
 * session cannot delay the answers and receipts of the person's other sessions. `own`: the route uses no slots, because
 * its work is limited elsewhere (passwords, beds), or because the act must always be possible (logout).
 */
export type Share = 'look' | 'history' | 'act' | 'answer' | 'receipt' | 'own';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The kind of slots; if absent, `shareOf` chooses it. */
    share?: Share;
  }
}

/**
 * The slots of looks. `history` has as many slots of its own. A page sends three requests at the same time; requests
 * without a free slot wait for some ms.
 */
const lookSlots = { atOnceMax: 64, atOncePerKeyMax: 6, waitingMax: 512, waitingPerKeyMax: 64 } as const;
/** The slots of acts. The people of a ward never make more acts at the same time, even if there are many alarms. */
const actSlots = { atOnceMax: 64, atOncePerKeyMax: 8, waitingMax: 512, waitingPerKeyMax: 64 } as const;
/**
 * The slots of answers to calls. No person gives more answers at the same time than `atOncePerKeyMax`. Each answer may
 * wait for 6 s (routes/calls.ts).
 */
const answerSlots = { atOnceMax: 256, atOncePerKeyMax: 8, waitingMax: 512, waitingPerKeyMax: 16 } as const;
/**
 * The slots of receipts. A phone that was off gets many messages at once, and sends a receipt for each message. A
 * receipt may wait for 1 s (routes/calls.ts).
 */
const receiptSlots = { atOnceMax: 512, atOncePerKeyMax: 32, waitingMax: 512, waitingPerKeyMax: 32 } as const;

/**
 * Maximum number of requests of one session in a minute. Files of routes that use the same entry count their requests
 * separately. `beds`: changes of beds and patients, acts on assignments and on the sound of a ward, and questions about
 * what happens if a person leaves. `login` is counted by account.
 */
export const perMinuteMax = {
  look: 600,
  act: 600,
  receipt: 600,
  beds: 60,
  'assignment-rows': 300,
  /** Changes of hand-over notes, and of tasks. */
  notes: 20,
  /** Changes of the person's own preferences. */
  preferences: 30,
  /** Changes of the ways to be reached. */
  reach: 20,
  'what-if': 60,
  /** Pages of the alarm history. Each goes through all kept alarms. */
  'alarm-review': 60,
  /** Lists of the events of the devices. Each goes through all kept events. */
  'device-events': 60,
  'shift-summary': 20,
  /** Requests for waves, for their times, and for strips. A page that follows the present waves sends 20. */
  waves: 240,
  /** Downloads of the alarm history as a file. */
  'alarm-export': 10,
  'trend-export': 10,
  /** Searches in the audit trail. Each goes through all kept records. */
  'audit-search': 60,
  'audit-export': 10,
  watch: 240,
  login: 30,
  /** Lists of accounts, and acts on them. Each list goes through all kept records of logins. */
  accounts: 60,
} as const;
/**
 * Maximum number of reports of one page in a minute. A page sends at most 4 in a second, and the number of pages is
 * limited (core/connection-limits.ts). Each page of a session has its own count, because each page must confirm its
 * alarms.
 */
export const reportsPerMinuteMax = 300;
export type PacedKind = keyof typeof perMinuteMax;
/**
 * All sessions of an account together may send this many times as many requests as one session. So one stolen session
 * cannot block the account.
 */
const accountFactor = 3;

/**
 * Counts one request for its session and for its account. A request that is refused because of its session is not
 * counted for the account.
 * @param nowMs monotonic clock, ms
 */
export function countRequestOf(
  pace: RequestPace,
  kind: PacedKind,
  { sessionId, userId }: Claims,
  nowMs: number,
  count = 1,
) {
  const ofSession = countRequest(pace, `${kind} of session ${sessionId}`, nowMs, perMinuteMax[kind], count);
  if (ofSession !== 'accepted') return ofSession;
  return countRequest(pace, `${kind} of account ${userId}`, nowMs, accountFactor * perMinuteMax[kind], count);
}

export type RouteSlots = Readonly<Record<Exclude<Share, 'own'>, Slots>>;

export function createRouteSlots(): RouteSlots {
  const busy = () =>
    new VigilError('rate-limited', 'Too many requests of this account wait for an answer: try again in a moment.');
  return {
    look: createSlots(lookSlots, busy),
    history: createSlots(lookSlots, busy),
    act: createSlots(actSlots, busy),
    answer: createSlots(answerSlots, busy),
    receipt: createSlots(receiptSlots, busy),
  };
}

type RouteOptions = {
  readonly method: string | readonly string[];
  readonly config?: { readonly access?: Access; readonly share?: Share } | undefined;
};

/** Returns the kind of slots that a route uses. */
export function shareOf({ method, config }: RouteOptions): Share {
  if (config?.access === undefined || config.access === 'public') return 'own';
  if (config.share !== undefined) return config.share;
  return method === 'GET' || method === 'HEAD' ? 'look' : 'act';
}

/**
 * Returns the entry of `perMinuteMax` that limits a request. A route of the kind `own` may also count its requests
 * under another entry.
 */
export function paceOf(share: Share): PacedKind {
  switch (share) {
    case 'look':
    case 'history':
      return 'look';
    case 'receipt':
      return 'receipt';
    case 'act':
    case 'answer':
    case 'own':
      return 'act';
  }
}

/** Returns the id of the account or of the session whose slots a request uses. */
export function slotKeyOf(share: Exclude<Share, 'own'>, { live }: Pick<FastifyRequest, 'live'>): string {
  if (live === undefined) return 'nobody';
  return share === 'answer' || share === 'receipt' ? live.claims.sessionId : live.viewer.userId;
}
