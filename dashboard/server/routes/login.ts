/** Login, session, logout, lock and the ticket of a live connection. */
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { sessionMaxMs } from '../../../log/audit/sessions.ts';
import { ErrorBody, LoginBody, Session, Ticket, UnlockBody } from '../../protocol/rest.ts';
import {
  actorOf,
  cookieName,
  cookieOptions,
  keepStation,
  nobody,
  notAllowed,
  notLoggedIn,
  readSession,
  whereFrom,
  whoOf,
} from '../access.ts';
import { type Account, userIdPattern } from '../accounts/accounts.ts';
import type { App } from '../app.ts';
import { perMinuteMax } from '../bounds.ts';
import type { Guess } from '../core/guesses.ts';
import { countRequest, type RequestPace } from '../core/request-pace.ts';
import { may, permissionsOf, type Viewer } from '../core/rights.ts';
import type { Who } from '../core/who.ts';
import { createPasswordDesk } from '../password-desk.ts';
import { addressOf, networkOf } from '../proxies.ts';
import { type LiveSession, sessionsPerAccountMax } from '../sessions/sessions.ts';
import { knownCookie, stationCookieOptions } from '../sessions/stations.ts';
import { fingerprintOf, sessionMark } from '../sessions/token.ts';
import type { Parts } from './parts.ts';

type From = Pick<Who, 'address' | 'station'>;

