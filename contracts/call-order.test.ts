import { describe, expect, it } from 'vitest';
import { callOrder, whoWouldBeCalled } from './call-order.ts';
import { builtInPolicy } from './delivery-policy.ts';
import { accepted, assigned, assignmentOf, away, hour } from './duties.testing.ts';
import { evolve, initialState, type Responsible, type Standing } from './duties.ts';
import type { Assignment, AssignmentEvent, Duty } from './messages/assignments.ts';
import type { CallChain, DeliveryChannel } from './messages/delivery-policy.ts';

const chainOf = (...steps: readonly [Duty, DeliveryChannel[]][]): CallChain => ({
  steps: steps.map(([duty, channels]) => ({ duty, channels, waitMs: 60_000 })),
  repeatMs: 60_000,
  acceptedMs: 120_000,
  ageMsMax: 900_000,
});
const person = (userId: string, standing: Standing = 'accepted'): Responsible => ({
  userId,
  name: userId,
  assignmentId: '00000000-0000-4000-8000-000000000001',
  standing,
});
/** Returns `anna:screen+push:60000, ben:…` for the calls. */
const callsOf = (chain: CallChain, people: Partial<Record<Duty, readonly Responsible[]>>) =>
  callOrder(chain, (duty) => people[duty] ?? [])
    .map((call) => `${call.person.userId}:${call.channels.join('+')}:${call.waitMs}`)
    .join(', ');

describe('callOrder', () => {
  const nurseThenBuddy = chainOf(['nurse', ['screen', 'push']], ['buddy', ['screen', 'push']]);
  it.each<[string, CallChain, Partial<Record<Duty, readonly Responsible[]>>, string]>([
    ['nobody if nobody has a duty', nurseThenBuddy, {}, ''],
    [
      'step by step',
      nurseThenBuddy,
      { nurse: [person('anna')], buddy: [person('ben')] },
      'anna:screen+push:60000, ben:screen+push:60000',
    ],
    [
      'the persons of a step one after the other',
      nurseThenBuddy,
      { nurse: [person('anna'), person('ben', 'not-accepted')] },
      'anna:screen+push:60000, ben:screen+push:60000',
    ],
    [
      'nobody who is away',
      nurseThenBuddy,
      { nurse: [person('cleo', 'overdue'), person('anna', 'away')] },
      'cleo:screen+push:60000',
    ],
    [
      'a person with two duties once',
      nurseThenBuddy,
      { nurse: [person('anna')], buddy: [person('anna'), person('ben')] },
      'anna:screen+push:60000, ben:screen+push:60000',
    ],
    [
      'a person again only through another channel',
      chainOf(['nurse', ['screen']], ['charge-nurse', ['screen', 'push']]),
      { nurse: [person('anna')], 'charge-nurse': [person('anna')] },
      'anna:screen:60000, anna:push:60000',
    ],
    [
      'without a wait for a person who cannot answer',
      chainOf(['physician', ['mail']], ['nurse', ['screen']]),
      { physician: [person('paul')], nurse: [person('anna')] },
      'paul:mail:0, anna:screen:60000',
    ],
  ])('callOrder calls %s', (_, chain, people, expected) => expect(callsOf(chain, people)).toBe(expected));
});

describe('whoWouldBeCalled', () => {
  const { beds: _, ...physician } = assignmentOf(3, 'paul', [7, 15], undefined, 'physician');
  const events: AssignmentEvent[] = [
    assigned('chief', 6, assignmentOf(1, 'anna', [7, 15])),
    accepted('anna', 6.5, 1),
    assigned('ben', 7, assignmentOf(2, 'ben', [7, 15], ['ICU-1'], 'buddy')),
    assigned('paul', 7, physician as Assignment),
  ];
  const plan = (more: readonly AssignmentEvent[], atHour: number, priority: 'high' | 'low' = 'high') =>
    whoWouldBeCalled(
      builtInPolicy,
      [...events, ...more].reduce(evolve, initialState),
      { ward: 'icu', bed: 'ICU-1', kind: 'physiological', priority },
      hour(atHour),
    );

  it('whoWouldBeCalled returns the calls with their times, the steps without a person, and what happens if nobody answers', () => {
    const result = plan([], 8);
    if ('notSent' in result) throw new Error('the alarm is not sent');
    expect(result.calls.map(({ person: { userId }, afterMs }) => [userId, afterMs])).toEqual([
      ['anna', 0],
      ['ben', 60_000],
      ['paul', 120_000],
    ]);
    expect(result.empty).toEqual([{ step: 2, duty: 'charge-nurse', away: [] }]);
    expect(result.nobodyAfterMs).toBe(180_000);
    expect(result.end).toBe(
      'If nobody answers, the ward has a technical alarm after 180 s, and paul is called again every 60 s. Nothing is sent about an alarm that is older than 15 min.',
    );
  });

  it('whoWouldBeCalled names the cover of a person who is away; without a cover, it names the person who is away', () => {
    const cleo = assigned('cleo', 7, assignmentOf(60, 'cleo', [7, 15], ['ICU-9']));
    const withCover = plan([cleo, away('anna', 50, [8, 9], 'cleo')], 8.5);
    const without = plan([away('anna', 50, [8, 9])], 8.5);
    if ('notSent' in withCover || 'notSent' in without) throw new Error('the alarm is not sent');
    expect(withCover.calls[0]?.person.userId).toBe('cleo');
    expect(without.calls[0]?.person.userId).toBe('ben');
    expect(without.empty[0]).toEqual({ step: 0, duty: 'nurse', away: ['anna'] });
  });

  it('at a bed that nobody took over, the former nurse is called first, then the nurse who has not accepted, then the buddy', () => {
    const night = assigned('chief', 8, assignmentOf(61, 'cleo', [15, 23]));
    const later = assigned('ben', 14, assignmentOf(62, 'ben', [14, 23], ['ICU-1'], 'buddy'));
    const result = plan([night, later], 15.1);
    if ('notSent' in result) throw new Error('the alarm is not sent');
    const calls = result.calls.map(({ person: { userId, standing }, afterMs }) => [userId, standing, afterMs]);
    expect(calls.slice(0, 3)).toEqual([
      ['anna', 'overdue', 0],
      ['cleo', 'not-accepted', 60_000],
      ['ben', 'accepted', 120_000],
    ]);
  });

  it('whoWouldBeCalled says that the ward has a technical alarm immediately if nobody can answer', () => {
    const result = plan([], 5);
    expect(result).toMatchObject({
      calls: [],
      nobodyAfterMs: 0,
      end: 'Nobody can answer, so the ward has a technical alarm immediately.',
    });
  });

  it('whoWouldBeCalled says why an alarm calls nobody', () => {
    expect(plan([], 8, 'low')).toEqual({ notSent: 'Alarms of low priority are only on the screens.' });
  });
});
