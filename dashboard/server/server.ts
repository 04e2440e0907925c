/** Builds the HTTPS server with its plugins, error answers and routes. The caller makes it listen. */
import { existsSync } from 'node:fs';
import type { Server } from 'node:https';
import { join } from 'node:path';
import type { Server as TlsServer } from 'node:tls';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import staticFiles from '@fastify/static';
import swagger from '@fastify/swagger';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import websocket from '@fastify/websocket';
import {
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
  type RouteOptions,
} from 'fastify';
import type { Logger } from 'pino';
import { Type } from 'typebox';
import { type ErrorCode, VigilError } from '../../contracts/errors.ts';
import { serverCiphers } from '../../process/tls.ts';
import { livePath } from '../protocol/pace.ts';
import { guardRoutes, notAllowed, notFound, notLoggedIn, recordForeignRequest, whoOf } from './access.ts';
import type { App } from './app.ts';
import { healthReasons } from './core/health-reasons.ts';
import { newRefusalPace } from './core/refusal-pace.ts';
import { requestFramingFault } from './core/request-framing.ts';
import { normalizeTexts, requestTextFault } from './core/request-text.ts';
import { endAfterError } from './live/live-faults.ts';
import { plainAddress, proxyCheck } from './proxies.ts';
import { type Guard, guardConnections, silentConnectionLimits } from './quiet-connections.ts';
import { assessmentRoute } from './routes/assessment.ts';
import { assignmentRoutes } from './routes/assignments.ts';
import { callRoutes } from './routes/calls.ts';
import { clinicalRoutes } from './routes/clinical.ts';
import { deviceRoutes } from './routes/devices.ts';
import { explainRoute } from './routes/explain.ts';
import { leaveOutcomeRoute } from './routes/leave-outcome.ts';
import { loginRoutes } from './routes/login.ts';
import { noteRoutes } from './routes/note-routes.ts';
import type { Parts } from './routes/parts.ts';
import { reachRoutes } from './routes/reach.ts';
import { recordRoutes } from './routes/records.ts';
import { soundRoutes } from './routes/sound.ts';
import { standbyRoutes } from './routes/standby.ts';
import { wardOverviewRoute } from './routes/ward-overview.ts';
import { whatIfRoute } from './routes/what-if.ts';

const bodyBytesMax = 65_536;
/** Enough for the largest message of a screen: a report about 64 alarms, or the ids of 100 calls. */
const liveMessageBytesMax = 16_384;
/** A screen that does not close its connection within this time after a close frame is disconnected. */
const liveCloseMsMax = 2_000;

export type ServerOptions = {
  readonly tls: { readonly cert: string; readonly key: string };
  /**
   * The folder of the built client. If the folder is missing, the server answers with a text that says that the page is
   * not built yet.
   */
  readonly clientDir: string;
  /** Addresses and networks of proxies whose `X-Forwarded-For` is used. */
  readonly trustedProxies?: readonly string[];
  /** Maximum number of connections that are accepted in a second. */
  readonly connectsPerS: number;
  readonly logger: Logger;
  /** Called for each answer, with its HTTP status. */
  readonly onAnswer?: (status: number) => void;
};

const statusOf: Partial<Record<ErrorCode, number>> = {
  'not-logged-in': 401,
  'not-allowed': 403,
  locked: 423,
  'password-needed': 403,
  'not-found': 404,
  conflict: 409,
  'bed-occupied': 409,
  'place-unknown': 400,
  'patient-invalid': 400,
  'rate-limited': 429,
  'payload-schema': 400,
  'payload-too-large': 413,
  'time-invalid': 400,
  'code-unknown': 400,
  'log-unavailable': 503,
  'log-append-failed': 503,
  'log-backlog-full': 503,
  'log-closed': 503,
  'trends-unavailable': 503,
};

const tlsChoices = { minVersion: 'TLSv1.2', ciphers: serverCiphers } as const;

/** Uses another certificate for new connections. Open connections stay open. */
export function renewServer({ server }: App, pair: ServerOptions['tls']): void {
  (server as Server).setSecureContext({ ...pair, ...tlsChoices });
}

