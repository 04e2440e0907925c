/**
 * Puts the chunks of one wave in order by the times that the device gave them, and finds the gaps between them. The
 * dashboard's server and the page use the same rules. Pure.
 *
 * Words used here: a run is a series of chunks with rising times, from one start of the device. If somebody sets the
 * device's clock back, or if two devices use one certificate, two runs claim the same time. The two runs are never
 * mixed: each run has its own line.
 */
import { samplesMs } from './wave-samples.ts';

/** One message of a wave. `boot` and `seq` identify the message. Times are ms since 1970. */
export type WaveChunk = {
  readonly code: string;
  /** Time of the first sample by the clock of the device. */
  readonly startMs: number;
  readonly rateHz: number;
  /** A sample's value is `sample × scale + offset`. */
  readonly scale: number;
  readonly offset: number;
  /** base64 of little-endian int16, exactly as the device sent it. */
  readonly samples: string;
  /** When the gateway received the message, by the gateway's clock. */
  readonly receivedMs: number;
  readonly boot: string;
  readonly seq: number;
};

export type PlacedChunk<Chunk extends WaveChunk = WaveChunk> = {
  readonly chunk: Chunk;
  readonly endMs: number;
  /** 0 for the wave; 1 and higher for other runs that claim the same time. */
  readonly line: number;
};

export type TimeSpan = { readonly fromMs: number; readonly toMs: number };

/**
 * A chunk joins the chunk before it if the time between the two chunks is at most this number of samples plus this
 * share of the chunk. The reasons: clocks round to whole milliseconds, and some devices measure their rate for each
 * chunk. The live trace has the same tolerance (dashboard/client/core/wave-buffer.ts).
 */
const joinSamples = 2.5;
const joinShare = 0.02;
/** Maximum number of runs of one wave. The chunks of further runs are left out. */
export const runsMax = 16;

export function endOf({ startMs, samples, rateHz }: WaveChunk): number {
  return startMs + samplesMs(samples, rateHz);
}

/** Returns the longest time between two chunks that is still no gap, ms. */
export function joinMs(chunk: WaveChunk): number {
  return (joinSamples * 1000) / chunk.rateHz + joinShare * samplesMs(chunk.samples, chunk.rateHz);
}

/**
 * Returns the chunks without repeats. A repeat has the number of an earlier chunk, or the same samples at the same
 * time. Samples are compared because a device may not number its messages: then a message that the device sends again
 * gets another number.
 */
export function withoutRepeats<Chunk extends WaveChunk>(chunks: readonly Chunk[]): Chunk[] {
  const numbers = new Set<string>();
  const contents = new Set<string>();
  return chunks.filter((chunk) => {
    const number = `${chunk.boot} ${chunk.seq} ${chunk.code}`;
    const content = `${chunk.code} ${chunk.startMs} ${chunk.rateHz} ${chunk.scale} ${chunk.offset} ${chunk.samples}`;
    if (numbers.has(number) || contents.has(content)) return false;
    numbers.add(number);
    contents.add(content);
    return true;
  });
}

type Run<Chunk extends WaveChunk> = {
  readonly boot: string;
  readonly chunks: PlacedChunk<Chunk>[];
  firstReceivedMs: number;
};

/**
 * Returns the chunks of one wave in the order of their times, each with its line. The run that was received first has
 * the lowest free line. A chunk of another run is never put into a gap of this run.
 */
export function placeChunks<Chunk extends WaveChunk>(chunks: readonly Chunk[]): PlacedChunk<Chunk>[] {
  const placedRuns: Run<Chunk>[] = [];
  for (const run of runsOf(chunks).slice(0, runsMax)) {
    const placed: PlacedChunk<Chunk>[] = [];
    for (const placedChunk of run.chunks) {
      const blocked = new Set(placedRuns.flatMap((other) => linesAt(other, placedChunk)));
      let line = 0;
      while (blocked.has(line)) line += 1;
      placed.push({ ...placedChunk, line });
    }
    placedRuns.push({ ...run, chunks: placed });
  }
  return placedRuns.flatMap((run) => run.chunks).sort((a, b) => a.chunk.startMs - b.chunk.startMs || a.line - b.line);
}

/** Returns the runs in the order in which their first chunks were received. */
function runsOf<Chunk extends WaveChunk>(chunks: readonly Chunk[]): Run<Chunk>[] {
  const inOrder = [...chunks].sort((a, b) => (a.boot < b.boot ? -1 : a.boot > b.boot ? 1 : a.seq - b.seq));
  const runs: Run<Chunk>[] = [];
  for (const chunk of inOrder) {
    const run = runs.at(-1);
    const last = run?.chunks.at(-1);
    const placedChunk = { chunk, endMs: endOf(chunk), line: 0 };
    if (run !== undefined && last !== undefined && run.boot === chunk.boot && isAfter(last, chunk)) {
      run.chunks.push(placedChunk);
      run.firstReceivedMs = Math.min(run.firstReceivedMs, chunk.receivedMs);
    } else runs.push({ boot: chunk.boot, chunks: [placedChunk], firstReceivedMs: chunk.receivedMs });
  }
  return runs.sort((a, b) => a.firstReceivedMs - b.firstReceivedMs);
}

const isAfter = (last: PlacedChunk, chunk: WaveChunk) => chunk.startMs >= last.endMs - joinMs(chunk);

/**
 * Returns the lines of a run at the time of a chunk: the lines of the chunks that overlap this chunk. If the run has a
 * gap at that time, returns the line of the chunk before the gap.
 */
function linesAt({ chunks }: Run<WaveChunk>, { chunk, endMs }: PlacedChunk): number[] {
  const slackMs = joinMs(chunk);
  const [first, last] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (first.chunk.startMs >= endMs - slackMs || last.endMs <= chunk.startMs + slackMs) return [];
  // The times of a run rise, so a binary search finds the chunk before.
  let [low, high] = [0, chunks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunks[middle]!.chunk.startMs > chunk.startMs) high = middle;
    else low = middle + 1;
  }
  const lines: number[] = [chunks[Math.max(0, low - 1)]!.line];
  for (let i = low; i < chunks.length && chunks[i]!.chunk.startMs < endMs - slackMs; i += 1)
    lines.push(chunks[i]!.line);
  return lines;
}

/** Returns the parts of a span in which no chunk has samples, in the order of time. */
export function gapsOf(placed: readonly PlacedChunk[], { fromMs, toMs }: TimeSpan): TimeSpan[] {
  const gaps: TimeSpan[] = [];
  let coveredMs = fromMs;
  for (const { chunk, endMs } of placed) {
    if (endMs <= coveredMs) continue;
    if (chunk.startMs >= toMs) break;
    if (chunk.startMs - coveredMs > joinMs(chunk)) gaps.push({ fromMs: coveredMs, toMs: chunk.startMs });
    coveredMs = endMs;
  }
  const last = placed.at(-1);
  if (toMs - coveredMs > (last === undefined ? 0 : joinMs(last.chunk))) gaps.push({ fromMs: coveredMs, toMs });
  return gaps;
}
