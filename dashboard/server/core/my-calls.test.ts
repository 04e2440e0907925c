import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import { initialState } from '../../../contracts/duties.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { alarmIdOf, callTo, recordOf, uuid, viewOf } from './delivery-board.testing.ts';
import { emptyDeliveryBoard, foldDelivery } from './delivery-board.ts';
import { emptyBoard, foldAssignmentEvent } from './duty-board.ts';
import { alarm, hr, observation, period, t0, table } from './fold.testing.ts';
import { callsMax, callsOf, deliveryToAnswer, isCallOf } from './my-calls.ts';
import { foldObservation } from './readings.ts';
import type { Viewer } from './rights.ts';
import { emptyState } from './state.ts';

const anna: Viewer = { userId: 'anna', name: 'Anna', role: 'nurse', wards: ['icu'] };
const by = { userId: 'chief', name: 'Chief', role: 'nurse' } as const;

/** Returns the duties of a ward where these persons have accepted their duties. */
function dutiesOf(people: readonly [string, Duty][]) {
  const board = emptyBoard();
  const at = formatInstant(t0 - 60_000);
  for (const [index, [userId, duty]] of people.entries()) {
    const assignmentId = uuid(index + 1);
    const times = { from: at, until: formatInstant(t0 + 3_600_000) };
    const beds = duty === 'nurse' || duty === 'buddy' ? { beds: ['1'] } : {};
    const assignment = { assignmentId, ward: 'icu', duty, userId, name: `Name of ${userId}`, ...beds, ...times };
    foldAssignmentEvent(board, { type: 'assigned', eventId: uuid(100 + index), ward: 'icu', at, by, assignment });
    const person = { userId, name: userId, role: 'nurse' } as const;
    foldAssignmentEvent(board, {
      type: 'accepted',
      eventId: uuid(200 + index),
      ward: 'icu',
      at,
      by: person,
      assignmentId,
    });
  }
  return board.duties;
}

function scene(views: readonly DeliveryView[], duties = initialState) {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  foldAssociations(state, table('d2', 1, period('assoc-02', 'other')));
  foldObservation(state, 'assoc-01', observation('d1', t0, [hr(151)]), t0);
  const board = emptyDeliveryBoard();
  for (const view of views) {
    const shown = alarm(view.alarmId, view.associationId, 1, { kind: view.kind });
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: shown }, t0);
    foldDelivery(board, recordOf(view));
  }
  return { board, state, duties, policy: builtInPolicy, nowMs: t0 };
}
const ofBed1 = (n: number, view: DeliveryView): DeliveryView => ({
  ...view,
  alarmId: alarmIdOf(n),
  associationId: 'assoc-01',
});