/** @param onRoute called once for each registered route; tests use it to list the routes */
export async function buildServer(
  parts: Parts,
  options: ServerOptions,
  onRoute: (route: RouteOptions) => void = () => {},
): Promise<App> {
  const { logger, tls } = options;
  const app: App = fastify({
    https: { ...tls, ...tlsChoices, ...silentConnectionLimits },
    loggerInstance: logger,
    // Fastify's own log lines would contain the URL with its query.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytesMax,
    requestTimeout: 30_000,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    forceCloseConnections: true,
  }).withTypeProvider<TypeBoxTypeProvider>();
  const isProxy = proxyCheck(options.trustedProxies ?? []);
  const guard = guardConnections(app.server as TlsServer, { connectsPerS: options.connectsPerS, isProxy, logger });
  app.addHook('preClose', async () => guard.end());
  // Numbers in a path or a query are parsed from their digits. In a body, types are not converted: null is not 0, and
  // "1" is not 1.
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  // Answers are not checked or filtered by their schemas at run time. Tests compare the answers with the schemas.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler((error: FastifyError | VigilError, request, reply) => {
    // After too many requests a client must open a new connection, which waits in the queue. A connection from a proxy
    // stays open, because other people use it, too.
    const isDirect = !isProxy(plainAddress(request.socket.remoteAddress ?? ''));
    if (isDirect && error.code === 'rate-limited') reply.header('connection', 'close');
    return answerError(error, request, reply);
  });
  app.addHook('onResponse', async (request, reply) => {
    options.onAnswer?.(reply.statusCode);
    const fields = { method: request.method, route: request.routeOptions.url, status: reply.statusCode };
    logger.debug({ ...fields, ms: Math.round(reply.elapsedTime) }, 'answered');
  });

  // Only JSON bodies are allowed. By default, Fastify also accepts plain text.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request, reply) => {
    const fault = requestFramingFault(request.raw.httpVersion, request.raw.rawHeaders);
    if (fault === undefined) return;
    // The next bytes on this connection may belong to the refused request, so the connection is closed.
    reply.header('connection', 'close');
    throw new VigilError('payload-schema', fault);
  });
  app.addHook('preHandler', async (request) => {
    const requestParts = [request.body, request.query, request.params];
    const fault = requestParts.map(requestTextFault).find((text) => text !== undefined);
    if (fault !== undefined) throw new VigilError('payload-schema', fault);
    request.body = normalizeTexts(request.body);
  });

  await app.register(cookie);
  await app.register(helmet, helmetOptions(parts.origins));
  await app.register(swagger, { openapi: { info: { title: 'Vigil dashboard', version: '1' } } });
  // The types of ws do not have `closeTimeout` yet.
  const live = { maxPayload: liveMessageBytesMax, perMessageDeflate: false, closeTimeout: liveCloseMsMax };
  await app.register(websocket, { options: live, errorHandler: endAfterError });
  app.addHook('onRoute', onRoute);
  guardRoutes(app, parts);
  loginRoutes(app, parts);
  clinicalRoutes(app, parts);
  assessmentRoute(app, parts);
  standbyRoutes(app, parts);
  wardOverviewRoute(app, parts);
  noteRoutes(app, parts);
  soundRoutes(app, parts);
  whatIfRoute(app, parts);
  explainRoute(app, parts);
  deviceRoutes(app, parts);
  assignmentRoutes(app, parts);
  leaveOutcomeRoute(app, parts);
  callRoutes(app, parts);
  reachRoutes(app, parts);
  recordRoutes(app, parts);
  liveRoute(app, parts, guard);
  plainRoutes(app, parts);
  await pageRoutes(app, options.clientDir);
  return app;
}

/** Returns the security headers: no inline scripts, no frames, no content from other hosts. */
function helmetOptions(origins: readonly string[]) {
  const sockets = origins.map((origin) => origin.replace(/^http/, 'ws'));
  // With Strict-Transport-Security for `localhost`, a browser would demand HTTPS of every program on this machine for a
  // year.
  const isLocal = origins.some((origin) => /^https:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/.test(origin));
  return {
    strictTransportSecurity: !isLocal,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        mediaSrc: ["'self'", 'data:'],
        manifestSrc: ["'self'"],
        connectSrc: ["'self'", ...sockets],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' as const },
    frameguard: { action: 'deny' as const },
  };
}

