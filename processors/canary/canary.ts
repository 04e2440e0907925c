/**
 * Sends canaries to the gateway over MQTT, as a device does, and counts their results. A canary is a test reading of no
 * patient.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import mqtt, { type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { canaryDeviceId } from '../../contracts/canary.ts';
import type { Observation } from '../../contracts/messages/device.ts';
import { formatInstant } from '../../contracts/time.ts';
import { deviceTopic } from '../../contracts/topics.ts';
import { createHistogram, type Histogram, observe } from '../../process/histogram.ts';
import { runEvery } from '../../process/timer-tasks.ts';
import { type CanaryState, nextAction, startState, stateAfterAnswer, stateAfterDisconnect } from './core/state.ts';

const keepAliveS = 15;
const disconnectMsMax = 1_000;
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
  /** Returns the time for a canary, ms since 1970 (steady time). */
  readonly now: () => number;
  readonly monotonicMs: () => number;
};

export function openCanary(options: CanaryOptions): Canary {
  const { log, now, monotonicMs, everyMs } = options;
  const boot = randomBytes(9).toString('hex');
  const tookMs = createHistogram(1, 16);
  let state = startState(monotonicMs());
  let client: MqttClient | undefined;
  /** The cause of the present failure; undefined while canaries are acknowledged. */
  let failure: string | undefined;

  /**
   * Logs a failure only if its cause differs from the cause before it, so that the log does not fill the disk while the
   * gateway is away for a night.
   */
  function reportFailure(cause: string): void {
    if (cause !== failure) log.warn({ cause }, 'canaries are not acknowledged');
    failure = cause;
  }

  function connect(): void {
    // Ends the former connection: with DISCONNECT if it is open and the gateway acknowledges canaries, and otherwise
    // without DISCONNECT.
    dropClient(client?.connected !== true || failure !== undefined);
    let newClient: MqttClient;
    try {
      newClient = mqtt.connect(options.url, connectOptions(options, boot));
    } catch (error) {
      reportFailure((error as Error).message);
      return;
    }
    client = newClient;
    // This listener stays after the client is dropped, because an error event without a listener would end the process.
    newClient.on('error', (error) => reportFailure((error as NodeJS.ErrnoException).code ?? error.message));
    newClient.on('connect', () => {
      if (client === newClient) actIfDue();
    });
    newClient.on('close', () => {
      if (client !== newClient) return;
      dropClient(true);
      state = stateAfterDisconnect(state);
    });
  }

  /** @param isForced whether the connection ends without DISCONNECT */
  function dropClient(isForced: boolean): void {
    client?.end(isForced);
    client = undefined;
  }

  function send(receiver: MqttClient, seq: number): void {
    receiver.publish(topic, JSON.stringify(payloadOf(boot, seq, now(), everyMs)), { qos: 1 }, (error) => {
      if (client !== receiver) return;
      const code = (error as { code?: unknown } | undefined)?.code;
      // An error without a code is not an answer of the gateway. The connection has ended, and its error event has the
      // cause.
      if (error && typeof code !== 'number') return;
      const next = stateAfterAnswer(state, seq, !error, monotonicMs());
      state = next.state;
      if (error) reportFailure(`the gateway refuses the canary: ${error.message}`);
      if (next.tookMs === undefined) return;
      observe(tookMs, next.tookMs);
      if (failure !== undefined) log.info({ after: failure }, 'canaries are acknowledged again');
      failure = undefined;
    });
  }

  function actIfDue(): void {
    const next = nextAction(state, client?.connected === true, monotonicMs(), everyMs);
    if (next.state.counts.lost > state.counts.lost) reportFailure('the gateway does not answer');
    state = next.state;
    if (next.do === 'send' && client) send(client, state.seq);
    else if (next.do === 'connect') connect();
  }

  connect();
  const timer = runEvery('canary', everyMs, actIfDue);
  return {
    state: () => state,
    isConnected: () => client?.connected === true,
    tookMs,
    async close() {
      clearInterval(timer);
      const lastClient = client;
      client = undefined;
      if (lastClient) await disconnect(lastClient);
    },
  };
}

/** Ends a connection with DISCONNECT, or without DISCONNECT if this takes too long. */
async function disconnect(client: MqttClient): Promise<void> {
  const forceTimer = setTimeout(() => client.end(true), disconnectMsMax);
  await client.endAsync(false).catch(() => {});
  clearTimeout(forceTimer);
}

/**
 * Returns the content of a canary. The content has no value, so no screen can show a canary as a measurement by
 * mistake.
 */
function payloadOf(boot: string, seq: number, nowMs: number, intervalMs: number): Observation {
  const values = [{ code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' as const }];
  return { boot, seq, time: formatInstant(nowMs), intervalMs, values };
}

/**
 * Returns the options of a connection. Each process has its own client id, because several canaries may use one
 * certificate.
 */
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
