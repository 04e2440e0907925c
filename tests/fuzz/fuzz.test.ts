/** A short `npm run fuzz`: replays all inputs of tests/corpus, and tries some thousand new inputs. */
import { expect, it } from 'vitest';
import { replayCorpus, runCampaign } from './campaign.ts';
import { savedPayloads, savedStreams } from './corpus.ts';

it('the gateway handles every stream and payload of tests/corpus without a fault', async () => {
  expect(savedStreams().length).toBeGreaterThan(50);
  expect(savedPayloads().length).toBeGreaterThan(30);
  expect(await replayCorpus()).toBe(savedStreams().length + savedPayloads().length);
});

it('the gateway handles randomly changed streams and payloads without a fault', async () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  const totals = await runCampaign({ seed, streams: 5_000, payloads: 5_000 });
  // The inputs reached all parts of the code: many were acknowledged, many ended a connection, and many were rejected.
  expect(totals.acknowledged).toBeGreaterThan(500);
  expect(totals.violations).toBeGreaterThan(500);
  expect(totals.appended).toBeGreaterThan(500);
  expect(totals.rejected).toBeGreaterThan(500);
});
