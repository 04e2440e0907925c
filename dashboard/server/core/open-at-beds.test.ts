import { describe, expect, it } from 'vitest';
import { assigned, assignmentOf, hour, idOf } from '../../../contracts/duties.testing.ts';
import { openPoints, seenKeys } from '../../../contracts/open-points.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { emptyBoard, foldAssignmentEvent } from './duty-board.ts';
import { alarm, nurse, period, t0, table, technician } from './fold.testing.ts';
import { judgeSeen, openAtBeds, openText } from './open-at-beds.ts';
import { emptyState } from './state.ts';

const hr = alarm('alarm-0000000001', 'assoc-01', 1, { text: 'HR 134 > 120' });
const spo2 = alarm('alarm-0000000002', 'assoc-02', 1, { text: 'SpO2 84 < 90' });
const elsewhere = alarm('alarm-0000000003', 'assoc-03', 1, { text: 'RR 4 < 8' });

function newState() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { bed: '1' })));
  foldAssociations(state, table('d2', 1, period('assoc-02', 'icu', { bed: '2' })));
  foldAssociations(state, table('d3', 1, period('assoc-03', 'other', { bed: '1' })));
  for (const raised of [hr, spo2, elsewhere])
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: raised }, t0);
  return state;
}

const textFor = (beds: readonly string[] | undefined, viewer = nurse) =>
  openText(openAtBeds(newState(), viewer, { ward: 'icu', beds }, t0));

it.each([
  ['one bed', ['1'], '1: HR 134 > 120'],
  ['two beds', ['1', '2'], '1: HR 134 > 120; 2: SpO2 84 < 90'],
  ['the whole ward, and no other ward', undefined, '1: HR 134 > 120; 2: SpO2 84 < 90'],
  ['a bed without a device', ['3'], ''],
])('openText names the open alarms of %s', (_, beds, text) => {
  expect(textFor(beds)).toBe(text);
});

it('openAtBeds returns no physiological alarm for a technician', () => {
  expect(textFor(undefined, technician)).toBe('');
});

it('openText names at most 5 points, and gives the number of the others', () => {
  const points = openPoints({ associationId: 'x', alarms: Array(6).fill(hr), standby: null, limits: null }, t0);
  expect(openText([{ bed: '1', points }])).toBe(`1: ${Array(5).fill('HR 134 > 120').join(', ')}; and 1 more`);
});

describe('judgeSeen', () => {
  const board = emptyBoard();
  foldAssignmentEvent(board, assigned('chief', 7, assignmentOf(1, 'n', [8, 15], ['1', '2'])));
  const context = {
    ward: 'icu',
    viewer: nurse,
    nowMs: hour(8),
    registry: { wards: [] },
    members: [],
    newId: () => idOf(9),
  };
  const keysOf = (alarms: readonly (typeof hr)[]) =>
    seenKeys(openPoints({ associationId: '', alarms, standby: null, limits: null }, t0));
  const judge = (seen: readonly string[] | undefined, beds?: readonly string[]) =>
    judgeSeen(newState(), { assignmentId: idOf(1), beds }, seen, board.duties, context);

  it('if the person has seen everything, judgeSeen returns no refusal, and a text that names what was open', () => {
    expect(judge(keysOf([hr, spo2]))).toEqual({ text: 'open: 1: HR 134 > 120; 2: SpO2 84 < 90' });
  });

  it('a person who accepts one bed need not have seen what is open at other beds', () => {
    expect(judge(keysOf([hr]), ['1'])).toEqual({ text: 'open: 1: HR 134 > 120' });
  });

  it('if the person has not seen an open point, judgeSeen returns a refusal that names the point', () => {
    expect(judge(keysOf([hr])).refusal?.message).toBe(
      'Not accepted: this is new since you looked: 2: SpO2 84 < 90. Look at the list, and accept again.',
    );
  });

  it('a person who accepts the last bed need not have seen what is open at a bed that she accepted before', () => {
    const partly = emptyBoard();
    foldAssignmentEvent(partly, assigned('chief', 7, assignmentOf(1, 'n', [8, 15], ['1', '2'])));
    foldAssignmentEvent(partly, assigned('n', 7.5, assignmentOf(2, 'n', [8, 15], ['1'])));
    const judgeRest = (alarms: readonly (typeof hr)[]) =>
      judgeSeen(newState(), { assignmentId: idOf(1) }, keysOf(alarms), partly.duties, context);
    expect(judgeRest([spo2])).toEqual({ text: 'open: 2: SpO2 84 < 90' });
    expect(judgeRest([]).refusal?.message).toContain('2: SpO2 84 < 90');
  });

  it('an acceptance from a page that cannot show open points is not refused; the audit trail says so', () => {
    expect(judge(undefined)).toEqual({
      text: 'the page could not show what is open; open: 1: HR 134 > 120; 2: SpO2 84 < 90',
    });
  });
});
