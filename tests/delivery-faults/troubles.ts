/**
 * The faults of the delivery fault test: processes and the browser are killed and stopped, phones sleep, other systems
 * fail, records are damaged.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentTypes } from '../../contracts/messages/records.ts';
import { freeze, thaw } from '../faults/process.ts';
import type { Random } from '../faults/random.ts';
import { until } from '../system.ts';
import { createChromiumTroubles } from './chromium-troubles.ts';
import { type PeerName, peerFaults, peerNames } from './peers.ts';
import type { Stage, Victim } from './stage.ts';
import type { NoticeTime, Struck } from './struck.ts';

/** Time limit for a fault to take effect. */
const strikeMsMax = 240_000;
/**
 * If a fault of a process is to last at least this long, the ward screen must show the fault. The fault ends only after
 * the screen has shown it.
 */
const noticedMsMin = 4_000;

/** The notice on the ward screen while a process does not work. */
const noticeOf: Readonly<Record<Victim, string>> = {
  alarms: 'alarms',
  delivery: 'delivery',
  dashboard: 'no connection',
};

export type Troubles = {
  /** Makes one fault of a process, the browser, a phone or the log, and waits until it is over. */
  ofProcess(): Promise<Struck>;
  /** Makes one fault of another system, and waits until it is over. */
  ofPeer(): Promise<Struck>;
  readonly noticeTimes: readonly NoticeTime[];
};

export function createTroubles(stage: Stage, random: Random): Troubles {
  const noticeTimes: NoticeTime[] = [];
  const ofChromium = createChromiumTroubles(stage, random, (time) => noticeTimes.push(time));
  const victims = Object.keys(stage.processes) as Victim[];
  const oneOf = <T>(values: readonly T[]): T => random.pick(values.map((value) => [1, value] as const));

  /**
   * Measures how long the ward screen needs to show a fault. This screen must show each fault that lasts at least
   * `noticedMsMin`.
   */
  async function measureNotice(victim: Victim, fault: string, lastsMs: number): Promise<void> {
    const startMs = Date.now();
    if (lastsMs < noticedMsMin) {
      await sleep(lastsMs);
      return;
    }
    await until(`the notice about ${fault}`, () => stage.screen.shown().includes(noticeOf[victim]), 60_000);
    noticeTimes.push({ fault, ms: Date.now() - startMs });
    await sleep(Math.max(0, startMs + lastsMs - Date.now()));
  }

  async function kill(victim: Victim): Promise<Struck> {
    const fault = `kill ${victim}`;
    const running = stage.processes[victim];
    await running.kill();
    await measureNotice(
      victim,
      fault,
      random.pick([
        [6, random.between(0, 2_000)],
        [1, noticedMsMin],
        [1, 9_000],
      ] as const),
    );
    await running.start();
    return { fault, struck: true };
  }

  async function stop(victim: Victim): Promise<Struck> {
    const fault = `stop ${victim}`;
    const pid = stage.processes[victim].pid();
    await freeze(pid);
    try {
      await measureNotice(
        victim,
        fault,
        random.pick([
          [4, random.between(500, 3_500)],
          [1, noticedMsMin],
          [1, 9_000],
        ] as const),
      );
    } finally {
      thaw(pid);
    }
    return { fault, struck: true };
  }

  /** Slows a process down: it runs for a fifth of the time. */
  async function slowDown(victim: Victim): Promise<Struck> {
    const pid = stage.processes[victim].pid();
    for (const endMs = Date.now() + random.between(2_000, 5_000); Date.now() < endMs; ) {
      await freeze(pid);
      await sleep(200);
      thaw(pid);
      await sleep(50);
    }
    return { fault: `slow ${victim}`, struck: true };
  }

  async function phoneSleeps(): Promise<Struck> {
    const phone = stage.phones.get(oneOf([...stage.phones.keys()]))!;
    phone.sleep();
    const before = phone.painted();
    await sleep(random.between(1_000, 12_000));
    const struck = phone.painted() === before;
    phone.wake();
    return { fault: 'phone sleeps', struck };
  }

  /** Writes a record that matches no schema into a topic of the delivery process. */
  async function corrupt(): Promise<Struck> {
    const { sealer, appender, service } = stage.dashboardLog;
    const topic = oneOf(['delivery-commands', 'reach'] as const);
    const contentType = topic === 'reach' ? contentTypes.reach : contentTypes.deliveryCommand;
    const body = oneOf<unknown>([{}, { type: 'answer' }, { type: 'receipt', calls: 'all' }, ['list'], 'text']);
    // `append` of the log would refuse such a record, so it is sealed here.
    const origin = { topic, key: 'damaged', writer: service, boot: `damaged-${randomUUID().slice(0, 8)}`, seq: 1 };
    const dataKey = await sealer.keyFor(topic === 'reach' ? service : origin.key, topic);
    await appender.append(
      topic,
      origin.key,
      sealer.seal(dataKey, origin, contentType, Buffer.from(JSON.stringify(body))),
    );
    return { fault: `corrupt ${topic}`, struck: true };
  }

  return {
    noticeTimes,
    ofProcess() {
      const make = random.pick([
        [4, kill],
        [2, stop],
        [1, slowDown],
        [2, phoneSleeps],
        [3, ofChromium],
        [1, corrupt],
      ] as const);
      return make(oneOf(victims));
    },
    async ofPeer() {
      const peer: PeerName = oneOf(peerNames);
      const fault = oneOf(peerFaults);
      stage.peers.setFault(peer, fault);
      try {
        await until(`${peer} makes the fault ${fault}`, () => stage.peers.struck(peer) > 0, strikeMsMax);
        await sleep(random.between(0, 3_000));
      } finally {
        stage.peers.setFault(peer, undefined);
      }
      if (fault === 'gone') await stage.renew(peer);
      return { fault: `${peer} ${fault}`, struck: true };
    },
  };
}
