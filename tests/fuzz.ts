/**
 * `npm run fuzz`: sends millions of broken inputs to the gateway's code. Prints the seed first, and one line of counts
 * at the end.
 */
import { parseArgs } from 'node:util';
import { heapGrowthMbMax, runCampaign, type Totals } from './fuzz/campaign.ts';
import { corpusDir } from './fuzz/corpus.ts';

const help = `npm run fuzz -- [--streams 1000000] [--payloads 1000000] [--seed <number>] [--keep-new]
    Sends mutated MQTT streams, before and after CONNECT, to the listener, and mutated payloads to the pipeline. Fails on a
    crash, a hang, growing memory, or an acknowledgement without an append to Kafka. A failing input is made as small as
    possible and saved in tests/corpus. Every run first replays all inputs of tests/corpus.
    --keep-new also saves streams there: the first for each protocol version and set of answers, at most 60.
`;

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1000000' },
    payloads: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    'keep-new': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

let uncaught = 0;
const onUncaught = (error: unknown) => {
  uncaught += 1;
  process.stderr.write(`uncaught: ${(error as Error)?.stack ?? String(error)}\n`);
};
process.on('uncaughtException', onUncaught);
process.on('unhandledRejection', onUncaught);

const seed = Number(values.seed);
const streams = Number(values.streams);
const payloads = Number(values.payloads);
const startedMs = performance.now();
const seconds = () => Math.round((performance.now() - startedMs) / 1000);
let lastProgressS = 0;
process.stdout.write(`seed ${seed}\n`);

function onProgress(totals: Totals, part: 'streams' | 'payloads'): void {
  if (seconds() < lastProgressS + 10) return;
  lastProgressS = seconds();
  process.stdout.write(`${lastProgressS} s: ${totals[part]} of ${part === 'streams' ? streams : payloads} ${part}\n`);
}

const countsLine = (totals: Totals | undefined, crashes: number, hangs: number, withoutAppend: number) =>
  [
    `streams ${totals?.streams ?? '?'}`,
    `packets ${totals?.packets ?? '?'}`,
    `closed ${totals?.closed ?? '?'}`,
    `violations ${totals?.violations ?? '?'}`,
    `acknowledged ${totals?.acknowledged ?? '?'}`,
    `payloads ${totals?.payloads ?? '?'}`,
    `rejected ${totals?.rejected ?? '?'}`,
    `replayed ${totals?.replayed ?? '?'}`,
    `crashes ${crashes}`,
    `hangs ${hangs}`,
    `heap growth ${totals?.heapGrowthMb.toFixed(1) ?? '?'} MB`,
    `acknowledgements without append ${withoutAppend}`,
    `seed ${seed}`,
    `${seconds()} s`,
  ].join(', ');

try {
  const totals = await runCampaign({ seed, streams, payloads, onProgress, saveNew: values['keep-new'] });
  const memoryGrew = totals.heapGrowthMb > heapGrowthMbMax;
  process.stdout.write(`${countsLine(totals, uncaught, 0, 0)}\n`);
  if (memoryGrew) process.stderr.write(`The memory grew by more than ${heapGrowthMbMax} MB.\n`);
  process.exit(uncaught > 0 || memoryGrew ? 1 : 0);
} catch (error) {
  const message = `${(error as Error).message}\n${String((error as Error).cause ?? '')}`;
  const hangs = /hang:/.test(message) ? 1 : 0;
  const withoutAppend = /without append/.test(message) ? 1 : 0;
  process.stderr.write(`${message}\nThe failing input is saved in ${corpusDir}.\n`);
  process.stdout.write(`${countsLine(undefined, uncaught + (hangs || withoutAppend ? 0 : 1), hangs, withoutAppend)}\n`);
  process.exit(1);
}
