/** Measures what a page sends to the loudspeaker. */
import type { Page } from 'playwright-core';

declare global {
  // `var` is the only way to declare a global variable in TypeScript.
  var heardPeak: () => number;
  /** The audio contexts of the page, with which a test can stop its audio. */
  var audioContexts: Set<BaseAudioContext>;
}

/**
 * Prepares a page before it is loaded. On this page, `heardPeak` then returns the highest amplitude that the page has
 * sent to the loudspeaker since the last call of `heardPeak`.
 */
export async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const connect = AudioNode.prototype.connect;
    let peak = 0;
    globalThis.audioContexts = new Set();
    globalThis.heardPeak = () => {
      const result = peak;
      peak = 0;
      return result;
    };
    AudioNode.prototype.connect = function (this: AudioNode, ...args: never[]) {
      globalThis.audioContexts.add(this.context);
      const [target] = args as unknown as [AudioNode];
      if (target instanceof AudioDestinationNode) {
        const ear = new AnalyserNode(this.context, { fftSize: 32_768 });
        (connect as (this: AudioNode, target: AudioNode) => AudioNode).call(this, ear);
        const samples = new Float32Array(ear.fftSize);
        setInterval(() => {
          ear.getFloatTimeDomainData(samples);
          for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
        }, 100);
      }
      return connect.apply(this, args as never) as never;
    } as typeof connect;
  });
}
