/**
 * The routes about reaching persons: a person's own entries, the persons of a ward who can be reached, and the dry run
 * of a call.
 */
import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { MyReach, PushKey, ReachAdded, ReachBody, WardReach, WhoAnswer, WhoQuery } from '../../protocol/delivery.ts';
import { ErrorBody, Ward } from '../../protocol/rest.ts';
import { notFound, requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { isDeliveryRunning } from '../core/delivery-health.ts';
import { decideReach, reachText } from '../core/reach-changes.ts';
import { myReach, wardReach } from '../core/reach-view.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { whoAnswer } from '../core/who-view.ts';
import { requireRead } from '../live/deliveries-feed.ts';
import { requireAssignments } from './assignments.ts';
import type { Parts } from './parts.ts';
import { createWardLook } from './ward-look.ts';

/** Maximum wait until this server has read its own change. */
const readBackMs = 5_000;
/** A dry run (who would be called?) may be for a time at most this far in the future (ours). */
const aheadMsMax = 7 * 24 * 3_600_000;
/** A dry run may be for a time at most this far in the past, because this server knows only the present assignments. */
const behindMsMax = 60_000;

const failures = { 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 503: ErrorBody };
const notShown = 'The change was saved, but this server does not show it yet. Look at the list again.';

export function reachRoutes(app: App, parts: Parts): void {
  ownReachRoutes(app, parts);
  wardRoutes(app, parts);
  app.get(
    '/api/push-key',
    { config: { access: 'take-duty' }, schema: { response: { 200: PushKey, ...failures } } },
    async () => {
      if (parts.delivery.pushPublicKey === undefined)
        throw new VigilError('not-found', 'Push messages are not set up in this hospital.');
      return { publicKey: parts.delivery.pushPublicKey };
    },
  );
}

function ownReachRoutes(app: App, parts: Parts): void {
  const { trail, delivery, preferences, now } = parts;
  const { feed, writer, reachRules, pushPublicKey } = delivery;
  const { board } = feed;
  const pace: RequestPace = new Map();
  const offers = { push: pushPublicKey !== undefined, mail: reachRules.mailDomains.length > 0 };
  const rules = { ...reachRules, pushHosts: offers.push ? reachRules.pushHosts : [] };
  const config = { access: 'take-duty', share: 'own' } as const;
  const entriesOfAll = () => [...board.entries.values()];

  app.get(
    '/api/reach',
    { config: { access: 'take-duty' }, schema: { response: { 200: MyReach, ...failures } } },
    async (request) => {
      requireRead(board);
      return myReach(board, viewerOf(request).userId, offers, now());
    },
  );

  app.post(
    '/api/reach',
    {
      config,
      schema: { body: ReachBody, response: { 201: ReachAdded, 400: ErrorBody, 409: ErrorBody, ...failures } },
    },
    async (request, reply) => {
      await requirePace(pace, request, trail, 'reach');
      const { userId, name } = viewerOf(request);
      return writer.reachTurns.run(userId, async () => {
        requireRead(board);
        const decision = decideReach(request.body, userId, entriesOfAll(), rules);
        if (!decision.ok) throw new VigilError(decision.fault.code, decision.fault.message);
        const { body, replaced } = decision;
        // After a service has ended an entry, nothing is ever sent to the id of this entry, so a new entry needs a new
        // id.
        const isKept = replaced !== undefined && !board.ended.has(replaced.reachId);
        const reachId = isKept ? replaced.reachId : randomUUID();
        const language = preferences.of(userId).language ?? body.language;
        const entry: ReachEntry = {
          ...{ ...body, reachId, userId, name, addedAt: formatInstant(now()) },
          ...(language && { language }),
        };
        await trail.record({ ...whoOf(request), action: 'reach-added', detail: reachText(entry) });
        await writer.writeReach(reachId, entry);
        if (replaced && !isKept) await writer.writeReach(replaced.reachId, null);
        const isShown = () => board.entries.get(reachId)?.addedAt === entry.addedAt || undefined;
        if (!(await feed.waitFor(isShown, readBackMs))) throw new VigilError('log-unavailable', notShown);
        return reply.code(201).send({ reachId });
      });
    },
  );

  app.delete(
    '/api/reach/:reachId',
    {
      config,
      schema: {
        params: Type.Object({ reachId: Type.String({ minLength: 1, maxLength: 64 }) }),
        response: { 204: Type.Null(), ...failures },
      },
    },
    async (request, reply) => {
      await requirePace(pace, request, trail, 'reach');
      const { userId } = viewerOf(request);
      const { reachId } = request.params;
      return writer.reachTurns.run(userId, async () => {
        requireRead(board);
        const entry = board.entries.get(reachId);
        if (entry?.userId !== userId) {
          const detail = `DELETE /api/reach: ${entry ? `the entry ${reachId} of ${entry.userId}` : 'an entry that does not exist'}`;
          await trail.record({ ...whoOf(request), action: 'access-denied', detail });
          throw notFound();
        }
        await trail.record({ ...whoOf(request), action: 'reach-removed', detail: reachText(entry) });
        await writer.writeReach(reachId, null);
        const isGone = () => !board.entries.has(reachId) || undefined;
        if (!(await feed.waitFor(isGone, readBackMs))) throw new VigilError('log-unavailable', notShown);
        return reply.code(204).send(null);
      });
    },
  );
}

function wardRoutes(app: App, parts: Parts): void {
  const { delivery, assignments, accounts, now } = parts;
  const { board, signs } = delivery.feed;
  const params = Type.Object({ ward: Ward });
  const lookAtReach = createWardLook(parts, 'who can be reached: look');
  const lookAtOrder = createWardLook(parts, 'who would be called: look');

  app.get(
    '/api/wards/:ward/reach',
    { config: { access: 'take-duty' }, schema: { params, response: { 200: WardReach, ...failures } } },
    async (request) => {
      const { ward } = await lookAtReach(request);
      requireAssignments(assignments.board);
      requireRead(board);
      const isRunning = isDeliveryRunning(signs, now());
      return wardReach(board, assignments.board.duties, ward, isRunning, now());
    },
  );

  app.get(
    '/api/wards/:ward/who',
    {
      config: { access: 'take-duty' },
      schema: { params, querystring: WhoQuery, response: { 200: WhoAnswer, 400: ErrorBody, ...failures } },
    },
    async (request) => {
      const { ward, beds } = await lookAtOrder(request);
      requireAssignments(assignments.board);
      const { bed, at, kind, priority } = request.query;
      if (!beds.includes(bed)) throw new VigilError('place-unknown', 'There is no such bed on this ward.');
      const nowMs = now();
      const atMs = at === undefined ? nowMs : parseInstant(at);
      if (atMs === undefined || atMs < nowMs - behindMsMax || atMs > nowMs + aheadMsMax)
        throw new VigilError(
          'time-invalid',
          'Choose a time from now to 7 days ahead. For an earlier time, ask the operator for “vigil delivery who”.',
        );
      const context = { policy: delivery.policy(), duties: assignments.board.duties, accountOf: accounts.get };
      return whoAnswer(context, { ward, bed, kind, priority }, Math.max(atMs, nowMs));
    },
  );
}
