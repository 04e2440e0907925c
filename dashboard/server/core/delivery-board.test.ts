import { describe, expect, it } from 'vitest';
import type { DeliveryRecord } from '../../../contracts/messages/deliveries.ts';
import {
  alarmIdOf,
  callTo,
  deliveryRecord,
  pushEntry,
  reachSeen,
  recordOf,
  uuid,
  viewOf,
} from './delivery-board.testing.ts';
import {
  answersMax,
  deliveriesMax,
  emptyDeliveryBoard,
  foldDelivery,
  foldReachEntry,
  noteAskedPages,
  reachOf,
} from './delivery-board.ts';
import { t0 } from './fold.testing.ts';

function boardOf(...records: readonly DeliveryRecord[]) {
  const board = emptyDeliveryBoard();
  for (const record of records) foldDelivery(board, record);
  return board;
}

const answerSeen = (n: number): DeliveryRecord => ({
  event: {
    type: 'answer-seen',
    atMs: t0,
    commandId: uuid(n),
    alarmId: alarmIdOf(1),
    userId: 'anna',
    answer: 'accepted',
    taken: true,
  },
});

describe('foldDelivery', () => {
  it('the board has the newest view of each alarm, and no view after the alarm is over', () => {
    const board = boardOf(recordOf(viewOf(1)), recordOf(viewOf(2)), recordOf(viewOf(1, [], { round: 2 })));
    expect(board.deliveries.get(alarmIdOf(1))?.view.round).toBe(2);
    expect(board.deliveries.get(alarmIdOf(1))!.changeNo).toBeGreaterThan(board.deliveries.get(alarmIdOf(2))!.changeNo);
    const { changeNo } = board;
    foldDelivery(board, deliveryRecord(alarmIdOf(1), null));
    expect([...board.deliveries.keys()]).toEqual([alarmIdOf(2)]);
    expect(board.changeNo).toBe(changeNo + 1);
  });

  it('foldDelivery remembers the persons that earlier rounds called, and the chain that the present round started with', () => {
    const chain = { steps: [], repeatMs: 60_000, acceptedMs: 60_000, ageMsMax: 900_000 };
    const board = boardOf(
      recordOf(viewOf(1, [callTo('anna')])),
      {
        event: {
          ...{ type: 'round-started', alarmId: alarmIdOf(1), atMs: t0, round: 2, cause: 'not-acknowledged' },
          ...{ priority: 'high', policyVersion: 'p', chain, dueAtMs: null },
        },
        after: viewOf(1, [], { round: 2 }),
      },
      recordOf(viewOf(1, [callTo('ben')], { round: 2 })),
    );
    const delivery = board.deliveries.get(alarmIdOf(1))!;
    expect([...delivery.calledUserIds]).toEqual(['anna', 'ben']);
    expect(delivery.chain).toEqual(chain);
  });

  it('foldDelivery uses the view in a receipt; if a receipt has no view, the former view stays', () => {
    const receipt = {
      type: 'receipt',
      atMs: t0 + 5,
      alarmId: alarmIdOf(1),
      callId: 'call-anna',
      userId: 'anna',
      channel: 'screen',
      stage: 'painted',
    } as const;
    const board = boardOf(recordOf(viewOf(1, [callTo('anna')])), { event: receipt });
    expect(board.deliveries.get(alarmIdOf(1))?.view.calls[0]?.sent).toEqual([]);
    const sent = [{ channel: 'screen', stage: 'painted', atMs: t0 + 5 }] as const;
    foldDelivery(board, { event: receipt, after: viewOf(1, [callTo('anna', { sent: [...sent] })]) });
    expect(board.deliveries.get(alarmIdOf(1))?.view.calls[0]?.sent).toEqual(sent);
    expect(reachOf(board, 'anna', 'screen', undefined).result).toEqual({
      state: 'reached',
      stage: 'painted',
      atMs: t0 + 5,
    });
  });

  it('foldDelivery makes misleading characters visible in the names of persons and places, and in the text', () => {
    const board = boardOf(
      recordOf(viewOf(1, [callTo('anna', { name: 'An\u202ena' })], { bed: 'A\u200b1', text: 'HR\u202e 1' })),
    );
    const { view } = board.deliveries.get(alarmIdOf(1))!;
    expect([view.calls[0]?.name, view.bed, view.text].join()).not.toMatch(/[\u200b\u202e]/);
  });

  it.each([
    ['answers', answersMax, (n: number) => answerSeen(n), 'answers'],
    ['deliveries', deliveriesMax, (n: number) => recordOf(viewOf(n)), 'deliveries'],
  ] as const)('above the maximum number of %s, foldDelivery forgets the oldest', (_, max, record, member) => {
    const board = emptyDeliveryBoard();
    for (let n = 0; n <= max; n += 1) foldDelivery(board, record(n));
    const keys = [...board[member].keys()];
    expect(keys.length).toBe(max);
    expect(keys.some((key) => key === uuid(0) || key === alarmIdOf(0))).toBe(false);
  });

  it('the board keeps the last result of a canary while the next canary waits for its confirmation', () => {
    const asked = reachSeen('anna', { state: 'asked', checkId: uuid(2), atMs: t0 + 9 });
    const board = boardOf(reachSeen('anna'), asked);
    expect(reachOf(board, 'anna', 'screen', undefined)).toMatchObject({
      result: { state: 'reached', stage: 'painted' },
      asked: { checkId: uuid(2) },
    });
    foldDelivery(
      board,
      reachSeen('anna', { state: 'down', checkId: uuid(2), reason: 'No page answered.', atMs: t0 + 60 }),
    );
    expect(reachOf(board, 'anna', 'screen', undefined)).toMatchObject({
      result: { state: 'down', reason: 'No page answered.' },
      asked: undefined,
    });
  });
});

describe('noteAskedPages', () => {
  const page = { userId: 'anna', checkId: uuid(2), atMs: t0 + 9 };

  it('noteAskedPages takes each canary only one time, and keeps the result of the former canary', () => {
    const board = boardOf(reachSeen('anna'));
    expect([noteAskedPages(board, [page]), noteAskedPages(board, [page])]).toEqual([true, false]);
    expect(reachOf(board, 'anna', 'screen', undefined)).toMatchObject({
      result: { state: 'reached', stage: 'painted' },
      asked: { checkId: uuid(2), atMs: t0 + 9 },
    });
  });

  it.each([
    ['a canary that was sent later', { state: 'asked', atMs: t0 + 10 }],
    ['the result of a canary of the same time', { state: 'down', reason: 'No page answered.', atMs: t0 + 9 }],
  ] as const)('noteAskedPages does not take a canary if the board knows %s', (_title, fields) => {
    const board = boardOf(reachSeen('anna', { checkId: uuid(3), ...fields }));
    expect(noteAskedPages(board, [page])).toBe(false);
    expect(reachOf(board, 'anna', 'screen', undefined).asked?.checkId).not.toBe(uuid(2));
  });
});

describe('foldReachEntry', () => {
  it('the board has the newest entry of each id, and no entry after a tombstone', () => {
    const board = emptyDeliveryBoard();
    foldReachEntry(board, uuid(1), pushEntry(1, 'anna'));
    foldReachEntry(board, uuid(1), { ...pushEntry(1, 'anna'), label: 'New' });
    expect([...board.entries.values()].map(({ label }) => label)).toEqual(['New']);
    foldReachEntry(board, uuid(1), null);
    expect(board.entries.size).toBe(0);
  });
});
