import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TimeSpan, WaveChunk } from '../../../contracts/wave-runs.ts';
import type { WaveHistory } from '../../protocol/wave-history.ts';
import type { Answer } from './answer.ts';
import { openWaveHistory } from './wave-history.ts';

const minute = 60_000;
const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const code = 'MDC_ECG_ELEC_POTL_II';
const bytes = Buffer.alloc(200).toString('base64');

const chunkAt = (startMs: number, fields: Partial<WaveChunk> = {}): WaveChunk => ({
  ...{ code, startMs, rateHz: 100, scale: 1, offset: 0, samples: bytes, receivedMs: startMs + 1_100 },
  ...{ boot: 'b1', seq: startMs / 1_000, ...fields },
});

/** Returns an answer with a chunk for each second of the span until `nowMs`. Leaves out the seconds in `missing`. */
function answerFor(span: TimeSpan, nowMs: number, missing: readonly number[] = []): Answer<WaveHistory> {
  const chunks: WaveChunk[] = [];
  for (let ms = Math.ceil(span.fromMs / 1_000) * 1_000; ms < Math.min(span.toMs, nowMs - 1_000); ms += 1_000)
    if (!missing.includes(ms - t0)) chunks.push(chunkAt(ms));
  const about = { deviceId: 'd', ward: 'icu', bed: '1', patient: null };
  const stay = { fromMs: t0 - 60 * minute, toMs: null };
  const data = { atMs: nowMs, about, stay, keptFromMs: null, clockErrorMs: 0, chunks, gaps: [], unreadable: 0 };
  return { ok: true, data };
}

let asked: TimeSpan[];
let nowMs: number;
let history: ReturnType<typeof openWaveHistory>;
let reply: (span: TimeSpan, cancel: AbortSignal) => Promise<Answer<WaveHistory>>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  nowMs = t0 + 30 * minute;
  reply = async (span) => answerFor(span, nowMs);
  history = openWaveHistory(
    (span, cancel) => {
      asked.push(span);
      return reply(span, cancel);
    },
    () => nowMs,
  );
});
afterEach(() => {
  history.close();
  vi.useRealTimers();
});

const show = (fromMs: number, toMs: number, follows = false) =>
  history.show({ fromMs: t0 + fromMs, toMs: t0 + toMs }, follows);
const gapsBefore = (ms: number) => history.loaded.value.waves[0]?.gaps.filter(({ fromMs }) => fromMs < t0 + ms);
const settle = () => vi.advanceTimersByTimeAsync(0);
const spans = () => asked.map(({ fromMs, toMs }) => [(fromMs - t0) / minute, (toMs - t0) / minute]);

