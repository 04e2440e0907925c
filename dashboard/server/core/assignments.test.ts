import { describe, expect, it } from 'vitest';
import { accepted, assigned, assignmentOf, away, ended, hour, idOf } from '../../../contracts/duties.testing.ts';
import { responsibleAt } from '../../../contracts/duties.ts';
import { dutiesOf } from '../../../contracts/duty-state.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { decide } from './assignments.ts';
import type { AssignmentCommand, BoardContext, Member } from './board-context.ts';
import { boardFor } from './board-view.ts';
import { changesSince, type DutyBoard, emptyBoard, foldAssignmentEvent } from './duty-board.ts';
import type { Viewer } from './rights.ts';

const instant = (hours: number) => new Date(hour(hours)).toISOString();
const members: Member[] = [
  ...['chief', 'anna', 'ben', 'cleo'].map((name): Member => ({ userId: name, name, role: 'nurse' })),
  { userId: 'paul', name: 'paul', role: 'physician' },
  { userId: 'tom', name: 'tom', role: 'technician' },
];
const accountOf = (userId: string) =>
  members.some((m) => m.userId === userId) ? { ...viewerOf(userId), disabled: false } : undefined;
const viewerOf = (userId: string): Viewer => ({ ...members.find((m) => m.userId === userId)!, wards: ['icu'] });

function boardOf(events: readonly AssignmentEvent[]): DutyBoard {
  const board = emptyBoard();
  board.isRead = true;
  for (const event of events) foldAssignmentEvent(board, event);
  return board;
}

let ids = 0;
function contextOf(userId: string, atHour: number): BoardContext {
  return {
    ward: 'icu',
    viewer: viewerOf(userId),
    nowMs: hour(atHour),
    registry: { wards: [{ ward: 'icu', beds: ['ICU-1', 'ICU-2'] }] },
    members,
    newId: () => idOf(500_000 + ids++),
  };
}

/** Decides with the present version, and adds the events to the board. Returns `ok` or the refusal's message. */
function act(board: DutyBoard, userId: string, atHour: number, command: AssignmentCommand): string {
  const decision = decide(command, board, dutiesOf(board.duties, 'icu').version, contextOf(userId, atHour));
  if (!decision.ok) return `${decision.code}: ${decision.message}`;
  for (const event of decision.events) foldAssignmentEvent(board, event);
  return 'ok';
}
const nurses = (board: DutyBoard, atHour: number, bed = 'ICU-1') =>
  responsibleAt(board.duties, { ward: 'icu', bed, duty: 'nurse' }, hour(atHour))
    .map(({ userId, standing }) => `${userId} ${standing}`)
    .join(', ');

const { beds: _beds, ...wholeWard } = assignmentOf(90, 'chief', [6, 18], ['ICU-1'], 'charge-nurse');
/** The charge nurse, from 06:00 to 18:00. */
const charge = [assigned('chief', 6, wholeWard)];
const anna = [assigned('chief', 6, assignmentOf(1, 'anna', [7, 15])), accepted('anna', 6.5, 1)];
const ben = assigned('chief', 6, assignmentOf(2, 'ben', [15, 23]));

const assign = (userId: string, from: number, until: number, more: object = {}): AssignmentCommand => ({
  type: 'assign',
  duty: 'nurse',
  beds: ['ICU-1'],
  userId,
  from: instant(from),
  until: instant(until),
  ...more,
});
const whole = (userId: string, duty: string, from: number, until: number) =>
  assign(userId, from, until, { duty, beds: undefined });

