import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import { assigned, assignmentOf, away, hour, idOf } from '../../../contracts/duties.testing.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { LeaveOutcome } from '../../protocol/assignments.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import type { BoardContext, Member } from './board-context.ts';
import { callTo, recordOf, viewOf } from './delivery-board.testing.ts';
import { emptyDeliveryBoard, foldDelivery } from './delivery-board.ts';
import { emptyBoard, foldAssignmentEvent } from './duty-board.ts';
import { alarm, period, t0, table } from './fold.testing.ts';
import { type LeaveCommand, leaveOutcome } from './leave-outcome.ts';
import { emptyState } from './state.ts';

const nowMs = hour(8);
const members = ['chief', 'anna', 'ben', 'cleo'].map((name): Member => ({ userId: name, name, role: 'nurse' }));
const { beds: _beds, ...wholeWard } = assignmentOf(90, 'chief', [6, 18], ['1'], 'charge-nurse');
const charge = assigned('chief', 6, wholeWard);
const anna = assigned('anna', 7, assignmentOf(1, 'anna', [7, 15], ['1', '2']));
const ben = assigned('ben', 7, assignmentOf(2, 'ben', [7, 15], ['1'], 'buddy'));
const cleo = assigned('cleo', 7, assignmentOf(3, 'cleo', [7, 14], ['2']));
const cleo1 = assigned('cleo', 7, assignmentOf(3, 'cleo', [7, 14], ['1']));

function outcome(
  userId: string,
  command: LeaveCommand,
  events: readonly AssignmentEvent[],
  views: readonly DeliveryView[] = [],
  disabled: readonly string[] = [],
) {
  const board = emptyBoard();
  for (const event of events) foldAssignmentEvent(board, event);
  const state = emptyState();
  foldAssociations(state, table('d1', 1, { ...period('assoc-01'), bed: '1' }));
  const deliveries = emptyDeliveryBoard();
  for (const view of views) {
    const shown = alarm(view.alarmId, view.associationId, 1, { kind: view.kind, text: 'HR 134 > 120' });
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: shown }, t0);
    foldDelivery(deliveries, recordOf(view));
  }
  const viewer = { userId, name: userId, role: 'nurse', wards: ['icu'] } as const;
  const context: BoardContext = {
    ward: 'icu',
    viewer,
    nowMs,
    registry: { wards: [{ ward: 'icu', beds: ['1', '2'] }] },
    members,
    newId: () => idOf(700_000),
  };
  const accountOf = (id: string) => ({ ...viewer, userId: id, disabled: disabled.includes(id) });
  return leaveOutcome(command, board, context, { deliveries, state, policy: builtInPolicy, accountOf });
}

const goAway = (cover?: string): LeaveCommand => ({ type: 'away', until: formatInstant(nowMs + 900_000), cover });
const end = (n: number): LeaveCommand => ({ type: 'end', assignmentId: idOf(n) });