function answerError(error: FastifyError | VigilError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof VigilError) {
    const status = statusOf[error.code] ?? 500;
    if (status >= 500) request.log.warn({ code: error.code, route: request.routeOptions.url }, 'a request failed');
    return reply.code(status).send({ code: error.code, message: error.message });
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    // The validator's message names the field and the rule, never the value.
    return reply.code(status).send({ code: 'payload-schema', message: error.message });
  }
  request.log.error({ route: request.routeOptions.url, error: error.message, stack: error.stack }, 'a request failed');
  return reply.code(500).send({
    code: 'internal',
    message: 'The server failed to handle this request. Its log has the details: tell the operator.',
  });
}

/** The route of live connections. A request needs the cookie, an allowed `Origin`, and an unused ticket. */
function liveRoute(app: App, parts: Parts, guard: Guard): void {
  const { tickets, hub, origins } = parts;
  const foreignOriginPace = newRefusalPace();
  app.get(
    livePath,
    {
      websocket: true,
      config: { access: 'session' },
      schema: { querystring: Type.Object({ ticket: Type.String({ maxLength: 100 }) }) },
      preHandler: async (request) => {
        const { origin } = request.headers;
        if (origin === undefined || !origins.includes(origin)) {
          await recordForeignRequest(foreignOriginPace, request, parts);
          throw notAllowed();
        }
        if (!request.live) throw notLoggedIn();
        if (!tickets.redeem(request.query.ticket, request.live.claims.sessionId)) {
          await parts.trail.record({
            ...whoOf(request),
            action: 'access-denied',
            detail: 'live: a ticket that is not valid',
          });
          throw new VigilError('not-allowed', 'The ticket is no longer valid. Get a new ticket and connect again.');
        }
      },
    },
    (socket, request) => {
      if (!request.live) return socket.terminate();
      guard.markAsScreen(request.socket);
      return hub.open(socket, request.live.claims, whoOf(request), request.socket);
    },
  );
}

function plainRoutes(app: App, parts: Parts): void {
  app.get(
    '/healthz',
    {
      config: { access: 'public' },
      schema: {
        response: { 200: Type.Object({ status: Type.String() }), 503: Type.Object({ status: Type.String() }) },
      },
    },
    async (_, reply) => {
      if (!parts.isReady()) return reply.code(503).send({ status: 'starting' });
      // Anyone can call this route, so the answer has no reasons. The /healthz of the metrics port has them.
      return { status: healthReasons(parts.hub.health()).length === 0 ? 'ok' : 'degraded' };
    },
  );
  app.get('/api/openapi.json', { config: { access: 'session' }, schema: { hide: true } }, async () => app.swagger());
}

async function pageRoutes(app: App, clientDir: string): Promise<void> {
  const built = existsSync(join(clientDir, 'index.html'));
  // Only files that the build has compressed are sent compressed. Answers may have secrets and are not compressed
  // (BREACH); the list of devices is the only exception (compress.ts).
  if (built) await app.register(staticFiles, { root: clientDir, serve: false, preCompressed: true });
  app.setNotFoundHandler(() => {
    throw notFound();
  });
  app.get('/*', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    if (path.startsWith('/api/')) throw notFound();
    if (!built) {
      reply.code(503).type('text/html; charset=utf-8');
      return '<!doctype html><title>Vigil</title><p>The page is not built yet: run <code>npm run build</code>.</p>';
    }
    // The names of assets contain a hash of their content, so they can be cached. Every other path is a view of
    // index.html.
    if (path.startsWith('/assets/')) return reply.sendFile(path, { maxAge: '365d', immutable: true });
    // /sw.js is the service worker. Its path has no hash, because browsers look there for newer versions.
    const file = /^\/(?:sw\.js|[\w-]+\.(?:svg|ico|png|webmanifest|txt))$/.test(path) ? path : 'index.html';
    return reply.header('cache-control', 'no-cache').sendFile(file, { cacheControl: false });
  });
}
