/**
 * Measures the server with as many screens of one ward as the server accepts. Some screens read nothing. The figures
 * are the time until an alarm reaches the reading screens, and the server's memory for waiting messages.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { VigilError } from '../contracts/errors.ts';
import { defaultBudget } from '../dashboard/server/core/budget.ts';
import { connectionsMax } from '../dashboard/server/core/connection-limits.ts';
import type { Answer, Order } from './screen-clients.ts';
import { percentiles } from './screen-rows.ts';
import { type MadeUpWard, nurseOf, openMadeUpWard, wardName } from './ward.ts';

const screens = connectionsMax.all;
const stalledScreens = 50;
/** 10 accounts for each 100 screens, so that no account and no session has too many screens. */
const accounts = 50;
const alarmEveryMs = 500;
const alarmLastsMs = 3_000;
const sampleEveryMs = 200;
const alarmMsMax = 250;
/** The server leaves out a message with waves if the waiting bytes would then exceed `wavesBytesMax`. */
const fullBytes = 0.8 * defaultBudget.wavesBytesMax;
/**
 * Maximum number of ended screens that are replaced at a time. So the new connections come over some seconds, as with
 * real pages.
 */
const replacedAtOnceMax = 2;
/** How much the memory may grow in addition to the bytes that wait for stalled screens, MB. */
const otherGrowthMbMax = 20;

export type SocketFigures = {
  readonly beds: number;
  readonly screens: number;
  readonly stalled: number;
  /** Time from an alarm in the server until a reading screen has received this alarm. */
  readonly alarmMs: { readonly p50: number; readonly p99: number; readonly slowest: number; readonly alarms: number };
  /** Each alarm must come once to each screen that reads. Number of times that an alarm did not come, or came twice. */
  readonly notReceived: number;
  readonly receivedTwice: number;
  /** Number of connections of reading screens that ended. */
  readonly lost: number;
  /** Number of stalled screens that the server ended. The benchmark opened a new screen in place of each of them. */
  readonly ended: number;
  /** Maximum number of screens that got no waves at the same time, because too many bytes waited for them. */
  readonly fullScreens: number;
  /** Largest size of the messages that waited at a time, MB: for one screen, and for all screens together. */
  readonly waitingMbOfOne: number;
  readonly waitingMb: number;
  /**
   * Memory in use in this process after a garbage collection: before the screens stalled, in the middle, and at the
   * end, MB.
   */
  readonly usedMb: { readonly before: number; readonly middle: number; readonly end: number };
  /** Maximum RAM of this process, MB. */
  readonly rssMbMax: number;
  /** Delay of the event loop (p99), ms: in the server's process, and in the process of the screens. */
  readonly loopDelayMs: { readonly server: number; readonly screens: number };
  /** Processor time of the server's process, ms/s. This process also makes up the data of the devices. */
  readonly serverCpuMsPerS: number;
  /** Messages that the server left out for stalled screens. */
  readonly skippedWaves: number;
  readonly skippedNumerics: number;
};

