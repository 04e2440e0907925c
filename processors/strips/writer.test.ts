import pino from 'pino';
import { afterEach, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { forgetTimerFailures, timerFailures } from '../../process/timer-tasks.ts';
import { raised, t0, wavesFrom } from './core/bed.testing.ts';
import { attemptsMs, onsetOf } from './core/onsets.ts';
import { createQueue } from './core/queue.ts';
import { createStripWriter } from './writer.ts';

afterEach(forgetTimerFailures);

/** Opens a writer with three alarms. The code fails for the waves of the second alarm. */
function open(append: () => Promise<void> = async () => {}) {
  const queue = createQueue();
  const written: string[] = [];
  for (const n of [1, 2, 3]) {
    const onset = onsetOf(raised({ alarmId: `alarm-000000000000000${n}` }), 1, undefined)!;
    queue.add({ onset, partition: 0, offset: BigInt(n), appendedMs: t0 }, t0);
  }
  const clock = { ms: t0 + attemptsMs[0]! + 10_000 };
  const sealed = {
    ...{ service: 'strips', boot: 'boot', kafka: undefined },
    sealer: { keyFor: async () => ({}), seal: () => Buffer.alloc(0) },
    appender: {
      async append(_: string, key: string) {
        await append();
        written.push(key);
      },
    },
  };
  const writer = createStripWriter({
    sealed: sealed as never,
    source: {
      read: async (jobs) =>
        new Map(
          jobs.map(({ onset }) => [
            onset.key,
            onset.alarm.alarmId.endsWith('2')
              ? ({ unreadable: 0, observations: [], waves: [undefined] } as never)
              : { unreadable: 0, observations: [], waves: wavesFrom(-15, 15) },
          ]),
        ),
      close: async () => {},
    },
    ...{ queue, counts: { written: new Map(), failures: 0 }, now: () => clock.ms, log: pino({ level: 'silent' }) },
    readLog: async () => undefined as never,
  });
  return { queue, written, writer, clock };
}

it('if the code fails for the strip of one alarm, the other strips are written, and that strip is tried again', async () => {
  const { queue, written, writer, clock } = open();
  expect(await writer.pass()).toBe(true);
  expect(written).toHaveLength(2);
  expect(queue.size).toBe(1);
  for (const attemptMs of attemptsMs) {
    clock.ms = t0 + attemptMs + 10_000;
    await writer.pass();
  }
  expect(queue.size).toBe(0);
  expect(written).toHaveLength(2);
  expect(timerFailures().get('strip')).toBe(attemptsMs.length);
});

it('if Kafka does not accept a strip, the pass fails and all strips wait', async () => {
  const { queue, writer } = open(async () => {
    throw new VigilError('log-append-failed', 'Kafka is away.');
  });
  await expect(writer.pass()).rejects.toMatchObject({ code: 'log-append-failed' });
  expect(queue.size).toBe(3);
  expect(timerFailures().size).toBe(0);
});
