import { describe, expect, it } from 'vitest';
import { noStarts, noTurns, noteBoot, noteStart, type StartReading, type Starts } from './shared-identity.ts';

/** Which of the steps say that two devices are at work, counted from 0; steps are a second apart unless said. */
function boots(sequence: string, everyMs = 1000): number[] {
  let turns = noTurns;
  return [...sequence].flatMap((boot, i) => {
    const noted = noteBoot(turns, boot, i * everyMs);
    turns = noted.turns;
    return noted.isShared ? [i] : [];
  });
}

it.each([
  ['one start', 'AAAAAAAA', []],
  ['a restart', 'AAAABBBB', []],
  ['many restarts', 'ABCDEFGHIJKLMNOP', []],
  ['one reading of the start before', 'AAABABBB', []],
  ['two by turns', 'ABABABAB', [4, 5, 6, 7]],
  ['two by turns, several readings each', 'AABBAABBAABB', [8, 10]],
  ['three by turns', 'ABCABCABC', [5, 6, 7, 8]],
])('readings about now of %s', (_, sequence, said) => {
  expect(boots(sequence)).toEqual(said);
});

it.each([
  [30_000, [4, 5]],
  [30_001, []],
])('readings by turns each %d ms: three turns within a minute', (everyMs, said) => {
  expect(boots('ABABAB', everyMs)).toEqual(said);
});

const t0 = Date.UTC(2026, 0, 1, 12);
type Said = Omit<StartReading, 'timeMs'> & { readonly behindMs?: number };
/** A reading each second of a start, from `fromS` to `toS`; received `lateMs` after it was measured. */
function each(boot: string, fromS: number, toS: number, { apartMs = 0, behindMs = 20, everyMs = 1000 } = {}): Said[] {
  const count = ((toS - fromS) * 1000) / everyMs;
  return Array.from({ length: count }, (_, i) => ({
    boot,
    receivedMs: t0 + fromS * 1000 + i * everyMs + apartMs,
    behindMs,
  }));
}
const inOrder = (...parts: Said[][]) => parts.flat().toSorted((a, b) => a.receivedMs - b.receivedMs);
function isSaid(log: readonly Said[]): boolean {
  let starts: Starts = noStarts;
  return log
    .map(({ boot, receivedMs, behindMs = 20 }) => {
      const noted = noteStart(starts, { boot, receivedMs, timeMs: receivedMs - behindMs });
      starts = JSON.parse(JSON.stringify(noted.starts));
      return noted.isShared;
    })
    .includes(true);
}
/** The log's order of two lanes whose clocks are apart: by turns. */
const byTurns = (a: Said[], b: Said[]) => a.flatMap((one, i) => [one, ...(b[i] ? [b[i]] : [])]);

describe('readings of all gateways in the order of the log', () => {
  it.each<[string, Said[], boolean]>([
    ['one device', each('A', 0, 120), false],
    ['two devices', inOrder(each('A', 0, 60), each('B', 10, 60, { apartMs: 7 })), true],
    ['two devices, gateways 4 s apart', byTurns(each('A', 10, 60), each('B', 10, 60, { apartMs: -4_000 })), true],
    [
      'two devices, one clock 30 s behind',
      inOrder(each('A', 0, 90), each('B', 10, 90, { behindMs: 30_000, apartMs: 7 })),
      true,
    ],
    ['one device that starts anew', inOrder(each('A', 0, 30), each('B', 30, 60)), false],
    [
      'one device that starts anew each 10 s',
      inOrder(...[0, 1, 2, 3, 4, 5, 6].map((n) => each(`S${n}`, 10 * n, 10 * n + 10))),
      false,
    ],
    ['what one gateway appends late of the start before', byTurns(each('A', 0, 30), each('B', 30, 60)), false],
    ['the same, gateways 5 s apart', byTurns(each('A', 0, 30, { apartMs: 5_000 }), each('B', 30, 60)), false],
    [
      'the backlog of the start before, sent in between',
      inOrder(
        each('A', 0, 30),
        each('B', 300, 360),
        each('A', 300, 330, { apartMs: 500 }).map((one, i) => ({ ...one, behindMs: 270_000 - i * 500 })),
      ),
      false,
    ],
    [
      'the log read again',
      [...each('A', 0, 30), ...each('B', 30, 60), ...byTurns(each('A', 0, 30), each('B', 30, 60))],
      false,
    ],
    [
      'two devices that stop after two turns',
      inOrder(each('A', 0, 8), each('B', 10, 11), each('A', 16, 17), each('B', 20, 21)),
      false,
    ],
  ])('%s', (_, log, said) => {
    expect(isSaid(log)).toBe(said);
  });
});
