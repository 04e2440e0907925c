import { describe, expect, it } from 'vitest';
import { type Backlog, backlogAgeMs, noteRead, noteWritten } from './backlog.ts';

describe('backlogAgeMs', () => {
  it('backlogAgeMs is 0 before a batch was read, and after all batches are written', () => {
    const backlog: Backlog = new Map();
    expect(backlogAgeMs(backlog, 1_000)).toBe(0);
    noteRead(backlog, 3, 10n, 400);
    expect(backlogAgeMs(backlog, 1_000)).toBe(600);
    noteWritten(backlog, new Map([[3, 10n]]));
    expect(backlogAgeMs(backlog, 9_000)).toBe(0);
  });

  it('backlogAgeMs is the age of the oldest record in the backlog of all partitions', () => {
    const backlog: Backlog = new Map();
    noteRead(backlog, 0, 10n, 700);
    noteRead(backlog, 1, 5n, 300);
    noteRead(backlog, 1, 8n, 900);
    expect(backlogAgeMs(backlog, 1_000)).toBe(700);
    // A batch that is only partly written still counts with the age of its first record.
    noteWritten(backlog, new Map([[1, 4n]]));
    expect(backlogAgeMs(backlog, 1_000)).toBe(700);
    noteWritten(backlog, new Map([[1, 5n]]));
    expect(backlogAgeMs(backlog, 1_000)).toBe(300);
  });

  it('backlogAgeMs is 0 after the first write of a batch that was read twice', () => {
    const backlog: Backlog = new Map();
    noteRead(backlog, 0, 10n, 700);
    noteRead(backlog, 0, 10n, 700);
    noteWritten(backlog, new Map([[0, 10n]]));
    expect(backlogAgeMs(backlog, 1_000)).toBe(0);
  });

  it('backlogAgeMs is 0 for a record whose time is later than now', () => {
    const backlog: Backlog = new Map();
    noteRead(backlog, 0, 10n, 2_000);
    expect(backlogAgeMs(backlog, 1_000)).toBe(0);
  });
});
