import { describe, expect, it } from 'vitest';
import { accepted, assigned, assignmentOf, away, hour } from '../../../contracts/duties.testing.ts';
import type { DeliveryRecord } from '../../../contracts/messages/deliveries.ts';
import { pushEntry, reachSeen, uuid } from './delivery-board.testing.ts';
import { emptyDeliveryBoard, foldDelivery, foldReachEntry } from './delivery-board.ts';
import { emptyBoard, foldAssignmentEvent } from './duty-board.ts';
import { t0 } from './fold.testing.ts';
import { channelState, isReached, myReach, reachFreshMs, wardReach } from './reach-view.ts';

function boardOf(...records: readonly DeliveryRecord[]) {
  const board = emptyDeliveryBoard();
  for (const record of records) foldDelivery(board, record);
  return board;
}
const push = (n: number, fields: Parameters<typeof reachSeen>[1] = {}) =>
  reachSeen('anna', { channel: 'push', reachId: uuid(n), stage: 'on-device', ...fields });
const ended: DeliveryRecord = {
  event: {
    type: 'reach-ended',
    atMs: t0,
    reachId: uuid(1),
    userId: 'anna',
    channel: 'push',
    reason: 'It is gone (410).',
  },
};

describe('channelState', () => {
  it.each<[string, DeliveryRecord[], number, object]>([
    ['nothing was tried', [], 0, { state: 'unknown' }],
    ['a page has painted the canary', [reachSeen('anna')], 0, { state: 'reached', stage: 'painted' }],
    ['the result is as old as allowed', [reachSeen('anna')], reachFreshMs, { state: 'reached' }],
    ['the result is older', [reachSeen('anna')], reachFreshMs + 1, { state: 'unknown' }],
    ['the first canary waits', [reachSeen('anna', { state: 'asked' })], 1, { state: 'asked' }],
    ['the next canary waits', [reachSeen('anna'), reachSeen('anna', { state: 'asked' })], 1, { state: 'reached' }],
    [
      'no page answered',
      [reachSeen('anna', { state: 'down', reason: 'Nothing.' })],
      0,
      { state: 'down', reason: 'Nothing.' },
    ],
    ['another person was reached', [reachSeen('ben')], 0, { state: 'unknown' }],
  ])('channelState returns the state of the table for the pages of a person if %s', (_, records, afterMs, expected) => {
    expect(channelState(boardOf(...records), 'anna', 'screen', t0 + afterMs)).toMatchObject(expected);
  });

  it.each<[string, number[], DeliveryRecord[], object]>([
    ['no phone is registered', [], [], { state: 'down', reason: 'No device is registered for messages.' }],
    ['no phone is registered, although one was before', [], [push(1)], { state: 'down' }],
    ['a phone was never tried', [1], [], { state: 'unknown' }],
    [
      'one of two phones answered',
      [1, 2],
      [push(1, { state: 'down' }), push(2)],
      { state: 'reached', stage: 'on-device' },
    ],
    [
      'one phone has the message and the other does not',
      [1, 2],
      [push(1), push(2, { stage: 'taken' })],
      { stage: 'on-device' },
    ],
    [
      'the push service has ended the registration of the phone',
      [1],
      [push(1), ended],
      { state: 'down', reason: 'It is gone (410).' },
    ],
    [
      'the push service has ended the registration of one of two phones',
      [1, 2],
      [push(2), ended],
      { state: 'reached' },
    ],
  ])(
    'channelState returns the state of the table for the phones of a person if %s',
    (_, entries, records, expected) => {
      const board = boardOf(...records);
      for (const n of entries) foldReachEntry(board, uuid(n), pushEntry(n, 'anna'));
      foldReachEntry(board, uuid(9), pushEntry(9, 'ben'));
      expect(channelState(board, 'anna', 'push', t0)).toMatchObject(expected);
    },
  );
});

