/** The routes for login, session, logout, screen lock, and the ticket of a live connection. */
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { displayUnusedMsMax, sessionMsMax } from '../../../contracts/session-limits.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { ErrorBody, LoginBody, Session, Ticket, UnlockBody } from '../../protocol/rest.ts';
import {
  actorOf,
  addressAndStationOf,
  cookieName,
  cookieOptions,
  cookieOptionsOf,
  notAllowed,
  notLoggedIn,
  readSession,
  stationOrNew,
  unknownUserId,
  whoOf,
} from '../access.ts';
import { type Account, userIdPattern } from '../accounts/accounts.ts';
import type { App } from '../app.ts';
import { perMinuteMax } from '../bounds.ts';
import { countRequest, type RequestPace } from '../core/request-pace.ts';
import { isDisplay, may, permissionsOf, type Viewer } from '../core/rights.ts';
import type { Claims } from '../core/session-rules.ts';
import { zonesOf } from '../core/wards.ts';
import type { Who } from '../core/who.ts';
import { keepReachLanguages } from '../live/reach-languages.ts';
import { createPasswordDesk } from '../password-desk.ts';
import { addressOf, networkOf } from '../proxies.ts';
import { type LiveSession, sessionsPerAccountMax, viewerOfAccount } from '../sessions/sessions.ts';
import { knownCookie, stationCookieOptions } from '../sessions/stations.ts';
import { fingerprintOf, sessionMark } from '../sessions/token.ts';
import { accountRoutes, type CheckPassword, type ProofFor } from './accounts.ts';
import type { Parts } from './parts.ts';
import { preferenceRoutes } from './preferences.ts';

type AddressAndStation = Pick<Who, 'address' | 'station'>;

