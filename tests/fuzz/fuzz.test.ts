/** The short form of `npm run fuzz`: all that is kept in tests/corpus, and some thousands of new ones. */
import { expect, it } from 'vitest';
import { replayCorpus, runCampaign } from './campaign.ts';
import { keptPayloads, keptStreams } from './corpus.ts';

it('replays what is kept in tests/corpus', async () => {
  expect(keptStreams().length).toBeGreaterThan(50);
  expect(keptPayloads().length).toBeGreaterThan(30);
  expect(await replayCorpus()).toBe(keptStreams().length + keptPayloads().length);
});

it('survives streams and payloads that were changed at random', async () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  const totals = await runCampaign({ seed, streams: 5_000, payloads: 5_000 });
  // It went deep: some were acknowledged, some thrown out, some kept as bad.
  expect(totals.acknowledged).toBeGreaterThan(500);
  expect(totals.violations).toBeGreaterThan(500);
  expect(totals.appended).toBeGreaterThan(500);
  expect(totals.rejected).toBeGreaterThan(500);
});