describe('assigning', () => {
  it.each<[string, readonly AssignmentEvent[], string, AssignmentCommand, string]>([
    ['a nurse may assign herself', [], 'anna', assign('anna', 7, 15), 'ok'],
    ['a nurse may not assign another nurse', [], 'anna', assign('ben', 7, 15), 'not-allowed'],
    ['the charge nurse may assign a nurse', charge, 'chief', assign('ben', 7, 15), 'ok'],
    ['a nurse may become charge nurse if nobody is', [], 'anna', whole('anna', 'charge-nurse', 7, 15), 'ok'],
    ['nobody may become a second charge nurse', charge, 'anna', whole('anna', 'charge-nurse', 7, 15), 'not-allowed'],
    ['a nurse may become the next charge nurse', charge, 'anna', whole('anna', 'charge-nurse', 18, 22), 'ok'],
    ['a physician may take the duty of the physician', [], 'paul', whole('paul', 'physician', 7, 15), 'ok'],
    ['a physician cannot take a bed', [], 'paul', assign('paul', 7, 15), 'payload-schema'],
    ['a technician may take the duty of the technician', [], 'tom', whole('tom', 'technician', 7, 15), 'ok'],
    ['nobody can assign a person without an account', charge, 'chief', assign('eve', 7, 15), 'payload-schema'],
    ['an unregistered bed is refused', [], 'anna', assign('anna', 7, 15, { beds: ['ICU-9'] }), 'place-unknown'],
    ['an end before the start is refused', [], 'anna', assign('anna', 15, 7), 'payload-schema'],
    ['24 h are accepted', [], 'anna', assign('anna', 7, 31), 'ok'],
    ['more than 24 h are refused', [], 'anna', assign('anna', 7, 31.01), 'payload-schema'],
    ['an end that is past is refused', [], 'anna', assign('anna', 5, 7), 'payload-schema'],
    ['a start 5 min in the past is accepted', [], 'anna', assign('anna', 7 - 5 / 60, 15), 'ok'],
    ['a start over 5 min ago is refused', [], 'anna', assign('anna', 7 - 5 / 60 - 1 / 3_600, 15), 'payload-schema'],
    ['a start 24 h in the past is refused', [], 'anna', assign('anna', 7.5 - 24, 7.5), 'payload-schema'],
    ['a start 31 days ahead is accepted', [], 'anna', assign('anna', 7 + 31 * 24, 10 + 31 * 24), 'ok'],
    ['a start over 31 days ahead fails', [], 'anna', assign('anna', 7.01 + 31 * 24, 10 + 31 * 24), 'payload-schema'],
    ['the same duty twice at a time is refused', anna, 'anna', assign('anna', 14, 16), 'conflict'],
    ['the next shift of the same person is accepted', anna, 'anna', assign('anna', 15, 16), 'ok'],
  ])('%s', (_, events, userId, command, expected) => {
    expect(act(boardOf(events), userId, 7, command).split(':')[0]).toBe(expected);
  });

  it('the refusal of a start that is past says how to correct the start', () => {
    expect(act(boardOf([]), 'anna', 7, assign('anna', 6, 15))).toContain(
      'at most 5 minutes in the past. Let it begin now.',
    );
  });

  it.each([
    ['cannot do this while her shift lasts', 14.99, 'conflict'],
    ['can do this when her shift is over', 15, 'ok'],
  ])('a nurse who wants to assign herself to her bed for longer %s', (_, atHour, expected) => {
    const board = boardOf([...charge, ...anna]);
    const longer = assign('anna', 14.95, 19);
    expect(act(board, 'anna', atHour, longer).split(':')[0]).toBe(expected);
    if (expected === 'ok') expect(nurses(board, 15.01)).toBe('anna accepted');
  });

  it('either all rows of a CSV text are saved, or none; the refusal names the line of each fault', () => {
    const board = boardOf(charge);
    const row = (line: number, userId: string) => ({
      line,
      duty: 'nurse' as const,
      beds: ['ICU-1'],
      userId,
      from: instant(7),
      until: instant(15),
    });
    const decision = decide(
      { type: 'csv', rows: [row(2, 'anna'), row(3, 'eve'), row(4, 'anna')] },
      board,
      1,
      contextOf('chief', 7),
    );
    expect(decision).toMatchObject({ ok: false, faults: [{ line: 3 }, { line: 4 }] });
    const unreadable = decide(
      {
        type: 'csv',
        rows: [row(2, 'anna'), row(4, 'eve')],
        faults: [
          { line: 3, message: 'unreadable' },
          { line: 5, message: 'unreadable' },
        ],
      },
      board,
      1,
      contextOf('chief', 7),
    );
    expect(unreadable.ok === false && unreadable.faults).toEqual([
      { line: 3, message: 'unreadable' },
      { line: 4, message: 'No account of this ward has the id “eve”.' },
      { line: 5, message: 'unreadable' },
    ]);
    expect(act(board, 'chief', 7, { type: 'csv', rows: [row(2, 'anna'), row(3, 'ben')] })).toBe('ok');
    expect(nurses(board, 8)).toBe('anna not-accepted, ben not-accepted');
  });
});

