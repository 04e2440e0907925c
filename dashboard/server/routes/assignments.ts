/** The routes of the assignment board of a ward. */
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { evolve } from '../../../contracts/duties.ts';
import { VigilError } from '../../../contracts/errors.ts';
import {
  AcceptBody,
  AssignBody,
  AssignmentBody,
  AwayBody,
  BackBody,
  Board,
  BoardChanged,
  BoardRefused,
  CoverBody,
  CsvBody,
  DeclineBody,
  WaitingDuties,
} from '../../protocol/assignments.ts';
import { ErrorBody, Ward } from '../../protocol/rest.ts';
import { requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { createBoardChanges } from '../assignment-changes.ts';
import { readAssignmentsCsv } from '../core/assignment-csv.ts';
import { decide } from '../core/assignments.ts';
import { type AssignmentCommand, isMember, type Member } from '../core/board-context.ts';
import { boardFor } from '../core/board-view.ts';
import type { DutyBoard } from '../core/duty-board.ts';
import { leftPlaces, leftRefusal, leftText } from '../core/left-places.ts';
import { judgeSeen } from '../core/open-at-beds.ts';
import { refusedActText } from '../core/refused-act-text.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { seesWard } from '../core/rights.ts';
import { waitingCovers, waitingDuties } from '../core/waiting-duties.ts';
import type { Parts } from './parts.ts';
import { createWardLook } from './ward-look.ts';

const params = Type.Object({ ward: Ward });
const response = {
  200: BoardChanged,
  400: BoardRefused,
  401: ErrorBody,
  403: ErrorBody,
  404: ErrorBody,
  409: BoardRefused,
  503: ErrorBody,
};
const config = { access: 'take-duty', share: 'own' } as const;

const path = (act: string) => `/api/wards/:ward/assignments${act}`;

type ActRequest = FastifyRequest<{
  Params: { ward: string };
  Body: { readonly version: number; readonly leaves?: readonly string[] };
}>;

export function assignmentRoutes(app: App, parts: Parts): void {
  const { wards } = parts;
  const { board } = parts.assignments;
  const changeBoard = createBoardChanges(parts);
  const pace: RequestPace = new Map();

  /**
   * Decides a command, writes it, and answers the request.
   * @param seen the open points that the person has seen at the accepted beds
   */
  async function act(
    request: ActRequest,
    reply: FastifyReply,
    command: AssignmentCommand,
    seen?: readonly string[],
  ): Promise<FastifyReply> {
    await requirePace(pace, request, parts.trail, 'beds');
    if (command.type === 'csv') await requirePace(pace, request, parts.trail, 'assignment-rows', command.rows.length);
    const { ward } = request.params;
    const { version, leaves } = request.body;
    const viewer = viewerOf(request);
    const members = membersOf(parts, ward);
    let notes = { left: '', opened: '' };
    const decision = await changeBoard({
      viewer,
      notes: () => notes,
      who: whoOf(request),
      ward,
      wanted: () => refusedActText(command, board.duties, ward),
      decide(nowMs) {
        const context = { ward, viewer, nowMs, registry: wards.current(), members, newId: randomUUID };
        const before = board.duties;
        const decision = decide(command, board, version, context);
        if (!decision.ok) return decision;
        const opened =
          command.type === 'accept' ? judgeSeen(parts.feed.state, command, seen, before, context) : undefined;
        const after = decision.events.reduce(evolve, before);
        const left = leftPlaces(before, after, { ward, nowMs, accountOf: parts.accounts.get });
        notes = { left: leftText(left), opened: opened?.text ?? '' };
        return opened?.refusal ?? leftRefusal(left, leaves) ?? decision;
      },
    });
    if (decision.ok) return reply.send({ version: board.duties.wards.get(ward)?.version ?? 0 });
    const { ok: _ok, isDenied: _isDenied, ...refused } = decision;
    const status = refused.code === 'conflict' ? 409 : refused.code === 'payload-schema' ? 400 : undefined;
    if (status === undefined) throw new VigilError(refused.code, refused.message);
    return reply.code(status).send(refused);
  }

  lookRoute(app, parts);
  absenceRoutes(app, act);
  waitingRoute(app, parts);
  app.post(path(''), { config, schema: { params, body: AssignBody, response } }, async (request, reply) => {
    const { version: _, leaves: _leaves, ...wanted } = request.body;
    return act(request, reply, { type: 'assign', ...wanted });
  });
  app.post(path('/accept'), { config, schema: { params, body: AcceptBody, response } }, async (request, reply) => {
    const { assignmentId, beds, seen } = request.body;
    return act(request, reply, { type: 'accept', assignmentId, beds }, seen);
  });
  app.post(path('/end'), { config, schema: { params, body: AssignmentBody, response } }, async (request, reply) =>
    act(request, reply, { type: 'end', assignmentId: request.body.assignmentId }),
  );
  app.post(path('/decline'), { config, schema: { params, body: DeclineBody, response } }, async (request, reply) => {
    const { assignmentId, reason } = request.body;
    return act(request, reply, { type: 'decline', assignmentId, reason });
  });
  app.post(path('/csv'), { config, schema: { params, body: CsvBody, response } }, async (request, reply) => {
    const { rows, faults } = readAssignmentsCsv(request.body.lines);
    if (rows.length > 0) return act(request, reply, { type: 'csv', rows, faults });
    await requirePace(pace, request, parts.trail, 'beds');
    const detail = `board of assignments: csv, ${faults.length} lines cannot be read`;
    await parts.trail.record({ ...whoOf(request), action: 'access-denied', ward: request.params.ward, detail });
    const message = 'Nothing was saved: the text has faults.';
    return reply.code(400).send({ code: 'payload-schema', message, faults: [...faults] });
  });
}

type Act = (request: ActRequest, reply: FastifyReply, command: AssignmentCommand) => Promise<FastifyReply>;

/** The routes for an absence: a person goes away, a person is back, and the named cover answers. */
function absenceRoutes(app: App, act: Act): void {
  app.post(path('/away'), { config, schema: { params, body: AwayBody, response } }, async (request, reply) => {
    const { until, cover } = request.body;
    return act(request, reply, { type: 'away', until, cover });
  });
  app.post(path('/back'), { config, schema: { params, body: BackBody, response } }, async (request, reply) =>
    act(request, reply, { type: 'back' }),
  );
  app.post(path('/cover'), { config, schema: { params, body: CoverBody, response } }, async (request, reply) => {
    const { awayId, isRejected } = request.body;
    return act(request, reply, { type: 'cover', awayId, isRejected });
  });
}

/** The route that shows a board. */
function lookRoute(app: App, parts: Parts): void {
  const { now } = parts;
  const { board } = parts.assignments;
  const lookAtWard = createWardLook(parts, 'board of assignments: look');

  app.get(
    '/api/wards/:ward/assignments',
    {
      config: { access: 'take-duty' },
      schema: { params, response: { 200: Board, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 503: ErrorBody } },
    },
    async (request) => {
      const { ward, beds } = await lookAtWard(request);
      requireAssignments(board);
      const members = membersOf(parts, ward);
      return boardFor(board, { ward, beds, viewer: viewerOf(request), members, accountOf: parts.accounts.get }, now());
    },
  );
}

/** @throws VigilError `log-unavailable` until every assignment that was in Kafka at the start has been read */
export function requireAssignments({ isRead }: Pick<DutyBoard, 'isRead'>): void {
  if (!isRead)
    throw new VigilError('log-unavailable', 'This server has not read the assignments yet. Try again shortly.');
}

/**
 * The route with the number of assignments that wait for the caller, and the persons that the caller covers. The answer
 * has no data of patients, so the audit trail does not record the request.
 */
function waitingRoute(app: App, { wards, assignments: { board }, now }: Parts): void {
  app.get(
    '/api/duties/waiting',
    {
      config: { access: 'take-duty' },
      schema: { response: { 200: WaitingDuties, 401: ErrorBody, 403: ErrorBody, 503: ErrorBody } },
    },
    async (request) => {
      const viewer = viewerOf(request);
      requireAssignments(board);
      const registered = wards.current().wards.map(({ ward }) => ward);
      const seenWards = registered.filter((ward) => seesWard(viewer, ward));
      const nowMs = now();
      return {
        wards: waitingDuties(board.duties, viewer.userId, seenWards, nowMs),
        covers: waitingCovers(board.duties, viewer.userId, seenWards, nowMs),
      };
    },
  );
}

/** Returns the accounts that may have a duty in a ward. */
export function membersOf({ accounts }: Pick<Parts, 'accounts'>, ward: string): Member[] {
  return [...accounts.all()]
    .filter((account) => isMember(account, ward))
    .map(({ userId, name, role }) => ({ userId, name, role }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
