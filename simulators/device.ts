/** A simulated device: it replays a recording, sends messages, reconnects, and watches its inbox. */
import type { Logger } from 'pino';
import { Value } from 'typebox/value';
import { Inbox } from '../contracts/messages/device.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { type BackoffState, initialBackoff, nextAttempt } from './core/backoff.ts';
import type { RandomState } from './core/random.ts';
import { advance, birthMessage, initialReplayState, type Replay, willPayload } from './core/replay.ts';
import { initialWatch, type LocalAlarm, nextWatchState, type WatchEvent } from './core/watch.ts';
import type { Counters } from './counters.ts';
import { createSender, type Sender } from './sender.ts';

export type DeviceOptions = Omit<ConnectionOptions, 'deviceId' | 'willPayload'> & {
  readonly replay: Replay;
  readonly random: RandomState;
  readonly waveQos: 0 | 1;
  /** The fleet's counters, to which all devices add. */
  readonly counters: Counters;
  readonly log: Logger;
  /** The monotonic clock at elapsed time 0, ms. */
  readonly startedAtMs: number;
};

export type Device = {
  /** Does what is due: measures, sends, connects, and checks the inbox. Must be called regularly. */
  tick(nowMs: number): void;
  readonly connected: boolean;
  /** Whether the device has been connected at least once. */
  readonly wasEverConnected: boolean;
  readonly localAlarm: LocalAlarm | undefined;
  /** Number of measured messages that are not acknowledged. */
  readonly waiting: number;
  readonly lastError: string | undefined;
  /** Stops measuring. Messages that wait are still sent. */
  stopMeasuring(): void;
  close(): Promise<void>;
};

export function startDevice(options: DeviceOptions): Device {
  const { replay } = options;
  const sender = createSender({ ...options, device: replay.deviceId });
  const inbox = watchInbox(options);
  let state = initialReplayState(options.random);
  let isMeasuring = true;
  const deviceConnection = stayConnected(options, sender, inbox, (nowMs) => {
    const { state: next, message } = birthMessage(replay, state, nowMs - options.startedAtMs);
    state = next;
    sender.store(message);
  });

  return {
    tick(nowMs) {
      if (isMeasuring) {
        const { state: next, output } = advance(replay, state, nowMs - options.startedAtMs);
        options.counters.dropped += next.dropped - state.dropped;
        state = next;
        for (const message of output.messages) sender.store(message);
        sender.sendGarbage(output.garbage);
      }
      inbox.tick(nowMs);
      deviceConnection.tick(nowMs);
      sender.sendWaiting();
    },
    get connected() {
      return sender.connected;
    },
    get wasEverConnected() {
      return deviceConnection.wasEverConnected;
    },
    get localAlarm() {
      return inbox.alarm;
    },
    get waiting() {
      return sender.waiting + state.backlog.length;
    },
    get lastError() {
      return deviceConnection.lastError;
    },
    stopMeasuring() {
      isMeasuring = false;
    },
    close() {
      isMeasuring = false;
      return deviceConnection.close();
    },
  };
}

/** Opens the device's connection, and opens it again when the wait after a failure is over. */
function stayConnected(
  options: DeviceOptions,
  sender: Sender,
  inbox: InboxWatch,
  onConnected: (nowMs: number) => void,
) {
  const { counters, log, replay } = options;
  let connection: Connection | undefined;
  let backoff: BackoffState = initialBackoff(options.random, options.startedAtMs);
  let nowMs = options.startedAtMs;
  let connectedAtMs: number | undefined;
  let wasEverConnected = false;
  let isClosed = false;
  let lastError: string | undefined;

  function connect(): Connection {
    const current = openConnection(
      { ...options, deviceId: replay.deviceId, willPayload: willPayload() },
      {
        onConnected(receiveMaximum) {
          wasEverConnected = true;
          connectedAtMs = nowMs;
          counters.connects += 1;
          sender.connectionOpened(current, receiveMaximum);
          onConnected(nowMs);
          sender.sendWaiting();
        },
        onEnded(reason) {
          const unacknowledged = sender.connectionEnded();
          if (connectedAtMs !== undefined)
            log.warn({ device: replay.deviceId, reason, unacknowledged }, 'connection lost');
          lastError = reason;
          backoff = nextAttempt(backoff, connectedAtMs === undefined ? 0 : nowMs - connectedAtMs, nowMs);
          connectedAtMs = undefined;
          connection = undefined;
        },
        onInbox: (payload) => inbox.receive(payload, nowMs),
      },
    );
    return current;
  }

  return {
    tick(tickMs: number) {
      nowMs = tickMs;
      if (!isClosed && !connection && tickMs >= backoff.connectAtMs) connection = connect();
    },
    get wasEverConnected() {
      return wasEverConnected;
    },
    get lastError() {
      return lastError;
    },
    async close() {
      isClosed = true;
      await connection?.close();
      sender.connectionEnded();
    },
  };
}

type InboxWatch = ReturnType<typeof watchInbox>;

/** Watches the inbox. Counts and logs the alarms at the bedside. */
function watchInbox({ counters, log, replay, startedAtMs }: DeviceOptions) {
  let state = initialWatch(startedAtMs);

  function apply(event: WatchEvent, nowMs: number): void {
    const next = nextWatchState(state, event, nowMs);
    if (next.alarm !== state.alarm) {
      if (next.alarm) counters.localAlarms += 1;
      const text = next.alarm ? 'alarm at the bedside' : 'alarm at the bedside has ended';
      log.info({ device: replay.deviceId, alarm: next.alarm ?? state.alarm }, text);
    }
    state = next;
  }

  return {
    receive(payload: Uint8Array, nowMs: number) {
      const message = parseInbox(payload);
      if (message) counters.inbox += 1;
      else counters.inboxInvalid += 1;
      if (message) apply({ kind: 'inbox', watched: message.watched }, nowMs);
    },
    tick: (nowMs: number) => apply({ kind: 'tick' }, nowMs),
    get alarm() {
      return state.alarm;
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