function sessionBody(
  viewer: Viewer,
  { startedAtMs, seenAtMs }: Claims,
  { lockAfterMs, shiftStarts, wards }: Pick<Parts, 'lockAfterMs' | 'shiftStarts' | 'wards'>,
): Session {
  const ofDisplay = isDisplay(viewer);
  const zones = viewer.mustChangePassword ? {} : zonesOf(wards.current(), viewer.wards);
  return {
    actor: actorOf(viewer),
    wards: [...viewer.wards],
    may: viewer.mustChangePassword ? [] : [...permissionsOf(viewer.role)],
    endsAt: formatInstant(ofDisplay ? seenAtMs + displayUnusedMsMax : startedAtMs + sessionMsMax),
    locked: viewer.locked ?? false,
    ...(viewer.mustChangePassword && { mustChangePassword: true }),
    // Nobody can unlock a wall display. A display can do no acts, so it need not lock.
    lockAfterMs: ofDisplay ? displayUnusedMsMax : lockAfterMs,
    shiftStarts: [...shiftStarts],
    ...(Object.keys(zones).length > 0 && { zones }),
  };
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the routes of login, each a few lines.
export function loginRoutes(app: App, parts: Parts): void {
  const { accounts, sessions, stations, tickets, trail, hub, now } = parts;
  const passwordDesk = createPasswordDesk(now);
  const loginPace: RequestPace = new Map();

  /**
   * Returns the account of a user id and password. Records a try that was refused with `not-logged-in`.
   * @param proofFor see `ProofFor`
   * @throws VigilError `not-logged-in` if the user id or the password is wrong, the account is disabled, or the
   * one-time password has expired; `rate-limited` after too many tries, or if too many tries wait
   */
  async function checkPassword(
    userId: string,
    password: string,
    from: AddressAndStation,
    proofFor: ProofFor,
  ): Promise<Account> {
    const account = userIdPattern.test(userId) ? accounts.get(userId) : undefined;
    // Tries are counted for every typed user id. A delay only for existing users would reveal which user ids exist.
    const isRight = await passwordDesk.judge({ userId, ...proofFor(account) }, password, account);
    if (isRight && account && !isOneTimePasswordOver(account, now())) return account;
    // An unknown user id is not recorded, because it may be a password that somebody typed into the wrong field.
    await trail.record({ actor: { userId: account?.userId ?? unknownUserId }, ...from, action: 'login-failed' });
    if (isRight)
      throw new VigilError('not-logged-in', 'This one-time password has expired. Ask an administrator for a new one.');
    throw new VigilError('not-logged-in', 'User or password is wrong.');
  }

  /**
   * Starts a session for an account, and records the login.
   * @param formerSession the former session of this browser, which is ended
   */
  async function login(account: Account, from: AddressAndStation, formerSession: LiveSession | undefined) {
    if (countRequest(loginPace, account.userId, performance.now(), perMinuteMax.login) !== 'accepted')
      throw new VigilError('rate-limited', 'Too many logins of this account: try again in a minute.');
    const newSession = await sessions.startSession(account.userId, from.station);
    if (!newSession) throw new VigilError('not-logged-in', 'User or password is wrong.');
    const viewer = viewerOfAccount(account);
    const session = sessionMark(newSession.claims.sessionId);
    await trail.record({ actor: actorOf(viewer), session, ...from, action: 'login' });
    if (formerSession) await endReplacedSession(formerSession, from, 'another login at this browser');
    for (const claims of sessions.makeRoomFor(newSession.claims))
      await endReplacedSession(
        { claims, viewer },
        from,
        `ended by a newer login: an account may have at most ${sessionsPerAccountMax} sessions`,
      );
    return { ...newSession, viewer };
  }

  /** Ends a session because another session began. Ends it immediately, even if the audit record has to wait. */
  async function endReplacedSession(
    { claims, viewer }: Pick<LiveSession, 'claims' | 'viewer'>,
    from: AddressAndStation,
    detail: string,
  ) {
    const mark = sessionMark(claims.sessionId);
    sessions.revoke(mark, now());
    hub.endSession(claims.sessionId);
    // Until the audit trail has been read, the session may already have a logout record. A second logout record of one
    // session would look like a forgery, so none is written.
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
      const knownValue = request.cookies[knownCookie];
      // The station must be read before `stationOrNew`, because an id that the server issues for this request proves
      // nothing.
      const provenStation = request.station;
      const station = stationOrNew(request, reply, stations);
      const from = addressAndStationOf(request);
      const account = await checkPassword(userId, password, from, (claimedAccount) => {
        const proof = stations.proofOf(knownValue, provenStation, claimedAccount && knownPersonOf(claimedAccount));
        return { proof, place: proof === 'none' ? networkOf(addressOf(request)) : station };
      });
      const formerSession = await readSession(request, sessions);
      const { token, claims, viewer } = await login(account, from, formerSession);
      reply.setCookie(cookieName, token, cookieOptionsOf(claims));
      reply.setCookie(
        knownCookie,
        stations.remember(knownValue, station, knownPersonOf(account)),
        stationCookieOptions,
      );
      return sessionBody(viewer, claims, parts);
    },
  );

  app.get(
    '/api/session',
    { config: { access: 'session' }, schema: { response: { 200: Session, 401: ErrorBody } } },
    async (request) => {
      if (!request.live) throw notLoggedIn();
      return sessionBody(request.live.viewer, request.live.claims, parts);
    },
  );

  app.post(
    '/api/logout',
    { config: { access: 'session', share: 'own' }, schema: { response: { 204: Type.Null(), 401: ErrorBody } } },
    async (request, reply) => {
      if (!request.live) throw notLoggedIn();
      const { claims } = request.live;
      const mark = sessionMark(claims.sessionId);
      // The session ends immediately at this server and in this browser, even if the audit record has to wait.
      sessions.revoke(mark, now());
      hub.endSession(claims.sessionId);
      reply.clearCookie(cookieName, cookieOptions);
      await trail.record({ ...whoOf(request), action: 'logout' });
      return reply.code(204).send(null);
    },
  );

  lockRoutes(app, parts, checkPassword);
  // The routes of accounts ask for the password, too, and share the count of wrong passwords.
  accountRoutes(app, parts, checkPassword);
  const reachLanguages = keepReachLanguages({
    ...parts.delivery,
    preferences: parts.preferences,
    logger: parts.logger,
  });
  app.addHook('onClose', async () => reachLanguages.close());
  preferenceRoutes(app, parts, reachLanguages.note);

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

const isOneTimePasswordOver = ({ oneTimePasswordUntil }: Account, nowMs: number) =>
  oneTimePasswordUntil !== undefined && nowMs >= Date.parse(oneTimePasswordUntil);

const knownPersonOf = (account: Account) => ({ userId: account.userId, fingerprint: fingerprintOf(account) });

/**
 * The routes that lock and unlock screens. A screen that nobody touches locks itself: it still shows alarms, but no
 * names, and it allows no acts until the password is entered.
 */
function lockRoutes(app: App, parts: Parts, checkPassword: CheckPassword): void {
  const { sessions, trail } = parts;
  app.post(
    '/api/lock',
    { config: { access: 'session', share: 'own' }, schema: { response: { 204: Type.Null(), 401: ErrorBody } } },
    async (request, reply) => {
      if (!request.live) throw notLoggedIn();
      const { viewer, claims } = request.live;
      if (isDisplay(viewer)) throw notAllowed();
      // Names are hidden immediately, even if the audit record has to wait.
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
        // The session proves that this person has logged in at this browser.
        const proofFor = () => ({ proof: 'known', place: `session ${sessionMark(claims.sessionId)}` }) as const;
        await checkPassword(viewer.userId, request.body.password, addressAndStationOf(request), proofFor);
      } catch (error) {
        // The answer is not 401, because 401 means that the session has ended.
        if (error instanceof VigilError && error.code === 'not-logged-in')
          throw new VigilError('not-allowed', 'The password is wrong.');
        throw error;
      }
      await trail.record({ ...who, action: 'screen-unlocked' });
      sessions.setLocked(sessionMark(claims.sessionId), false);
      const { locked: _locked, ...unlocked } = viewer;
      return sessionBody(unlocked, claims, parts);
    },
  );
}
