/**
 * Helpers for the listener's tests: a listener with real TLS, a sink whose calls the test settles, and clients that
 * send raw packets.
 */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet';
import pino from 'pino';
import { vi } from 'vitest';
import { issueAuthority, issueLeaf, type Pair } from '../../certs/issue.ts';
import type { Will } from '../../gateway/core/session.ts';
import { type Counters, createCounters } from '../../gateway/counters.ts';
import { defaultLimits, type Limits } from '../../gateway/listener/limits.ts';
import { type Listener, type ListenerOptions, openListener, sweepMs } from '../../gateway/listener/listener.ts';
import { openRevocation } from '../../gateway/listener/revocation.ts';
import type { Outcome, Sink } from '../../gateway/listener/sink.ts';
import { createMeasures, type Measures } from '../../gateway/measures.ts';
import { createSource } from '../../gateway/source.ts';

// The time limits are long, because the machine may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const nowMs = Date.now();
const serverCa = await issueAuthority('test servers', nowMs);
const deviceCa = await issueAuthority('test devices', nowMs);
const server = await issueLeaf(
  { file: 'mqtt-server', commonName: 'mqtt', authority: 'ca', purposes: ['server'], names: ['localhost', '127.0.0.1'] },
  serverCa,
  nowMs,
);
const devices = new Map<string, Promise<Pair>>();

/** Returns a device's certificate. By default, the listener trusts the issuing authority. */
export function deviceCertificate(commonName: string, authority: Pair = deviceCa): Promise<Pair> {
  const id = `${authority === deviceCa}/${commonName}`;
  const certificate =
    devices.get(id) ??
    issueLeaf({ file: 'x', commonName, authority: 'device-ca', purposes: ['client'], names: [] }, authority, nowMs);
  devices.set(id, certificate);
  return certificate;
}
export const foreignCa = serverCa;
export const trustedCa = deviceCa;

/** A publish that the listener handed to the sink. The test settles it. */
export type HandedPublish = {
  readonly deviceId: string;
  readonly topic: string;
  readonly text: string;
  settle(outcome: Outcome): void;
};

/** A claim that the listener handed to the sink. The test settles it. */
export type Claim = {
  readonly deviceId: string;
  readonly clientId: string;
  settle(claimed: boolean): void;
};

export type Bench = {
  readonly listener: Listener;
  readonly counters: Counters;
  readonly measures: Measures;
  /** Publishes that the test has not settled, in order. */
  readonly handedPublishes: HandedPublish[];
  /** The calls of the sink about connections and wills, as text. */
  readonly sinkCalls: string[];
  /** Devices that lost their client id to a newer connection while their older connection still answered. */
  readonly lostIdWhileAlive: string[];
  ready: boolean;
  /** The device for which the code of the inbox throws. */
  failingInbox: string | undefined;
  /** Claims that the test has not settled; undefined if claims are settled immediately. */
  claims: Claim[] | undefined;
  /** How far the listener's clock is ahead of the machine's clock, ms. */
  aheadMs: number;
  /** The logged lines, each in JSON. */
  readonly logged: string[];
  /** Moves the listener's monotonic clock forward. */
  moveClock(ms: number): void;
  /** Moves the listener's monotonic clock forward, and waits until the listener has checked its time-outs. */
  letTimePass(ms: number): Promise<void>;
  /** The outcome with which publishes are settled immediately; undefined if the test settles them. */
  immediateOutcome: Outcome | undefined;
  close(): Promise<void>;
};

/** Returns options for a listener on a free port, without a sink. */
export function listenerOptions(): ListenerOptions {
  const log = pino({ level: 'silent' });
  const counters = createCounters();
  return {
    host: '127.0.0.1',
    port: 0,
    sharePort: false,
    cert: server.certificate,
    key: server.key,
    clientCa: deviceCa.certificate,
    limits: defaultLimits,
    revocation: openRevocation({ file: '', clientCa: deviceCa.certificate, log, counters, now: Date.now }),
    sink: {} as Sink,
    counters,
    measures: createMeasures(),
    log,
    now: Date.now,
    monotonicMs: () => performance.now(),
  };
}

type BenchOptions = Partial<Pick<ListenerOptions, 'port' | 'sharePort'>> & {
  /** If true, only `moveClock` and `letTimePass` move the listener's monotonic clock. */
  readonly standsStill?: boolean;
};

/**
 * Opens a listener with a sink.
 * @param crlFile path of the CRL of the devices, as in VIGIL_MQTT_CRL_FILE
 */
