/** Plays an alarm sound on the loudspeaker. */
import type { Loudspeaker } from '../core/alarm-reports.ts';
import type { SoundLevel } from '../core/sound-table.ts';
import { fullTuning, type Tuning } from '../core/volume.ts';
import { bufferOf, type PlayingBurst, startBurst } from './burst-player.ts';
import { type PlayingTest, startTest } from './test-player.ts';

/**
 * `blocked`: the browser allows sound only after a click. `failed`: the computer has no audio. The screen shows a
 * notice.
 */
export type SpeakerState = 'blocked' | 'on' | 'failed';

export type Speaker = {
  /**
   * Plays the sound of a level from now on; undefined means silence. Does nothing if the sound of this level already
   * plays.
   */
  play(level: SoundLevel | undefined): void;
  /**
   * Plays the signals of a sound test once. Does nothing if a sound plays or should play, or if the browser allows no
   * sound. If a sound should play during the test, the test ends at once.
   */
  test(): void;
  /** Sets the volume, from the next burst on. */
  tune(next: Tuning): void;
  /**
   * Makes the next sound of a high alarm begin with the start loudness again. Called when all high alarms are answered.
   */
  forgetRise(): void;
  /** Returns what the loudspeaker does now. */
  now(): Loudspeaker;
  /**
   * Returns how far the audio has played, s; 0 without audio. The value does not rise if the audio device plays
   * nothing.
   */
  audioS(): number;
  /** Enables sound. Browsers allow this only in the handler of a click or a key. */
  enable(): void;
  close(): void;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function openSpeaker(onState: (state: SpeakerState) => void): Speaker {
  let context: AudioContext | undefined;
  let playing: PlayingBurst | undefined;
  /** Number of bursts of `high` since all high alarms were last answered, without the bursts of `playing`. */
  let highBursts = 0;
  /** When `playing` started, by `performance.now()`. */
  let playingSinceMs = 0;
  let wantedLevel: SoundLevel | undefined;
  let test: PlayingTest | undefined;
  let tuning = fullTuning;
  const buffers = new Map<SoundLevel, AudioBuffer>();

  const state = () => (!context ? 'failed' : context.state === 'running' ? 'on' : 'blocked');

  function reportState() {
    onState(state());
  }

  function open() {
    try {
      context = new AudioContext({ latencyHint: 'playback' });
      context.onstatechange = () => {
        reportState();
        followWanted();
      };
      // If the person has used this page before, the browser allows sound immediately. If not, the browser allows sound
      // only after `enable`.
      void context.resume().catch(() => undefined);
    } catch {
      context = undefined;
    }
    reportState();
  }

  function bufferFor(level: SoundLevel, to: AudioContext): AudioBuffer {
    const buffer = buffers.get(level) ?? bufferOf(level, to);
    buffers.set(level, buffer);
    return buffer;
  }

  function stopTest() {
    test?.stop();
    test = undefined;
  }

  function stopPlaying() {
    if (playing?.level === 'high') highBursts += playing.burstsBegun();
    playing?.stop();
    playing = undefined;
  }

  /** Starts or stops sounds, so that the wanted level sounds. */
  function followWanted() {
    if (wantedLevel !== undefined) stopTest();
    if (playing?.level === wantedLevel) return;
    stopPlaying();
    // A loop that is started before the audio context runs would later begin at a random place of the burst.
    if (wantedLevel === undefined || context?.state !== 'running') return;
    playing = startBurst(context, wantedLevel, bufferFor(wantedLevel, context), highBursts, tuning);
    playingSinceMs = performance.now();
  }

  open();
  // Looks each second, because some systems suspend audio without an event, for example at a phone call.
  const check = setInterval(reportState, 1000);
  return {
    play(level) {
      wantedLevel = level;
      followWanted();
    },
    test() {
      if (wantedLevel !== undefined || context?.state !== 'running') return;
      stopTest();
      test = startTest(context, tuning);
    },
    tune(next) {
      if (next.volume === tuning.volume && next.isNight === tuning.isNight) return;
      tuning = next;
      stopPlaying();
      followWanted();
    },
    forgetRise() {
      if (playing?.level !== 'high') highBursts = 0;
    },
    now: () => ({
      state: state(),
      playing: playing && { level: playing.level, forMs: performance.now() - playingSinceMs },
    }),
    audioS: () => context?.currentTime ?? 0,
    enable() {
      if (!context) open();
      void context?.resume().catch(() => undefined);
    },
    close() {
      clearInterval(check);
      playing?.stop();
      stopTest();
      void context?.close();
    },
  };
}
