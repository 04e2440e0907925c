/** A fleet: many devices in one process. The devices start one after the other, and one timer drives all of them. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { loadIdentity } from './certificates.ts';
import { roleOf } from './core/cast.ts';
import { seedRandom } from './core/random.ts';
import type { Recording } from './core/recording.ts';
import type { Replay } from './core/replay.ts';
import { episodeDelayMs, scenarioOf } from './core/scenario.ts';
import { type Counters, newCounters } from './counters.ts';
import { type Device, startDevice } from './device.ts';
import { deviceIds, type Options } from './options.ts';

export type FleetOptions = Omit<Options, 'url' | 'ca' | 'certs' | 'seed'> & {
  readonly url: string;
  readonly ca: Buffer;
  readonly certs: string;
  readonly seed: number;
  readonly log: Logger;
  readonly recording: (name: string) => Recording;
};

export type FleetStatus = Counters & {
  readonly devices: number;
  readonly connected: number;
  readonly waiting: number;
  readonly unwatched: number;
  readonly inboxSilent: number;
};

export type Fleet = {
  status(): FleetStatus;
  /** Whether every device has been connected at least once. */
  readonly allConnected: boolean;
  /** Returns the last error of a device that is not connected; undefined if no device has an error. */
  lastError(): string | undefined;
  /**
   * Whether all recordings have ended and all their messages are acknowledged. A recording ends only if it is played
   * without loop.
   */
  readonly finished: boolean;
  /** Stops measuring, sends messages that wait (for at most 5 s), and disconnects. */
  close(): Promise<void>;
};

const tickMs = 100;
/**
 * Time between the starts of two devices, ms. So the devices make 25 TLS handshakes a second, fewer than the limit of
 * the gateway.
 */
const startSpacingMs = 40;
const waveChunkMs = 500;
const flushMsMax = 5_000;

/**
 * Starts all devices of a fleet.
 * @throws VigilError if a recording or a certificate cannot be read; then no device was started
 */
export function startFleet(options: FleetOptions): Fleet {
  const counters = newCounters();
  const startedAtMs = performance.now();
  const devices: Device[] = [];
  const plans = deviceIds(options).map((deviceId, index) => ({
    ...planDevice(options, deviceId, index),
    identity: loadIdentity(options.certs, deviceId),
  }));

  const tick = () => {
    const nowMs = performance.now();
    while (devices.length < plans.length && nowMs - startedAtMs >= devices.length * startSpacingMs) {
      const { replay, identity } = plans[devices.length]!;
      devices.push(
        startDevice({
          replay: { ...replay, epochMs: Date.now() },
          random: seedRandom(options.seed, replay.deviceId),
          identity,
          url: options.url,
          ca: options.ca,
          protocol: options.protocol,
          waveQos: options.waveQos,
          counters,
          log: options.log,
          startedAtMs: nowMs,
        }),
      );
    }
    for (const device of devices) device.tick(nowMs);
  };
  const timer = setInterval(tick, tickMs);
  const waiting = () => devices.reduce((sum, device) => sum + device.waiting, 0);
  const onePassMs = options.loop ? Number.POSITIVE_INFINITY : longestPassMs(plans.map((plan) => plan.replay));

  return {
    status: () => ({
      devices: plans.length,
      connected: devices.filter((device) => device.connected).length,
      waiting: waiting(),
      unwatched: devices.filter((device) => device.localAlarm === 'unwatched').length,
      inboxSilent: devices.filter((device) => device.localAlarm === 'inbox-silent').length,
      ...counters,
    }),
    get allConnected() {
      return devices.length === plans.length && devices.every((device) => device.wasEverConnected);
    },
    lastError: () => devices.find((device) => !device.connected && device.lastError !== undefined)?.lastError,
    get finished() {
      const isPassOver = performance.now() - startedAtMs > onePassMs + plans.length * startSpacingMs + tickMs;
      return isPassOver && waiting() === 0;
    },
    async close() {
      for (const device of devices) device.stopMeasuring();
      const untilMs = performance.now() + flushMsMax;
      while (waiting() > 0 && devices.some((device) => device.connected) && performance.now() < untilMs)
        await sleep(50);
      clearInterval(timer);
      await Promise.all(devices.map((device) => device.close()));
    },
  };
}

type DevicePlan = { readonly replay: Omit<Replay, 'epochMs'> };

function planDevice(options: FleetOptions, deviceId: string, index: number): DevicePlan {
  const scenario = scenarioOf(options.scenario, index);
  if (!scenario)
    throw new VigilError(
      'settings-invalid',
      `The scenario "${options.scenario}" is unknown. "npm run simulate -- --help" lists the scenarios.`,
    );
  const role = roleOf(scenario.cast, index, options.seed, deviceId, options.recordings);
  const recording = options.recording(role.recording);
  return {
    replay: {
      deviceId,
      boot: randomUUID(),
      recording,
      startAtMs: role.startAtMs(recording.loopMs),
      speed: options.speed ?? scenario.speed,
      loop: options.loop,
      chunkMs: waveChunkMs,
      waves: options.waves,
      scenario,
      episodeDelayMs: episodeDelayMs(index),
      skewMs: scenario.skewsMs[index % scenario.skewsMs.length] ?? 0,
    },
  };
}

function longestPassMs(replays: readonly Omit<Replay, 'epochMs'>[]): number {
  return Math.max(...replays.map((replay) => (replay.recording.loopMs - replay.startAtMs) / replay.speed));
}