export async function openBench(
  limits: Partial<Limits> = {},
  crlFile = '',
  { standsStill = false, ...more }: BenchOptions = {},
): Promise<Bench> {
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  let opened: Bench | undefined;
  const now = () => Date.now() + (opened?.aheadMs ?? 0);
  const counters = createCounters();
  const measures = createMeasures();
  const handedPublishes: HandedPublish[] = [];
  const sinkCalls: string[] = [];
  const lostIdWhileAlive: string[] = [];
  let sourceCount = 0;
  let addedMs = 0;
  /** A whole number, so that differences of times are exact. */
  const startMs = Math.round(performance.now());
  const sink: Sink = {
    ready: () => bench.ready,
    sourceOf(deviceId) {
      sourceCount += 1;
      return createSource('a2V5', deviceId, `test.${sourceCount}`);
    },
    publish({ source, topic, payload }, settle) {
      if (bench.immediateOutcome) settle(bench.immediateOutcome);
      else handedPublishes.push({ deviceId: source.deviceId, topic, text: payload.toString('utf8'), settle });
    },
    claim(source, clientId, settle) {
      const claim = { deviceId: source.deviceId, clientId, settle };
      if (bench.claims) {
        bench.claims.push(claim);
        return () => void bench.claims?.splice(bench.claims.indexOf(claim), 1);
      }
      sourceCount += 1;
      source.claim = sourceCount;
      const soon = setImmediate(settle, true);
      return () => clearImmediate(soon);
    },
    connected: (source, replaced) => void sinkCalls.push(`${source.deviceId} connected${replaced ? ' again' : ''}`),
    lostIdWhileAlive: (source) => void lostIdWhileAlive.push(source.deviceId),
    heldBack: ({ deviceId }) =>
      void (sinkCalls.includes(`${deviceId} is held back`) || sinkCalls.push(`${deviceId} is held back`)),
    ended: (source, reason) => void sinkCalls.push(`${source.deviceId} ended: ${reason}`),
    will: (source, will: Will) =>
      void sinkCalls.push(`${source.deviceId} will: ${Buffer.from(will.payload).toString()}`),
    inbox(source) {
      if (source.deviceId === bench.failingInbox) throw new TypeError('no inbox');
      return Buffer.from(JSON.stringify({ to: source.deviceId }));
    },
  };
  const options = listenerOptions();
  const { clientCa } = options;
  const revocation = openRevocation({ file: crlFile, clientCa, log, counters, now, pollMs: 100 });
  const listener = await openListener({
    ...options,
    ...more,
    revocation,
    log,
    now,
    limits: { ...defaultLimits, ...limits },
    sink,
    counters,
    measures,
    monotonicMs: () => (standsStill ? startMs : performance.now()) + addedMs,
  });
  const bench: Bench = {
    listener,
    counters,
    measures,
    handedPublishes,
    sinkCalls,
    lostIdWhileAlive,
    ready: true,
    failingInbox: undefined,
    claims: undefined,
    aheadMs: 0,
    logged,
    immediateOutcome: undefined,
    moveClock(ms) {
      addedMs += ms;
    },
    async letTimePass(ms) {
      addedMs += ms;
      // The listener's timer runs before this timer.
      await new Promise((resolve) => setTimeout(resolve, sweepMs + 50));
    },
    async close() {
      revocation.close();
      await listener.close(0);
    },
  };
  opened = bench;
  return bench;
}

export type RawClient = {
  readonly socket: TLSSocket;
  send(...packets: Packet[]): void;
  sendBytes(bytes: Uint8Array): void;
  /** Resolves with the next packet; rejects if the connection ends before a packet comes. */
  nextPacket(): Promise<Packet>;
  /** Returns all packets that came and were not returned by `nextPacket`. */
  unreadPackets(): readonly Packet[];
  /** Resolves when the listener has closed the connection. */
  readonly closed: Promise<void>;
  end(): void;
};

/**
 * Opens a TLS connection without CONNECT.
 * @param pair the client certificate; null for a connection without a certificate
 * @param groups groups for the key exchange, separated by colons; Node's default if absent
 */
export async function dial(
  bench: Pick<Bench, 'listener'>,
  pair: Pair | null,
  version: 4 | 5 = 5,
  groups?: string,
): Promise<RawClient> {
  const socket = connect({
    host: '127.0.0.1',
    port: bench.listener.port,
    ca: serverCa.certificate,
    ...(pair ? { cert: pair.certificate, key: pair.key } : {}),
    ...(groups ? { ecdhCurve: groups } : {}),
  });
  const packets: Packet[] = [];
  const waiting: { resolve: (packet: Packet) => void; reject: (error: Error) => void }[] = [];
  const { promise: closed, resolve: setClosed } = Promise.withResolvers<void>();
  let isClosed = false;
  const reader = parser({ protocolVersion: version });
  reader.on('packet', (packet) => {
    const waiter = waiting.shift();
    if (waiter) waiter.resolve(packet);
    else packets.push(packet);
  });
  socket.on('data', (bytes: Buffer) => void reader.parse(bytes));
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    for (const { reject } of waiting.splice(0)) reject(new Error('the connection was closed'));
    setClosed();
  });
  await once(socket, 'secureConnect');
  return {
    socket,
    send: (...sent) => {
      socket.write(Buffer.concat(sent.map((packet) => generate(packet, { protocolVersion: version }))));
    },
    sendBytes: (bytes) => {
      socket.write(bytes);
    },
    nextPacket() {
      const packet = packets.shift();
      if (packet) return Promise.resolve(packet);
      if (isClosed) return Promise.reject(new Error('the connection was closed'));
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    unreadPackets: () => packets,
    closed,
    end: () => void socket.destroy(),
  };
}

export function connectPacket(clientId: string, version: 4 | 5, more: Partial<IConnectPacket> = {}): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: version,
    clean: true,
    keepalive: 60,
    clientId,
    ...more,
  };
}

/** Connects a client and returns it with its CONNACK. */
export async function join(
  bench: Bench,
  deviceId: string,
  version: 4 | 5 = 5,
  more: Partial<IConnectPacket> = {},
): Promise<RawClient & { readonly connack: Packet }> {
  const client = await dial(bench, await deviceCertificate(deviceId), version);
  client.send(connectPacket(deviceId, version, more));
  return { ...client, connack: await client.nextPacket() };
}

export function publishPacket(qos: 0 | 1 | 2, messageId: number, payload = 'x', more: object = {}): Packet {
  const topic = 'devices/bed-07/observations';
  return { cmd: 'publish', qos, messageId, dup: false, retain: false, topic, payload, ...more };
}

/**
 * Polls until `condition` returns true. The deadline is long, because no test may depend on the speed of the machine.
 */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 50_000; Date.now() < endMs; ) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`This did not happen within 50 s: ${what}`);
}
