/** Runs hundreds of thousands of plans in batches, each with its own seed, and counts the results. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import { payloadSeeds, savedPayloads, savedStreams, savePayload, saveStream } from './corpus.ts';
import { payloadOf, payloadPlans } from './payload-plans.ts';
import { openPayloadWorld } from './payloads.ts';
import { chunksOf, packetsOf, type StreamPlan, streamPlans } from './stream.ts';
import { openWorld, type StreamResult, type StreamScript } from './world.ts';

export type Totals = {
  streams: number;
  packets: number;
  /** Number of streams that the listener ended. */
  closed: number;
  violations: number;
  acknowledged: number;
  payloads: number;
  rejected: number;
  /** Number of payloads that were appended. */
  appended: number;
  /** Number of inputs of tests/corpus that were replayed. */
  replayed: number;
  heapGrowthMb: number;
};

export type Campaign = {
  readonly seed: number;
  readonly streams: number;
  readonly payloads: number;
  /** Called after each batch. */
  readonly onProgress?: (totals: Totals, part: 'streams' | 'payloads') => void;
  /** Whether to save in tests/corpus each stream that is the first to get its types of answers. */
  readonly saveNew?: boolean;
};

const batchRuns = 2_500;
/** Allowed growth of used memory after the first tenth of the run. */
export const heapGrowthMbMax = 24;

/**
 * Replays tests/corpus, and then tries new streams and payloads.
 * @throws Error about the smallest failing input, which is saved in tests/corpus
 */
export async function runCampaign(campaign: Campaign): Promise<Totals> {
  const totals: Totals = {
    streams: 0,
    packets: 0,
    closed: 0,
    violations: 0,
    acknowledged: 0,
    payloads: 0,
    rejected: 0,
    appended: 0,
    replayed: 0,
    heapGrowthMb: 0,
  };
  totals.replayed = await replayCorpus();
  await runStreams(campaign, totals);
  await runPayloads(campaign, totals);
  return totals;
}

/** Replays each input of tests/corpus once with each fate. Returns the number of inputs. */
export async function replayCorpus(): Promise<number> {
  let replayed = 0;
  const world = await openWorld();
  for (const { name, chunks } of savedStreams()) {
    for (const fates of [['appended'], ['late', 'refused'], ['failed']] as const) {
      await withName(name, () => world.play([{ chunks, fates, pauses: [true, false], isTorn: false }]));
    }
    replayed += 1;
  }
  await world.close();
  const payloads = openPayloadWorld();
  for (const { name, kind, payload } of savedPayloads()) {
    for (const fate of ['appended', 'later', 'failed'] as const) {
      await withName(name, () => payloads.publish(kind as DeviceTopicKind, payload, fate));
    }
    replayed += 1;
  }
  return replayed;
}

/** Runs a function, and puts the name of the input in front of its error. */
async function withName(name: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (cause) {
    throw new Error(`${name}: ${(cause as Error).message}`, { cause });
  }
}

const scriptOf = (plan: StreamPlan, packets: readonly Buffer[]): StreamScript => ({
  chunks: chunksOf(packets, plan.chunkSizes),
  fates: plan.fates,
  pauses: plan.pauses,
  isTorn: plan.isTorn,
});

async function runStreams({ seed, streams, onProgress, saveNew }: Campaign, totals: Totals): Promise<void> {
  const world = await openWorld();
  const savedShapes = new Set<string>();
  const heapGrowthMb = createHeapMeter(streams);
  const oneOrTwoPlans = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(streamPlans) },
    { weight: 1, arbitrary: fc.tuple(streamPlans, streamPlans) },
  ) as fc.Arbitrary<StreamPlan[]>;
  for (let batch = 0; totals.streams < streams; batch += 1) {
    /** The smallest failing input so far. */
    let failingInput: { plan: StreamPlan; packets: Buffer[] }[] = [];
    try {
      const property = fc.asyncProperty(oneOrTwoPlans, async (plans) => {
        const played = plans.map((plan) => ({ plan, packets: packetsOf(plan) }));
        try {
          const results = await world.play(played.map(({ plan, packets }) => scriptOf(plan, packets)));
          addToTotals(totals, played, results);
          if (saveNew) saveIfNew(savedShapes, played, results);
        } catch (error) {
          failingInput = played;
          throw error;
        }
      });
      await fc.assert(property, { seed: seed + batch, numRuns: batchRuns });
    } catch (error) {
      for (const [i, { plan, packets }] of failingInput.entries()) {
        saveStream(`fault-${seed + batch}-${i}`, `fates ${plan.fates}`, chunksOf(packets, plan.chunkSizes));
      }
      throw error;
    }
    totals.violations = world.counters.violations;
    totals.heapGrowthMb = heapGrowthMb(totals.streams);
    onProgress?.(totals, 'streams');
  }
  await world.close();
}