function sessionBody(viewer: Viewer, startedAtMs: number, lockAfterMs: number): Session {
  return {
    actor: actorOf(viewer),
    wards: [...viewer.wards],
    may: [...permissionsOf(viewer.role)],
    endsAt: formatInstant(startedAtMs + sessionMaxMs),
    locked: viewer.locked ?? false,
    lockAfterMs,
  };
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the routes of login, each a few lines.
export function loginRoutes(app: App, parts: Parts): void {
  const { accounts, sessions, stations, tickets, trail, hub, now } = parts;
  const desk = createPasswordDesk(now);
  const logins: RequestPace = new Map();

  /**
   * Returns the account that this password belongs to. A wrong password goes on record.
   * @param proofFor what the browser proves for an account, and where the try is counted
   * @throws VigilError `not-logged-in`, `rate-limited`
   */
  async function checkPassword(userId: string, password: string, from: From, proofFor: ProofFor): Promise<Account> {
    const account = userIdPattern.test(userId) ? accounts.get(userId) : undefined;
    // Counted by the typed name: a delay for existing users only would reveal who they are.
    const isRight = await desk.judge({ userId, ...proofFor(account) }, password, account);
    if (isRight && account) return account;
    // The typed name of an unknown user is not recorded: people type their password into the wrong field.
    await trail.record({ actor: { userId: account?.userId ?? nobody }, ...from, action: 'login-failed' });
    throw new VigilError('not-logged-in', 'User or password is wrong.');
  }

  /** @param before the session that the browser had; the new one replaces it */
  async function login(account: Account, from: From, before: LiveSession | undefined) {
    if (countRequest(logins, account.userId, performance.now(), perMinuteMax.login) !== 'taken')
      throw new VigilError('rate-limited', 'Too many logins of this account: try again in a minute.');
    const started = await sessions.start(account.userId);
    if (!started) throw new VigilError('not-logged-in', 'User or password is wrong.');
    const { userId, name, role, wards } = account;
    const viewer: Viewer = { userId, name, role, wards };
    const session = sessionMark(started.claims.sessionId);
    await trail.record({ actor: actorOf(viewer), session, ...from, action: 'login' });
    if (before) await endFor(before, from, 'another login at this browser');
    for (const claims of sessions.makeRoomFor(started.claims))
      await endFor(
        { claims, viewer },
        from,
        `gave way to a newer login: ${sessionsPerAccountMax} of this account at once`,
      );
    return { ...started, viewer };
  }

  /** Ends a session because another one began. It is over here at once, even if the record has to wait. */
  async function endFor({ claims, viewer }: Pick<LiveSession, 'claims' | 'viewer'>, from: From, detail: string) {
    const mark = sessionMark(claims.sessionId);
    sessions.revoke(mark, now());
    hub.endSession(claims.sessionId);
    // Until the audit trail has been read, the session may have been logged out before: a second logout would look like
    // a forgery.
    if (parts.isReady())
      await trail.record({ actor: actorOf(viewer), session: mark, ...from, action: 'logout', detail });
  }

  app.post(
    '/api/login',
    {
      config: { access: 'public' },
      schema: { body: LoginBody, response: { 200: Session, 401: ErrorBody, 429: ErrorBody } },
    },
    async (request, reply) => {
      const { userId, password } = request.body;
      const given = request.cookies[knownCookie];
      // Read before the answer sets an id: an id of this answer proves nothing.
      const proven = request.station;
      const station = keepStation(request, reply, stations);
      const from = whereFrom(request);
      const account = await checkPassword(userId, password, from, (found) => {
        const proof = stations.proofOf(given, proven, found && knownOf(found));
        return { proof, place: proof === 'none' ? networkOf(addressOf(request)) : station };
      });
      const before = await readSession(request, sessions);
      const { token, claims, viewer } = await login(account, from, before);
      reply.setCookie(cookieName, token, cookieOptions);
      reply.setCookie(knownCookie, stations.remember(given, station, knownOf(account)), stationCookieOptions);
      return sessionBody(viewer, claims.startedAtMs, parts.lockAfterMs);
    },
  );

  app.get(
    '/api/session',
    { config: { access: 'session' }, schema: { response: { 200: Session, 401: ErrorBody } } },
    async (request) => {
      if (!request.live) throw notLoggedIn();
      return sessionBody(request.live.viewer, request.live.claims.startedAtMs, parts.lockAfterMs);
    },
  );

  app.post(
    '/api/logout',
    { config: { access: 'session', share: 'own' }, schema: { response: { 204: Type.Null(), 401: ErrorBody } } },
    async (request, reply) => {
      if (!request.live) throw notLoggedIn();
      const { claims } = request.live;
      const mark = sessionMark(claims.sessionId);
      // The session ends at once, here and for this browser, even if the record has to wait.
      sessions.revoke(mark, now());
      hub.endSession(claims.sessionId);
      reply.clearCookie(cookieName, cookieOptions);
      await trail.record({ ...whoOf(request), action: 'logout' });
      return reply.code(204).send(null);
    },
  );

  lockRoutes(app, parts, checkPassword);

  app.post(
    '/api/ticket',
    {
      config: { access: 'session', share: 'look' },
      schema: { response: { 200: Ticket, 401: ErrorBody, 403: ErrorBody } },
    },
    async (request) => {
      if (!request.live) throw notLoggedIn();
      const { viewer, claims } = request.live;
      if (!may(viewer, 'view-devices')) {
        await trail.record({ ...whoOf(request), action: 'access-denied', detail: 'POST /api/ticket' });
        throw notAllowed();
      }
      return { ticket: tickets.issue(claims) };
    },
  );
}

type ProofFor = (account: Account | undefined) => Pick<Guess, 'proof' | 'place'>;
type CheckPassword = (userId: string, password: string, from: From, proofFor: ProofFor) => Promise<unknown>;

const knownOf = (account: Account) => ({ userId: account.userId, fingerprint: fingerprintOf(account) });

/**
 * A screen that nobody touches locks itself: its alarms go on, names are hidden, and nobody acts until the password is
 * entered.
 */
function lockRoutes(app: App, { sessions, trail, lockAfterMs }: Parts, checkPassword: CheckPassword): void {
  app.post(
    '/api/lock',
    { config: { access: 'session', share: 'own' }, schema: { response: { 204: Type.Null(), 401: ErrorBody } } },
    async (request, reply) => {
      if (!request.live) throw notLoggedIn();
      const { viewer, claims } = request.live;
      // Names are hidden at once, even if the record has to wait.
      sessions.setLocked(sessionMark(claims.sessionId), true);
      if (!viewer.locked) await trail.record({ ...whoOf(request), action: 'screen-locked' });
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/unlock',
    {
      config: { access: 'session', share: 'own' },
      schema: { body: UnlockBody, response: { 200: Session, 401: ErrorBody, 403: ErrorBody, 429: ErrorBody } },
    },
    async (request) => {
      if (!request.live) throw notLoggedIn();
      const { viewer, claims } = request.live;
      const who = whoOf(request);
      try {
        // The session proves who has logged in here.
        const proofFor = () => ({ proof: 'known', place: `session ${sessionMark(claims.sessionId)}` }) as const;
        await checkPassword(viewer.userId, request.body.password, whereFrom(request), proofFor);
      } catch (error) {
        // 401 would say that the session is over, which is not true.
        if (error instanceof VigilError && error.code === 'not-logged-in')
          throw new VigilError('not-allowed', 'The password is wrong.');
        throw error;
      }
      await trail.record({ ...who, action: 'screen-unlocked' });
      sessions.setLocked(sessionMark(claims.sessionId), false);
      const { locked: _, ...unlocked } = viewer;
      return sessionBody(unlocked, claims.startedAtMs, lockAfterMs);
    },
  );
}
