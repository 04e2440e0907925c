import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../contracts/durations.ts';
import { retentionOf } from '../../contracts/retention.ts';
import { kafkaTopicNames, kafkaTopics } from '../../contracts/topics.ts';
import { topicConfig } from './topics.ts';

/** Writes a duration like `7 days 6 h 6 min`. */
function formatDuration(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const hours = Math.floor((ms % dayMs) / hourMs);
  const minutes = (ms % hourMs) / minuteMs;
  const parts = [days > 0 && `${days} ${days === 1 ? 'day' : 'days'}`, hours > 0 && `${hours} h`];
  return [...parts, minutes > 0 && `${minutes} min`].filter(Boolean).join(' ');
}

describe('retention times', () => {
  const timed = kafkaTopicNames.filter((name) => kafkaTopics[name].retentionMs > 0);

  it.each(timed)('Kafka deletes records of %s soon after their retention time', (name) => {
    const { msMin, msMax } = retentionOf(name);
    expect(msMin).toBe(kafkaTopics[name].retentionMs);
    // The delay is at most a twentieth of the retention time, for instance about 1 h for a day.
    expect(msMax - msMin - 6 * minuteMs).toBeLessThanOrEqual(msMin / 20);
  });

  it.each(timed)('the operator’s page has the retention times that Kafka uses for %s', (name) => {
    const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operator.md'), 'utf8');
    const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    const { msMin, msMax } = retentionOf(name);
    expect(
      row
        ?.split('|')
        .map((cell) => cell.trim())
        .slice(3, 5),
    ).toEqual([formatDuration(msMin), formatDuration(msMax)]);
  });

  it('Kafka keeps a key longer than each record that needs the key, although the key is up to 1 h older', () => {
    const longestMs = Math.max(retentionOf('observations').msMax, retentionOf('waveforms').msMax);
    expect(retentionOf('keys-readings').msMin).toBeGreaterThan(longestMs + hourMs);
    expect(retentionOf('keys-strips').msMin).toBeGreaterThan(retentionOf('strips').msMax + hourMs);
    expect(retentionOf('keys-rejected').msMin).toBeGreaterThan(retentionOf('rejected').msMax + hourMs);
  });

  it('Kafka keeps the records of all other topics without a time limit', () => {
    for (const name of kafkaTopicNames.filter((topic) => !timed.includes(topic))) {
      expect(retentionOf(name).msMin).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it.each(kafkaTopicNames)('topicConfig returns the times and the clean-up policy of %s from the table', (name) => {
    const entries = Object.fromEntries(
      (topicConfig(name).configEntries ?? []).map((entry) => [entry.name, entry.value]),
    );
    const { retentionMs, segmentMs, cleanup } = kafkaTopics[name];
    expect(entries).toMatchObject({
      'retention.ms': String(retentionMs),
      'segment.ms': String(segmentMs),
      'cleanup.policy': cleanup,
    });
  });
});
