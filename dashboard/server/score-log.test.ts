/**
 * Tests which parts of the log are read for scores, and what is kept. trend-log.int.test.ts tests the reading itself.
 */
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../contracts/durations.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { newScores } from '../../contracts/messages/scores.testing.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { ReadRecord } from '../../log/sealed-reading.ts';
import { createScoreLogOf } from './score-log.ts';

const t0 = Date.parse('2026-01-08T10:00:00.000Z');
const own = 'assoc-01';
type Stored = { readonly key: string; readonly atMs: number; readonly total: number };

const recordOf = ({ key, atMs, total }: Stored) =>
  ({
    opened: { origin: { key } },
    record: {
      contentType: contentTypes.scores,
      body: newScores(key, { total, atLeast: total }, { at: formatInstant(atMs) }),
    },
  }) as unknown as ReadRecord;

/** Opens a log that is read from memory. `fails` chooses the reads that fail or never end. */
function openLog(
  stored: Stored[],
  fails: (fromMs: number, key: string | undefined) => 'fails' | 'hangs' | undefined = () => undefined,
  scoresMax?: number,
) {
  const asked: string[] = [];
  const clock = { nowMs: t0 };
  const log = createScoreLogOf(
    async ({ key, sinceMs, untilMs }, onRecord, signal) => {
      asked.push(`${(clock.nowMs - sinceMs) / minuteMs} to ${(clock.nowMs - untilMs()) / minuteMs}`);
      const fault = fails(sinceMs, key);
      if (fault === 'fails') throw new Error('Kafka is away');
      if (fault === 'hangs')
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      for (const each of stored) if (each.atMs >= sinceMs && each.atMs <= untilMs()) onRecord(recordOf(each));
      return true;
    },
    { now: () => clock.nowMs, logger: pino({ level: 'silent' }), ...(scoresMax !== undefined && { scoresMax }) },
  );
  return { log, asked, clock };
}

const stored = [10, 40, 100, 400, 2_000].map((minutes) => ({ key: own, atMs: t0 - minutes * minuteMs, total: 3 }));
const many = [1, 2, 3, 4, 5].map((minutes) => ({ key: own, atMs: t0 - minutes * minuteMs, total: 3 }));
const minutesOf = ({ scores }: { readonly scores: readonly { readonly atMs: number }[] }) =>
  scores.map(({ atMs }) => (t0 - atMs) / minuteMs).sort((a, b) => a - b);

describe('the scores of the log', () => {
  it('the newest part is read first, and then older parts back to the asked time; the next request reads only what is new', async () => {
    const { log, asked, clock } = openLog(stored);
    const first = await log.scores('nora', own, t0 - 2 * hourMs);
    expect(minutesOf(first)).toEqual([10, 40, 100]);
    expect(first).toMatchObject({ knownFromMs: t0 - 2 * hourMs, knownToMs: t0, isWhole: true });
    expect(asked).toEqual(['15 to 0', '60 to 15', '122 to 60']);
    stored.push({ key: own, atMs: t0 + 30_000, total: 5 });
    clock.nowMs = t0 + minuteMs;
    expect(minutesOf(await log.scores('nora', own, t0 - hourMs))).toEqual([-0.5, 10, 40, 100]);
    expect(asked.slice(3)).toEqual(['2 to 0']);
    stored.pop();
  });

  it('no score of another association is returned', async () => {
    const { log } = openLog([...stored, { key: 'assoc-02', atMs: t0 - minuteMs, total: 20 }]);
    expect(minutesOf(await log.scores('nora', own, t0 - hourMs))).toEqual([10, 40]);
  });

  it('if an older part cannot be read, the newer scores are returned, with the time from which they are complete', async () => {
    const { log } = openLog(stored, (fromMs) => (fromMs < t0 - hourMs ? 'fails' : undefined));
    const { knownFromMs, ...read } = await log.scores('nora', own, t0 - dayMs);
    expect(minutesOf(read)).toEqual([10, 40]);
    // Clocks may differ by 2 min, so the scores are known only from 2 min later.
    expect(knownFromMs).toBe(t0 - hourMs + 2 * minuteMs);
  });

  it('if the newest part cannot be read, the request fails, and for 20 s no other request tries to read it', async () => {
    let isAway = true;
    const { log, asked, clock } = openLog(stored, () => (isAway ? 'fails' : undefined));
    await expect(log.scores('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
    isAway = false;
    clock.nowMs += 19_999;
    await expect(log.scores('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(asked).toHaveLength(1);
    clock.nowMs += 1;
    expect(minutesOf(await log.scores('nora', own, t0 - hourMs))).toEqual([10, 40]);
  });

  it('a patient whose scores cannot be read stops only the requests for this patient', async () => {
    const { log, clock } = openLog([{ key: 'assoc-02', atMs: t0 - minuteMs, total: 20 }], (_, key) =>
      key === own ? 'fails' : undefined,
    );
    await expect(log.scores('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(minutesOf(await log.scores('nora', 'assoc-02', t0 - hourMs))).toEqual([1]);
    clock.nowMs += 1;
    await expect(log.scores('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(minutesOf(await log.scores('nora', 'assoc-02', t0 - hourMs))).toEqual([1]);
  });

  it('a patient with more new scores than the maximum does not stop the requests for other patients', async () => {
    const { log } = openLog([...stored, { key: 'assoc-02', atMs: t0 - minuteMs, total: 20 }, ...many], undefined, 4);
    await expect(log.scores('nora', own, t0 - hourMs)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(minutesOf(await log.scores('nora', 'assoc-02', t0 - hourMs))).toEqual([1]);
  });

  it('more scores than the maximum are not kept: no older part is read', async () => {
    const { log } = openLog(stored, undefined, 2);
    const read = await log.scores('nora', own, t0 - dayMs);
    expect(minutesOf(read)).toEqual([10, 40]);
    expect(read.knownFromMs).toBe(t0 - hourMs + 2 * minuteMs);
  });
});
