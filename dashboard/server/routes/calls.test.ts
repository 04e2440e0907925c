/** Tests floods of answers and receipts, with the guard of the routes (access.ts) and its slots (bounds.ts). */
import cookie from '@fastify/cookie';
import { fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VigilError } from '../../../contracts/errors.ts';
import type { DeliveryCommand } from '../../../contracts/messages/delivery-commands.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { requestHeader } from '../../protocol/pace.ts';
import { type AccessOptions, cookieName, guardRoutes } from '../access.ts';
import type { App } from '../app.ts';
import { perMinuteMax } from '../bounds.ts';
import { foldAlarmEvent } from '../core/alarms.ts';
import { foldAssociations } from '../core/beds.ts';
import { alarmIdOf, callTo, pushEntry, reachSeen, recordOf, uuid, viewOf } from '../core/delivery-board.testing.ts';
import { type DeliveryBoard, emptyDeliveryBoard, foldDelivery, foldReachEntry } from '../core/delivery-board.ts';
import { alarm, nurse, period, t0, table } from '../core/fold.testing.ts';
import { emptyState } from '../core/state.ts';
import { callRoutes } from './calls.ts';
import type { Parts } from './parts.ts';

let app: App;
let written: DeliveryCommand[];
let board: DeliveryBoard;

/**
 * Creates a server where the nurse has a call about alarm 1, but no call about alarm 2. A request that waits for
 * another record gets no answer. The token of a session is its id.
 */
beforeEach(async () => {
  written = [];
  const state = emptyState();
  board = emptyDeliveryBoard();
  board.isRead = true;
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  for (const n of [1, 2]) {
    const shown = alarm(alarmIdOf(n), 'assoc-01', 1);
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: shown }, t0);
  }
  foldDelivery(board, recordOf(viewOf(1, [callTo(nurse.userId)])));
  const never = Promise.withResolvers<undefined>();
  const parts = {
    feed: { state },
    trail: { record: async () => {} },
    delivery: {
      feed: { board, waitFor: async <T>(look: () => T | undefined) => look() ?? never.promise },
      writer: {
        figures: { unknownReceipts: 0, answers: { taken: 0, noEffect: 0, unknown: 0 } },
        writeReceipt: (command: DeliveryCommand) => written.push(command),
        async writeAnswer(command: Extract<DeliveryCommand, { type: 'answer' }>) {
          written.push(command);
          const { commandId, alarmId, answer } = command;
          const seen = {
            type: 'answer-seen',
            atMs: t0,
            commandId,
            alarmId,
            userId: nurse.userId,
            answer,
            taken: true,
          } as const;
          board.answers.set(commandId, seen);
        },
      },
    },
    now: () => t0,
  };
  const guard = {
    sessions: {
      read: async (token: string) => ({ viewer: nurse, claims: { sessionId: token, userId: nurse.userId } }),
    },
    stations: { read: () => undefined },
    trail: parts.trail,
    origins: [],
    isReady: () => true,
  };
  app = fastify() as unknown as App;
  app.setErrorHandler((error, _, reply) => reply.code(error instanceof VigilError ? 429 : 500).send());
  await app.register(cookie);
  guardRoutes(app, guard as unknown as AccessOptions);
  callRoutes(app, parts as unknown as Parts);
  app.post('/act', { config: { access: 'acknowledge' } }, async () => 'done');
});
afterEach(() => app.close());

/** Returns the status of the answer. */
async function post(session: string, url: string, payload: object = {}): Promise<number> {
  const answer = await app.inject({
    method: 'POST',
    url,
    payload,
    headers: { [requestHeader.name]: requestHeader.value },
    cookies: { [cookieName]: session },
  });
  return answer.statusCode;
}

const receiptOf = (n: number, callId = `call-${nurse.userId}`) => ({ calls: [{ alarmId: alarmIdOf(n), callId }] });
const answerTo = (n: number) => [`/api/calls/${alarmIdOf(n)}/answer`, { round: 1, answer: 'accepted' }] as const;
const floods: [string, () => Promise<number>][] = [
  ['receipts of unknown calls', () => post('stolen', '/api/push-receipt', receiptOf(1, 'unknown-call'))],
  ['answers to an alarm that has not called the person', () => post('stolen', ...answerTo(2))],
];

describe.each(floods)('while a stolen session sends many %s', (_, send) => {
  beforeEach(async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 100; n += 1) void send().then((status) => statuses.push(status));
    await expect.poll(() => statuses.length, { timeout: 30_000 }).toBeGreaterThan(20);
    expect(new Set(statuses)).toEqual(new Set([429]));
  });

  it('an act of another session of the person is answered at once', async () => {
    expect(await post('own', '/act')).toBe(200);
  });

  it('an answer and a receipt of another session of the person are accepted at once', async () => {
    expect(await post('own', ...answerTo(1))).toBe(200);
    expect(await post('own', '/api/push-receipt', receiptOf(1))).toBe(204);
    expect(written.map(({ type }) => type)).toEqual(['answer', 'receipt']);
  });

  it('an act of the same session is answered at once', async () => {
    expect(await post('stolen', '/act')).toBe(200);
  });
});

it('a session that has used up its receipts of the minute can still act', async () => {
  const statuses: unknown[] = [];
  for (let n = 0; n <= perMinuteMax.receipt; n += 1)
    statuses.push(await post('phone', '/api/push-receipt', receiptOf(1)));
  expect(statuses.slice(0, -1).every((status) => status === 204)).toBe(true);
  expect(statuses.at(-1)).toBe(429);
  expect(await post('phone', '/act')).toBe(200);
});

it('a phone can confirm a canary even after the push service has confirmed it', async () => {
  foldReachEntry(board, uuid(1), pushEntry(1, nurse.userId));
  foldDelivery(board, reachSeen(nurse.userId, { channel: 'push', reachId: uuid(1), state: 'reached', stage: 'taken' }));
  expect(await post('phone', '/api/push-receipt', { calls: [], checkId: uuid(7) })).toBe(204);
  expect(written).toMatchObject([{ type: 'check-receipt', channel: 'push', checkId: uuid(7), stage: 'on-device' }]);
});
