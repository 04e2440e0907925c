/**
 * Stores the loaded waves of one stay, for the minutes around the view. After each answer of the server, sorts the
 * chunks again, because a late chunk may belong between the stored chunks.
 */
import { minuteMs } from '../../../contracts/durations.ts';
import { missingSample } from '../../../contracts/parameters.ts';
import { type GapFacts, namedGaps, type WaveGap } from '../../../contracts/wave-gaps.ts';
import { joinMs, placeChunks, type TimeSpan, type WaveChunk, withoutRepeats } from '../../../contracts/wave-runs.ts';
import type { WaveHistory } from '../../protocol/wave-history.ts';
import { decodeSamples } from '../core/wave-buffer.ts';
import type { Trace } from '../core/wave-columns.ts';
import { type LoadedMinute, minuteOf, minutesToForget } from '../core/wave-minutes.ts';

/** The longest time from the first sample of a chunk until the chunk reaches the page, ms (ours). */
export const settleMs = 15_000;

/** If the error of the device's clock changes by more than this, the clock was set, ms (ours). */
const clockSetMs = 5_000;

export type LoadedTrace = Trace & { readonly joinMs: number };
export type LoadedWave = {
  readonly code: string;
  /** The traces of each line, in the order of their times (contracts/wave-runs.ts). */
  readonly lines: readonly (readonly LoadedTrace[])[];
  readonly gaps: readonly WaveGap[];
};
export type LoadedWaves = {
  readonly waves: readonly LoadedWave[];
  readonly minutes: ReadonlyMap<number, LoadedMinute>;
  readonly about: WaveHistory['about'] | undefined;
  readonly stay: WaveHistory['stay'] | undefined;
  readonly keptFromMs: number | null;
  readonly clockErrorMs: number;
  readonly unreadable: number;
};

export const nothing: LoadedWaves = {
  ...{ waves: [], minutes: new Map(), about: undefined, stay: undefined },
  ...{ keptFromMs: null, clockErrorMs: 0, unreadable: 0 },
};

type ShelfChunk = WaveChunk & { readonly trace: LoadedTrace };

export function createWaveShelf() {
  const chunks = new Map<string, ShelfChunk>();
  const minutes = new Map<number, LoadedMinute>();
  /** The minutes for which the search of the server ended early. */
  const cutMinutes = new Set<number>();
  let loaded = nothing;

  function noteMinutes(
    { fromMs, toMs }: TimeSpan,
    { gaps, atMs, clockErrorMs }: WaveHistory,
    answeredMs: number,
  ): void {
    const settledMs = atMs - clockErrorMs - settleMs;
    for (let ms = minuteOf(fromMs); ms < toMs; ms += minuteMs) {
      // A request for the newest waves may begin inside a minute. Such a request does not load the whole minute.
      if (ms < fromMs && !minutes.has(ms)) continue;
      const knownMs = minutes.get(ms)?.knownToMs ?? ms;
      // If an answer begins after the known part, a part of the minute stays unknown.
      const knownToMs = fromMs <= knownMs ? Math.max(knownMs, Math.min(toMs, settledMs, ms + minuteMs)) : knownMs;
      minutes.set(ms, { fromMs: ms, knownToMs, answeredMs });
      if (gaps.some(({ reason }) => reason === 'not-searched')) cutMinutes.add(ms);
      else cutMinutes.delete(ms);
    }
  }

  function forgetFarMinutes(view: TimeSpan): void {
    for (const ms of minutesToForget(view, minutes)) {
      minutes.delete(ms);
      cutMinutes.delete(ms);
    }
    for (const [key, { startMs }] of chunks) {
      const minute = minuteOf(startMs);
      // A chunk may reach into the next minute.
      if (!minutes.has(minute) && !minutes.has(minute + minuteMs)) chunks.delete(key);
    }
  }

  return {
    minutes: minutes as ReadonlyMap<number, LoadedMinute>,
    /**
     * Returns the latest beginning of a stored chunk, which is in the future if the clock of the device was set back.
     */
    newestStartMs: () =>
      [...chunks.values()].reduce((newest, { startMs }) => Math.max(newest, startMs), Number.NEGATIVE_INFINITY),
    loaded: () => loaded,
    /** Notes that further samples of these minutes have come after the minutes were loaded. */
    reopen(changed: readonly number[]): void {
      for (const ms of changed)
        if (minutes.has(ms)) minutes.set(ms, { fromMs: ms, knownToMs: ms, answeredMs: Number.NEGATIVE_INFINITY });
    },
    /**
     * Adds an answer, and forgets minutes that are far from the view.
     * @param nowMs the present by the server's clock
     */
    add(span: TimeSpan, data: WaveHistory, view: TimeSpan, nowMs: number): void {
      const { clockErrorMs, about, stay, unreadable } = data;
      // If somebody set the clock of the device, further waves may have times that are already loaded.
      if (Math.abs(clockErrorMs - loaded.clockErrorMs) > clockSetMs) {
        minutes.clear();
        cutMinutes.clear();
      }
      for (const chunk of data.chunks) {
        const key = `${chunk.code} ${chunk.boot} ${chunk.seq}`;
        if (!chunks.has(key)) chunks.set(key, { ...chunk, trace: traceOf(chunk) });
      }
      noteMinutes(span, data, nowMs - clockErrorMs);
      forgetFarMinutes(view);
      const keptFromMs = data.keptFromMs ?? loaded.keptFromMs;
      loaded = {
        waves: wavesOf([...chunks.values()], [...minutes.values()], { stay, keptFromMs }, cutMinutes),
        minutes: new Map(minutes),
        ...{ about, stay, keptFromMs, clockErrorMs, unreadable: Math.max(unreadable, loaded.unreadable) },
      };
    },
  };
}

function traceOf(chunk: WaveChunk): LoadedTrace {
  const text = atob(chunk.samples);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const values = decodeSamples(bytes, chunk.scale, chunk.offset, missingSample);
  return { startMs: chunk.startMs, rateHz: chunk.rateHz, values, joinMs: joinMs(chunk) };
}

function wavesOf(
  chunks: readonly ShelfChunk[],
  minutes: readonly LoadedMinute[],
  facts: Pick<GapFacts, 'stay' | 'keptFromMs'>,
  cutMinutes: ReadonlySet<number>,
): LoadedWave[] {
  const byCode = Map.groupBy(withoutRepeats(chunks), ({ code }) => code);
  return [...byCode].map(([code, own]) => {
    const placed = placeChunks(own);
    const lines: LoadedTrace[][] = [];
    for (const { chunk, line } of placed) {
      while (lines.length <= line) lines.push([]);
      lines[line]!.push(chunk.trace);
    }
    const gaps = minutes
      .toSorted((a, b) => a.fromMs - b.fromMs)
      .flatMap(({ fromMs, knownToMs }) => {
        const span = { fromMs, toMs: fromMs + minuteMs };
        const isWhole = !cutMinutes.has(fromMs);
        // If a time was not loaded, it must not get the reason `none` ("no samples").
        return namedGaps(new Map([[code, placed]]), span, { ...facts, settledMs: knownToMs, isWhole });
      });
    return { code, lines, gaps: joinedGaps(gaps) };
  });
}

/** Joins neighbouring gaps if only the border of a minute divides them. */
function joinedGaps(gaps: readonly WaveGap[]): WaveGap[] {
  const joined: WaveGap[] = [];
  for (const gap of gaps) {
    const last = joined.at(-1);
    if (last?.toMs === gap.fromMs && last.reason === gap.reason)
      joined[joined.length - 1] = { ...last, toMs: gap.toMs };
    else joined.push(gap);
  }
  return joined;
}
