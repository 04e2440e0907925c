/** The long form: devices publish all the time while everything around them is killed and cut, and then all is counted. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence } from './evidence.ts';
import { openScene } from './scene.ts';
import { begin, kills, others, type Trouble, type Troubles } from './troubles.ts';

export type LongRun = { readonly kills: number; readonly seed: number };

const devices = 10;
const everyMs = 100;
const progressMs = 5_000;
/** If no acknowledgement comes for this long, something hangs. */
const silenceMsMax = 240_000;
const finishMsMax = 600_000;
const namesMax = 20;
const lastWordsMax = 20_000;
const sameCtrlCMs = 2_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** @returns whether all is as promised */
export async function longRun({ kills: wanted, seed }: LongRun): Promise<boolean> {
  say(`seed ${seed}: repeat with npm run test:faults -- --kills ${wanted} --seed ${seed}`);
  const startedMs = Date.now();
  const scene = await openScene({ name: `test-${process.pid}-kills`, report: say });
  const fleet = scene.openFleet({ size: devices, everyMs, keepAliveS: 3 });
  try {
    const troubles = begin(scene, fleet, seed, wanted);
    onCtrlC(troubles.enough);
    await Promise.race([troubles.over, watch(startedMs, troubles, () => fleet.acknowledged())]);
    say('All faults are over: the devices send what they still have.');
    await fleet.finish(finishMsMax);
    say('Python reads and opens what Kafka holds.');
    const evidence = await fleet.evidence();
    say(summary(troubles, evidence, (Date.now() - startedMs) / 1000));
    return isFine(evidence);
  } catch (error) {
    say(`Ended by: ${error instanceof Error ? error.message : String(error)}`);
    say(`The gateway's last words:\n${scene.gateway.output().slice(-lastWordsMax)}`);
    return false;
  } finally {
    fleet.close();
    await scene.close();
  }
}

/** The first Ctrl-C ends the faults, a later one ends the process. The first may arrive twice, from the terminal and from npm. */
function onCtrlC(enough: () => void): void {
  let sinceMs: number | undefined;
  process.on('SIGINT', () => {
    if (sinceMs === undefined) say('Enough: what was done until now is counted.');
    else if (Date.now() - sinceMs > sameCtrlCMs) process.exit(130);
    sinceMs ??= Date.now();
    enough();
  });
}

/** A line of progress every few seconds; ends only by rejecting. */
async function watch(startedMs: number, troubles: Troubles, acknowledged: () => number): Promise<never> {
  let last = { count: -1, atMs: Date.now() };
  let over = false;
  const stop = () => {
    over = true;
  };
  troubles.over.then(stop, stop);
  while (!over) {
    await sleep(progressMs);
    const count = acknowledged();
    if (count > last.count) last = { count, atMs: Date.now() };
    if (Date.now() - last.atMs > silenceMsMax) throw new Error(`nothing was acknowledged for ${silenceMsMax} ms`);
    const seconds = String(Math.round((Date.now() - startedMs) / 1000)).padStart(5);
    const rest = Object.keys(others).reduce((sum, which) => sum + troubles.count(which as Trouble), 0);
    say(
      `${seconds} s ${String(troubles.killed()).padStart(5)} killed ${String(rest).padStart(5)} other faults ${String(count).padStart(8)} acknowledged`,
    );
  }
  return new Promise(() => {});
}

function wrongs({ verdict, outOfOrder }: Evidence): readonly (readonly [string, number, readonly string[]])[] {
  const { lost, reordered, retimed, early } = verdict;
  return [
    ['lost', lost.length, lost],
    ['reordered', reordered.length, reordered],
    ['under another time', retimed.length, retimed],
    ["acknowledged before Kafka's append", early.length, early],
    ['acknowledged out of order', outOfOrder, []],
  ];
}

function isFine(evidence: Evidence): boolean {
  return evidence.verdict.acknowledged > 0 && wrongs(evidence).every(([, count]) => count === 0);
}

function summary(troubles: Troubles, evidence: Evidence, seconds: number): string {
  const row = (words: string, count: number) => `${words.padEnd(44)} ${String(count).padStart(8)}`;
  const rows = (kinds: Readonly<Record<string, string>>) =>
    Object.entries(kinds).map(([which, words]) => row(`  ${words}`, troubles.count(which as Trouble)));
  const { acknowledged, found, repeated } = evidence.verdict;
  return [
    '',
    row('processes killed', troubles.killed()),
    ...rows(kills),
    'other faults',
    ...rows(others),
    row('starts of the gateway that failed, repeated', troubles.failedStarts()),
    row('readings acknowledged', acknowledged),
    row('readings found in Kafka and opened', found),
    ...wrongs(evidence).map(([words, count]) => row(words, count)),
    row('repeated in Kafka (harmless)', repeated),
    row('seconds', Math.round(seconds)),
    ...wrongs(evidence).flatMap(([words, , names]) => names.slice(0, namesMax).map((name) => `${words}: ${name}`)),
    isFine(evidence) ? 'Nothing lost, nothing reordered.' : 'NOT as promised.',
  ].join('\n');
}
