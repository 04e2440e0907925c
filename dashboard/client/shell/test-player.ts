/** Plays the signals of a sound test once. */
import { lengthMs, testSteps } from '../core/sound-test.ts';
import type { Tuning } from '../core/volume.ts';
import { bufferFrom } from './burst-player.ts';

const fadeS = 0.02;

export type PlayingTest = { stop(): void };

/** Starts the signals. The signals end by themselves, or with `stop`. */
export function startTest(context: BaseAudioContext, tuning: Tuning): PlayingTest {
  const all = new GainNode(context);
  all.connect(context.destination);
  const startS = context.currentTime;
  const sources = testSteps(tuning).map(({ burst, atMs, gain }) => {
    const source = new AudioBufferSourceNode(context, { buffer: bufferFrom(burst, context) });
    source.connect(new GainNode(context, { gain })).connect(all);
    source.start(startS + atMs / 1000, 0, lengthMs(burst) / 1000);
    return source;
  });
  return {
    stop() {
      all.gain.setTargetAtTime(0, context.currentTime, fadeS / 3);
      for (const source of sources) source.stop(context.currentTime + fadeS);
    },
  };
}
