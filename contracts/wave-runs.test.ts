import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapsOf, placeChunks, type WaveChunk, withoutRepeats } from './wave-runs.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const code = 'MDC_ECG_ELEC_POTL_II';

/** Returns a chunk of one second at 100 Hz that begins `atMs` after t0. Each sample is `value`. */
function chunk(
  atMs: number,
  seq: number,
  fields: Partial<WaveChunk> & { value?: number; count?: number } = {},
): WaveChunk {
  const { value = seq, count = 100, ...rest } = fields;
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i += 1) bytes.writeInt16LE(value, i * 2);
  const startMs = t0 + atMs;
  const receivedMs = startMs + 1_100;
  return {
    ...{ code, startMs, rateHz: 100, scale: 0.01, offset: 0, samples: bytes.toString('base64') },
    ...{ receivedMs, boot: 'b1', seq, ...rest },
  };
}

const linesOf = (chunks: readonly WaveChunk[]) =>
  placeChunks(chunks).map(({ chunk: { boot, startMs }, line }) => `${boot} ${startMs - t0} line ${line}`);
const gapsIn = (chunks: readonly WaveChunk[], fromMs: number, toMs: number) =>
  gapsOf(placeChunks(chunks), { fromMs: t0 + fromMs, toMs: t0 + toMs }).map((gap) => [gap.fromMs - t0, gap.toMs - t0]);

describe('repeats', () => {
  it('a chunk with the number of an earlier chunk is a repeat, and so is a chunk with the same samples at the same time', () => {
    const first = chunk(0, 1);
    expect(withoutRepeats([first, chunk(0, 1), { ...first, boot: 'b2', seq: 9 }, chunk(1_000, 2)])).toEqual([
      first,
      chunk(1_000, 2),
    ]);
  });

  it('a chunk with other samples at the same time is not a repeat', () => {
    expect(withoutRepeats([chunk(0, 1), chunk(0, 2)])).toHaveLength(2);
  });
});

describe('the lines of chunks', () => {
  it('chunks in order, late chunks and chunks after a gap are on line 0', () => {
    const late = chunk(1_000, 2, { receivedMs: t0 + 900_000 });
    expect(linesOf([chunk(0, 1), chunk(2_000, 3), chunk(60_000, 4), late])).toEqual([
      'b1 0 line 0',
      'b1 1000 line 0',
      'b1 2000 line 0',
      'b1 60000 line 0',
    ]);
  });

  it('after the clock was set back, the second recording of the same time is on line 1, and later chunks are on line 0', () => {
    const before = [chunk(0, 1), chunk(1_000, 2), chunk(2_000, 3)];
    // After the third chunk the clock is set back by 2 s.
    const after = [chunk(1_000, 4), chunk(2_000, 5), chunk(3_000, 6)].map((entry) => ({
      ...entry,
      receivedMs: entry.receivedMs + 2_000,
    }));
    expect(linesOf([...before, ...after])).toEqual([
      'b1 0 line 0',
      'b1 1000 line 0',
      'b1 1000 line 1',
      'b1 2000 line 0',
      'b1 2000 line 1',
      'b1 3000 line 0',
    ]);
  });

  it('a chunk of another start of the device does not fill a gap of the first start', () => {
    const first = [chunk(0, 1), chunk(2_000, 3), chunk(3_000, 4)];
    const second = [1, 2].map((seq) => chunk(seq * 1_000, seq, { boot: 'b2', value: 9, receivedMs: t0 + 600_000 }));
    expect(linesOf([...first, ...second])).toEqual([
      'b1 0 line 0',
      'b2 1000 line 1',
      'b1 2000 line 0',
      'b2 2000 line 1',
      'b1 3000 line 0',
    ]);
  });

  it('no two chunks of one line overlap, for any order in which the chunks come', () => {
    const anyChunk = fc.record({
      boot: fc.constantFrom('b1', 'b2', 'b3'),
      seq: fc.integer({ min: 1, max: 40 }),
      atMs: fc.integer({ min: 0, max: 20_000 }),
      receivedMs: fc.integer({ min: t0, max: t0 + 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(anyChunk, { maxLength: 40 }), (entries) => {
        const chunks = withoutRepeats(entries.map(({ atMs, seq, ...rest }) => chunk(atMs, seq, rest)));
        const lastEnds = new Map<number, number>();
        for (const { chunk: placed, endMs, line } of placeChunks(chunks)) {
          // 45 ms is the tolerance of a chunk of one second at 100 Hz.
          expect(placed.startMs).toBeGreaterThanOrEqual((lastEnds.get(line) ?? 0) - 45);
          lastEnds.set(line, endMs);
        }
      }),
    );
  });
});

describe('gaps', () => {
  // The tolerance is 2.5 samples (25 ms) and 2 % of the chunk (20 ms).
  it.each([
    ['no chunk', [], 0, 1_000, [[0, 1_000]]],
    ['a span that is full of samples', [chunk(0, 1), chunk(1_000, 2)], 0, 2_000, []],
    ['a pause of exactly the tolerance', [chunk(0, 1), chunk(1_045, 2)], 0, 2_000, []],
    ['a pause of 1 ms more than the tolerance', [chunk(0, 1), chunk(1_046, 2)], 0, 2_000, [[1_000, 1_046]]],
    ['a missing chunk', [chunk(0, 1), chunk(2_000, 3)], 0, 3_000, [[1_000, 2_000]]],
    [
      'a span whose begin and end have no chunk',
      [chunk(1_000, 1)],
      0,
      5_000,
      [
        [0, 1_000],
        [2_000, 5_000],
      ],
    ],
    ['a chunk that begins before the span', [chunk(0, 1)], 500, 1_000, []],
    ['a chunk after the span', [chunk(9_000, 1)], 0, 1_000, [[0, 1_000]]],
  ] as const)('gapsIn returns the right gaps for %s', (_, chunks, fromMs, toMs, gaps) => {
    expect(gapsIn(chunks, fromMs, toMs)).toEqual(gaps);
  });

  it('a time at which a chunk of another line has samples is no gap', () => {
    const second = chunk(1_000, 1, { boot: 'b2', receivedMs: t0 + 600_000 });
    expect(gapsIn([chunk(0, 1), chunk(2_000, 3), second], 0, 3_000)).toEqual([]);
  });
});
