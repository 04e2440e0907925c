/**
 * The long fault test: devices publish while processes are killed and connections are cut. At the end, all readings are
 * compared.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence } from './evidence.ts';
import { openScene } from './scene.ts';
import { killLabels, otherLabels, startTroubles, type Trouble, type Troubles } from './troubles.ts';

export type LongRun = { readonly kills: number; readonly seed: number };

const devices = 10;
const everyMs = 100;
const progressMs = 5_000;
/** The run fails if no acknowledgement comes for this time. */
const silenceMsMax = 240_000;
const finishMsMax = 600_000;
const namesMax = 20;
const outputCharsMax = 20_000;
const repeatedCtrlCMs = 2_000;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Runs the long fault test. Returns whether no reading was lost, reordered or wrongly acknowledged. */
export async function longRun({ kills: killsWanted, seed }: LongRun): Promise<boolean> {
  print(`seed ${seed}: repeat with npm run test:faults -- --kills ${killsWanted} --seed ${seed}`);
  const startedMs = Date.now();
  const scene = await openScene({ name: `test-${process.pid}-kills`, report: print });
  const fleet = scene.openFleet({ size: devices, everyMs, keepAliveS: 3 });
  try {
    const troubles = startTroubles(scene, fleet, seed, killsWanted);
    onCtrlC(troubles.stop);
    await Promise.race([troubles.ended, throwWhenSilent(startedMs, troubles, () => fleet.acknowledged())]);
    print('All faults are over. The devices send their remaining readings.');
    await fleet.finish(finishMsMax);
    print('A Python program reads and decrypts the records in Kafka.');
    const evidence = await fleet.evidence();
    print(summary(troubles, evidence, (Date.now() - startedMs) / 1000));
    return hasNoFault(evidence);
  } catch (error) {
    print(`Stopped by an error: ${error instanceof Error ? error.message : String(error)}`);
    print(`The last output of the gateway:\n${scene.gateway.output().slice(-outputCharsMax)}`);
    return false;
  } finally {
    fleet.close();
    await scene.close();
  }
}

/**
 * Ends the faults at the first Ctrl-C, and the process at a later Ctrl-C. The first Ctrl-C may arrive as two signals,
 * one from the terminal and one from npm.
 */
function onCtrlC(stopFaults: () => void): void {
  let sinceMs: number | undefined;
  process.on('SIGINT', () => {
    if (sinceMs === undefined) print('Stopping the faults. The readings so far are compared now.');
    else if (Date.now() - sinceMs > repeatedCtrlCMs) process.exit(130);
    sinceMs ??= Date.now();
    stopFaults();
  });
}

/**
 * Prints a line of progress every few seconds. Rejects if no acknowledgement comes for too long, and never resolves.
 */
async function throwWhenSilent(startedMs: number, troubles: Troubles, acknowledged: () => number): Promise<never> {
  let last = { count: -1, atMs: Date.now() };
  let isOver = false;
  const stop = () => {
    isOver = true;
  };
  troubles.ended.then(stop, stop);
  while (!isOver) {
    await sleep(progressMs);
    const count = acknowledged();
    if (count > last.count) last = { count, atMs: Date.now() };
    if (Date.now() - last.atMs > silenceMsMax) throw new Error(`nothing was acknowledged for ${silenceMsMax} ms`);
    const seconds = String(Math.round((Date.now() - startedMs) / 1000)).padStart(5);
    const otherFaults = Object.keys(otherLabels).reduce((sum, which) => sum + troubles.count(which as Trouble), 0);
    print(
      `${seconds} s ${String(troubles.killed()).padStart(5)} killed ${String(otherFaults).padStart(5)} other faults ${String(count).padStart(8)} acknowledged`,
    );
  }
  return new Promise(() => {});
}

/** Returns each kind of fault with its count and the names of the readings. */
function faultsIn({ verdict, outOfOrder }: Evidence): readonly (readonly [string, number, readonly string[]])[] {
  const { lost, reordered, retimed, early } = verdict;
  return [
    ['lost', lost.length, lost],
    ['reordered', reordered.length, reordered],
    ['stored under another time', retimed.length, retimed],
    ["acknowledged before Kafka's append", early.length, early],
    ['acknowledged out of order', outOfOrder, []],
  ];
}

function hasNoFault(evidence: Evidence): boolean {
  return evidence.verdict.acknowledged > 0 && faultsIn(evidence).every(([, count]) => count === 0);
}

function summary(troubles: Troubles, evidence: Evidence, seconds: number): string {
  const row = (label: string, count: number) => `${label.padEnd(44)} ${String(count).padStart(8)}`;
  const rows = (kinds: Readonly<Record<string, string>>) =>
    Object.entries(kinds).map(([which, label]) => row(`  ${label}`, troubles.count(which as Trouble)));
  const { acknowledged, found, repeated } = evidence.verdict;
  return [
    '',
    row('processes killed', troubles.killed()),
    ...rows(killLabels),
    'other faults',
    ...rows(otherLabels),
    row('starts of the gateway that failed, repeated', troubles.failedStarts()),
    row('readings acknowledged', acknowledged),
    row('readings found in Kafka and decrypted', found),
    ...faultsIn(evidence).map(([label, count]) => row(label, count)),
    row('repeated in Kafka (harmless)', repeated),
    row('seconds', Math.round(seconds)),
    ...faultsIn(evidence).flatMap(([label, , names]) => names.slice(0, namesMax).map((name) => `${label}: ${name}`)),
    hasNoFault(evidence) ? 'Passed: nothing lost, nothing reordered.' : 'FAILED: see the counts above.',
  ].join('\n');
}
