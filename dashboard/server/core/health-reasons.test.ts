import { expect, it } from 'vitest';
import { healthReasons } from './health-reasons.ts';

const canary = { at: null, step: 'log', grave: true, partitions: 4, of: 4 } as const;

it('healthReasons returns an empty list if all parts work', () => {
  expect(healthReasons({ kafka: 'ok', alarms: 'ok' })).toEqual([]);
});

it('healthReasons names each part that does not work, and what to check', () => {
  expect(healthReasons({ kafka: 'away', alarms: 'stale', canary }, { isRunning: false, isRead: false })).toEqual([
    expect.stringMatching(/^Kafka does not answer the dashboard: look at Kafka/),
    expect.stringMatching(/^The alarm processor gives no sign of life: look at its log/),
    expect.stringMatching(/^Test readings do not arrive: .* not in Kafka: look at the gateway and at Kafka\.$/),
    expect.stringMatching(/^No delivery process gives a sign of life, so nobody is called/),
    expect.stringMatching(/^The deliveries of alarms cannot be read from Kafka/),
  ]);
});
