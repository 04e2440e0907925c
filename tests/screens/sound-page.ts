/** Runs in Chromium: renders alarm sounds with the code that plays them on the screens. */
import { renderBurst } from '../../dashboard/client/core/burst.ts';
import type { Burst, SoundLevel } from '../../dashboard/client/core/sound-table.ts';
import { fullTuning } from '../../dashboard/client/core/volume.ts';
import { bufferOf, startBurst } from '../../dashboard/client/shell/burst-player.ts';

const rateHz = 48_000;

/** Returns the samples that the sound card would play in the first seconds of a sound, as base64 of 16-bit integers. */
async function renderLevel(level: SoundLevel, seconds: number, burstsBefore = 0): Promise<string> {
  const context = new OfflineAudioContext(1, seconds * rateHz, rateHz);
  startBurst(context, level, bufferOf(level, context), burstsBefore, fullTuning);
  return base64((await context.startRendering()).getChannelData(0));
}

/** Returns the samples of two bursts of any shape. */
function renderShape(burst: Burst): string {
  const once = renderBurst(burst, rateHz);
  const twice = new Float32Array(once.length * 2);
  twice.set(once);
  twice.set(once, once.length);
  return base64(twice);
}

function base64(samples: Float32Array): string {
  const bytes = new Uint8Array(Int16Array.from(samples, (sample) => Math.round(sample * 32_767)).buffer);
  let text = '';
  for (let offset = 0; offset < bytes.length; offset += 8192)
    text += String.fromCharCode(...bytes.subarray(offset, offset + 8192));
  return btoa(text);
}

export const soundPage = { rateHz, renderLevel, renderShape };
Object.assign(globalThis, { soundPage });