describe('a hand-over', () => {
  it('a successor who accepts after the start of the next shift, in the last hour of the former assignment, ends it', () => {
    const board = boardOf([...charge, ...anna, assigned('chief', 6, assignmentOf(2, 'ben', [14.5, 23]))]);
    expect(act(board, 'ben', 14.6, { type: 'accept', assignmentId: idOf(2) })).toBe('ok');
    expect(nurses(board, 14.7)).toBe('ben accepted');
  });

  it('a successor who accepts earlier than the last hour does not end the former assignment', () => {
    const board = boardOf([...charge, ...anna, assigned('chief', 6, assignmentOf(2, 'ben', [13.5, 23]))]);
    expect(act(board, 'ben', 13.99, { type: 'accept', assignmentId: idOf(2) })).toBe('ok');
    expect(nurses(board, 14.7)).toBe('ben accepted, anna accepted');
  });

  it('an assignment of two beds does not end while one bed has no successor; at this bed, the hand-over is overdue', () => {
    const two = [assigned('anna', 7, assignmentOf(1, 'anna', [7, 15], ['ICU-1', 'ICU-2']))];
    const board = boardOf([...charge, ...two, assigned('chief', 6, assignmentOf(2, 'ben', [14.5, 23]))]);
    expect(act(board, 'ben', 14.6, { type: 'accept', assignmentId: idOf(2) })).toBe('ok');
    expect(nurses(board, 15, 'ICU-1')).toBe('ben accepted');
    expect(nurses(board, 15, 'ICU-2')).toBe('anna overdue');
  });

  it.each<[string, string, number, string]>([
    ['another person cannot accept', 'anna', 14.5, 'not-allowed'],
    ['an acceptance more than an hour before the start is refused', 'ben', 13.99, 'conflict'],
    ['an acceptance an hour before the start is saved', 'ben', 14, 'ok'],
    ['an acceptance 1 ms before the end is saved', 'ben', 23 - 1 / 3_600_000, 'ok'],
    ['an acceptance at the end is refused', 'ben', 23, 'conflict'],
  ])('%s', (_, userId, atHour, expected) => {
    const board = boardOf([...charge, ...anna, ben]);
    expect(act(board, userId, atHour, { type: 'accept', assignmentId: idOf(2) }).split(':')[0]).toBe(expected);
  });

  it('a person can decline an assignment once, and only if she has not accepted it', () => {
    const board = boardOf([...charge, ...anna, ben]);
    const decline = (n: number): AssignmentCommand => ({ type: 'decline', assignmentId: idOf(n), reason: 'ill' });
    expect(act(board, 'anna', 8, decline(1))).toContain('conflict');
    expect(act(board, 'anna', 8, decline(2))).toContain('not-allowed');
    expect(act(board, 'ben', 8, decline(2))).toBe('ok');
    expect(act(board, 'ben', 8, decline(2))).toContain('conflict');
  });

  it.each<[string, readonly AssignmentEvent[], string, string]>([
    ['the charge nurse can', charge, 'chief', 'ok'],
    ['the person herself cannot', charge, 'anna', 'not-allowed'],
    ['a nurse cannot, even while nobody is charge nurse,', [], 'anna', 'not-allowed'],
    ['the charge nurse whose shift was ended cannot', [...charge, ended('chief', 7, 90)], 'chief', 'not-allowed'],
  ])('%s end an assignment', (_, events, userId, expected) => {
    const board = boardOf([...events, ...anna]);
    expect(act(board, userId, 8, { type: 'end', assignmentId: idOf(1) }).split(':')[0]).toBe(expected);
  });
});