describe('loading waves', () => {
  it('the minutes of the view are loaded first, then the minute before and the minute after, and then nothing', async () => {
    show(10.2 * minute, 10.4 * minute);
    await settle();
    expect(spans()).toEqual([
      [10, 11],
      [9, 10],
      [11, 12],
    ]);
    show(11.1 * minute, 11.3 * minute);
    await settle();
    expect(spans().slice(3)).toEqual([[12, 13]]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(4);
  });

  it('the answers are joined: a gap across the border of two minutes is one gap, and all samples are on one line', async () => {
    reply = async (span) => answerFor(span, nowMs, [10 * minute + 58_000, 10 * minute + 59_000, 11 * minute]);
    show(10.2 * minute, 11.4 * minute);
    await settle();
    const [wave] = history.loaded.value.waves;
    expect(wave?.lines).toHaveLength(1);
    expect(wave?.gaps.map(({ fromMs, toMs, reason }) => [fromMs - t0, toMs - t0, reason])).toEqual([
      [10 * minute + 58_000, 11 * minute + 1_000, 'none'],
    ]);
  });

  it('a view that follows the present asks only for the newest waves, and a loaded view of the past asks for nothing', async () => {
    show(29.8 * minute, 30 * minute, true);
    await settle();
    const before = asked.length;
    nowMs += 3_000;
    await vi.advanceTimersByTimeAsync(3_000);
    const [newest] = asked.slice(before);
    expect(newest!.toMs - newest!.fromMs).toBeLessThan(minute);
    expect(newest!.toMs).toBeGreaterThanOrEqual(nowMs);
    show(10.2 * minute, 10.4 * minute, false);
    await settle();
    const afterFreeze = asked.length;
    nowMs += 60_000;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(afterFreeze);
  });

  it('the rest of a minute that was loaded before its end is no gap, and is loaded later', async () => {
    // The page shows an alarm of 20 s ago, and does not follow the present.
    nowMs = t0 + 30 * minute + 30_000;
    show(30 * minute, 30 * minute + 20_000);
    await settle();
    const gapsOf = () => history.loaded.value.waves[0]?.gaps.map(({ fromMs, toMs, reason }) => [fromMs, toMs, reason]);
    expect(gapsOf()).toEqual([[t0 + 30 * minute + 29_000, t0 + 31 * minute, 'not-yet']]);
    // Two minutes later the person looks at the waves after the alarm.
    nowMs += 2 * minute;
    show(30 * minute + 40_000, 31 * minute + 10_000);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(gapsBefore(32 * minute)).toEqual([]);
  });

  it('the rest of a view that stands still near the present is loaded, and then nothing more', async () => {
    nowMs = t0 + 30 * minute + 30_000;
    show(30 * minute + 20_000, 30 * minute + 40_000);
    await settle();
    for (let i = 0; i < 30; i += 1) {
      nowMs += 3_000;
      await vi.advanceTimersByTimeAsync(3_000);
    }
    expect(gapsBefore(31 * minute)).toEqual([]);
    const before = asked.length;
    nowMs += 2 * minute;
    await vi.advanceTimersByTimeAsync(2 * minute);
    // The page loads the minute after the view as soon as this minute has begun.
    expect(asked.length).toBeLessThanOrEqual(before + 1);
  });

  it('a time that was not loaded gets no gap with the reason `none`', async () => {
    nowMs = t0 + 30 * minute + 20_000;
    show(30 * minute + 5_000, 30 * minute + 18_000, true);
    await settle();
    show(30 * minute + 5_000, 30 * minute + 18_000, false);
    nowMs = t0 + 31 * minute + 30_000;
    show(31 * minute + 15_000, 31 * minute + 28_000, true);
    for (let i = 0; i < 4; i += 1) {
      await vi.advanceTimersByTimeAsync(3_000);
      nowMs += 3_000;
    }
    const none = history.loaded.value.waves[0]?.gaps.filter(({ reason }) => reason === 'none');
    expect(none).toEqual([]);
  });

  it('the view follows the present also after somebody set the clock of the device back', async () => {
    let errorMs = 0;
    reply = async (span) => {
      if (span.toMs <= span.fromMs) return { ok: false, status: 400, code: 'time-invalid', message: 'Empty.' };
      const answer = answerFor(span, nowMs - errorMs);
      return answer.ok ? { ok: true, data: { ...answer.data, atMs: nowMs, clockErrorMs: errorMs } } : answer;
    };
    const follow = () => show(nowMs - errorMs - t0 - 12_000, nowMs - errorMs - t0 - 2_000, true);
    follow();
    await settle();
    errorMs = 60 * minute;
    for (let i = 0; i < 5; i += 1) {
      nowMs += 3_000;
      await vi.advanceTimersByTimeAsync(3_000);
      follow();
    }
    expect(history.problem.value).toBeUndefined();
    expect(asked.at(-1)!.toMs).toBeGreaterThan(nowMs - errorMs);
    expect(asked.at(-1)!.toMs).toBeLessThan(nowMs - errorMs + minute);
  });

  it('a minute in view is loaded again as soon as late samples came; any other minute when the view reaches it', async () => {
    let missing = [10 * minute + 12_000, 10 * minute + 13_000, 5 * minute];
    reply = async (span) => answerFor(span, nowMs, missing);
    show(5.2 * minute, 5.4 * minute);
    await settle();
    show(10.1 * minute, 10.4 * minute);
    await settle();
    expect(gapsBefore(11 * minute)).toHaveLength(2);
    const before = asked.length;
    missing = [];
    history.reload([t0 + 5 * minute, t0 + 10 * minute, t0 + 20 * minute]);
    await settle();
    expect(spans().slice(before)).toEqual([[10, 11]]);
    history.reload([]);
    await settle();
    expect(asked).toHaveLength(before + 1);
    show(5.2 * minute, 5.4 * minute);
    await settle();
    expect(spans().slice(before + 1)).toEqual([[5, 6]]);
    expect(gapsBefore(11 * minute)).toEqual([]);
  });

  it('a request for a time that is far from the new view is cancelled, and no failure is shown', async () => {
    const cancelled: boolean[] = [];
    reply = (span, cancel) =>
      new Promise((done) => {
        cancel.addEventListener('abort', () => {
          cancelled.push(true);
          done({ ok: false, status: 0, code: 'no-answer', message: 'The server does not answer.' });
        });
        if (span.fromMs === t0 + 20 * minute) done(answerFor(span, nowMs));
      });
    show(2.2 * minute, 2.4 * minute);
    show(20.2 * minute, 20.4 * minute);
    await settle();
    expect(cancelled).toEqual([true]);
    expect(history.problem.value).toBeUndefined();
    expect(spans().slice(0, 2)).toEqual([
      [2, 3],
      [20, 21],
    ]);
  });

  it.each([
    [503, 2],
    [0, 2],
    [404, 1],
  ])('if the server answers with the status %d, it is asked %d times within 5.5 s', async (status, times) => {
    reply = async () => ({ ok: false, status, code: 'x', message: 'No.' });
    show(10.2 * minute, 10.4 * minute);
    await vi.advanceTimersByTimeAsync(5_500);
    expect(history.problem.value).toBe('No.');
    expect(asked).toHaveLength(times);
  });

  it('nothing is asked after the history is closed', async () => {
    show(29.8 * minute, 30 * minute, true);
    await settle();
    history.close();
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked).toHaveLength(before);
  });

  it('if the server ended its search early, the missing part is a gap with the reason `not-searched`', async () => {
    reply = async (span) => {
      const answer = answerFor(span, nowMs, [10 * minute + 5_000]);
      const gaps = [{ code, ...span, reason: 'not-searched' as const }];
      return answer.ok ? { ok: true, data: { ...answer.data, gaps } } : answer;
    };
    show(10.2 * minute, 10.4 * minute);
    await settle();
    expect(history.loaded.value.waves[0]?.gaps[0]?.reason).toBe('not-searched');
  });
});