export async function measureSockets(options: {
  readonly beds: number;
  readonly seconds: number;
  readonly clientDir: string;
  readonly report: (line: string) => void;
}): Promise<SocketFigures> {
  const { beds, seconds, clientDir, report } = options;
  const ward = await openMadeUpWard({ beds, chunkMs: 500, clientDir, accounts });
  const clients = fork(join(import.meta.dirname, 'screen-clients.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const { httpPort: port, ca, origin } = ward.server;
    const userIds = Array.from({ length: accounts }, (_, number) => nurseOf(number));
    report(`opening ${screens} screens`);
    await ask(
      clients,
      { do: 'open', port, ca, origin, ward: wardName, userIds, screens: screens - stalledScreens },
      'opened',
    );
    await sleep(5_000);
    const before = usedMb();
    await ask(clients, { do: 'stall', screens: stalledScreens, endedAtServer: 0 }, 'stalled');
    const watch = watchScreens(ward, clients);
    const loop = monitorEventLoopDelay({ resolution: 5 });
    loop.enable();
    const begin = { cpu: process.cpuUsage(), atMs: performance.now() };
    const firstHalf = await raiseAlarms(ward, seconds / 2);
    const middle = usedMb();
    const raised = [...firstHalf, ...(await raiseAlarms(ward, seconds / 2))];
    const used = process.cpuUsage(begin.cpu);
    const serverCpuMsPerS = Math.round((used.user + used.system) / (performance.now() - begin.atMs));
    const loopDelayMs = Math.round(loop.percentile(99) / 1e6);
    const end = usedMb();
    const waiting = await watch.stop();
    const { receivedAtMs, lost, loopDelayMs: loopDelayMsOfScreens } = await ask(clients, { do: 'report' }, 'report');
    const readers = screens - stalledScreens;
    const counts = raised.map(({ alarmId }) => receivedAtMs[alarmId]?.length ?? 0);
    const delays = raised.flatMap(({ alarmId, atMs }) => (receivedAtMs[alarmId] ?? []).map((at) => at - atMs));
    const { skippedWaves, skippedNumerics } = ward.server.hub.stats();
    const slowest = delays.reduce((max, delay) => Math.max(max, delay), 0);
    return {
      beds,
      screens,
      stalled: stalledScreens,
      alarmMs: { ...percentiles(delays), slowest, alarms: raised.length },
      notReceived: counts.reduce((sum, count) => sum + Math.max(0, readers - count), 0),
      receivedTwice: counts.reduce((sum, count) => sum + Math.max(0, count - readers), 0),
      lost,
      ...waiting,
      usedMb: { before, middle, end },
      loopDelayMs: { server: loopDelayMs, screens: loopDelayMsOfScreens },
      serverCpuMsPerS,
      skippedWaves,
      skippedNumerics,
    };
  } finally {
    // The process of the screens may have ended by itself. Then `disconnect` would fail and hide why it ended.
    if (clients.connected) clients.disconnect();
    await ward.close();
  }
}

/**
 * Looks at the waiting bytes and the memory again and again. Replaces each stalled screen that the server has ended,
 * because a real page connects again.
 */
function watchScreens(ward: MadeUpWard, clients: ChildProcess) {
  const samples: { waiting: number[]; rssMb: number }[] = [];
  let ended = 0;
  let isReplacing: Promise<unknown> = Promise.resolve();
  let canReplace = true;
  const timer = setInterval(() => {
    const waiting = [...ward.server.sockets()].map(({ bufferedAmount }) => bufferedAmount).filter((bytes) => bytes > 0);
    samples.push({ waiting, rssMb: rssMb() });
    const missing = Math.min(screens - ward.server.hub.stats().screens, replacedAtOnceMax);
    if (missing <= 0 || !canReplace) return;
    canReplace = false;
    ended += missing;
    isReplacing = ask(clients, { do: 'stall', screens: stalledScreens, endedAtServer: missing }, 'stalled').then(() => {
      canReplace = true;
    });
  }, sampleEveryMs);
  return {
    async stop() {
      clearInterval(timer);
      await isReplacing;
      const mb = (bytes: number) => Math.round(bytes / 1e4) / 100;
      return {
        ended,
        fullScreens: Math.max(...samples.map(({ waiting }) => waiting.filter((bytes) => bytes > fullBytes).length)),
        waitingMbOfOne: mb(Math.max(0, ...samples.flatMap(({ waiting }) => waiting))),
        waitingMb: mb(Math.max(...samples.map(({ waiting }) => waiting.reduce((sum, bytes) => sum + bytes, 0)))),
        rssMbMax: Math.max(...samples.map((sample) => sample.rssMb)),
      };
    },
  };
}

async function raiseAlarms(ward: MadeUpWard, seconds: number) {
  const raised: { alarmId: string; atMs: number }[] = [];
  for (let count = 0; count < (seconds * 1000) / alarmEveryMs; count += 1) {
    const bed = count % ward.beds;
    raised.push(ward.alarm(bed, 'raised'));
    setTimeout(() => ward.alarm(bed, 'cleared'), alarmLastsMs);
    await sleep(alarmEveryMs);
  }
  await sleep(alarmLastsMs + 1_000);
  return raised;
}

/** Needs the option --expose-gc of Node. */
function usedMb(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 1e6);
}

const rssMb = () => Math.round(process.memoryUsage.rss() / 1e6);

/** Compares the figures with the aims of issue 13. Returns a sentence for each aim that is missed. */
export function missedBySockets(figures: SocketFigures): string[] {
  const { alarmMs, notReceived, receivedTwice, lost, fullScreens, waitingMbOfOne, usedMb } = figures;
  const waitingMbMax = defaultBudget.closeBytesMax / 1e6;
  const grownMbMax = stalledScreens * waitingMbMax + otherGrowthMbMax;
  const missed: string[] = [];
  if (!(alarmMs.p99 <= alarmMsMax))
    missed.push(`sockets: an alarm is received after ${alarmMs.p99} ms (p99), aim ${alarmMsMax}`);
  if (notReceived + receivedTwice > 0)
    missed.push(`sockets: ${notReceived} alarms were not received, ${receivedTwice} were received twice`);
  if (lost > 0) missed.push(`sockets: ${lost} screens that read lost their connection`);
  if (fullScreens < stalledScreens / 2)
    missed.push(
      `sockets: only ${fullScreens} of ${stalledScreens} stalled screens let bytes wait, so the fault was too small`,
    );
  // Besides the bytes of the limit, a snapshot and the message that crosses the limit may wait.
  if (waitingMbOfOne > 2 * waitingMbMax) missed.push(`sockets: ${waitingMbOfOne} MB waited for one screen`);
  if (Math.max(usedMb.middle, usedMb.end) - usedMb.before > grownMbMax)
    missed.push(
      `sockets: the memory grew from ${usedMb.before} to ${usedMb.end} MB, aim ${Math.round(grownMbMax)} MB more`,
    );
  return missed;
}

/** Sends an order to the process of the screens, and waits for an answer of the given kind. */
function ask<Kind extends Answer['kind']>(clients: ChildProcess, order: Order, kind: Kind) {
  return new Promise<Extract<Answer, { kind: Kind }>>((resolve, reject) => {
    const onMessage = (answer: Answer) => {
      if (answer.kind !== kind) return;
      clients.off('message', onMessage);
      clients.off('exit', onExit);
      resolve(answer as Extract<Answer, { kind: Kind }>);
    };
    const onExit = () =>
      reject(new VigilError('start-failed', 'The process of the screens has ended; the lines above say why.'));
    clients.on('message', onMessage);
    clients.on('exit', onExit);
    clients.send(order);
  });
}
