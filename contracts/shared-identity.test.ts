import { describe, expect, it } from 'vitest';
import { noStarts, noTurns, noteBoot, noteStart, type StartReading, type Starts } from './shared-identity.ts';

/**
 * Sends a reading for each letter; the letter is the boot of the reading. Returns the positions of the readings that
 * show two devices.
 */
function detections(sequence: string, everyMs = 1000): number[] {
  let turns = noTurns;
  return [...sequence].flatMap((boot, i) => {
    const noted = noteBoot(turns, boot, i * everyMs);
    turns = noted.turns;
    return noted.isShared ? [i] : [];
  });
}

it.each([
  ['no second device in one boot', 'AAAAAAAA', []],
  ['no second device in a restart', 'AAAABBBB', []],
  ['no second device in many restarts', 'ABCDEFGHIJKLMNOP', []],
  ['no second device if one reading of the earlier boot arrives late', 'AAABABBB', []],
  ['two devices if two boots alternate', 'ABABABAB', [4, 5, 6, 7]],
  ['two devices if two boots alternate after several readings each', 'AABBAABBAABB', [8, 10]],
  ['two devices if three boots alternate', 'ABCABCABC', [5, 6, 7, 8]],
])('noteBoot detects %s', (_, sequence, expected) => {
  expect(detections(sequence)).toEqual(expected);
});

it.each([
  [30_000, [4, 5]],
  [30_001, []],
])(
  'noteBoot needs three turns within a minute: if two boots alternate every %d ms, it reports two devices at readings %j',
  (everyMs, expected) => {
    expect(detections('ABABAB', everyMs)).toEqual(expected);
  },
);

const t0 = Date.UTC(2026, 0, 1, 12);
/** `behindMs`: receive time minus device time. */
type Received = Omit<StartReading, 'timeMs'> & { readonly behindMs?: number };
/**
 * Returns readings of one boot from second `fromS` to `toS`. `apartMs` shifts the receive times, as the clock of
 * another gateway does.
 */
function readings(
  boot: string,
  fromS: number,
  toS: number,
  { apartMs = 0, behindMs = 20, everyMs = 1000 } = {},
): Received[] {
  const count = ((toS - fromS) * 1000) / everyMs;
  return Array.from({ length: count }, (_, i) => ({
    boot,
    receivedMs: t0 + fromS * 1000 + i * everyMs + apartMs,
    behindMs,
  }));
}
const inOrder = (...parts: Received[][]) => parts.flat().toSorted((a, b) => a.receivedMs - b.receivedMs);
function detectsTwoDevices(log: readonly Received[]): boolean {
  let starts: Starts = noStarts;
  return log
    .map(({ boot, receivedMs, behindMs = 20 }) => {
      const noted = noteStart(starts, { boot, receivedMs, timeMs: receivedMs - behindMs });
      starts = JSON.parse(JSON.stringify(noted.starts));
      return noted.isShared;
    })
    .includes(true);
}
/** Returns a log in which the readings of two gateways alternate, for any receive times. */
const alternating = (a: Received[], b: Received[]) => a.flatMap((reading, i) => [reading, ...(b[i] ? [b[i]] : [])]);

describe('noteStart', () => {
  it.each<[string, Received[], boolean]>([
    ['one device as one device', readings('A', 0, 120), false],
    ['two devices as two', inOrder(readings('A', 0, 60), readings('B', 10, 60, { apartMs: 7 })), true],
    [
      'two devices as two if the clocks of their gateways are 4 s apart',
      alternating(readings('A', 10, 60), readings('B', 10, 60, { apartMs: -4_000 })),
      true,
    ],
    [
      'two devices as two if the clock of one device is 30 s behind',
      inOrder(readings('A', 0, 90), readings('B', 10, 90, { behindMs: 30_000, apartMs: 7 })),
      true,
    ],
    ['one device that restarts as one', inOrder(readings('A', 0, 30), readings('B', 30, 60)), false],
    [
      'one device that restarts every 10 s as one',
      inOrder(...[0, 1, 2, 3, 4, 5, 6].map((n) => readings(`S${n}`, 10 * n, 10 * n + 10))),
      false,
    ],
    [
      'one device as one if a gateway appends readings of the earlier boot late',
      alternating(readings('A', 0, 30), readings('B', 30, 60)),
      false,
    ],
    [
      'one device as one if the late gateway’s clock is 5 s ahead',
      alternating(readings('A', 0, 30, { apartMs: 5_000 }), readings('B', 30, 60)),
      false,
    ],
    [
      'one device as one if it sends the backlog of the earlier boot between current readings',
      inOrder(
        readings('A', 0, 30),
        readings('B', 300, 360),
        readings('A', 300, 330, { apartMs: 500 }).map((reading, i) => ({ ...reading, behindMs: 270_000 - i * 500 })),
      ),
      false,
    ],
    [
      'one device as one if the log is read again',
      [...readings('A', 0, 30), ...readings('B', 30, 60), ...alternating(readings('A', 0, 30), readings('B', 30, 60))],
      false,
    ],
    [
      'two devices as one if they stop after two turns',
      inOrder(readings('A', 0, 8), readings('B', 10, 11), readings('A', 16, 17), readings('B', 20, 21)),
      false,
    ],
  ])('noteStart counts %s', (_, log, expected) => {
    expect(detectsTwoDevices(log)).toBe(expected);
  });
});
