import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kafkaTopicNames, kafkaTopics, retentionOf } from '../../contracts/topics.ts';
import { topicConfig } from './topics.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `7 days 6 h 6 min` */
function words(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const hours = Math.floor((ms % dayMs) / hourMs);
  const minutes = (ms % hourMs) / minuteMs;
  const parts = [days > 0 && `${days} ${days === 1 ? 'day' : 'days'}`, hours > 0 && `${hours} h`];
  return [...parts, minutes > 0 && `${minutes} min`].filter(Boolean).join(' ');
}

describe('what Kafka keeps', () => {
  const timed = kafkaTopicNames.filter((name) => kafkaTopics[name].retentionMs > 0);

  it.each(timed)('%s is deleted soon after its time, because its files are short', (name) => {
    const { leastMs, mostMs } = retentionOf(name);
    expect(leastMs).toBe(kafkaTopics[name].retentionMs);
    // Within a twentieth: 1 h of a day.
    expect(mostMs - leastMs - 6 * minuteMs).toBeLessThanOrEqual(leastMs / 20);
  });

  it.each(timed)('%s has the time that the operator’s page gives', (name) => {
    const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operator.md'), 'utf8');
    const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    const { leastMs, mostMs } = retentionOf(name);
    expect(
      row
        ?.split('|')
        .map((cell) => cell.trim())
        .slice(3, 5),
    ).toEqual([words(leastMs), words(mostMs)]);
  });

  it('never keeps a reading longer than its key, which is written up to an hour earlier', () => {
    const mostMs = Math.max(retentionOf('observations').mostMs, retentionOf('waveforms').mostMs);
    expect(retentionOf('keys-readings').leastMs).toBeGreaterThan(mostMs + hourMs);
    expect(retentionOf('keys-rejected').leastMs).toBeGreaterThan(retentionOf('rejected').mostMs + hourMs);
  });

  it('keeps alarms and audit forever, and the last records of tables', () => {
    for (const name of kafkaTopicNames.filter((topic) => !timed.includes(topic))) {
      expect(retentionOf(name).leastMs).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it.each(kafkaTopicNames)('%s is made with its times', (name) => {
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
