/**
 * Loads waves of one stay for the page "Waves". Sends only one request at a time, so that a page that scrolls fast does
 * not fill the queue of the server.
 */
import { signal } from '@preact/signals';
import { minuteMs } from '../../../contracts/durations.ts';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';
import type { WaveHistory } from '../../protocol/wave-history.ts';
import { minutesWithNews } from '../core/wave-bar.ts';
import { hasOpenMinute, minuteOf, nextRequest } from '../core/wave-minutes.ts';
import type { Answer } from './answer.ts';
import { createWaveShelf, type LoadedWaves, nothing, settleMs } from './wave-shelf.ts';

/** How often the newest waves are loaded while the view follows the present. */
const followEveryMs = 3_000;
const retryMs = 5_000;

type Ask = (span: TimeSpan, cancel: AbortSignal) => Promise<Answer<WaveHistory>>;

/**
 * Returns the span of the newest waves. The spans of successive requests overlap, so that a later request gets samples
 * that came a little late.
 */
function newestSpan(nowMs: number, newestStartMs: number): TimeSpan {
  const newestMs = Math.min(nowMs, newestStartMs) - settleMs - followEveryMs;
  return { fromMs: Math.max(minuteOf(nowMs) - minuteMs, newestMs), toMs: nowMs + settleMs };
}

/** @param now the server's time, ms since 1970 */
export function openWaveHistory(ask: Ask, now: () => number) {
  const loaded = signal<LoadedWaves>(nothing);
  const problem = signal<string | undefined>(undefined);
  const shelf = createWaveShelf();
  let view: TimeSpan = { fromMs: 0, toMs: 0 };
  let isFollowing = false;
  let followedMs = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  let isClosed = false;
  let cancel = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const deviceNow = () => now() - loaded.peek().clockErrorMs;

  function runIn(ms: number): void {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(() => void run(), ms);
  }

  /** Returns the next span to load; undefined if there is nothing to load now. */
  function nextSpan(): TimeSpan | undefined {
    const missing = nextRequest(view, shelf.minutes, deviceNow());
    if (missing) return missing;
    if (!isFollowing || now() - followedMs < followEveryMs) return undefined;
    return newestSpan(deviceNow(), shelf.newestStartMs());
  }

  async function run(): Promise<void> {
    if (isAsking || isClosed) return;
    const span = nextSpan();
    if (span === undefined) {
      if (isFollowing || hasOpenMinute(view, shelf.minutes)) runIn(followEveryMs);
      return;
    }
    isAsking = true;
    const { signal: cancelled } = cancel;
    const answer = await ask(span, cancelled);
    isAsking = false;
    if (isClosed) return;
    if (answer.ok) {
      problem.value = undefined;
      if (span.toMs > deviceNow()) followedMs = now();
      shelf.add(span, answer.data, view, now());
      loaded.value = shelf.loaded();
      return run();
    }
    // This page itself cancelled the request, because the view had moved. So nothing has failed.
    if (cancelled.aborted) return run();
    problem.value = answer.message;
    // Tries again only without an answer (0), or if the server was busy (429) or had a fault (500 and above).
    if (answer.status === 0 || answer.status === 429 || answer.status >= 500) runIn(retryMs);
  }

  return {
    loaded,
    problem,
    /** Shows a new span. Cancels the running request if the new span is far from the former span. */
    show(next: TimeSpan, follows: boolean): void {
      const isFar = next.fromMs > view.toMs + minuteMs || next.toMs < view.fromMs - minuteMs;
      view = next;
      isFollowing = follows;
      if (isFar) {
        cancel.abort();
        cancel = new AbortController();
      }
      if (problem.peek() === undefined) void run();
    },
    /**
     * Loads minutes again if further samples of these minutes have come. Minutes outside of the view are loaded when
     * the view reaches them.
     */
    reload(changed: readonly number[]): void {
      shelf.reopen(minutesWithNews(changed, shelf.minutes));
      if (problem.peek() === undefined) void run();
    },
    retry(): void {
      problem.value = undefined;
      void run();
    },
    close(): void {
      isClosed = true;
      clearTimeout(timer);
      cancel.abort();
    },
  };
}
export type WaveHistoryState = ReturnType<typeof openWaveHistory>;
