/** Measures how late the page's own timer comes, and decides by it what the screen still does (`core/load.ts`). */
import { signal } from '@preact/signals';
import { judgeLoad, type LoadLevel, startLoad } from '../core/load.ts';

const beatMs = 100;
const sampleMs = 1000;
/**
 * If it comes later than this, messages of the server wait in this page: the screen is behind, and for a while after
 * it.
 */
const behindMs = 500;
const behindForMs = 3000;

/**
 * @param steady steady screen clock, ms
 * @param onTick called every `tickMs`, after the lateness was measured
 */
export function openLoadMonitor(steady: () => number, tickMs: number, onTick: () => void) {
  const level = signal<LoadLevel>('full');
  /** The shown values may be old because the screen is slow, not because the server is silent. */
  const isBehind = signal(false);
  let load = startLoad;
  let lastBeatMs = steady();
  let [lastTickMs, lastSampleMs] = [lastBeatMs, lastBeatMs];
  let behindUntilMs = Number.NEGATIVE_INFINITY;
  let [worstMs, drawLateMs] = [0, 0];

  function beat() {
    const nowMs = steady();
    const lateMs = Math.max(0, nowMs - lastBeatMs - beatMs);
    lastBeatMs = nowMs;
    // The browser slows a hidden page: its lateness proves nothing.
    if (!document.hidden) {
      worstMs = Math.max(worstMs, lateMs);
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
    if (!document.hidden) load = judgeLoad(load, { lateMs: worstMs, drawLateMs }, nowMs);
    [worstMs, drawLateMs] = [0, 0];
    level.value = load.level;
  }

  const onSeen = () => {
    lastBeatMs = steady();
    [worstMs, drawLateMs] = [0, 0];
  };
  document.addEventListener('visibilitychange', onSeen);
  const timer = setInterval(beat, beatMs);
  return {
    level,
    isBehind,
    /** Notes how late the painter of the waves was. */
    drawnLate(lateMs: number) {
      drawLateMs = Math.max(drawLateMs, lateMs);
    },
    close() {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onSeen);
    },
  };
}
