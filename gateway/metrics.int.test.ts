/** Tests `/metrics` of a real gateway: Prometheus's own checker accepts the text, and the numbers are right. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import { connectMqtt, publishFor } from '../tests/gateway/gateway.ts';
import { ensurePromtool } from '../tests/independent/promtool.ts';
import { ownPorts, type RunningProcess, startProcess, until } from '../tests/system.ts';

const platform = await ownPorts(inject('platform'));
const device = `metered-${randomUUID().slice(0, 6)}`;
const pulse = { code: 'MDC_PULS_OXIM_PULS_RATE', value: 70, unit: '/min' };
const wave = { code: 'MDC_ECG_ELEC_POTL_I', rateHz: 250, scale: 0.001, offset: 0, samples: 'AAA=' };

let gateway: RunningProcess;
let base: string;
let client: MqttClient;

beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: [device], nowMs: Date.now() });
  gateway = await startProcess(platform, 'gateway');
  base = `http://127.0.0.1:${/"metricsPort":(\d+)/.exec(gateway.output())?.[1]}`;
});
afterAll(async () => {
  await client?.endAsync(true);
  await gateway?.close();
});

type Samples = ReadonlyMap<string, number>;

async function scrape(): Promise<{ readonly text: string; readonly samples: Samples }> {
  const response = await fetch(`${base}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return {
    text,
    samples: new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))])),
  };
}

const expectSamples = (samples: Samples, expected: Record<string, number>) =>
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, samples.get(name)]))).toEqual(expected);

it('the metrics of the gateway count what it did, in the format of Prometheus', async () => {
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
  client = await connectMqtt(platform, device);
  const topicOf = (kind: string) => `devices/${device}/${kind}`;
  let seq = 0;
  const reading = (more: object = {}) => {
    seq += 1;
    return { boot: 'b', seq, time: new Date().toISOString(), values: [pulse], ...more };
  };
  for (let i = 0; i < 200; i += 1) expect(await publishFor(client, topicOf('observations'), reading())).toBe(0);
  for (let i = 0; i < 3; i += 1) expect(await publishFor(client, topicOf('observations'), reading(), 2)).toBe(0);
  const unusable = { ...pulse, value: 1e6 };
  expect(await publishFor(client, topicOf('observations'), reading({ values: [pulse, unusable] }))).toBe(0);
  expect(await publishFor(client, topicOf('observations'), '{')).toBe(0x99);
  expect(await publishFor(client, topicOf('observations'), reading({ time: '2020-01-01T00:00:00.000Z' }))).toBe(0x99);
  expect(
    await publishFor(client, topicOf('status'), { boot: 'b', seq: 1, time: new Date().toISOString(), online: true }),
  ).toBe(0);
  expect(
    await publishFor(client, topicOf('waveforms'), { boot: 'b', seq: 1, start: new Date().toISOString(), ...wave }),
  ).toBe(0);
  expect(await publishFor(client, 'devices/another/observations', reading())).toBe(0x87);

  // Four numbers are missing: two were rejected and two left out. One number comes twice.
  seq += 2;
  const last = reading();
  for (const repeated of [last, last]) expect(await publishFor(client, topicOf('observations'), repeated)).toBe(0);
  const { text, samples } = await scrape();
  const checkerResult = spawnSync(await ensurePromtool(), ['check', 'metrics'], { input: text, encoding: 'utf8' });
  expect(checkerResult.error).toBeUndefined();
  // The checker also complains about Node's own metrics, which Vigil cannot change.
  expect(checkerResult.stderr.split('\n').filter((line) => line.startsWith('vigil') || line.includes('error'))).toEqual(
    [],
  );

  expectSamples(samples, {
    vigil_gateway_ready: 1,
    vigil_gateway_connections: 1,
    vigil_gateway_sessions: 1,
    'vigil_gateway_connects_total{outcome="accepted"}': 1,
    'vigil_gateway_connects_total{outcome="refused"}': 0,
    vigil_gateway_publishes_total: 211,
    vigil_gateway_acknowledged_total: 211,
    'vigil_gateway_readings_total{kind="observations",outcome="appended"}': 205,
    'vigil_gateway_readings_total{kind="observations",outcome="appended-in-part"}': 1,
    'vigil_gateway_readings_total{kind="observations",outcome="rejected"}': 2,
    'vigil_gateway_readings_total{kind="observations",outcome="failed"}': 0,
    'vigil_gateway_readings_total{kind="status",outcome="appended"}': 1,
    'vigil_gateway_readings_total{kind="waveforms",outcome="appended"}': 1,
    'vigil_gateway_readings_total{kind="other",outcome="rejected"}': 1,
    'vigil_gateway_rejections_total{code="payload-not-json"}': 1,
    'vigil_gateway_rejections_total{code="time-invalid"}': 1,
    'vigil_gateway_rejections_total{code="topic-not-authorized"}': 1,
    'vigil_gateway_seq_total{kind="observations",what="missing"}': 4,
    'vigil_gateway_seq_total{kind="observations",what="filled"}': 0,
    'vigil_gateway_seq_total{kind="observations",what="repeated"}': 1,
    'vigil_gateway_seq_total{kind="status",what="missing"}': 0,
    vigil_gateway_unacked_bytes: 0,
    vigil_gateway_unacked_bytes_max: 67_108_864,
    vigil_gateway_ack_latency_seconds_count: 211,
    'vigil_gateway_ack_latency_seconds_bucket{le="+Inf"}': 211,
    'vigil_gateway_paused_connections{cause="unacked"}': 0,
    'vigil_gateway_lane_records{topic="observations"}': 0,
    'vigil_gateway_lane_bytes{topic="observations"}': 0,
    vigil_gateway_offsets_regressed_total: 0,
    vigil_gateway_append_retries_total: 0,
  });
  expect(samples.get('vigil_gateway_ack_latency_seconds_sum')).toBeGreaterThan(0);
  // Every reading is in a batch, and the time for sealing was measured at every 64th record.
  expect(samples.get('vigil_gateway_batch_records_sum')).toBeGreaterThanOrEqual(209);
  expect(samples.get('vigil_gateway_seal_seconds_count')).toBeGreaterThanOrEqual(3);
  expect(samples.get('vigil_gateway_batch_bytes_sum')).toBeGreaterThan(209 * 200);
  expect(samples.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  // The metrics contain no name of a device.
  expect(text).not.toContain(device);

  await client.endAsync();
  await until('the end of the connection', async () => (await scrape()).samples.get('vigil_gateway_connections') === 0);
  expectSamples((await scrape()).samples, { 'vigil_gateway_disconnects_total{cause="disconnected"}': 1 });
});

it('the gateway reports draining at /healthz while it shuts down', async () => {
  client = await connectMqtt(platform, device);
  process.kill(gateway.pid(), 'SIGTERM');
  const states = new Set<string>();
  await until('the end of the gateway', async () => {
    const state = await fetch(`${base}/healthz`).then(
      (response) => response.text(),
      () => 'gone\n',
    );
    states.add(state.trim());
    return state === 'gone\n';
  });
  expect(states).toContain('gone');
  expect([...states].filter((state) => !['ready', 'draining', 'gone'].includes(state))).toEqual([]);
});
