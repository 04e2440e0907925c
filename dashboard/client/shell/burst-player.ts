/**
 * Plays a burst again and again. The sound card repeats the samples, and follows gains that are set in advance. The
 * page needs no timer, so the sound continues while the page is busy or hidden.
 */
import { renderBurst } from '../core/burst.ts';
import { type Burst, type SoundLevel, soundTable } from '../core/sound-table.ts';
import { highGains, steadyGain, type Tuning } from '../core/volume.ts';

const fadeS = 0.02;
/** The gain of a burst is set this long before the burst, during the silence, so nobody hears the change as a click. */
const changeBeforeS = 1;

export type PlayingBurst = {
  readonly level: SoundLevel;
  /** Returns the number of bursts that have begun since the start. */
  burstsBegun(): number;
  stop(): void;
};

/** Returns the samples of a level as a buffer for an audio context. */
export function bufferOf(level: SoundLevel, context: BaseAudioContext): AudioBuffer {
  return bufferFrom(soundTable[level], context);
}

/** Returns the samples of a burst as a buffer for an audio context. */
export function bufferFrom(burst: Burst, context: BaseAudioContext): AudioBuffer {
  const samples = renderBurst(burst, context.sampleRate);
  const buffer = context.createBuffer(1, samples.length, context.sampleRate);
  buffer.copyToChannel(samples, 0);
  return buffer;
}

/**
 * Starts a burst, which repeats until `stop`.
 * @param burstsBefore number of bursts of unanswered high alarms that were played before; the loudness of `high`
 * depends on this number
 */
export function startBurst(
  context: BaseAudioContext,
  level: SoundLevel,
  buffer: AudioBuffer,
  burstsBefore: number,
  tuning: Tuning,
): PlayingBurst {
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  const gain = new GainNode(context);
  source.connect(gain).connect(context.destination);
  const startS = context.currentTime;
  const gains = level === 'high' ? highGains(burstsBefore, tuning) : [steadyGain(level, tuning)];
  gains.forEach((value, i) => {
    gain.gain.setValueAtTime(value, startS + Math.max(0, i * buffer.duration - changeBeforeS));
  });
  source.start(startS);
  return {
    level,
    burstsBegun: () => Math.floor((context.currentTime - startS) / buffer.duration) + 1,
    stop() {
      gain.gain.cancelScheduledValues(context.currentTime);
      gain.gain.setTargetAtTime(0, context.currentTime, fadeS / 3);
      source.stop(context.currentTime + fadeS);
    },
  };
}
