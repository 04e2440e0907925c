/**
 * Tests a hospital's own broker in front of the gateway: each message that the broker acknowledged to a device comes to
 * Kafka.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { publishFor, recordsOf } from '../../tests/gateway/gateway.ts';
import {
  acknowledgedToBroker,
  type Hospital,
  openHospital,
  publishOn,
  reading,
  type Stream,
  sentByBroker,
  serviceCertificate,
  storedSeqs,
  storedSeqsByDevice,
} from '../../tests/gateway/upstream.ts';
import { startTestPlatform, type TestPlatform } from '../../tests/platform.ts';
import { devicePseudonym, openLogAs, type RunningProcess, until } from '../../tests/system.ts';

// Killing and starting processes may take long on a busy machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const run = randomUUID().slice(0, 6);
const bootOf = (name: string) => `${name}-${run}`;
const numbersUpTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

let ownPlatform: Awaited<ReturnType<typeof startTestPlatform>>;
let platform: TestPlatform;
let hospital: Hospital;
let gateway: RunningProcess;
let operator: SealedLog;

beforeAll(async () => {
  ownPlatform = await startTestPlatform(`test-${process.pid}-upstream`);
  platform = ownPlatform.data;
  hospital = await openHospital(platform);
  operator = await openLogAs(platform, 'operator');
});
afterAll(async () => {
  await operator?.close();
  await hospital?.close();
  await ownPlatform.platform.close();
  rmSync(platform.stateDir, { recursive: true, force: true });
});

const waitForSubscription = (times = 1) =>
  until('the gateway has subscribed', () => gateway.output().split('upstream broker connected').length - 1 >= times);

describe('a message of a device that publishes to the hospital’s broker', () => {
  it('a message that the broker retained before is left out', async () => {
    const old = await hospital.connect('bed-01');
    await old.publishAsync('devices/bed-01/status', '{"online":false}', { qos: 1, retain: true });
    gateway = await hospital.startGateway();
    await waitForSubscription();
    // The next message comes after the retained message.
    await old.publishAsync('devices/bed-01/status', '{"online":true}', { qos: 1, retain: true });
    const records = await until('the new message is in Kafka', async () => {
      const records = await recordsOf(operator, 'observations', 'bed-01');
      return records.length > 0 && records;
    });
    expect(records.map(({ body }) => (body.reading as { online: boolean }).online)).toEqual([true]);
    await old.publishAsync('devices/bed-01/status', '', { qos: 1, retain: true });
  });

  it('a message from the broker is stored like a message from a connected device', async () => {
    const boot = bootOf('way');
    const device = await hospital.connect('bed-02', { protocolVersion: 4 });
    const wave = { code: 'MDC_PULS_OXIM_PLETH', rateHz: 125, scale: 1, offset: 0, samples: 'AAAAAAAA' };
    await device.publishAsync('devices/bed-02/observations', JSON.stringify(reading(boot, 1)), { qos: 2 });
    await device.publishAsync('devices/bed-02/status', JSON.stringify({ boot, seq: 1, online: true }), { qos: 1 });
    await device.publishAsync(
      'devices/bed-02/waveforms',
      JSON.stringify({ boot, seq: 1, start: new Date().toISOString(), ...wave }),
      { qos: 1 },
    );
    const records = await until('all three messages are in Kafka', async () => {
      const records = await recordsOf(operator, 'observations', 'bed-02');
      const waves = await recordsOf(operator, 'waveforms', 'bed-02');
      return records.length === 2 && waves.length === 1 && [...records, ...waves];
    });
    const writer = devicePseudonym(platform, 'bed-02');
    expect(records.map(({ opened }) => [opened.contentType, opened.origin.writer, opened.origin.seq])).toEqual([
      [contentTypes.observation, writer, 1],
      [contentTypes.status, writer, 1],
      [contentTypes.waveform, writer, 1],
    ]);
  });

  it('a bad message is in rejected, is acknowledged to the broker with the reason, and does not delay other messages', async () => {
    const boot = bootOf('bad');
    const device = await hospital.connect('bed-03');
    const engine = await hospital.connect('engine', serviceCertificate(platform, 'operator'));
    const foreignTopics = ['devices/bed 3/observations', `devices/${'x'.repeat(65)}/status`, 'devices/../waveforms'];
    await device.publishAsync('devices/bed-03/observations', 'garbage', { qos: 1 });
    await device.publishAsync('devices/bed-03/observations', Buffer.from([0xff, 0x00]), { qos: 1 });
    for (const topic of foreignTopics) await engine.publishAsync(topic, JSON.stringify(reading(boot, 1)), { qos: 1 });
    await device.publishAsync('devices/bed-03/observations', JSON.stringify(reading(boot, 2)), { qos: 1 });
    await until('the good message is in Kafka', async () => (await storedSeqs(platform, 'bed-03', boot)).length === 1);
    const rejected = await recordsOf(operator, 'rejected', 'bed-03');
    expect(rejected.map(({ body }) => body.code)).toEqual(['payload-not-json', 'payload-not-utf8']);
    const rejectedOfUnknownDevices = await recordsOf(operator, 'rejected', 'upstream');
    expect(rejectedOfUnknownDevices.map(({ body }) => [body.topic, body.code])).toEqual(
      foreignTopics.map((topic) => [topic, topic.includes('..') ? 'topic-not-authorized' : 'topic-unknown']),
    );
    await until('the broker has the reasons', () => hospital.mosquitto.output().includes('RC:153'));
    expect(gateway.output()).not.toContain('garbage');
  });

  it('the broker’s access list lets a device publish only to its own topics', async () => {
    const device = await hospital.connect('bed-04');
    const reason = await publishFor(device, 'devices/bed-05/observations', reading(bootOf('forged'), 1));
    expect(reason).toBe(0x87);
    expect(await storedSeqs(platform, 'bed-05', bootOf('forged'))).toEqual([]);
  });

  it('the will of a lost device is in Kafka', async () => {
    const will = {
      topic: 'devices/bed-06/status',
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
      retain: true,
    };
    const device = await hospital.connect('bed-06', { will, reconnectPeriod: 0, clean: true, properties: {} });
    device.stream.destroy();
    const records = await until('the will is in Kafka', async () => {
      const records = await recordsOf(operator, 'observations', 'bed-06');
      return records.length > 0 && records;
    });
    expect(records).toMatchObject([{ body: { reading: { online: false } } }]);
  });
});

describe('messages that Mosquitto acknowledged to a device', () => {
  const beds = ['bed-07', 'bed-08', 'bed-09'] as const;

  async function openStreams(boot: string): Promise<Stream[]> {
    const streams: Stream[] = [];
    for (const bed of beds) {
      streams.push(publishOn(await hospital.connect(bed), bed, boot, { unacknowledgedMax: 20, everyMs: 5 }));
    }
    return streams;
  }

  async function expectAllStored(boot: string, streams: readonly Stream[], order = 'in order'): Promise<void> {
    for (const stream of streams) stream.stop();
    await until('the broker has acknowledged all readings', () =>
      streams.every((stream) => stream.unacknowledged() === 0),
    );
    const ids = streams.map(({ deviceId }) => deviceId);
    const seqs = await until(
      'all readings are in Kafka',
      async () => {
        const records = await storedSeqsByDevice(platform, ids, boot);
        return records.every(({ length }, i) => length === streams[i]!.published()) && records;
      },
      200_000,
    );
    for (const [i, stream] of streams.entries()) {
      const expected = numbersUpTo(stream.published());
      // The repeats are left out.
      expect(order === 'in order' ? seqs[i] : seqs[i]?.toSorted((a, b) => a - b)).toEqual(expected);
      expect(new Set(stream.acknowledged)).toEqual(new Set(expected));
    }
  }

  it('an acknowledged message is in Kafka after kill -9 of the gateway, in order', async () => {
    const boot = bootOf('killed');
    const streams = await openStreams(boot);
    for (let kill = 1; kill <= 3; kill += 1) {
      await until('the devices publish and the broker acknowledges', () =>
        streams.every(({ acknowledged }) => acknowledged.length > kill * 150),
      );
      await gateway.kill();
      await sleep(300);
      await gateway.start();
    }
    await expectAllStored(boot, streams);
    // A kill came in the middle of the stream: the broker sent unacknowledged messages again (DUP).
    expect(hospital.mosquitto.output()).toContain('Sending PUBLISH to vigil-1 (d1');
  });

  it('an acknowledged message is in Kafka after SIGTERM of the gateway, in order', async () => {
    const boot = bootOf('drained');
    const streams = await openStreams(boot);
    await until('the devices publish and the broker acknowledges', () =>
      streams.every(({ acknowledged }) => acknowledged.length > 150),
    );
    const sinceMs = Date.now();
    await gateway.close();
    expect(Date.now() - sinceMs).toBeLessThan(10_000);
    expect(gateway.output()).toContain('"msg":"closed"');
    await gateway.start();
    await expectAllStored(boot, streams);
  });

  it('an acknowledged message is in Kafka after kill -9 of a gateway with three connections of a group', async () => {
    const boot = bootOf('shared');
    await gateway.close();
    // The session of the former client id ends, so that the broker keeps no messages for it.
    await hospital.endSession('vigil-1');
    gateway = await hospital.startGateway({
      VIGIL_UPSTREAM_GROUP: 'wards',
      VIGIL_UPSTREAM_CLIENT_ID: 'member',
      VIGIL_UPSTREAM_CONNECTIONS: '3',
    });
    await waitForSubscription(3);
    const streams = await openStreams(boot);
    for (let kill = 1; kill <= 2; kill += 1) {
      await until('the devices publish and the broker acknowledges', () =>
        streams.every(({ acknowledged }) => acknowledged.length > kill * 150),
      );
      await gateway.kill();
      await gateway.start();
    }
    await expectAllStored(boot, streams, 'any order');
    await gateway.close();
    for (const member of ['member-1', 'member-2', 'member-3']) {
      expect(acknowledgedToBroker(hospital.mosquitto, member)).toBeGreaterThan(50);
      await hospital.endSession(member);
    }
    gateway = await hospital.startGateway();
    await waitForSubscription();
  });

  it('an acknowledged message is in Kafka after restarts of Mosquitto, in order', async () => {
    const boot = bootOf('restarted');
    const streams = await openStreams(boot);
    for (let restart = 1; restart <= 2; restart += 1) {
      await until('the devices publish and the broker acknowledges', () =>
        streams.every(({ acknowledged }) => acknowledged.length > restart * 150),
      );
      await hospital.mosquitto.stop();
      await hospital.mosquitto.start();
      await waitForSubscription(restart + 1);
    }
    await expectAllStored(boot, streams);
    // The restart disconnected the gateway, but kept the gateway's session.
    expect(gateway.output()).toMatch(/upstream broker (?:lost|ended the connection)/);
    expect(gateway.output()).not.toContain('lost our session');
  });

  it('a message is not acknowledged to Mosquitto while Kafka is stopped, and is in Kafka afterwards, in order', async () => {
    const boot = bootOf('stopped');
    await gateway.close();
    // This test uses its own client id, so that it can count its messages in Mosquitto's log.
    gateway = await hospital.startGateway({
      VIGIL_LOG_APPEND_MS: '4000',
      VIGIL_UPSTREAM_IN_FLIGHT_MAX: '100',
      VIGIL_UPSTREAM_CLIENT_ID: 'stopped',
    });
    await waitForSubscription();
    const sent = () => sentByBroker(hospital.mosquitto, 'stopped-1');
    const acknowledged = () => acknowledgedToBroker(hospital.mosquitto, 'stopped-1');
    const count = 1_000;
    const [bed] = beds;
    const device = await hospital.connect(bed);
    await device.publishAsync(`devices/${bed}/observations`, JSON.stringify(reading(boot, 1)), { qos: 1 });
    await until('the first reading is in Kafka', async () => (await storedSeqs(platform, bed, boot)).length === 1);
    await until('the first reading is acknowledged', () => acknowledged() === 1);

    process.kill(platform.kafkaPid, 'SIGSTOP');
    await until('Kafka is stopped', () => processState(platform.kafkaPid).startsWith('T'));
    await sleep(500);
    expect(sent()).toBe(1);
    for (let seq = 2; seq <= count; seq += 1)
      await device.publishAsync(`devices/${bed}/observations`, JSON.stringify(reading(boot, seq)), { qos: 1 });
    await until('a full window of messages is sent', () => sent() >= 101);
    // Kafka is stopped for longer than the gateway waits for an append. So the gateway disconnects from the hospital's
    // broker, and this broker sends the messages again.
    await until('an append failed', () => gateway.output().includes('a message did not reach the log'));
    await until(
      'the gateway has connected again',
      () => gateway.output().split('upstream broker connected').length - 1 >= 2,
    );
    await until('the messages are sent again', () => sent() >= 201);
    expect(acknowledged()).toBe(1);
    expect(processState(platform.kafkaPid)).toMatch(/^T/);

    process.kill(platform.kafkaPid, 'SIGCONT');
    const seqs = await until('all readings are in Kafka', async () => {
      const records = await storedSeqs(platform, bed, boot);
      return records.length === count && records;
    });
    expect(seqs).toEqual(numbersUpTo(count));
    await until('all readings are acknowledged', () => acknowledged() >= count);
  });
});

function processState(pid: number): string {
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)])
    .toString()
    .trim();
}