function addToTotals(
  totals: Totals,
  played: readonly { packets: readonly Buffer[] }[],
  results: readonly StreamResult[],
): void {
  for (const [i, { packets }] of played.entries()) {
    totals.streams += 1;
    totals.packets += packets.length;
    totals.closed += results[i]!.closed ? 1 : 0;
    totals.acknowledged += results[i]!.acknowledged;
  }
}

/**
 * Saves a stream in tests/corpus if it is the first of this run with its protocol version and its types of answers. At
 * most 60 streams of a run are saved. A file of an earlier run with the same version and answers is replaced.
 */
function saveIfNew(
  savedShapes: Set<string>,
  played: readonly { plan: StreamPlan; packets: Buffer[] }[],
  results: readonly StreamResult[],
): void {
  if (played.length > 1) return;
  const { answers } = results[0]!;
  const shape = `${played[0]!.plan.version} ${[...new Set(answers.split(' '))].sort().join(' ')}`;
  if (savedShapes.has(shape) || savedShapes.size >= 60) return;
  savedShapes.add(shape);
  const name = `v${shape.replace(/[ :]/g, (c) => (c === ' ' ? '-' : '.'))}`;
  saveStream(name, `answered: ${answers || 'nothing'}`, chunksOf(played[0]!.packets, played[0]!.plan.chunkSizes));
}

async function runPayloads({ seed, payloads, onProgress }: Campaign, totals: Totals): Promise<void> {
  const world = openPayloadWorld();
  const heapGrowthMb = createHeapMeter(payloads);
  const growthBefore = totals.heapGrowthMb;
  for (let batch = 0; totals.payloads < payloads; batch += 1) {
    let failingInput: { kind: DeviceTopicKind; payload: Buffer } | undefined;
    try {
      const property = fc.asyncProperty(payloadPlans, async (plan) => {
        const { kind } = payloadSeeds[plan.seed]!;
        const payload = payloadOf(plan);
        const outcome = await world.publish(kind, payload, plan.fate).catch((error: unknown) => {
          failingInput = { kind, payload };
          throw error;
        });
        totals.payloads += 1;
        if (outcome === 'refused') totals.rejected += 1;
        if (outcome === 'appended') totals.appended += 1;
      });
      await fc.assert(property, { seed: seed + batch, numRuns: batchRuns });
    } catch (error) {
      if (failingInput) savePayload(failingInput.kind, `fault-${seed + batch}`, failingInput.payload);
      throw error;
    }
    totals.heapGrowthMb = Math.max(growthBefore, heapGrowthMb(totals.payloads));
    onProgress?.(totals, 'payloads');
  }
}

/**
 * Creates a function that returns the growth of used memory since the first tenth of the runs, in MB. Its argument is
 * the number of finished runs. The function measures after each tenth of the runs, and returns 0 before the first
 * tenth.
 * @param allRuns number of runs in total
 */
function createHeapMeter(allRuns: number): (finishedRuns: number) => number {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const usedMb = () => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1_048_576;
  };
  let base: number | undefined;
  let growth = 0;
  let nextMeasurement = allRuns / 10;
  return (finishedRuns) => {
    if (finishedRuns < nextMeasurement) return growth;
    nextMeasurement += allRuns / 10;
    const mb = usedMb();
    base ??= mb;
    growth = Math.max(0, mb - base);
    return growth;
  };
}
