/** The faults of the real browser: it is killed, it stops, its network is cut. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isUnanswered } from '../../contracts/acknowledgement.ts';
import type { Random } from '../faults/random.ts';
import { until } from '../system.ts';
import type { Stage } from './stage.ts';
import type { NoticeTime, Struck } from './struck.ts';

const noticeMsMax = 60_000;
/** A notice is due only if no person answers the alarm within this time. */
const dueMs = 5_000;
/** If the condition holds again within 30 s after its end, the acknowledged alarm continues and calls nobody. */
const quietMs = 35_000;
const quietMsMax = 240_000;

/** @param noted called with the time from each fault to its notice */
export function createChromiumTroubles(stage: Stage, random: Random, noted: (time: NoticeTime) => void) {
  const { chromium, screen } = stage;

  async function kill(): Promise<Struck> {
    await chromium.kill();
    await sleep(random.between(0, 5_000));
    await chromium.start();
    return { fault: 'kill chromium', struck: true };
  }

  const alarms = () => screen.alarmsOf(stage.patients[stage.bedOfChromium]!);

  /**
   * Waits until the next alarm of the bed must call: no acknowledged alarm is on the screens, and none ended just
   * before.
   */
  async function untilNextAlarmCalls(): Promise<void> {
    let quietSinceMs = Date.now();
    const isQuiet = () => {
      const isNamed = screen.unconfirmedSinceMs(stage.chromiumName) !== undefined;
      if (isNamed || alarms().some((alarm) => !isUnanswered(alarm))) quietSinceMs = Date.now();
      return Date.now() - quietSinceMs >= quietMs;
    };
    await until('no acknowledged alarm is at the bed', isQuiet, quietMsMax);
  }

  /**
   * The browser stops, and then an alarm comes. The ward screen must name the page that does not show the alarm, unless
   * another person acknowledges the alarm before the notice is due.
   */
  async function freeze(): Promise<Struck> {
    await untilNextAlarmCalls();
    const fault = 'freeze chromium';
    const letGo = await chromium.freeze();
    const stoppedMs = Date.now();
    let calledMs: number | undefined;
    let noticeSinceMs: number | undefined;
    const isNoticedOrAnswered = () => {
      noticeSinceMs = screen.unconfirmedSinceMs(stage.chromiumName);
      const present = alarms().filter((alarm) => alarm.present);
      if (present.some(isUnanswered)) calledMs ??= Date.now();
      const isAnswered = calledMs !== undefined && present.every((alarm) => !isUnanswered(alarm));
      return noticeSinceMs !== undefined || (isAnswered && Date.now() - calledMs! < dueMs);
    };
    try {
      stage.setHeartRate(stage.bedOfChromium, 150);
      await until(`the notice about ${fault}`, isNoticedOrAnswered, noticeMsMax);
      if (noticeSinceMs === undefined) return { fault: `${fault} (answered by another person)`, struck: true };
      // The notice may be older than the stop, because the page may not have confirmed an earlier alarm.
      noted({ fault, ms: Date.now() - Math.max(noticeSinceMs, stoppedMs) });
      await sleep(random.between(0, 3_000));
      return { fault, struck: true };
    } finally {
      letGo();
      stage.setHeartRate(stage.bedOfChromium, 80);
      await chromium.untilLive();
    }
  }

  /** The network of the browser is cut. The page must say that it has no connection. */
  async function cut(): Promise<Struck> {
    const how = random.pick([
      [1, 'closed'],
      [1, 'silent'],
    ] as const);
    const fault = `cut chromium (${how})`;
    // While the page connects again, there is no connection to cut.
    await chromium.untilLive();
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
