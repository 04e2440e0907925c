/** The routes with which persons answer calls, and with which the service worker of the page confirms push messages. */
import { randomUUIDv7 } from 'node:crypto';
import { Type } from 'typebox';
import { VigilError } from '../../../contracts/errors.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { AnswerBody, AnswerResult, PushReceiptBody } from '../../protocol/delivery.ts';
import { ErrorBody } from '../../protocol/rest.ts';
import { actorOf, notFound, viewerOf, whoOf } from '../access.ts';
import type { App } from '../app.ts';
import { deliveryToAnswer, isCallOf } from '../core/my-calls.ts';
import { entriesOf } from '../core/reach-view.ts';
import { seesAlarm } from '../core/screen.ts';
import { requireRead } from '../live/deliveries-feed.ts';
import { auditFieldsOf, bedOf, recordDenied } from './clinical.ts';
import type { Parts } from './parts.ts';

/** Maximum wait for the delivery process to confirm an answer. */
const answerWaitMs = 5_000;
/**
 * Maximum wait until this server has read a call. The message may reach a phone before this server has read the call.
 */
const callWaitMs = 1_000;

export function callRoutes(app: App, parts: Parts): void {
  answerRoute(app, parts);
  pushReceiptRoute(app, parts);
}

function answerRoute(app: App, parts: Parts): void {
  const { feed, trail, delivery, now } = parts;
  const { writer, feed: deliveries } = delivery;
  const { board } = deliveries;

  app.post(
    '/api/calls/:alarmId/answer',
    {
      config: { access: 'take-duty', share: 'answer' },
      schema: {
        params: Type.Object({ alarmId: Type.String({ minLength: 16, maxLength: 64 }) }),
        body: AnswerBody,
        response: {
          200: AnswerResult,
          202: AnswerResult,
          400: ErrorBody,
          401: ErrorBody,
          403: ErrorBody,
          404: ErrorBody,
          503: ErrorBody,
        },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { alarmId } = request.params;
      const { round, answer } = request.body;
      const alarmState = feed.state.alarms.get(alarmId);
      if (!alarmState) throw notFound();
      const bed = await bedOf(parts, request, alarmState.alarm.associationId);
      const about = { ...auditFieldsOf(bed), alarmId };
      if (!seesAlarm(viewer, alarmState)) {
        await recordDenied(parts, request, about);
        throw notFound();
      }
      requireRead(board);
      if (!(await deliveries.waitFor(() => deliveryToAnswer(board, alarmId, viewer.userId), callWaitMs))) {
        await recordDenied(parts, request, about);
        throw new VigilError('not-allowed', 'This alarm has not called you, so you cannot answer it.');
      }
      const commandId = randomUUIDv7();
      const detail = `round ${round}; command ${commandId}`;
      await trail.record({ ...whoOf(request), action: `call-${answer}`, ...about, detail });
      const by = actorOf(viewer);
      await writer.writeAnswer({
        type: 'answer',
        commandId,
        at: formatInstant(now()),
        by,
        alarmId,
        round,
        answer,
      });
      const seen = await deliveries.waitFor(() => board.answers.get(commandId), answerWaitMs);
      const { answers } = writer.figures;
      answers[seen === undefined ? 'unknown' : seen.taken ? 'taken' : 'noEffect'] += 1;
      if (seen === undefined) {
        const reason = 'The delivery process has not confirmed your answer yet. The call shows it when it counts.';
        return reply.code(202).send({ result: 'unknown', reason });
      }
      const { taken, reason } = seen;
      return reply.send({ result: taken ? 'taken' : 'no-effect', ...(reason !== undefined && { reason }) });
    },
  );
}

function pushReceiptRoute(app: App, parts: Parts): void {
  const { delivery, now } = parts;
  const { writer, feed: deliveries } = delivery;
  const { board } = deliveries;

  /**
   * Returns whether the person has a phone for canaries. Only the delivery process knows which canaries wait for an
   * answer, and it ignores other confirmations.
   */
  function hasPhone(userId: string): boolean {
    return entriesOf(board, userId).some(({ channel }) => channel === 'push');
  }

  app.post(
    '/api/push-receipt',
    {
      // A locked session may use this route, too: a phone in a pocket locks itself, but its service worker must still
      // confirm. The answer contains no data.
      config: { access: 'session', share: 'receipt' },
      schema: {
        body: PushReceiptBody,
        response: { 204: Type.Null(), 400: ErrorBody, 401: ErrorBody, 403: ErrorBody, 503: ErrorBody },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { calls, checkId } = request.body;
      const isKnown = (call: (typeof calls)[number]) => isCallOf(board, call, viewer.userId);
      const isKnownCheck = () => checkId === undefined || hasPhone(viewer.userId);
      await deliveries.waitFor(() => (calls.every(isKnown) && isKnownCheck() ? true : undefined), callWaitMs);
      const knownCalls = calls.filter(isKnown);
      writer.figures.unknownReceipts += calls.length - knownCalls.length + Number(!isKnownCheck());
      const receipt = {
        at: formatInstant(now()),
        by: actorOf(viewer),
        channel: 'push',
        stage: 'on-device',
      } as const;
      if (knownCalls.length > 0) writer.writeReceipt({ type: 'receipt', ...receipt, calls: knownCalls });
      if (checkId !== undefined && isKnownCheck()) writer.writeReceipt({ type: 'check-receipt', ...receipt, checkId });
      return reply.code(204).send(null);
    },
  );
}
