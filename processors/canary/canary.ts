/** Sends canaries through the gateway's own listener, as a device does, and records what became of them. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import mqtt, { type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { canaryDeviceId } from '../../contracts/canary.ts';
import type { Observation } from '../../contracts/messages/device.ts';
import { formatInstant } from '../../contracts/time.ts';
import { deviceTopic } from '../../contracts/topics.ts';
import { createHistogram, type Histogram, observe } from '../../process/histogram.ts';
import { answered, type CanaryState, disconnected, startState, whenDue } from './core/state.ts';

const keepAliveS = 15;
const goodbyeMsMax = 1_000;
const topic = deviceTopic(canaryDeviceId, 'observations');

export type Canary = {
  state(): CanaryState;
  isConnected(): boolean;
  /** Time from PUBLISH to PUBACK, ms. */
  readonly tookMs: Histogram;
  close(): Promise<void>;
};

export type CanaryOptions = {
  readonly url: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly everyMs: number;
  readonly log: Logger;
  /** Ms since 1970, for the time in the canary. */
  readonly now: () => number;
  readonly monotonicMs: () => number;
};

export function openCanary(options: CanaryOptions): Canary {
  const { log, now, monotonicMs, everyMs } = options;
  const boot = randomBytes(9).toString('hex');
  const tookMs = createHistogram(1, 16);
  let state = startState(monotonicMs());
  let client: MqttClient | undefined;
  let complaint: string | undefined;

  /** Logs once for each cause, so that a gateway that is away for a night does not fill the disk. */
  function complain(cause: string): void {
    if (cause !== complaint) log.warn({ cause }, 'no canary comes through');
    complaint = cause;
  }

  function connect(): void {
    // A connection that ends normally sends DISCONNECT.
    drop(client?.connected !== true || complaint !== undefined);
    let mine: MqttClient;
    try {
      mine = mqtt.connect(options.url, connectOptions(options, boot));
    } catch (error) {
      complain((error as Error).message);
      return;
    }
    client = mine;
    // The listener stays on a connection that was given up: an error without a listener would end the process.
    mine.on('error', (error) => complain((error as NodeJS.ErrnoException).code ?? error.message));
    mine.on('connect', () => {
      if (client === mine) act();
    });
    mine.on('close', () => {
      if (client !== mine) return;
      drop(true);
      state = disconnected(state);
    });
  }

  function drop(atOnce: boolean): void {
    client?.end(atOnce);
    client = undefined;
  }

  function send(to: MqttClient, seq: number): void {
    to.publish(topic, JSON.stringify(payloadOf(boot, seq, now(), everyMs)), { qos: 1 }, (error) => {
      if (client !== to) return;
      const code = (error as { code?: unknown } | undefined)?.code;
      // An error without a code is no answer. The end of the connection shows the cause.
      if (error && typeof code !== 'number') return;
      const next = answered(state, seq, !error, monotonicMs());
      state = next.state;
      if (error) complain(`the gateway refuses the canary: ${error.message}`);
      if (next.tookMs === undefined) return;
      observe(tookMs, next.tookMs);
      if (complaint !== undefined) log.info({ after: complaint }, 'canaries come through again');
      complaint = undefined;
    });
  }

  function act(): void {
    const next = whenDue(state, client?.connected === true, monotonicMs(), everyMs);
    if (next.state.counts.lost > state.counts.lost) complain('the gateway does not answer');
    state = next.state;
    if (next.do === 'send' && client) send(client, state.seq);
    else if (next.do === 'connect') connect();
  }

  connect();
  const timer = setInterval(act, everyMs);
  return {
    state: () => state,
    isConnected: () => client?.connected === true,
    tookMs,
    async close() {
      clearInterval(timer);
      const last = client;
      client = undefined;
      if (!last) return;
      const late = setTimeout(() => last.end(true), goodbyeMsMax);
      await last.endAsync(false).catch(() => {});
      clearTimeout(late);
    },
  };
}

/** A reading of no patient. It has no value, in case it is ever taken for a reading. */
function payloadOf(boot: string, seq: number, nowMs: number, intervalMs: number): Observation {
  const values = [{ code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' as const }];
  return { boot, seq, time: formatInstant(nowMs), intervalMs, values };
}

/** Each process has its own client id, because several canaries may use one certificate. */
function connectOptions({ caFile, certFile, keyFile, everyMs }: CanaryOptions, boot: string): mqtt.IClientOptions {
  return {
    clientId: `${canaryDeviceId}/${boot}`,
    protocolVersion: 5,
    clean: true,
    keepalive: keepAliveS,
    connectTimeout: everyMs,
    reconnectPeriod: 0,
    queueQoSZero: false,
    rejectUnauthorized: true,
    ca: readFileSync(caFile),
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  };
}
