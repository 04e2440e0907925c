import { describe, expect, it } from 'vitest';
import { type Behind, behindMs, noteRead, noteWritten } from './behind.ts';

describe('how far the trends are behind', () => {
  it('is 0 before anything was read and once all of it is written', () => {
    const behind: Behind = new Map();
    expect(behindMs(behind, 1_000)).toBe(0);
    noteRead(behind, 3, 10n, 400);
    expect(behindMs(behind, 1_000)).toBe(600);
    noteWritten(behind, new Map([[3, 10n]]));
    expect(behindMs(behind, 9_000)).toBe(0);
  });

  it('follows the oldest waiting record of all partitions', () => {
    const behind: Behind = new Map();
    noteRead(behind, 0, 10n, 700);
    noteRead(behind, 1, 5n, 300);
    noteRead(behind, 1, 8n, 900);
    expect(behindMs(behind, 1_000)).toBe(700);
    // What was written in part counts whole: its first record may be the one that waits.
    noteWritten(behind, new Map([[1, 4n]]));
    expect(behindMs(behind, 1_000)).toBe(700);
    noteWritten(behind, new Map([[1, 5n]]));
    expect(behindMs(behind, 1_000)).toBe(300);
  });

  it('forgets a batch that was handed out twice with its first write', () => {
    const behind: Behind = new Map();
    noteRead(behind, 0, 10n, 700);
    noteRead(behind, 0, 10n, 700);
    noteWritten(behind, new Map([[0, 10n]]));
    expect(behindMs(behind, 1_000)).toBe(0);
  });

  it('is 0 for a record from ahead of the clock', () => {
    const behind: Behind = new Map();
    noteRead(behind, 0, 10n, 2_000);
    expect(behindMs(behind, 1_000)).toBe(0);
  });
});