describe('places', () => {
  const bed1 = { duty: 'nurse', bed: '1' };
  const bed2 = { duty: 'nurse', bed: '2' };
  it.each<[string, string, LeaveCommand, readonly AssignmentEvent[], object[]]>([
    ['nobody, if the person goes away without a cover', 'anna', goAway(), [anna, ben], [bed1, bed2]],
    [
      'the cover',
      'anna',
      goAway('ben'),
      [anna, ben],
      [
        { ...bed1, next: 'ben' },
        { ...bed2, next: 'ben' },
      ],
    ],
    ['a second nurse of the bed', 'anna', goAway(), [anna, cleo], [bed1, { ...bed2, next: 'cleo' }]],
    ['nobody, after the end of a duty', 'chief', end(1), [charge, anna], [bed1, bed2]],
    ['nobody in charge, after the end of this duty', 'chief', end(90), [charge], [{ duty: 'charge-nurse' }]],
    [
      'none, because no place changes after the end of an assignment that nobody accepted',
      'chief',
      end(4),
      [charge, assigned('chief', 7, assignmentOf(4, 'ben', [7, 15], ['1']))],
      [],
    ],
  ])('leaveOutcome returns as the next responsible person: %s', (_, userId, command, events, places) => {
    expect(outcome(userId, command, events)).toMatchObject({ places });
  });

  /** Cleo has bed 3 and is away until 09:00; Anna covers. */
  const cleoAway = [
    assigned('cleo', 7, assignmentOf(3, 'cleo', [7, 14], ['3'])),
    away('cleo', 300, [7.5, 9], 'anna'),
  ] as const;
  const bed3 = { duty: 'nurse', bed: '3', coveredFor: 'cleo' };
  const bensBeds = [
    { ...bed1, next: 'ben' },
    { ...bed2, next: 'ben' },
  ];
  it.each<[string, string, LeaveCommand, readonly AssignmentEvent[], object[]]>([
    [
      'nobody, if the person goes away with a cover',
      'anna',
      goAway('ben'),
      [anna, ben, ...cleoAway],
      [...bensBeds, bed3],
    ],
    [
      'nobody, after the end of the only duty of the person',
      'chief',
      end(1),
      [charge, anna, ...cleoAway],
      [bed1, bed2, bed3],
    ],
    [
      'a second nurse of the covered bed',
      'anna',
      goAway('ben'),
      [anna, ben, ...cleoAway, assigned('chief', 7, assignmentOf(9, 'chief', [7, 15], ['3']))],
      [...bensBeds, { ...bed3, next: 'chief' }],
    ],
    [
      'nothing, if the person keeps a duty and so can still cover',
      'chief',
      end(1),
      [charge, anna, ...cleoAway, assigned('anna', 7, assignmentOf(9, 'anna', [7, 15], ['2'], 'buddy'))],
      [bed1, bed2],
    ],
  ])('for a bed that the leaving person covers, the places name %s', (_, userId, command, events, places) => {
    expect(outcome(userId, command, events)).toMatchObject({ places });
  });

  const endMs = nowMs + 300_000;
  const hourOf = (ms: number) => (ms - hour(0)) / 3_600_000;
  const shortBen = assigned('ben', 7, assignmentOf(2, 'ben', [7, hourOf(endMs)], ['2']));
  const second = (n: number, bed: string, fromMs: number) =>
    assigned('cleo', 7.5, assignmentOf(n, 'cleo', [hourOf(fromMs), 15], [bed]));
  const nobodyFrom = formatInstant(endMs);
  it.each<[string, readonly AssignmentEvent[], (string | undefined)[]]>([
    ['the end of the duty of the cover', [anna, shortBen], [nobodyFrom, nobodyFrom]],
    [
      'nothing for a bed whose next nurse begins at the end of the duty of the cover',
      [anna, shortBen, second(4, '1', endMs)],
      [undefined, nobodyFrom],
    ],
    [
      'the end of the duty of the cover, for a bed whose next nurse begins after this end',
      [anna, shortBen, second(4, '1', endMs + 1_000)],
      [nobodyFrom, nobodyFrom],
    ],
    ['nothing if the duty of the cover lasts long enough', [anna, ben], [undefined, undefined]],
  ])('leaveOutcome returns from when nobody has a bed of the cover: %s', (_, events, expected) => {
    const { places } = outcome('anna', goAway('ben'), events) as LeaveOutcome;
    expect(places.map((place) => place.nobodyFrom)).toEqual(expected);
  });

  it.each<[string, readonly AssignmentEvent[], object[]]>([
    ['without a cover', [charge, anna, away('anna', 301, [7.5, 9])], [bed1, bed2]],
    [
      'with a cover, who is then not responsible',
      [charge, anna, ben, away('anna', 302, [7.5, 9], 'ben')],
      [bed1, bed2],
    ],
  ])(
    'if the assignment of a person who is away %s ends, the places name her beds, with nobody responsible',
    (_, events, places) => {
      expect(outcome('chief', end(1), events)).toMatchObject({ places });
    },
  );

  it('the places do not name a bed that the person keeps because of another assignment', () => {
    const waiting = assigned('chief', 7, assignmentOf(10, 'anna', [7, 15], ['1', '2']));
    expect(outcome('chief', end(10), [charge, anna, waiting])).toMatchObject({ places: [] });
  });

  it('the places name nobody as the next person if the account of the other nurse is disabled', () => {
    expect(outcome('anna', goAway(), [anna, cleo], [], ['cleo'])).toMatchObject({ places: [bed1, bed2] });
  });

  it('the places do not name a bed that a successor has already taken over from the overdue person', () => {
    const late = [
      charge,
      assigned('anna', 6, assignmentOf(5, 'anna', [6, 7.5], ['1', '2'])),
      assigned('ben', 7, assignmentOf(6, 'ben', [7, 15], ['1'])),
    ];
    expect(outcome('chief', end(5), late)).toMatchObject({ places: [bed2] });
  });

  it('for an assignment that has not begun, the places name who is responsible at its start', () => {
    const next = [charge, anna, assigned('cleo', 8, assignmentOf(7, 'cleo', [9, 23], ['1']))];
    expect(outcome('chief', end(7), next)).toMatchObject({ places: [{ ...bed1, next: 'anna' }] });
  });
});

