/**
 * Plays an alarm sound on the loudspeaker. The sound card itself repeats the rendered burst, so the sound continues while
 * the page is busy or hidden.
 */
import { renderBurst } from '../core/burst.ts';
import { type SoundLevel, soundTable } from '../core/sound-table.ts';

/** `blocked`: the browser allows sound only after a click. `failed`: the computer has no audio. The screen shows a notice. */
export type SpeakerState = 'blocked' | 'on' | 'failed';

export type Speaker = {
  /** Plays the sound of a level from now on; undefined is silence. Does nothing if the level already sounds. */
  play(level: SoundLevel | undefined): void;
  /** Enables sound. Browsers allow this only in the handler of a click or a key. */
  enable(): void;
  close(): void;
};

const fadeS = 0.02;

export function openSpeaker(onState: (state: SpeakerState) => void): Speaker {
  let context: AudioContext | undefined;
  let playing: { level: SoundLevel; stop(): void } | undefined;
  let wanted: SoundLevel | undefined;
  const buffers = new Map<SoundLevel, AudioBuffer>();

  function reportState() {
    onState(!context ? 'failed' : context.state === 'running' ? 'on' : 'blocked');
  }

  function open() {
    try {
      context = new AudioContext({ latencyHint: 'playback' });
      context.onstatechange = () => {
        reportState();
        followWanted();
      };
      // If the person has used this page before, sound is allowed at once; otherwise only after `enable`.
      void context.resume().catch(() => undefined);
    } catch {
      context = undefined;
    }
    reportState();
  }

  function bufferOf(level: SoundLevel, to: AudioContext): AudioBuffer {
    let buffer = buffers.get(level);
    if (!buffer) {
      const samples = renderBurst(soundTable[level], to.sampleRate);
      buffer = to.createBuffer(1, samples.length, to.sampleRate);
      buffer.copyToChannel(samples, 0);
      buffers.set(level, buffer);
    }
    return buffer;
  }

  /** Starts or stops the sound so that the wanted level sounds. */
  function followWanted() {
    if (playing?.level === wanted) return;
    playing?.stop();
    playing = undefined;
    // A loop that is started before the audio context runs would later begin at a random place of the burst.
    if (wanted === undefined || context?.state !== 'running') return;
    const to = context;
    const source = new AudioBufferSourceNode(to, { buffer: bufferOf(wanted, to), loop: true });
    const gain = new GainNode(to);
    source.connect(gain).connect(to.destination);
    source.start();
    playing = {
      level: wanted,
      stop() {
        gain.gain.setTargetAtTime(0, to.currentTime, fadeS / 3);
        source.stop(to.currentTime + fadeS);
      },
    };
  }

  open();
  // Some systems suspend audio without an event (a phone call, an unplugged device).
  const check = setInterval(reportState, 1000);
  return {
    play(level) {
      wanted = level;
      followWanted();
    },
    enable() {
      if (!context) open();
      void context?.resume().catch(() => undefined);
    },
    close() {
      clearInterval(check);
      playing?.stop();
      void context?.close();
    },
  };
}
