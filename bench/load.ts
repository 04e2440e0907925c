/**
 * Simulates the devices of the ingest benchmark. The benchmark starts this file as a child process and sends it orders.
 * Every device has one MQTT 5 connection over mutual TLS and publishes with QoS 1.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { publishTemplate, type Template, writeReading } from './reading.ts';

export type Order =
  /** Connects the devices `dev-0`, `dev-1` … and keeps them connected. */
  | {
      readonly do: 'connect';
      readonly port: number;
      readonly certs: string;
      readonly devices: number;
      readonly connectingMax: number;
      /** Groups for the key exchange of TLS, colon-separated. */
      readonly groups: string;
    }
  /** Sends as fast as possible: each device always has `window` unacknowledged readings. */
  | { readonly do: 'saturate'; readonly window: number; readonly warmupS: number; readonly seconds: number }
  /**
   * Sends `perS` readings per second in total, evenly over devices and time. The latency of a reading begins at the
   * time at which the reading was due, even if this process sent it late. So a slow sender does not make the figures
   * better (coordinated omission).
   */
  | { readonly do: 'pace'; readonly perS: number; readonly warmupS: number; readonly seconds: number };

export type Answer =
  | { readonly kind: 'connected'; readonly seconds: number }
  /** The measured time begins now. So the benchmark must now read the gateway's CPU time. */
  | { readonly kind: 'measuring' }
  | { readonly kind: 'measured'; readonly seconds: number; readonly acked: number; readonly latenciesMs: Percentiles };

export type Percentiles = { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };

type Device = {
  readonly socket: TLSSocket;
  readonly id: string;
  template: Template;
  seq: number;
  unacked: number;
  /** Time of the last packet that the device sent, ms of performance.now(). */
  lastSentMs: number;
  /** Due times of the readings in flight. The index is the packet id modulo the length. */
  readonly dueMs: Float64Array;
  /** The received bytes of a packet that is not complete yet. */
  incompletePacket: Buffer;
};

/**
 * Returns the length of `dueMs`. This length must be larger than the number of readings in flight of one device. If
 * there are many devices, each device has few readings in flight.
 */
const ringLengthFor = (devices: number) => (devices > 1000 ? 64 : 4096);
const keepAliveS = 60;
const boot = `bench-${process.pid}`;
const timeText = Buffer.from(new Date().toISOString());
let timeTextMs = 0;

const devices: Device[] = [];
/** Called for each acknowledgement while `saturate` runs. */
let onAcked: ((device: Device, count: number) => void) | undefined;
let acked = 0;
let latencies: Float64Array | undefined;

function timeNow(): Buffer {
  const nowMs = Date.now();
  if (nowMs !== timeTextMs) {
    timeTextMs = nowMs;
    timeText.write(new Date(nowMs).toISOString(), 'latin1');
  }
  return timeText;
}

/** Sends `count` readings in one write. */
function publish(device: Device, count: number, dueMs: number): void {
  const time = timeNow();
  const bytes = Buffer.allocUnsafe(count * (device.template.bytes.length + 16));
  let length = 0;
  for (let sent = 0; sent < count; sent += 1) {
    device.seq += 1;
    if (device.seq >= 10 ** device.template.seqDigits) {
      device.template = publishTemplate(device.id, boot, device.seq);
    }
    const packetId = (device.seq % 65_535) + 1;
    device.dueMs[packetId % device.dueMs.length] = dueMs;
    length = writeReading(bytes, length, device.template, packetId, device.seq, time);
  }
  device.unacked += count;
  device.lastSentMs = performance.now();
  device.socket.write(bytes.subarray(0, length));
}

function receive(device: Device, chunk: Buffer): void {
  const bytes = device.incompletePacket.length > 0 ? Buffer.concat([device.incompletePacket, chunk]) : chunk;
  const nowMs = performance.now();
  let start = 0;
  let count = 0;
  while (start + 2 <= bytes.length && start + 2 + bytes[start + 1]! <= bytes.length) {
    if (bytes[start] === 0x40) {
      const length = bytes[start + 1]!;
      if (length > 2 && bytes[start + 4]! >= 0x80)
        fail(`a reading of ${device.id} was refused: reason code ${bytes[start + 4]}`);
      if (latencies && acked + count < latencies.length) {
        latencies[acked + count] = nowMs - device.dueMs[bytes.readUInt16BE(start + 2) % device.dueMs.length]!;
      }
      count += 1;
    } else if (bytes[start] !== 0x20 && bytes[start] !== 0xd0) {
      fail(`${device.id} received a packet of type ${bytes[start]! >> 4}, reason code ${bytes[start + 2]}`);
    }
    start += 2 + bytes[start + 1]!;
  }
  device.incompletePacket = start < bytes.length ? Buffer.from(bytes.subarray(start)) : noBytes;
  if (count === 0) return;
  acked += count;
  device.unacked -= count;
  onAcked?.(device, count);
}
const noBytes = Buffer.alloc(0);

function fail(why: string): never {
  process.stderr.write(`bench/load: ${why}\n`);
  process.exit(1);
}

