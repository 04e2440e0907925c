/**
 * Checks who may call which route. A route without `config.access` is refused when it is registered, so that no route
 * is open by mistake.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VigilError } from '../../contracts/errors.ts';
import { displayUnusedMsMax } from '../../contracts/session-limits.ts';
import { visibleText } from '../../contracts/text.ts';
import type { Trail } from '../../log/audit/trail.ts';
import { requestHeader } from '../protocol/pace.ts';
import type { App } from './app.ts';
import { countRequestOf, createRouteSlots, type PacedKind, paceOf, shareOf, slotKeyOf } from './bounds.ts';
import { countRefusal, newRefusalPace, type RefusalPace } from './core/refusal-pace.ts';
import type { RequestPace } from './core/request-pace.ts';
import { type Access, may, notOnYourWards, type Viewer } from './core/rights.ts';
import type { Claims } from './core/session-rules.ts';
import type { Who } from './core/who.ts';
import { addressOf } from './proxies.ts';
import type { LiveSession, Sessions } from './sessions/sessions.ts';
import { type Stations, stationCookie, stationCookieOptions } from './sessions/stations.ts';
import { sessionMark } from './sessions/token.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** The session of the request; set on every route that is not public. */
    live: LiveSession | undefined;
    /** The id of the browser, if this server has given it an id. */
    station: string | undefined;
  }
}

/** The user id in the audit trail for a request without a login. */
export const unknownUserId = 'unknown';

export const cookieName = '__Host-vigil';
/**
 * `__Host-` makes the browser send the cookie only over TLS and only to this host. Without Max-Age the browser deletes
 * the cookie when the browser is closed.
 */
export const cookieOptions = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;

/** Returns the options of a session's cookie. The cookie of a wall display stays when the browser is closed. */
export const cookieOptionsOf = ({ station }: Claims) =>
  station === undefined ? cookieOptions : { ...cookieOptions, maxAge: displayUnusedMsMax / 1_000 };

export const notLoggedIn = () => new VigilError('not-logged-in', 'Log in first.');
export const notAllowed = () => new VigilError('not-allowed', 'Your account may not do this.');
export const locked = () => new VigilError('locked', 'This screen is locked: enter your password first.');
export const notFound = () => new VigilError('not-found', notOnYourWards);

const changingMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export type AccessOptions = {
  readonly sessions: Sessions;
  readonly stations: Stations;
  readonly trail: Trail;
  readonly origins: readonly string[];
  readonly isReady: () => boolean;
};

/**
 * Returns whether a request comes from a page of this dashboard. The request must have the header that a form of
 * another site cannot set. The header `Origin`, if present, must be one of `origins`.
 */
export function isFromOurPage(request: FastifyRequest, origins: readonly string[]): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && !origins.includes(origin)) return false;
  return request.headers[requestHeader.name] === requestHeader.value;
}

export function guardRoutes(app: App, options: AccessOptions): void {
  const pace: RequestPace = new Map();
  const foreignOriginPace = newRefusalPace();
  app.decorateRequest('live', undefined);
  app.decorateRequest('station', undefined);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) throw new Error(`${route.url} does not say who may call it`);
  });
  limitRoutesBySlots(app);
  app.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config;
    // Answers may have patient data, so no cache may store them.
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    request.station = options.stations.read(request.cookies[stationCookie]);
    if (changingMethods.has(request.method) && !isFromOurPage(request, options.origins)) {
      await recordForeignRequest(foreignOriginPace, request, options);
      throw notAllowed();
    }
    if (access === 'public') return;
    // Until the audit trail has been read, the server does not know which sessions have ended.
    if (!options.isReady()) throw new VigilError('log-unavailable', 'The server is starting: try again shortly.');
    const live = await readSession(request, options.sessions);
    if (!live) throw notLoggedIn();
    request.live = live;
    if (live.renewed !== undefined) {
      reply.setCookie(cookieName, live.renewed, cookieOptionsOf(live.claims));
      // The session of a wall display needs the id of its browser. So both cookies are renewed together.
      if (live.claims.station !== undefined) keepStation(request, reply);
    }
    // A locked session may call only routes with the access `session`. With these routes a person can see the screen
    // without names, unlock it, or log out.
    if (live.viewer.locked && access !== 'session') throw locked();
    // Counts the request before the check of rights, because the audit record of a refusal also costs time.
    const share = shareOf({ method: request.method, config: request.routeOptions.config });
    if (share !== 'own' || access !== 'session') await requirePace(pace, request, options.trail, paceOf(share));
    if (access === undefined || (access !== 'session' && !may(live.viewer, access))) {
      await options.trail.record({
        ...whoOf(request),
        action: 'access-denied',
        detail: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
      });
      throw notAllowed();
    }
  });
}

/**
 * Records a refused request that does not come from a page of this dashboard. Either a page of another site uses the
 * browser of a person who is logged in, or somebody writes requests by hand. Does not wait until the record is written.
 */
