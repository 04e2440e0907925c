/** `npm run fuzz`: what no client may bring about, tried a million times. Prints its seed, and ends with one line of counts. */
import { parseArgs } from 'node:util';
import { heapGrowthMbMax, runCampaign, type Totals } from './fuzz/campaign.ts';
import { corpusDir } from './fuzz/corpus.ts';

const help = `npm run fuzz -- [--streams 1000000] [--payloads 1000000] [--seed <number>] [--keep-new]
    Mutated MQTT streams, before and after CONNECT, against the listener, and mutated payloads against the pipeline. No crash,
    no hang, no growth of memory, no acknowledgement without append. A case that breaks one of these is made small and kept
    in tests/corpus, which every run replays first. --keep-new keeps a stream for each new way of being answered.
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
let saidS = 0;
process.stdout.write(`seed ${seed}\n`);

function onProgress(totals: Totals, part: 'streams' | 'payloads'): void {
  if (seconds() < saidS + 10) return;
  saidS = seconds();
  process.stdout.write(`${saidS} s: ${totals[part]} of ${part === 'streams' ? streams : payloads} ${part}\n`);
}

const line = (totals: Totals | undefined, crashes: number, hangs: number, withoutAppend: number) =>
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
  const totals = await runCampaign({ seed, streams, payloads, onProgress, keepNew: values['keep-new'] });
  const grown = totals.heapGrowthMb > heapGrowthMbMax;
  process.stdout.write(`${line(totals, uncaught, 0, 0)}\n`);
  if (grown) process.stderr.write(`The memory grew by more than ${heapGrowthMbMax} MB.\n`);
  process.exit(uncaught > 0 || grown ? 1 : 0);
} catch (error) {
  const words = `${(error as Error).message}\n${String((error as Error).cause ?? '')}`;
  const hangs = /hang:/.test(words) ? 1 : 0;
  const withoutAppend = /without append/.test(words) ? 1 : 0;
  process.stderr.write(`${words}\nThe case is kept in ${corpusDir}.\n`);
  process.stdout.write(`${line(undefined, uncaught + (hangs || withoutAppend ? 0 : 1), hangs, withoutAppend)}\n`);
  process.exit(1);
}
