/** The faults of the real browser: it is killed, it stops, its network is cut. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../faults/random.ts';
import { until } from '../system.ts';
import type { Stage } from './stage.ts';
import type { NoticeTime, Struck } from './struck.ts';

const noticeMsMax = 60_000;

/** @param noted called with the time that each notice took */
export function createChromiumTroubles(stage: Stage, random: Random, noted: (time: NoticeTime) => void) {
  const { chromium, screen } = stage;

  async function kill(): Promise<Struck> {
    await chromium.kill();
    await sleep(random.between(0, 5_000));
    await chromium.start();
    return { fault: 'kill chromium', struck: true };
  }

  /** The browser stops, and then an alarm comes. The ward screen must name the page that does not show it. */
  async function freeze(): Promise<Struck> {
    const fault = 'freeze chromium';
    const letGo = await chromium.freeze();
    const stoppedMs = Date.now();
    try {
      stage.setHeartRate(stage.bedOfChromium, 150);
      const sinceMs = await until(
        `the notice about ${fault}`,
        () => screen.unconfirmedSinceMs(stage.chromiumName),
        noticeMsMax,
      );
      // The page may have had an alarm from before that it did not confirm.
      noted({ fault, ms: Date.now() - Math.max(sinceMs, stoppedMs) });
      await sleep(random.between(0, 3_000));
    } finally {
      letGo();
      stage.setHeartRate(stage.bedOfChromium, 80);
    }
    await chromium.untilLive();
    return { fault, struck: true };
  }

  /** The network of the browser is cut. The page must say that it has no connection. */
  async function cut(): Promise<Struck> {
    const how = random.pick([
      [1, 'closed'],
      [1, 'silent'],
    ] as const);
    const fault = `cut chromium (${how})`;
    const startMs = Date.now();
    const struck = chromium.cable.cut(how) > 0;
    try {
      await until(`the notice about ${fault}`, chromium.isLost, noticeMsMax);
      noted({ fault, ms: Date.now() - startMs });
      await sleep(random.between(0, 3_000));
    } finally {
      chromium.cable.repair();
    }
    await chromium.untilLive();
    return { fault, struck };
  }

  return (): Promise<Struck> =>
    random.pick([
      [2, kill],
      [1, freeze],
      [1, cut],
    ] as const)();
}
