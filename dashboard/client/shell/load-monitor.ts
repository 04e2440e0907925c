/** Measures how late the page's timer fires. From this delay `core/load.ts` decides what a slow screen still draws. */
import { signal } from '@preact/signals';
import { type LoadLevel, loadAfterSample, startLoad } from '../core/load.ts';

const beatMs = 100;
const sampleMs = 1000;
/**
 * If the timer fires later than this, unread messages of the server may wait in this page. Then the screen is behind.
 */
const behindMs = 500;
/** How long the screen counts as behind after a late timer. */
const behindForMs = 3000;

/**
 * @param steady the screen's steady clock, ms
 * @param onTick called every `tickMs`, after each measurement of the delay
 */
export function openLoadMonitor(steady: () => number, tickMs: number, onTick: () => void) {
  const level = signal<LoadLevel>('full');
  /** Whether the screen may show old values because the screen is slow, and not because the server is silent. */
  const isBehind = signal(false);
  let load = startLoad;
  let lastBeatMs = steady();
  let [lastTickMs, lastSampleMs] = [lastBeatMs, lastBeatMs];
  let behindUntilMs = Number.NEGATIVE_INFINITY;
  let [lateMsMax, drawLateMsMax] = [0, 0];

  function beat() {
    const nowMs = steady();
    const lateMs = Math.max(0, nowMs - lastBeatMs - beatMs);
    lastBeatMs = nowMs;
    // The browser slows down the timers of a hidden page, so their delay does not measure the load.
    if (!document.hidden) {
      lateMsMax = Math.max(lateMsMax, lateMs);
      if (lateMs > behindMs) behindUntilMs = nowMs + behindForMs;
    }
    isBehind.value = nowMs < behindUntilMs;
    if (nowMs - lastSampleMs >= sampleMs) sample(nowMs);
    if (nowMs - lastTickMs >= tickMs - beatMs / 2) {
      lastTickMs = nowMs;
      onTick();
    }
  }

  function sample(nowMs: number) {
    lastSampleMs = nowMs;
    if (!document.hidden) load = loadAfterSample(load, { lateMs: lateMsMax, drawLateMs: drawLateMsMax }, nowMs);
    [lateMsMax, drawLateMsMax] = [0, 0];
    level.value = load.level;
  }

  const onVisibilityChange = () => {
    lastBeatMs = steady();
    [lateMsMax, drawLateMsMax] = [0, 0];
  };
  document.addEventListener('visibilitychange', onVisibilityChange);
  const timer = setInterval(beat, beatMs);
  return {
    level,
    isBehind,
    /** Notes how late the frames of the wave painter were. */
    noteLateFrames(lateMs: number) {
      drawLateMsMax = Math.max(drawLateMsMax, lateMs);
    },
    close() {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisibilityChange);
    },
  };
}