describe('callsOf', () => {
  it('callsOf returns the call of a person with its alarm, its bed, the values of the bed, and the end of the wait', () => {
    const [call, ...others] = callsOf(scene([viewOf(1, [callTo('anna')])]), anna);
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      callId: 'call-anna',
      round: 1,
      answerBy: formatInstant(t0 + 60_000),
      acceptedBy: [],
      ward: 'icu',
      alarm: { alarmId: alarmIdOf(1) },
      bed: { patient: { familyName: 'Made' }, values: [{ value: 151 }] },
    });
    expect(call).not.toHaveProperty('answered');
  });

  const open = [callTo('anna')];
  it.each<[string, Viewer, DeliveryView, boolean]>([
    ['the call of the called person', anna, viewOf(1, open), true],
    ['no call of another person', { ...anna, userId: 'ben' }, viewOf(1, open), false],
    ['the call of a person whose wait is over', anna, viewOf(1, [callTo('anna', { outcome: 'unanswered' })]), true],
    ['the call of a person who has rejected', anna, viewOf(1, [callTo('anna', { outcome: 'rejected' })]), true],
    ['no call of a person who no longer has the duty', anna, viewOf(1, [callTo('anna', { outcome: 'gone' })]), false],
    ['no call of a person who is only informed', anna, viewOf(1, [callTo('anna', { outcome: 'informed' })]), false],
    [
      'no call of a person who is called by mail only',
      anna,
      viewOf(1, [callTo('anna', { channels: ['mail'] })]),
      false,
    ],
    ['the call of a person if another person has accepted', anna, viewOf(1, open, { phase: 'accepted' }), true],
    ['no call if the alarm calls no more', anna, viewOf(1, open, { phase: 'stopped' }), false],
    ['no call if the alarm is too old', anna, viewOf(1, open, { phase: 'expired' }), false],
    ['no call of a ward that the person may not see', anna, viewOf(2, open), false],
    ['no physiological alarm for a technician', { ...anna, role: 'technician' }, viewOf(1, open), false],
    [
      'a technical alarm for a technician',
      { ...anna, role: 'technician' },
      viewOf(1, open, { kind: 'technical' }),
      true,
    ],
    ['no call for an auditor', { ...anna, role: 'auditor', wards: ['*'] }, viewOf(1, open), false],
  ])('callsOf returns %s', (_, viewer, view, isShown) => {
    expect(callsOf(scene([view]), viewer).length).toBe(isShown ? 1 : 0);
  });

  it('on a locked screen, a call has no name of the patient', () => {
    const [call] = callsOf(scene([viewOf(1, [callTo('anna')])]), { ...anna, locked: true });
    expect(call?.bed).toMatchObject({ patient: null });
  });

  it('after an answer, a call has the answer and the others who go, but no end of the wait', () => {
    const acceptedBy = [
      { userId: 'anna', name: 'Anna' },
      { userId: 'ben', name: 'Ben' },
    ];
    const [accepted] = callsOf(
      scene([viewOf(1, [callTo('anna', { outcome: 'accepted' })], { phase: 'accepted', acceptedBy })]),
      anna,
    );
    expect(accepted).toMatchObject({ answered: 'accepted', acceptedBy: ['Ben'] });
    expect(accepted).not.toHaveProperty('answerBy');
    const [rejected] = callsOf(scene([viewOf(1, [callTo('anna', { outcome: 'rejected' }), callTo('ben')])]), anna);
    expect(rejected).toMatchObject({ answered: 'rejected' });
    expect(rejected).not.toHaveProperty('answerBy');
  });

  it('callsOf returns only the newest call of a person who is called again for the same alarm', () => {
    const calls = [callTo('anna', { outcome: 'unanswered' }), callTo('anna', { callId: 'second', repeat: 1 })];
    expect(callsOf(scene([viewOf(1, calls, { phase: 'repeating' })]), anna).map(({ callId }) => callId)).toEqual([
      'second',
    ]);
  });

  it.each(['unanswered', 'unconfirmed', 'undelivered'] as const)(
    'a call that no longer waits for an answer says why: %s',
    (outcome) => {
      const view = viewOf(1, [callTo('anna', { outcome }), callTo('ben', { name: 'Ben' })]);
      const [call] = callsOf(scene([view]), anna);
      expect(call).toMatchObject({ missed: outcome, others: [{ name: 'Ben', outcome: 'waiting' }] });
      expect(call).not.toHaveProperty('answerBy');
      expect(call).not.toHaveProperty('isWardTold');
    },
  );

  it('a repeated call says that the person is called again, and that the ward already has a technical alarm', () => {
    const calls = [callTo('anna', { outcome: 'unanswered' }), callTo('anna', { callId: 'second', repeat: 1 })];
    const [call] = callsOf(scene([viewOf(1, calls, { phase: 'repeating', notice: 'nobody-answers' })]), anna);
    expect(call).toMatchObject({ isAgain: true, isWardTold: true, answerBy: formatInstant(t0 + 60_000) });
    expect(call).not.toHaveProperty('missed');
    const [first] = callsOf(scene([viewOf(1, [callTo('anna')])]), anna);
    for (const name of ['isAgain', 'isWardTold', 'missed', 'others', 'againAt']) expect(first).not.toHaveProperty(name);
  });

  it('an accepted call says when Vigil calls again if the alarm is still not acknowledged', () => {
    const acceptedBy = [{ userId: 'anna', name: 'Anna' }];
    const view = viewOf(1, [callTo('anna', { outcome: 'accepted' })], { phase: 'accepted', acceptedBy });
    expect(callsOf(scene([view]), anna)[0]).toMatchObject({ againAt: formatInstant(t0 + 60_000) });
  });

  it('a call names at most eight other persons, each once, with the outcome of her or his newest call', () => {
    const calls = [
      ...Array.from({ length: 10 }, (_, n) => callTo(`p${n}`, { name: `P${n}`, outcome: 'unanswered' })),
      callTo('p9', { callId: 'again', name: 'P9', repeat: 1 }),
      callTo('anna'),
    ];
    const others = callsOf(scene([viewOf(1, calls)]), anna)[0]?.others;
    expect(others?.map(({ name }) => name)).toEqual(['P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9']);
    expect(others?.at(-1)?.outcome).toBe('waiting');
  });

  it('callsOf returns at most a hundred calls: the higher priority first, then calls that wait, then older calls', () => {
    const view = (n: number, fields: Partial<DeliveryView>, call: Parameters<typeof callTo>[1]) =>
      ofBed1(n, viewOf(n, [callTo('anna', { callId: `c${n}`, ...call })], fields));
    const views = [
      view(1, { priority: 'medium' }, {}),
      view(2, {}, { outcome: 'unanswered' }),
      view(3, {}, { calledAtMs: t0 + 2 }),
      view(4, {}, { calledAtMs: t0 + 1 }),
    ];
    expect(callsOf(scene(views), anna).map(({ callId }) => callId)).toEqual(['c4', 'c3', 'c2', 'c1']);
    const many = Array.from({ length: callsMax + 5 }, (_, n) => view(n + 1, {}, {}));
    expect(callsOf(scene(many), anna).length).toBe(callsMax);
  });

  const team: [string, Duty][] = [
    ['anna', 'nurse'],
    ['ben', 'buddy'],
    ['cleo', 'charge-nurse'],
  ];
  it.each<[string, [string, Duty][], DeliveryView, string | undefined]>([
    ['the buddy', team, viewOf(1, [callTo('anna')]), 'Name of ben'],
    ['the charge nurse, if the buddy was called', team, viewOf(1, [callTo('ben'), callTo('anna')]), 'Name of cleo'],
    [
      'nobody, if all were called',
      team,
      viewOf(
        1,
        ['ben', 'cleo', 'anna'].map((id) => callTo(id)),
      ),
      undefined,
    ],
    ['nobody, if nobody else is assigned', [['anna', 'nurse']], viewOf(1, [callTo('anna')]), undefined],
    [
      'nobody, while the last person is called again',
      team,
      viewOf(1, [callTo('anna')], { phase: 'repeating' }),
      undefined,
    ],
  ])('as the next person, a call names %s', (_, people, view, expected) => {
    expect(callsOf(scene([view], dutiesOf(people)), anna)[0]?.next).toBe(expected);
  });
});

describe('who may answer and confirm', () => {
  const { board } = scene([viewOf(1, [callTo('anna')])]);
  it('only a person that the alarm has called may answer, even after a new round', () => {
    foldDelivery(board, recordOf(viewOf(1, [callTo('ben')], { round: 2 })));
    expect(deliveryToAnswer(board, alarmIdOf(1), 'anna')?.round).toBe(2);
    expect(deliveryToAnswer(board, alarmIdOf(1), 'ben')?.round).toBe(2);
    expect(deliveryToAnswer(board, alarmIdOf(1), 'cleo')).toBeUndefined();
    expect(deliveryToAnswer(board, alarmIdOf(2), 'anna')).toBeUndefined();
  });

  it.each([
    ['anna', alarmIdOf(1), 'call-anna', false],
    ['ben', alarmIdOf(1), 'call-ben', true],
    ['anna', alarmIdOf(1), 'call-ben', false],
    ['ben', alarmIdOf(2), 'call-ben', false],
  ])('%s can confirm a call of the alarm %s with the id %s: %s', (userId, alarmId, callId, expected) => {
    expect(isCallOf(board, { alarmId, callId }, userId)).toBe(expected);
  });
});
