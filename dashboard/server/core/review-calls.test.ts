import { describe, expect, it } from 'vitest';
import type { CallOutcome, DeliveryRecord } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import { callsOfAlarmMax, foldReviewedCalls, newCallsBook, reviewedCallsOf } from './review-calls.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const alarmId = 'alarm-000000000001';
const step = (duty: string, ...channels: DeliveryChannel[]) => ({ duty, channels, waitMs: 30_000 });
const ms = (s: number) => t0 + s * 1_000;

const roundStarted = (s: number, round: number, ...steps: ReturnType<typeof step>[]) =>
  ({
    event: { type: 'round-started', alarmId, atMs: ms(s), round, chain: { steps, repeatMs: 60_000 } },
  }) as unknown as DeliveryRecord;

type Wanted = {
  round?: number;
  n: number;
  userId: string;
  step?: number;
  channels?: DeliveryChannel[];
  repeat?: number;
};

function called(s: number, { round = 1, n, userId, step: index = 0, channels = ['screen'], repeat = 0 }: Wanted) {
  const callId = `${alarmId}/${round}/${n}`;
  const call = { callId, step: index, duty: 'nurse', userId, name: userId, channels, waitMs: 30_000, repeat };
  return { event: { type: 'called', alarmId, atMs: ms(s), round, call } } as unknown as DeliveryRecord;
}

/** A record after which a call has an outcome. */
function outcome(s: number, n: number, userId: string, ended: CallOutcome, fields: object = {}): DeliveryRecord {
  const callId = `${alarmId}/1/${n}`;
  const view = { callId, userId, name: userId, channels: ['screen', 'push'], sent: [], failed: [], outcome: ended };
  const event = { type: 'call-ended', alarmId, atMs: ms(s), callId, outcome: ended };
  return { event, after: { calls: [{ ...view, ...fields }] } } as unknown as DeliveryRecord;
}

function fold(...records: DeliveryRecord[]) {
  const book = newCallsBook();
  for (const record of records) foldReviewedCalls(book, record, 100);
  return { book, calls: reviewedCallsOf(book, alarmId) };
}

