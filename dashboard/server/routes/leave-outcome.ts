/** The route that returns what happens if the caller goes away, or if an assignment ends. */
import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { LeaveOutcome, LeaveQuery } from '../../protocol/assignments.ts';
import { ErrorBody, Ward } from '../../protocol/rest.ts';
import { requirePace, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { type LeaveCommand, leaveOutcome } from '../core/leave-outcome.ts';
import { refusedActText } from '../core/refused-act-text.ts';
import type { RequestPace } from '../core/request-pace.ts';
import { membersOf, requireAssignments } from './assignments.ts';
import type { Parts } from './parts.ts';
import { createWardLook } from './ward-look.ts';

/** The length of the absence if the question does not name it. */
const askedAwayMs = 15 * 60_000;

export function leaveOutcomeRoute(app: App, parts: Parts): void {
  const { assignments, accounts, delivery, feed, trail, wards, now } = parts;
  const { board } = assignments;
  const lookAtWard = createWardLook(parts, 'board of assignments: what happens if a person leaves');
  const pace: RequestPace = new Map();

  app.get(
    '/api/wards/:ward/assignments/outcome',
    {
      config: { access: 'take-duty' },
      schema: {
        params: Type.Object({ ward: Ward }),
        querystring: LeaveQuery,
        response: { 200: LeaveOutcome, 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 404: ErrorBody, 503: ErrorBody },
      },
    },
    async (request) => {
      const { ward } = await lookAtWard(request);
      await requirePace(pace, request, trail, 'beds');
      requireAssignments(board);
      const nowMs = now();
      const command = commandOf(request.query, nowMs);
      const context = {
        ward,
        viewer: viewerOf(request),
        nowMs,
        registry: wards.current(),
        members: membersOf(parts, ward),
        newId: randomUUID,
      };
      const outcome = leaveOutcome(command, board, context, {
        deliveries: delivery.feed.board,
        state: feed.state,
        policy: delivery.policy(),
        accountOf: accounts.get,
      });
      if (!('ok' in outcome)) return outcome;
      if (outcome.isDenied) {
        const detail = `${refusedActText(command, board.duties, ward)}: what would happen`;
        await trail.record({ ...whoOf(request), action: 'access-denied', ward, detail });
      }
      throw new VigilError(outcome.code, outcome.message);
    },
  );
}

/** @throws VigilError `payload-schema` if the question about an end names no assignment */
function commandOf({ act, assignmentId, cover, awayMs = askedAwayMs }: LeaveQuery, nowMs: number): LeaveCommand {
  if (act === 'away') return { type: 'away', until: formatInstant(nowMs + awayMs), cover };
  if (assignmentId === undefined) throw new VigilError('payload-schema', 'Name the assignment that ends.');
  return { type: 'end', assignmentId };
}