describe('calls', () => {
  const accept: Partial<DeliveryView> = { phase: 'accepted', acceptedBy: [{ userId: 'anna', name: 'anna' }], bed: '1' };
  const call = { bed: '1', text: 'HR 134 > 120', isAccepted: true, others: [] };
  const repeating: Partial<DeliveryView> = { phase: 'repeating', notice: 'nobody-answers' };
  const annasCall = callTo('anna', { outcome: 'accepted' });
  it.each<[string, readonly AssignmentEvent[], DeliveryView, LeaveCommand, object[]]>([
    ['goes on to the buddy', [anna, ben], viewOf(1, [annasCall], accept), goAway(), [{ ...call, next: 'ben' }]],
    ['goes on to the cover', [anna, cleo], viewOf(1, [annasCall], accept), goAway('cleo'), [{ ...call, next: 'cleo' }]],
    ['has nobody left', [anna], viewOf(1, [annasCall], accept), goAway(), [call]],
    [
      'goes on to the buddy in the next round, if the buddy has rejected it',
      [anna, ben],
      viewOf(1, [annasCall, callTo('ben', { outcome: 'rejected' })], accept),
      goAway(),
      [{ ...call, nextRound: 'ben' }],
    ],
    [
      'calls the buddy again, if the buddy has not answered',
      [anna, ben],
      viewOf(1, [callTo('ben', { outcome: 'unanswered' }), callTo('anna')]),
      goAway(),
      [{ ...call, isAccepted: false, again: 'BEN' }],
    ],
    [
      'calls the person again whose call was confirmed, before the person whose call was not confirmed',
      [anna, ben, cleo1],
      viewOf(1, [callTo('ben', { outcome: 'unanswered' }), callTo('cleo', { outcome: 'unconfirmed' }), callTo('anna')]),
      goAway(),
      [{ ...call, isAccepted: false, again: 'BEN' }],
    ],
    [
      'has nobody left, if the buddy could not be sent the call',
      [anna, ben],
      viewOf(1, [callTo('ben', { outcome: 'undelivered' }), callTo('anna')]),
      goAway(),
      [{ ...call, isAccepted: false }],
    ],
    [
      'has nobody left, if the buddy has rejected it and has gone home',
      [anna],
      viewOf(1, [callTo('ben', { outcome: 'rejected' }), callTo('anna')]),
      goAway(),
      [{ ...call, isAccepted: false }],
    ],
    [
      'that another person has accepted, too, calls nobody',
      [anna, ben],
      viewOf(1, [annasCall], { ...accept, acceptedBy: [...accept.acceptedBy!, { userId: 'ben', name: 'ben' }] }),
      goAway(),
      [{ ...call, others: ['ben'] }],
    ],
    [
      'that waits for the person goes on to the buddy',
      [anna, ben],
      viewOf(1, [callTo('anna')]),
      goAway(),
      [{ ...call, isAccepted: false, next: 'ben' }],
    ],
    [
      'that is repeated because nobody answers is listed, and goes on to the buddy, who is called again',
      [anna, ben],
      viewOf(1, [callTo('ben', { outcome: 'unanswered' }), callTo('anna', { repeat: 1 })], repeating),
      goAway(),
      [{ ...call, isAccepted: false, again: 'BEN' }],
    ],
    [
      'that is repeated goes on to a cover who has not been called',
      [anna, cleo],
      viewOf(1, [callTo('anna', { repeat: 1 })], repeating),
      goAway('cleo'),
      [{ ...call, isAccepted: false, next: 'cleo' }],
    ],
    [
      'goes on to the buddy who had left and is there again',
      [anna, ben],
      viewOf(1, [callTo('ben', { outcome: 'gone' }), callTo('anna')]),
      goAway(),
      [{ ...call, isAccepted: false, next: 'ben' }],
    ],
    [
      'that is repeated goes on to the buddy in the next round, if the buddy has rejected it',
      [anna, ben],
      viewOf(1, [callTo('ben', { outcome: 'rejected' }), callTo('anna', { repeat: 1 })], repeating),
      goAway(),
      [{ ...call, isAccepted: false, nextRound: 'ben' }],
    ],
    [
      'that is repeated goes on in the next round, if one person has rejected it and nothing reaches the other',
      [anna, ben, cleo1],
      viewOf(
        1,
        [
          callTo('ben', { outcome: 'rejected' }),
          callTo('cleo', { outcome: 'unconfirmed' }),
          callTo('anna', { repeat: 1 }),
        ],
        repeating,
      ),
      goAway(),
      [{ ...call, isAccepted: false, nextRound: 'cleo' }],
    ],
    ['of another person is not listed', [anna, ben], viewOf(1, [callTo('ben')]), goAway(), []],
    [
      'of an alarm that calls no more is not listed',
      [anna],
      viewOf(1, [annasCall], { phase: 'stopped' }),
      goAway(),
      [],
    ],
    [
      'stays with a person who has another duty of the chain',
      [anna, assigned('anna', 7, { ...wholeWard, assignmentId: idOf(8), userId: 'anna', name: 'anna' })],
      viewOf(1, [annasCall], accept),
      end(1),
      [],
    ],
  ])('a call %s', (_, events, view, command, calls) => {
    expect(outcome('anna', command, events, [view])).toMatchObject({ calls });
  });
});

it.each([
  ['a nurse who is not in charge', 'ben', end(1), 'not-allowed'],
  ['an assignment that does not exist', 'chief', end(77), 'not-found'],
  ['a cover who is away', 'anna', goAway('ben'), 'conflict'],
])('leaveOutcome gives the same refusal as the change itself: %s', (_, userId, command, code) => {
  const events = [charge, anna, ben, away('ben', 300, [7.5, 9])];
  expect(outcome(userId, command, events)).toMatchObject({ ok: false, code });
});