describe('the calls of an alarm', () => {
  const records = [
    roundStarted(0, 1, step('nurse', 'screen', 'push'), step('physician', 'screen')),
    called(0, { n: 1, userId: 'anna', channels: ['screen', 'push'] }),
    outcome(30, 1, 'anna', 'unanswered', {
      sent: [{ channel: 'screen', stage: 'painted', atMs: ms(1) }],
      failed: ['push'],
    }),
    called(30, { n: 2, userId: 'bert', step: 1 }),
    outcome(40, 2, 'bert', 'accepted', { sent: [{ channel: 'screen', stage: 'answered', atMs: ms(39) }] }),
  ];

  it('have for each call the person, what each channel confirmed, and the outcome', () => {
    const { list } = fold(...records).calls;
    expect(list.map(({ userId, outcome: ended, round }) => [userId, ended, round])).toEqual([
      ['anna', 'unanswered', 1],
      ['bert', 'accepted', 1],
    ]);
    expect(list[0]).toMatchObject({ sent: [{ channel: 'screen', stage: 'painted' }], failed: ['push'] });
  });

  it('stay the same if every record is read again', () => {
    expect(fold(...records, ...records).calls).toEqual(fold(...records).calls);
  });

  it('do not wait for ever: a call without an answer has ended when the round stops, the alarm is over, or another round begins', () => {
    const inPhase = (s: number, phase: string) =>
      ({
        event: { type: 'stopped', alarmId, atMs: ms(s), why: 'acknowledged' },
        after: { phase, calls: [waitingView] },
      }) as unknown as DeliveryRecord;
    const callId = `${alarmId}/1/1`;
    const view = { callId, userId: 'anna', name: 'anna', channels: ['screen'], sent: [], failed: [] };
    const waitingView = { ...view, outcome: 'waiting' };
    const begun = [roundStarted(0, 1, step('nurse', 'screen')), called(0, { n: 1, userId: 'anna' })];
    const cleared = { event: { type: 'alarm-cleared', alarmId, atMs: ms(9) }, after: null } as const;
    const outcomeAfter = (...more: DeliveryRecord[]) => fold(...begun, ...more).calls.list[0]?.outcome;
    expect([
      outcomeAfter(),
      outcomeAfter(inPhase(9, 'calling')),
      outcomeAfter(inPhase(9, 'accepted')),
      outcomeAfter(inPhase(9, 'stopped')),
      outcomeAfter(inPhase(9, 'expired')),
      outcomeAfter(inPhase(9, 'stopped'), inPhase(12, 'calling')),
      outcomeAfter(cleared),
      outcomeAfter(roundStarted(9, 2, step('nurse', 'screen'))),
      outcomeAfter(outcome(8, 1, 'anna', 'rejected'), cleared),
    ]).toEqual([
      ...['waiting', 'waiting', 'waiting', 'ended-unanswered', 'ended-unanswered', 'waiting'],
      ...['ended-unanswered', 'ended-unanswered', 'rejected'],
    ]);
  });

  it('name the channels that a call left out: one that an earlier call used, or one that could not be reached', () => {
    const { list } = fold(
      roundStarted(0, 1, step('nurse', 'screen', 'push', 'mail')),
      called(0, { n: 1, userId: 'anna', channels: ['screen'] }),
      called(9, { n: 2, userId: 'anna', channels: ['push'] }),
    ).calls;
    expect(list[0]?.channelsLeftOut).toEqual([
      { channel: 'push', why: 'not-reached' },
      { channel: 'mail', why: 'not-reached' },
    ]);
    expect(list[1]?.channelsLeftOut).toEqual([
      { channel: 'screen', why: 'called-before' },
      { channel: 'mail', why: 'not-reached' },
    ]);
  });

  it('do not blame an earlier round for a channel that is down now, because each round calls again through it', () => {
    const steps = [step('nurse', 'screen', 'push', 'mail')];
    const mailed = { channels: ['mail'], sent: [{ channel: 'mail', stage: 'taken', atMs: ms(2) }] };
    const { list } = fold(
      roundStarted(0, 1, ...steps),
      called(0, { n: 1, userId: 'anna', channels: ['screen', 'push'] }),
      called(1, { n: 2, userId: 'anna', channels: ['mail'] }),
      outcome(2, 2, 'anna', 'informed', mailed),
      roundStarted(60, 2, ...steps),
      called(60, { round: 2, n: 1, userId: 'anna', channels: ['screen'] }),
    ).calls;
    expect(list.at(-1)?.channelsLeftOut).toEqual([
      { channel: 'push', why: 'not-reached' },
      { channel: 'mail', why: 'called-before' },
    ]);
  });

  it('name the duties that were left out before a call and at the end of the chain, once in each round', () => {
    const ended = {
      event: { type: 'chain-ended', alarmId, atMs: ms(60), notice: 'nobody-answers', dueAtMs: 0 },
    } as const;
    const { dutiesLeftOut, notice } = fold(
      roundStarted(0, 1, step('nurse', 'screen'), step('buddy', 'screen'), step('physician', 'screen')),
      called(5, { n: 1, userId: 'bert', step: 1 }),
      ended,
      ended,
    ).calls;
    expect(dutiesLeftOut.map(({ duty, atMs }) => [duty, (atMs - t0) / 1_000])).toEqual([
      ['nurse', 5],
      ['physician', 60],
    ]);
    expect(notice).toBe('nobody-answers');
  });

  it('have the reason if the policy calls nobody', () => {
    const notSent = { event: { type: 'not-sent', alarmId, atMs: ms(0), reason: 'quiet hours' } } as const;
    expect(fold(notSent).calls).toMatchObject({ list: [], notSent: 'quiet hours' });
  });

  it('keep the first calls and the newest if an alarm has more than the maximum; count the others', () => {
    const many = Array.from({ length: callsOfAlarmMax + 5 }, (_, n) =>
      called(n, { n: n + 1, userId: 'anna', repeat: n }),
    );
    const { list, onlyCounted } = fold(...many, ...many).calls;
    expect([list.length, onlyCounted]).toEqual([callsOfAlarmMax, 5]);
    expect(list[0]?.repeat).toBe(0);
    expect(list.at(-1)?.repeat).toBe(callsOfAlarmMax + 4);
  });
});

it('the book has no entry for an alarm that calls nobody, and forgets the oldest alarm above the maximum', () => {
  const { book } = fold({ event: { type: 'alarm-cleared', alarmId, atMs: ms(0) } });
  expect(book.alarms.size).toBe(0);
  for (const id of ['alarm-a', 'alarm-b', 'alarm-c'])
    foldReviewedCalls(book, { event: { type: 'not-sent', alarmId: id, atMs: ms(0), reason: 'low' } }, 2);
  expect([...book.alarms.keys()]).toEqual(['alarm-b', 'alarm-c']);
});
