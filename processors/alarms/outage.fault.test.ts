/**
 * Kills Kafka while the alarm processor runs. The processor keeps running, and a breach during the outage gives one
 * alarm after the outage.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../../ops/platform/child.ts';
import { startBroker } from '../../ops/platform/kafka.ts';
import { type AlarmLab, openLab } from '../../tests/alarms/lab.ts';
import { startTestPlatform } from '../../tests/platform.ts';

let testPlatform: Awaited<ReturnType<typeof startTestPlatform>>;
let lab: AlarmLab;
let processor: Child;
let broker: Child;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

beforeAll(async () => {
  testPlatform = await startTestPlatform(`test-${process.pid}-alarms`);
  broker = testPlatform.platform.kafka.child;
  lab = await openLab(testPlatform.data);
  processor = await lab.start();
});
afterAll(async () => {
  await processor?.stop();
  await lab?.close();
  await broker?.stop();
  await testPlatform?.platform.close();
  if (testPlatform) rmSync(testPlatform.data.stateDir, { recursive: true, force: true });
});

describe('an outage of Kafka', () => {
  it('after an outage that is longer than the limit for silence, no alarm is lost or doubled, and no silence alarm remains', async () => {
    const beds = await Promise.all(Array.from({ length: 4 }, () => lab.admit('adult')));
    const [breached] = beds as [(typeof beds)[0], ...typeof beds];
    let HR = 80;
    let running = true;
    const sending: Promise<unknown>[] = [];
    const stream = (async () => {
      for (; running; await sleep(250))
        // A device sends a reading again until Kafka has it.
        for (const bed of beds) sending.push(bed.sendUntilAccepted(Date.now(), { HR: bed === breached ? HR : 80 }));
    })();
    await sleep(3_000);
    process.kill(broker.pid, 'SIGKILL');
    expect((await broker.exited).signal).toBe('SIGKILL');
    await sleep(2_000);
    HR = 130;
    await sleep(7_000);
    const { software } = testPlatform.platform;
    const { stateDir, kafkaPort: port, kafkaControllerPort: controllerPort } = testPlatform.data;
    broker = await startBroker({ software, stateDir, port, controllerPort, shortLived: true });
    await lab.until(breached, ({ alarm }) => alarm.condition === 'HR.high' && alarm.present, 120_000);
    await sleep(5_000);
    for (const bed of beds) {
      const live = lab.alarmsOf(bed).filter(({ signal }) => signal !== 'off');
      expect(live.map(({ condition, onsets }) => `${condition} ${onsets}`)).toEqual(
        bed === breached ? ['HR.high 1'] : [],
      );
    }
    expect(lab.alarmsOf(breached).filter(({ kind }) => kind === 'physiological')).toHaveLength(1);
    running = false;
    await stream;
    await Promise.all(sending);
    await processor.stop();
    expect((await processor.exited).code).toBe(0);
  }, 300_000);
});
