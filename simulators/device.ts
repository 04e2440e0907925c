/** One simulated device: it measures by the replay, keeps what is not acknowledged, and sends it again with the same boot and seq. */
import type { Logger } from 'pino';
import { Value } from 'typebox/value';
import { Inbox } from '../contracts/messages/device.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { outbox } from './core/outbox.ts';
import { nextRandom, type RandomState } from './core/random.ts';
import { advance, birth, initialReplayState, type Message, type Output, type Replay, will } from './core/replay.ts';
import { initialWatch, type LocalAlarm, watch } from './core/watch.ts';
import type { Counters } from './counters.ts';

export type DeviceOptions = Omit<ConnectionOptions, 'deviceId' | 'willPayload'> & {
  readonly replay: Replay;
  readonly random: RandomState;
  readonly waveQos: 0 | 1;
  /** The fleet's; devices add to them. */
  readonly counters: Counters;
  readonly log: Logger;
  /** The monotonic clock at elapsed 0, in ms. */
  readonly startedAtMs: number;
};

export type Device = {
  /** Measures, sends, reconnects and watches, as far as it is time. */
  tick(nowMs: number): void;
  readonly connected: boolean;
  /** It has been connected at least once. */
  readonly everConnected: boolean;
  readonly localAlarm: LocalAlarm | undefined;
  /** Measured and not acknowledged. */
  readonly waiting: number;
  readonly lastError: string | undefined;
  /** Takes no more measurements; what waits is still sent. */
  stopMeasuring(): void;
  close(): Promise<void>;
};

/** Unacknowledged messages on the wire, less where the gateway takes fewer. */
const windowMax = 64;
const backoffFirstMs = 250;
const backoffMsMax = 8_000;
/** A connection that held this long was a good one: the next attempt comes soon. */
const goodConnectionMs = 5_000;

export function startDevice(options: DeviceOptions): Device {
  const { replay, counters, log } = options;
  const box = outbox();
  const inFlight = new Set<Message>();
  const sentBefore = new WeakSet<Message>();
  let state = initialReplayState(options.random);
  let jitter = options.random;
  let watching = initialWatch(options.startedAtMs);
  let connection: Connection | undefined;
  let window = 0;
  let everConnected = false;
  let measuring = true;
  let attempts = 0;
  let nowMs = options.startedAtMs;
  let upAtMs = 0;
  let connectAtMs = options.startedAtMs;
  let lastError: string | undefined;

  const connect = () => {
    const current = openConnection(
      { ...options, deviceId: replay.deviceId, willPayload: will() },
      {
        up(receiveMaximum) {
          // One place is kept for garbage.
          window = Math.max(1, Math.min(windowMax, receiveMaximum - 1));
          everConnected = true;
          upAtMs = nowMs;
          counters.connects += 1;
          const born = birth(replay, state, nowMs - options.startedAtMs);
          state = born.state;
          keep(born.message);
          pump();
        },
        down(reason) {
          if (upAtMs > 0 && nowMs - upAtMs >= goodConnectionMs) attempts = 0;
          if (window > 0)
            log.warn({ device: replay.deviceId, reason, unacknowledged: inFlight.size }, 'connection lost');
          lastError = reason;
          connection = undefined;
          window = 0;
          counters.dropped += box.putBack([...inFlight]);
          inFlight.clear();
          connectAtMs = nowMs + backoffMs();
        },
        inbox: hear,
      },
    );
    connection = current;
  };

  const backoffMs = () => {
    const drawn = nextRandom(jitter);
    jitter = drawn.state;
    const full = Math.min(backoffMsMax, backoffFirstMs * 2 ** attempts);
    attempts = Math.min(attempts + 1, 10);
    return full * (0.5 + drawn.value / 2);
  };

  const keep = (message: Message) => {
    counters.measured += message.repeat ? 0 : 1;
    if (!box.add(message)) counters.dropped += 1;
  };

  const pump = () => {
    while (connection && inFlight.size < window) {
      const message = box.take();
      if (!message) return;
      send(connection, message);
    }
  };

  const send = (over: Connection, message: Message) => {
    if (sentBefore.has(message)) counters.resent += 1;
    else if (message.repeat) counters.repeated += 1;
    else counters.published += 1;
    sentBefore.add(message);
    const qos = message.kind === 'waveforms' ? options.waveQos : 1;
    if (qos === 1) inFlight.add(message);
    over.publish(message.topic, message.payload, qos, (refusedAs) => {
      inFlight.delete(message);
      if (refusedAs !== undefined) {
        counters.refused += 1;
        log.warn({ device: replay.deviceId, kind: message.kind, reasonCode: refusedAs }, 'message refused');
      } else if (qos === 1) counters.acknowledged += 1;
      pump();
    });
  };

  const throwGarbage = (garbage: Output['garbage']) => {
    if (!connection || window === 0) return;
    for (const bad of garbage) {
      counters.garbage += 1;
      connection.publish(bad.topic, bad.payload, bad.qos, (refusedAs) => {
        if (refusedAs !== undefined) counters.garbageRefused += 1;
      });
    }
  };

  const hear = (payload: Uint8Array) => {
    const message = parseInbox(payload);
    if (!message) {
      counters.inboxInvalid += 1;
      return;
    }
    counters.inbox += 1;
    setWatch({ kind: 'inbox', watched: message.watched });
  };

  const setWatch = (event: Parameters<typeof watch>[1]) => {
    const next = watch(watching, event, nowMs);
    if (next.alarm !== watching.alarm) {
      const line = { device: replay.deviceId, alarm: next.alarm ?? watching.alarm };
      if (next.alarm) {
        counters.localAlarms += 1;
        log.info(line, 'alarm at the bedside');
      } else log.info(line, 'alarm at the bedside over');
    }
    watching = next;
  };

  return {
    tick(at) {
      nowMs = at;
      if (measuring) {
        const { state: next, output } = advance(replay, state, at - options.startedAtMs);
        counters.dropped += next.dropped - state.dropped;
        state = next;
        for (const message of output.messages) keep(message);
        throwGarbage(output.garbage);
      }
      setWatch({ kind: 'tick' });
      if (!connection && at >= connectAtMs) connect();
      pump();
    },
    get connected() {
      return window > 0;
    },
    get everConnected() {
      return everConnected;
    },
    get localAlarm() {
      return watching.alarm;
    },
    get waiting() {
      return box.size + inFlight.size + state.held.length;
    },
    get lastError() {
      return lastError;
    },
    stopMeasuring() {
      measuring = false;
    },
    async close() {
      measuring = false;
      connectAtMs = Number.POSITIVE_INFINITY;
      await connection?.close();
      connection = undefined;
      window = 0;
    },
  };
}

function parseInbox(payload: Uint8Array): Inbox | undefined {
  try {
    const message: unknown = JSON.parse(new TextDecoder().decode(payload));
    return Value.Check(Inbox, message) ? message : undefined;
  } catch {
    return undefined;
  }
}
