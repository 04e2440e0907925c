/** Login, session, logout and the ticket of a live connection. */
import { Type } from 'typebox';
import { VigilError } from '../../contracts/errors.ts';
import { formatInstant } from '../../contracts/time.ts';
import {
  actorOf,
  cookieName,
  cookieOptions,
  keepStation,
  notAllowed,
  notLoggedIn,
  type Who,
  whereFrom,
  whoOf,
} from '../access.ts';
import { userIdPattern } from '../accounts/accounts.ts';
import { lineIsFull, nobodysHash, verifyPassword } from '../accounts/password.ts';
import { delayLeftMs, type Failures, noteFailure, noteSuccess } from '../core/login-delay.ts';
import { may, permissionsOf, type Viewer } from '../core/rights.ts';
import { sessionMaxMs } from '../core/session-rules.ts';
import { ErrorBody, LoginBody, Session, Ticket } from '../protocol.ts';
import { sessionMark } from '../sessions/token.ts';
import type { App, Parts } from './parts.ts';

/** Logins from one address in a minute, right or wrong. */
const loginsPerMinuteMax = 60;

/** What the audit trail calls a user who is none of ours: people type their password into the wrong field. */
const unknownUser = 'unknown';

function sessionBody(viewer: Viewer, startedAtMs: number): Session {
  return {
    actor: actorOf(viewer),
    wards: [...viewer.wards],
    may: [...permissionsOf(viewer.role)],
    endsAt: formatInstant(startedAtMs + sessionMaxMs),
  };
}

export function loginRoutes(app: App, parts: Parts): void {
  const { accounts, sessions, stations, tickets, trail, hub, now } = parts;
  const failures: Failures = new Map();

  async function login(userId: string, password: string, from: Pick<Who, 'address' | 'station'>) {
    const account = userIdPattern.test(userId) ? accounts.get(userId) : undefined;
    // By what was typed: a delay that only known users have would tell who they are.
    const pair = `${userId} ${from.address}`;
    const leftMs = delayLeftMs(failures, pair, now());
    if (leftMs > 0 || lineIsFull())
      throw new VigilError('rate-limited', `Too many logins: try again in ${Math.ceil(leftMs / 1000) || 5} s.`);
    // An unknown user costs as much time as a known one.
    const right = await verifyPassword(password, account?.password ?? nobodysHash);
    const started = right && account && !account.disabled ? await sessions.start(account.userId) : undefined;
    if (!started || !account) {
      noteFailure(failures, pair, now());
      await trail.record({ actor: { userId: account?.userId ?? unknownUser }, ...from, action: 'login-failed' });
      throw new VigilError('not-logged-in', 'User or password is wrong.');
    }
    noteSuccess(failures, pair);
    const { name, role, wards } = account;
    const viewer: Viewer = { userId: account.userId, name, role, wards };
    const session = sessionMark(started.claims.sessionId);
    await trail.record({ actor: actorOf(viewer), session, ...from, action: 'login' });
    return { ...started, viewer };
  }

  app.post(
    '/api/login',
    {
      config: { access: 'public', rateLimit: { max: loginsPerMinuteMax, timeWindow: 60_000 } },
      schema: { body: LoginBody, response: { 200: Session, 401: ErrorBody, 429: ErrorBody } },
    },
    async (request, reply) => {
      const { userId, password } = request.body;
      keepStation(request, reply, stations);
      const { token, claims, viewer } = await login(userId, password, whereFrom(request));
      reply.setCookie(cookieName, token, cookieOptions);
      return sessionBody(viewer, claims.startedAtMs);
    },
  );

  app.get(
    '/api/session',
    { config: { access: 'session' }, schema: { response: { 200: Session, 401: ErrorBody } } },
    async (request) => {
      if (!request.live) throw notLoggedIn();
      return sessionBody(request.live.viewer, request.live.claims.startedAtMs);
    },
  );

  app.post(
    '/api/logout',
    { config: { access: 'session' }, schema: { response: { 204: Type.Null(), 401: ErrorBody } } },
    async (request, reply) => {
      if (!request.live) throw notLoggedIn();
      const { claims } = request.live;
      const mark = sessionMark(claims.sessionId);
      // Out at once, here and for this browser, even where the record has to wait.
      sessions.revoke(mark, now());
      hub.endSession(claims.sessionId);
      reply.clearCookie(cookieName, cookieOptions);
      await trail.record({ ...whoOf(request), action: 'logout' });
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/ticket',
    { config: { access: 'session' }, schema: { response: { 200: Ticket, 401: ErrorBody, 403: ErrorBody } } },
    async (request) => {
      if (!request.live) throw notLoggedIn();
      const { viewer, claims } = request.live;
      if (!may(viewer, 'view-devices')) throw notAllowed();
      return { ticket: tickets.issue(claims) };
    },
  );
}