describe('an absence', () => {
  const onDuty = [...charge, ...anna, assigned('ben', 7, assignmentOf(3, 'ben', [7, 15], ['ICU-2']))];
  const dutyOf = (userId: string, n: number, duty: 'technician') => {
    const { beds: _, ...whole } = assignmentOf(n, userId, [7, 15], ['ICU-1'], duty);
    return assigned(userId, 7, whole);
  };
  const technician = dutyOf('tom', 70, 'technician');
  const odd = dutyOf('cleo', 71, 'technician');
  const later = assigned('cleo', 7.5, assignmentOf(72, 'cleo', [8.1, 15]));
  const go = (until: number, cover?: string): AssignmentCommand => ({ type: 'away', until: instant(until), cover });
  it.each<[string, readonly AssignmentEvent[], string, AssignmentCommand, string]>([
    ['an absence without a cover is saved', onDuty, 'anna', go(9), 'ok'],
    ['an absence of 4 h is saved', onDuty, 'anna', go(12), 'ok'],
    ['an absence of more than 4 h is refused', onDuty, 'anna', go(12.01), 'payload-schema'],
    ['an absence that ends now is refused', onDuty, 'anna', go(8), 'payload-schema'],
    ['a cover on duty is accepted', onDuty, 'anna', go(9, 'ben'), 'ok'],
    ['a cover who has no duty is refused', onDuty, 'anna', go(9, 'cleo'), 'payload-schema'],
    ['a technician cannot cover a nurse', [...onDuty, technician], 'anna', go(9, 'tom'), 'payload-schema'],
    [
      'a nurse who has the duty of a technician cannot cover a nurse',
      [...onDuty, odd],
      'anna',
      go(9, 'cleo'),
      'payload-schema',
    ],
    ['nobody covers with an ended duty', [...onDuty, ended('chief', 7.5, 3)], 'anna', go(9, 'ben'), 'payload-schema'],
    ['a cover whose duty has not begun is refused', [...onDuty, later], 'anna', go(9, 'cleo'), 'payload-schema'],
    ['nobody can be her own cover', onDuty, 'anna', go(9, 'anna'), 'payload-schema'],
    ['a cover who is away is refused', [...onDuty, away('ben', 50, [7.5, 9])], 'anna', go(9, 'ben'), 'conflict'],
    ['a person without a duty cannot be absent', onDuty, 'cleo', go(9), 'conflict'],
    ['a person who is not away cannot come back', onDuty, 'anna', { type: 'back' }, 'conflict'],
    ['a person who is away can come back', [...onDuty, away('anna', 50, [7.5, 9])], 'anna', { type: 'back' }, 'ok'],
  ])('%s', (_, events, userId, command, expected) => {
    expect(act(boardOf(events), userId, 8, command).split(':')[0]).toBe(expected);
  });

  const isAway = [...onDuty, assigned('chief', 6, assignmentOf(4, 'anna', [8, 15], ['ICU-2']))];
  const accept: AssignmentCommand = { type: 'accept', assignmentId: idOf(4) };
  it.each<[string, AssignmentCommand, string]>([
    ['cannot accept', accept, 'conflict: You are away.'],
    ['cannot assign herself for now', assign('anna', 8, 15, { beds: ['ICU-2'] }), 'conflict: You are away.'],
    ['cannot assign herself within 1 h', assign('anna', 9, 15, { beds: ['ICU-2'] }), 'conflict: You are away.'],
    ['can assign herself for later', assign('anna', 15.01, 16, { beds: ['ICU-2'] }), 'ok'],
    ['can decline', { type: 'decline', assignmentId: idOf(4), reason: 'ill' }, 'ok'],
  ])('a person who is away %s', (_, command, expected) => {
    for (const cover of [undefined, 'ben']) {
      const board = boardOf([...isAway, away('anna', 50, [7.5, 9], cover)]);
      expect(act(board, 'anna', 8, command)).toContain(expected);
      expect(nurses(board, 8, 'ICU-2')).toContain('ben accepted');
    }
  });

  it('a person can accept after she has come back, or after the time of her absence is over', () => {
    const board = boardOf([...isAway, away('anna', 50, [7.5, 9])]);
    expect([act(board, 'anna', 8, { type: 'back' }), act(board, 'anna', 8, accept)]).toEqual(['ok', 'ok']);
    expect(act(boardOf([...isAway, away('anna', 50, [7.5, 9])]), 'anna', 9, accept)).toBe('ok');
  });

  it('the refusal of a cover says why this person cannot cover', () => {
    const board = boardOf([...onDuty, technician]);
    expect(act(board, 'anna', 8, go(9, 'tom'))).toContain('tom is a technician and cannot cover a nurse.');
    expect(act(board, 'anna', 8, go(9, 'cleo'))).toContain(
      'Choose a cover who has accepted a duty in this ward for now.',
    );
  });

  it('a cover of the charge nurse is not in charge, so a nurse may take this duty', () => {
    const board = boardOf([...charge, ...onDuty]);
    expect(act(board, 'chief', 8, go(9, 'ben'))).toBe('ok');
    expect(act(board, 'ben', 8.1, assign('cleo', 8.1, 15))).toContain('Only the charge nurse');
    expect(act(board, 'ben', 8.1, { type: 'end', assignmentId: idOf(90) })).toContain('Only the charge nurse');
    expect(act(board, 'ben', 8.1, whole('ben', 'charge-nurse', 8.1, 15))).toBe('ok');
    expect(act(board, 'ben', 8.2, assign('cleo', 8.2, 15))).toBe('ok');
  });

  it('a charge nurse without a valid account is not in charge, so a nurse may take this duty', () => {
    const board = boardOf(charge);
    const context = { ...contextOf('anna', 8), members: members.filter(({ userId }) => userId !== 'chief') };
    expect(decide(whole('anna', 'charge-nurse', 8, 15), board, 1, context).ok).toBe(true);
    expect(decide(whole('anna', 'charge-nurse', 8, 15), board, 1, contextOf('anna', 8)).ok).toBe(false);
  });

  it('a second absence replaces the first one', () => {
    const board = boardOf(onDuty);
    expect([act(board, 'anna', 8, go(9, 'ben')), act(board, 'anna', 8.1, go(8.5))]).toEqual(['ok', 'ok']);
    expect(nurses(board, 8.2)).toBe('anna away');
    expect(nurses(board, 8.6)).toBe('anna accepted');
  });
});

