/** The loudspeaker: repeats one rendered burst. The sound card repeats it, so a busy or hidden page still sounds. */
import { renderBurst } from '../core/sound.ts';
import { type SoundLevel, soundTable } from '../core/sound-table.ts';

/** `blocked`: the browser wants a click first. `failed`: there is no audio here. The screen says both. */
export type SpeakerState = 'blocked' | 'on' | 'failed';

export type Speaker = {
  /** Sets what sounds from now on. The same level again changes nothing. */
  play(level: SoundLevel | undefined): void;
  /** Call it from a click or a key (the browsers' rule). */
  enable(): void;
  close(): void;
};

const fadeS = 0.02;

export function openSpeaker(onState: (state: SpeakerState) => void): Speaker {
  let context: AudioContext | undefined;
  let playing: { level: SoundLevel; stop(): void } | undefined;
  let wanted: SoundLevel | undefined;
  const buffers = new Map<SoundLevel, AudioBuffer>();

  function tell() {
    onState(!context ? 'failed' : context.state === 'running' ? 'on' : 'blocked');
  }

  function open() {
    try {
      context = new AudioContext({ latencyHint: 'playback' });
      context.onstatechange = () => {
        tell();
        sound();
      };
      // A page that was used before may sound at once; otherwise this waits for `enable`.
      void context.resume().catch(() => undefined);
    } catch {
      context = undefined;
    }
    tell();
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

  function sound() {
    if (playing?.level === wanted) return;
    playing?.stop();
    playing = undefined;
    // If a loop is started in a context that does not run, it would begin at a random place once the context runs.
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
  // Some systems suspend audio without an event (another call, an unplugged device).
  const check = setInterval(tell, 1000);
  return {
    play(level) {
      wanted = level;
      sound();
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