async function connectDevices(order: Extract<Order, { do: 'connect' }>): Promise<void> {
  const ca = readFileSync(join(order.certs, 'ca.pem'));
  let next = devices.length;
  const worker = async () => {
    while (next < order.devices) {
      const id = `dev-${next}`;
      next += 1;
      devices.push(await connectDevice(order, ca, id));
    }
  };
  await Promise.all(Array.from({ length: order.connectingMax }, worker));
}

function connectDevice(order: Extract<Order, { do: 'connect' }>, ca: Buffer, id: string): Promise<Device> {
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: order.port,
      ca,
      cert: readFileSync(join(order.certs, 'devices', `${id}.pem`)),
      key: readFileSync(join(order.certs, 'devices', `${id}.key`)),
      minVersion: 'TLSv1.3',
      ecdhCurve: order.groups,
    });
    const template = publishTemplate(id, boot, 1);
    const device: Device = {
      socket,
      id,
      template,
      seq: 0,
      unacked: 0,
      lastSentMs: performance.now(),
      dueMs: new Float64Array(ringLengthFor(order.devices)),
      incompletePacket: noBytes,
    };
    // The packet CONNECT of MQTT 5 with clean start and Keep Alive, without properties.
    const head = Buffer.from([
      0x10,
      13 + id.length,
      0,
      4,
      0x4d,
      0x51,
      0x54,
      0x54,
      5,
      2,
      0,
      keepAliveS,
      0,
      0,
      id.length,
    ]);
    socket.setNoDelay(true);
    socket.write(Buffer.concat([head, Buffer.from(id)]));
    socket.once('data', (connack: Buffer) => {
      if (connack[0] !== 0x20 || connack[3] !== 0) fail(`the gateway refused ${id}: reason code ${connack[3]}`);
      socket.on('data', (chunk: Buffer) => receive(device, chunk));
      resolve(device);
    });
    socket.on('error', (error) => fail(`${id}: ${error.message}`));
    socket.on('close', () => fail(`${id} lost its connection`));
  });
}

async function measure(warmupS: number, seconds: number, readingsMax: number): Promise<Answer> {
  await sleep(warmupS * 1000);
  latencies = new Float64Array(readingsMax);
  acked = 0;
  send({ kind: 'measuring' });
  const fromMs = performance.now();
  await sleep(seconds * 1000);
  const measuredS = (performance.now() - fromMs) / 1000;
  const sorted = latencies.slice(0, Math.min(acked, latencies.length)).sort();
  latencies = undefined;
  const percentile = (fraction: number) =>
    Math.round((sorted[Math.floor(sorted.length * fraction)] ?? Number.NaN) * 100) / 100;
  return {
    kind: 'measured',
    seconds: measuredS,
    acked,
    latenciesMs: {
      p50: percentile(0.5),
      p99: percentile(0.99),
      p999: percentile(0.999),
      max: Math.round(sorted.at(-1) ?? Number.NaN),
    },
  };
}

async function saturate(order: Extract<Order, { do: 'saturate' }>): Promise<Answer> {
  onAcked = (device, count) => publish(device, count, performance.now());
  for (const device of devices) publish(device, order.window, performance.now());
  const answer = await measure(order.warmupS, order.seconds, order.seconds * 200_000);
  onAcked = undefined;
  await untilAcknowledged();
  return answer;
}

async function pace(order: Extract<Order, { do: 'pace' }>): Promise<Answer> {
  const fromMs = performance.now();
  const gapMs = 1000 / order.perS;
  let sent = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (let dueMs = fromMs + sent * gapMs; dueMs <= nowMs; dueMs = fromMs + sent * gapMs) {
      publish(devices[sent % devices.length]!, 1, dueMs);
      sent += 1;
    }
  }, 1);
  const answer = await measure(order.warmupS, order.seconds, order.seconds * order.perS * 2);
  clearInterval(timer);
  await untilAcknowledged();
  return answer;
}

/**
 * Sends PINGREQ for each device that has sent nothing for half of its Keep Alive, for instance while other devices
 * connect.
 */
setInterval(() => {
  const nowMs = performance.now();
  for (const device of devices) {
    if (nowMs - device.lastSentMs < (keepAliveS * 1000) / 2) continue;
    device.lastSentMs = nowMs;
    device.socket.write(Buffer.from([0xc0, 0]));
  }
}, 1_000);

/** Waits until all readings are acknowledged. */
async function untilAcknowledged(): Promise<void> {
  while (devices.some(({ unacked }) => unacked > 0)) await sleep(20);
}

function send(answer: Answer): void {
  process.send!(answer);
}

process.on('message', async (order: Order) => {
  switch (order.do) {
    case 'connect': {
      const fromMs = performance.now();
      await connectDevices(order);
      send({ kind: 'connected', seconds: (performance.now() - fromMs) / 1000 });
      break;
    }
    case 'saturate':
      send(await saturate(order));
      break;
    case 'pace':
      send(await pace(order));
      break;
  }
});
process.on('disconnect', () => process.exit(0));