describe('a conflict', () => {
  const board = boardOf([...charge, ...anna, ben]);
  it('the refusal names the persons who changed the same bed since the version that the person saw', () => {
    const decision = decide(assign('cleo', 7, 15), board, 1, contextOf('chief', 7));
    expect(decision).toMatchObject({ code: 'conflict', version: 4, message: expect.stringContaining('chief, anna') });
    expect(decision.ok === false && decision.changes?.map(({ type, person }) => `${type} ${person}`)).toEqual([
      'assigned anna',
      'accepted anna',
      'assigned ben',
    ]);
  });
  it.each([
    ['is no conflict if only another bed has changed', 1, assign('cleo', 7, 15, { beds: ['ICU-2'] }), 'ok'],
    ['is no conflict if it has the present version', 4, assign('cleo', 7, 15), 'ok'],
    ['is a conflict if its version is too new', 5, assign('cleo', 7, 15), 'conflict'],
  ] as const)('a command %s', (_, version, command, expected) => {
    const decision = decide(command, board, version, contextOf('chief', 7));
    expect(decision.ok ? 'ok' : decision.code).toBe(expected);
  });
  describe('after more changes than the board remembers', () => {
    const plan = (n: number) => assigned('chief', 6.5, assignmentOf(100 + n, `p${n}`, [7, 15], ['ICU-2']));
    const many = boardOf([
      ...charge,
      assigned('chief', 6, assignmentOf(1, 'anna', [7, 15])),
      ...Array.from({ length: 210 }, (_, n) => plan(n)),
    ]);
    it.each([
      ['an acceptance of an assignment that nobody touched', 'anna', 2, { type: 'accept', assignmentId: idOf(1) }],
      ['a refusal of this assignment', 'anna', 2, { type: 'decline', assignmentId: idOf(1), reason: 'I am ill.' }],
      ['the end of this assignment', 'chief', 2, { type: 'end', assignmentId: idOf(1) }],
      ['an assignment of another bed', 'chief', 2, assign('cleo', 7, 15)],
    ] as const)('%s is no conflict', (_, userId, version, command) => {
      expect(decide(command, many, version, contextOf(userId, 6.6)).ok).toBe(true);
    });
    it.each([
      [
        'the acceptance of an assignment that the person did not see yet',
        'anna',
        1,
        { type: 'accept', assignmentId: idOf(1) },
        ['assigned anna'],
      ],
      [
        'an assignment of the same bed and duty',
        'chief',
        209,
        assign('cleo', 7, 15, { beds: ['ICU-2'] }),
        ['assigned p207', 'assigned p208', 'assigned p209'],
      ],
    ] as const)('%s is a conflict that names its changes', (_, userId, version, command, changes) => {
      const decision = decide(command, many, version, contextOf(userId, 6.6));
      expect(decision.ok === false && decision.changes?.map(({ type, person }) => `${type} ${person}`)).toEqual(
        changes,
      );
    });
    it('changesSince returns the last change of each assignment and absence', () => {
      const later = boardOf([
        ...charge,
        ...anna,
        away('anna', 300, [7.5, 8]),
        ...Array.from({ length: 210 }, (_, n) => plan(n)),
      ]);
      const seen = (version: number) => changesSince(later, 'icu', version, [{ userId: 'anna' }]);
      expect(seen(1)?.map(({ type }) => type)).toEqual(['accepted', 'away']);
      expect(seen(4)).toEqual([]);
    });
  });
  it('the end of an assignment is a conflict if the charge nurse did not see that the person had accepted it', () => {
    const decision = decide({ type: 'end', assignmentId: idOf(1) }, board, 2, contextOf('chief', 7));
    expect(decision).toMatchObject({ code: 'conflict', changes: [{ type: 'accepted', by: { userId: 'anna' } }] });
  });
});