export async function recordForeignRequest(
  pace: RefusalPace,
  request: FastifyRequest,
  { sessions, trail, isReady }: Pick<AccessOptions, 'sessions' | 'trail' | 'isReady'>,
): Promise<void> {
  const leftOut = countRefusal(pace, addressOf(request), performance.now());
  if (leftOut === undefined) return;
  request.live ??= isReady() ? await readSession(request, sessions) : undefined;
  const who = request.live ? whoOf(request) : { actor: { userId: unknownUserId }, ...addressAndStationOf(request) };
  const from = request.headers.origin === undefined ? 'no origin' : `origin ${request.headers.origin.slice(0, 100)}`;
  const leftOutText = leftOut > 0 ? `; ${leftOut} more before it` : '';
  const detail = visibleText(`${request.method} ${request.routeOptions.url ?? 'unknown'}, ${from}${leftOutText}`);
  // The request was refused already. The trail logs that it waits for Kafka. If too many records wait, it has none of
  // this request.
  trail.record({ ...who, action: 'access-denied', detail }).catch(() => {});
}

/**
 * Makes requests wait for a slot of their route’s kind (bounds.ts). So looks cannot delay acts. Live connections and
 * routes of the kind `own` use no slots.
 */
function limitRoutesBySlots(app: App): void {
  const slots = createRouteSlots();
  // Fastify adds a HEAD route for each GET route, with the wrapped handler. This handler must not be wrapped again.
  const wrappedHandlers = new WeakSet<object>();
  app.addHook('onRoute', (route) => {
    const share = shareOf(route);
    const { handler } = route;
    if (share === 'own' || route.websocket === true || wrappedHandlers.has(handler)) return;
    route.handler = async function handleInSlot(this: ThisParameterType<typeof handler>, request, reply) {
      return slots[share].run(slotKeyOf(share, request), async () => handler.call(this, request, reply));
    };
    wrappedHandlers.add(route.handler);
  });
}

/**
 * Counts a request of a session.
 * @throws VigilError `rate-limited` if the session or its account has sent too many requests; the first refusal of a
 * minute is recorded
 */
export async function requirePace(
  pace: RequestPace,
  request: FastifyRequest,
  trail: AccessOptions['trail'],
  kind: PacedKind,
  count = 1,
): Promise<void> {
  const verdict = countRequestOf(pace, kind, sessionOf(request).claims, performance.now(), count);
  if (verdict === 'accepted') return;
  const detail = `${request.method} ${request.routeOptions.url ?? 'unknown'}: too many requests`;
  if (verdict === 'first-refused') await trail.record({ ...whoOf(request), action: 'access-denied', detail });
  throw new VigilError('rate-limited', 'Too many requests of this account: try again in a minute.');
}

/** Returns the session of a request's cookie, if the session is still valid. */
export async function readSession(request: FastifyRequest, sessions: Sessions): Promise<LiveSession | undefined> {
  const token = request.cookies[cookieName];
  return token === undefined ? undefined : sessions.read(token, request.station);
}

/** Returns the session of a request to a route that is not public. */
export function sessionOf(request: FastifyRequest): LiveSession {
  if (!request.live) throw notLoggedIn();
  return request.live;
}

/** Returns the viewer of a request to a route that is not public. */
export const viewerOf = (request: FastifyRequest): Viewer => sessionOf(request).viewer;

export function actorOf({ userId, name, role }: Viewer) {
  return { userId, name, role };
}

/** Returns the address and the station of a request, also of a request without a login. */
export function addressAndStationOf(request: FastifyRequest): Pick<Who, 'address' | 'station'> {
  return { address: addressOf(request), ...(request.station !== undefined && { station: request.station }) };
}

/** Returns the audit fields about the sender of a request. Only for routes that are not public. */
export function whoOf(request: FastifyRequest): Who {
  const { viewer, claims } = sessionOf(request);
  return { actor: actorOf(viewer), session: sessionMark(claims.sessionId), ...addressAndStationOf(request) };
}

/**
 * Returns a key of the person who looks. The audit trail counts two requests with the same key and the same question as
 * one look. The key contains the address and the browser, because a stolen cookie may be used elsewhere.
 */
export const lookKeyOf = (request: FastifyRequest): string =>
  JSON.stringify([sessionOf(request).claims.sessionId, addressAndStationOf(request)]);

/** Sends the cookie with the browser's id again, so that the cookie does not expire. */
function keepStation(request: FastifyRequest, reply: FastifyReply): void {
  const value = request.cookies[stationCookie];
  if (request.station !== undefined && value !== undefined) reply.setCookie(stationCookie, value, stationCookieOptions);
}

/** Returns the id of the browser. A browser without an id gets a new id in a cookie. */
export function stationOrNew(request: FastifyRequest, reply: FastifyReply, stations: Stations): string {
  if (request.station !== undefined) return request.station;
  const { station, value } = stations.issue();
  request.station = station;
  reply.setCookie(stationCookie, value, stationCookieOptions);
  return station;
}