describe('channelState after a confirmed call', () => {
  const receipt = (atMs: number): DeliveryRecord => ({
    event: {
      ...{ type: 'receipt', atMs, alarmId: 'alarm-000000000001', callId: 'call-anna', userId: 'anna' },
      ...{ channel: 'push', stage: 'on-device' },
    },
  });

  it.each([
    [
      'the phone has confirmed a call after its last canary',
      [push(1, { stage: 'taken' }), receipt(t0 + 1)],
      'on-device',
    ],
    ['a later canary came only to the push service', [receipt(t0 - 1), push(1, { stage: 'taken' })], 'taken'],
    [
      'a later canary to one of two phones failed',
      [push(2, { stage: 'taken', atMs: t0 - 2 }), receipt(t0 - 1), push(1, { state: 'down' })],
      'on-device',
    ],
  ] as const)('channelState returns the last stage that a message reached if %s', (_title, records, stage) => {
    const board = boardOf(...records);
    for (const n of [1, 2]) if (n === 1 || records.length > 2) foldReachEntry(board, uuid(n), pushEntry(n, 'anna'));
    expect(channelState(board, 'anna', 'push', t0 + 5)).toMatchObject({ state: 'reached', stage });
  });

  it('a result counts for at most 21 minutes, so two missed canaries make the state unknown', () => {
    expect(reachFreshMs).toBeLessThanOrEqual(21 * 60_000);
  });
});

describe('isReached', () => {
  it.each([
    ['a page that painted', { channel: 'screen', state: 'reached', stage: 'painted' }, true],
    ['a phone that has the message', { channel: 'push', state: 'reached', stage: 'on-device' }, true],
    ['a push service that took the message', { channel: 'push', state: 'reached', stage: 'taken' }, false],
    ['a mail server that took the message', { channel: 'mail', state: 'reached', stage: 'taken' }, false],
    ['another system that says it is answered', { channel: 'webhook', state: 'reached', stage: 'answered' }, false],
    ['a phone that was asked', { channel: 'push', state: 'asked' }, false],
    ['a channel that is down', { channel: 'push', state: 'down' }, false],
  ] as const)('%s shows that the person can answer: %s', (_, state, expected) => {
    expect(isReached([state])).toBe(expected);
  });
});

describe('myReach', () => {
  it('myReach returns the person’s own entries without their secrets', () => {
    const board = boardOf(push(1));
    for (const [n, userId] of [
      [1, 'anna'],
      [2, 'ben'],
    ] as const)
      foldReachEntry(board, uuid(n), pushEntry(n, userId));
    const reach = myReach(board, 'anna', { push: true, mail: false }, t0);
    expect(reach.entries).toMatchObject([
      { reachId: uuid(1), label: 'Phone 1', address: 'push.example', state: { state: 'reached' } },
    ]);
    expect(JSON.stringify(reach)).not.toContain('secret');
  });
});

describe('wardReach', () => {
  const { beds: _, ...charge } = assignmentOf(4, 'dora', [7, 15], [], 'charge-nurse');
  const board = emptyBoard();
  for (const event of [
    ...[assigned('chief', 6, assignmentOf(1, 'anna', [7, 15])), accepted('anna', 6.5, 1)],
    ...[
      assigned('chief', 6, assignmentOf(2, 'ben', [7, 15], ['ICU-2'])),
      accepted('ben', 6.5, 2),
      away('ben', 50, [9, 11]),
    ],
    assigned('chief', 6, assignmentOf(3, 'cleo', [7, 15], ['ICU-3'])),
    ...[assigned('chief', 6, charge), accepted('dora', 6.5, 4)],
  ])
    foldAssignmentEvent(board, event);

  it.each([
    ['everybody with an accepted duty', 8, ['anna', 'ben', 'dora']],
    ['everybody except a person who is away', 10, ['anna', 'dora']],
    ['nobody before the shift', 6.9, []],
  ])('wardReach returns %s', (_, atHour, expected) => {
    const { people } = wardReach(emptyDeliveryBoard(), board.duties, 'icu', true, hour(atHour));
    expect(people.map(({ userId }) => userId)).toEqual(expected);
  });

  it('wardReach returns for each person the channels for answers, and other channels only if they have an entry', () => {
    const reachBoard = boardOf(reachSeen('anna', { atMs: hour(8) }));
    const { people, isRunning } = wardReach(reachBoard, board.duties, 'icu', false, hour(8));
    expect(isRunning).toBe(false);
    expect(people[0]).toMatchObject({
      ...{ userId: 'anna', duties: ['nurse'], isReached: true },
      channels: [
        { channel: 'screen', state: 'reached' },
        { channel: 'push', state: 'down' },
      ],
    });
    expect(people[1]).toMatchObject({ userId: 'ben', isReached: false });
  });
});