it.each([
  ['a ward that the viewer does not see', { viewer: { ...viewerOf('anna'), wards: ['other'] } }],
  ['a ward that is not registered', { registry: { wards: [] } }],
  ['an auditor', { viewer: { ...viewerOf('anna'), role: 'auditor' as const } }],
])('decide answers not-found for %s', (_, changed) => {
  const decision = decide(assign('anna', 7, 15), boardOf([]), 0, { ...contextOf('anna', 7), ...changed });
  expect(decision).toMatchObject({ code: 'not-found', isDenied: true });
});

it('boardFor returns overdue assignments, who is away, and whether the viewer may assign others', () => {
  const board = boardOf([...charge, ...anna, away('anna', 50, [14.5, 16], 'ben')]);
  const view = (userId: string, atHour: number) =>
    boardFor(board, { ward: 'icu', beds: ['ICU-1'], viewer: viewerOf(userId), members, accountOf }, hour(atHour));
  expect(view('chief', 15)).toMatchObject({ maySetOthers: true, noChargeNurse: false, version: 4 });
  expect(view('anna', 15).maySetOthers).toBe(false);
  expect(view('anna', 15).entries[1]).toMatchObject({ overdue: ['ICU-1'], isOver: false });
  expect(view('anna', 14.9).entries[1]).not.toHaveProperty('overdue');
  expect(view('anna', 15).away).toEqual([
    {
      userId: 'anna',
      awayId: idOf(50),
      name: 'anna',
      until: instant(16),
      cover: { userId: 'ben', name: 'ben' },
      fault: 'has no duty now',
    },
  ]);
  expect(view('anna', 16).away).toEqual([]);
});

it.each<[string, readonly AssignmentEvent[], number | undefined]>([
  ['the end of the duty of the cover', [], 10],
  [
    'nothing, if another nurse has the bed from the end of the duty of the cover',
    [assigned('chief', 9, assignmentOf(7, 'chief', [10, 15]))],
    undefined,
  ],
  [
    'the end of the duty of the cover, if another nurse has the bed from a minute after this end',
    [assigned('chief', 9, assignmentOf(7, 'chief', [10 + 1 / 60, 15]))],
    10,
  ],
])('boardFor says from when nobody has a bed of a person who is away and covered: %s', (_, more, fromHour) => {
  const cover = [assigned('chief', 6, assignmentOf(5, 'ben', [6, 10], ['ICU-2'])), accepted('ben', 6.5, 5)];
  const board = boardOf([...charge, ...anna, ...cover, away('anna', 50, [8, 12], 'ben'), ...more]);
  const view = { ward: 'icu', beds: ['ICU-1'], viewer: viewerOf('chief'), members, accountOf };
  const [absence] = boardFor(board, view, hour(9)).away;
  expect(absence?.nobodyFrom).toBe(fromHour === undefined ? undefined : instant(fromHour));
});

