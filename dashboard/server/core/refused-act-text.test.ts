import { describe, expect, it } from 'vitest';
import { assigned, assignmentOf, idOf } from '../../../contracts/duties.testing.ts';
import { evolve, initialState } from '../../../contracts/duties.ts';
import type { AssignmentCommand } from './board-context.ts';
import { refusedActText } from './refused-act-text.ts';

const state = evolve(initialState, assigned('chief', 6, assignmentOf(1, 'anna', [7, 15])));
const text = (command: AssignmentCommand) => refusedActText(command, state, 'icu');
const row = { duty: 'nurse', beds: ['ICU-1'], from: '2026-03-01T07:00:00Z', until: '2026-03-01T15:00:00Z' } as const;

describe('refusedActText', () => {
  it.each<[AssignmentCommand, string]>([
    [{ type: 'accept', assignmentId: idOf(1) }, `accept assignment ${idOf(1)} of anna nurse of ICU-1`],
    [{ type: 'end', assignmentId: idOf(1) }, `end assignment ${idOf(1)} of anna nurse of ICU-1`],
    [
      { type: 'decline', assignmentId: idOf(2), reason: 'no' },
      `decline assignment ${idOf(2)} which is not on this board`,
    ],
    [
      { type: 'assign', ...row, beds: [...row.beds], userId: 'ben' },
      `assign ben nurse of ICU-1, ${row.from} to ${row.until}`,
    ],
    [{ type: 'away', until: row.until, cover: 'tom' }, 'away, covered by tom'],
    [
      {
        type: 'csv',
        rows: ['ben', 'cleo', 'ben'].map((userId, line) => ({ ...row, beds: [...row.beds], userId, line })),
      },
      'csv, 3 rows, of ben, cleo',
    ],
    [
      {
        type: 'csv',
        rows: [{ ...row, beds: [...row.beds], userId: 'ben', line: 2 }],
        faults: [{ line: 3, message: 'x' }],
      },
      'csv, 1 rows and 1 lines that cannot be read, of ben',
    ],
  ])('refusedActText returns a text with the ids and the persons of the command %o', (command, expected) =>
    expect(text(command)).toBe(`board of assignments: ${expected}`),
  );

  it('the text fits into an audit record, even if the act names 64 beds with long names', () => {
    const beds = Array.from({ length: 64 }, (_, n) => `a bed with a name of forty characters ${n}`);
    expect(text({ type: 'assign', ...row, beds, userId: 'ben' }).length).toBeLessThan(2_000);
  });
});
