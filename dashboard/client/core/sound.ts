/**
 * Decides which sound a page plays, and renders its burst as samples. The sound card repeats the samples without a timer.
 */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { audioPausedUntilMs, isUnanswered } from './alarm-order.ts';
import type { Burst, SoundLevel } from './sound-table.ts';

const edgeMs = 12;

/**
 * Returns the highest level of the unanswered alarms whose audio is not paused. A latched alarm still sounds: its
 * condition has ended, but nobody has acknowledged it. A late alarm sounds as `low`, because it is not about now.
 */
export function soundLevel(alarms: Iterable<Alarm>, nowMs: number): Exclude<SoundLevel, 'lost'> | undefined {
  let level: Exclude<SoundLevel, 'lost'> | undefined;
  for (const alarm of alarms) {
    if (!isUnanswered(alarm) || audioPausedUntilMs(alarm, nowMs) !== undefined) continue;
    const priority = alarm.late ? 'low' : alarm.priority;
    if (priority === 'high') return 'high';
    if (priority === 'medium' || level === undefined) level = priority;
  }
  return level;
}

/**
 * Returns the sound of the page. If the server is lost, this is `lost`, because no value on the page is current. If
 * Vigil fails behind the server (`healthy` is false), it is `lost` too, unless a high alarm sounds.
 * @param page `pausedUntilMs` is the end of a pause of the sound `lost` that a person asked for
 */
export function pageSound(
  page: { lost: boolean; healthy: boolean; pausedUntilMs: number },
  alarms: Iterable<Alarm>,
  nowMs: number,
): SoundLevel | undefined {
  const failure = nowMs < page.pausedUntilMs ? undefined : 'lost';
  if (page.lost) return failure;
  const level = soundLevel(alarms, nowMs);
  return page.healthy || level === 'high' ? level : (failure ?? level);
}

/** Returns when each pulse of a burst begins, ms from the start of the burst. */
export function pulseStarts(burst: Burst): number[] {
  const starts: number[] = [];
  let at = 0;
  for (let i = 0; i < burst.pitchesHz.length; i++) {
    starts.push(at);
    at += burst.pulseMs + (burst.pausesMs[i] ?? 0);
  }
  return starts;
}

/** Returns the samples, -1 to 1, of one burst and of the silence after it. Repeated, they are the whole alarm signal. */
export function renderBurst(burst: Burst, sampleRateHz: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round((burst.repeatMs * sampleRateHz) / 1000));
  const strengths = Array.from({ length: burst.harmonics + 1 }, (_, k) => 0.5 ** k);
  const scale = burst.loudness / strengths.reduce((sum, s) => sum + s, 0);
  const length = Math.round((burst.pulseMs * sampleRateHz) / 1000);
  const edge = Math.max(1, (edgeMs * sampleRateHz) / 1000);
  pulseStarts(burst).forEach((startMs, pulse) => {
    const from = Math.round((startMs * sampleRateHz) / 1000);
    const omega = (2 * Math.PI * (burst.pitchesHz[pulse] ?? 0)) / sampleRateHz;
    for (let i = 0; i < length && from + i < samples.length; i++) {
      // Soft edges: a hard edge would be heard as a click, which startles people.
      const envelope = Math.min(1, i / edge, (length - 1 - i) / edge);
      let value = 0;
      for (let k = 0; k < strengths.length; k++) value += strengths[k]! * Math.sin(omega * (k + 1) * i);
      samples[from + i] = value * scale * envelope;
    }
  });
  return samples;
}