it('boardFor names a cover only for a duty that the cover has now', () => {
  const tom = [assigned('chief', 6, assignmentOf(5, 'ben', [6, 20], ['ICU-2'])), accepted('ben', 6.5, 5)];
  const notAccepted = assigned('chief', 8, assignmentOf(6, 'anna', [8, 15], ['ICU-2']));
  const events = [...charge, ...anna, ...tom, notAccepted, away('anna', 50, [8, 12], 'ben'), away('ben', 51, [9, 10])];
  const coveredAt = (atHour: number) =>
    boardFor(
      boardOf(events),
      { ward: 'icu', beds: ['ICU-1'], viewer: viewerOf('chief'), members, accountOf },
      hour(atHour),
    )
      .entries.filter(({ coveredBy }) => coveredBy !== undefined)
      .map(({ assignment, coveredBy }) => `${coveredBy} for ${assignment.name} at ${assignment.beds}`);
  expect([8, 9, 10, 12].map(coveredAt)).toEqual([['ben for anna at ICU-1'], [], ['ben for anna at ICU-1'], []]);
});

describe('a board that one person fills', () => {
  const quarter = 0.25;
  const windows = (count: number, user = 'anna') =>
    Array.from({ length: count }, (_, n) =>
      assigned(user, 7, assignmentOf(1_000 + n, user, [9 + n * quarter, 9 + (n + 1) * quarter])),
    );
  it.each<[string, readonly AssignmentEvent[], string, AssignmentCommand, string]>([
    ['15 min are accepted', [], 'anna', assign('anna', 7, 7.25), 'ok'],
    ['less than 15 min are refused', [], 'anna', assign('anna', 7, 7.249), 'payload-schema'],
    ['the 60th own assignment is accepted', windows(59), 'anna', assign('anna', 7, 8), 'ok'],
    ['the 61st own assignment is refused', windows(60), 'anna', assign('anna', 7, 8), 'conflict'],
    ['another person can still assign herself', windows(60), 'ben', assign('ben', 7, 8), 'ok'],
    ['the charge nurse may make the 61st', [...charge, ...windows(60, 'chief')], 'chief', assign('ben', 7, 8), 'ok'],
  ])('%s', (_, events, userId, command, expected) => {
    expect(act(boardOf(events), userId, 7, command).split(':')[0]).toBe(expected);
  });

  it('if the board is full, an assignment is refused before anything is written, and the refusal says why', () => {
    const list = Array.from({ length: 2_000 }, (_, n) => ended('x', 6, n));
    const full = boardOf([]);
    for (const [n, end] of list.entries()) {
      foldAssignmentEvent(full, assigned(`p${n}`, 6, assignmentOf(n, `p${n}`, [6, 8])));
      foldAssignmentEvent(full, end);
    }
    const before = full.duties;
    expect(act(full, 'ben', 7, assign('ben', 7, 15))).toContain('The board is full');
    expect(full.duties).toBe(before);
  });

  it('if the board has the maximum of absences, a further absence is refused', () => {
    const absences = Array.from({ length: 2_000 }, (_, n) => away('x', 10_000 + n, [7, 8]));
    const board = boardOf([...anna, ...absences]);
    expect(act(board, 'anna', 7, { type: 'away', until: instant(8) })).toContain('the board is full');
  });

  it('the 101st absence of one person within 48 hours is refused, but an absence of another person is saved', () => {
    const absencesOfAnna = (count: number) =>
      Array.from({ length: count }, (_, n) => away('anna', 10_000 + n, [6, 6.5]));
    const command = { type: 'away', until: instant(8) } as const;
    expect(act(boardOf([...anna, ...absencesOfAnna(99)]), 'anna', 7, command)).toBe('ok');
    const full = boardOf([
      ...anna,
      ...absencesOfAnna(100),
      assigned('cleo', 6, assignmentOf(3, 'cleo', [7, 15], ['ICU-2'])),
    ]);
    expect(act(full, 'anna', 7, command)).toContain('You were away too often');
    expect(act(full, 'cleo', 7, command)).toBe('ok');
  });

  it('the check of a CSV text stops after 50 faults', () => {
    const rows = Array.from({ length: 100 }, (_, n) => ({ line: n + 2, ...assign('eve', 7, 15) }));
    const decision = decide({ type: 'csv', rows } as AssignmentCommand, boardOf([]), 0, contextOf('anna', 7));
    expect(decision.ok === false && decision.faults?.length).toBe(50);
  });
});
