/** A simulated device: it replays a recording, sends messages, reconnects, and watches its inbox. */
import type { Logger } from 'pino';
import { Value } from 'typebox/value';
import { Inbox } from '../contracts/messages/device.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';
import { type BackoffState, initialBackoff, nextAttempt } from './core/backoff.ts';
import type { RandomState } from './core/random.ts';
import { advance, birth, initialReplayState, type Replay, will } from './core/replay.ts';
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
  /** Measures, sends, connects and watches, if due. Must be called regularly. */
  tick(nowMs: number): void;
  readonly connected: boolean;
  /** Whether the device has been connected at least once. */
  readonly everConnected: boolean;
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
  let measuring = true;
  const link = stayConnected(options, sender, inbox, (nowMs) => {
    const { state: next, message } = birth(replay, state, nowMs - options.startedAtMs);
    state = next;
    sender.keep(message);
  });

  return {
    tick(nowMs) {
      if (measuring) {
        const { state: next, output } = advance(replay, state, nowMs - options.startedAtMs);
        options.counters.dropped += next.dropped - state.dropped;
        state = next;
        for (const message of output.messages) sender.keep(message);
        sender.sendGarbage(output.garbage);
      }
      inbox.tick(nowMs);
      link.tick(nowMs);
      sender.pump();
    },
    get connected() {
      return sender.connected;
    },
    get everConnected() {
      return link.everUp;
    },
    get localAlarm() {
      return inbox.alarm;
    },
    get waiting() {
      return sender.waiting + state.backlog.length;
    },
    get lastError() {
      return link.lastError;
    },
    stopMeasuring() {
      measuring = false;
    },
    close() {
      measuring = false;
      return link.close();
    },
  };
}

/** Opens the device's connection, and opens it again when the wait after a failure is over. */
function stayConnected(options: DeviceOptions, sender: Sender, inbox: InboxWatch, onUp: (nowMs: number) => void) {
  const { counters, log, replay } = options;
  let connection: Connection | undefined;
  let backoff: BackoffState = initialBackoff(options.random, options.startedAtMs);
  let nowMs = options.startedAtMs;
  let upAtMs: number | undefined;
  let everUp = false;
  let closed = false;
  let lastError: string | undefined;

  function connect(): Connection {
    const current = openConnection(
      { ...options, deviceId: replay.deviceId, willPayload: will() },
      {
        up(receiveMaximum) {
          everUp = true;
          upAtMs = nowMs;
          counters.connects += 1;
          sender.up(current, receiveMaximum);
          onUp(nowMs);
          sender.pump();
        },
        down(reason) {
          const unacknowledged = sender.down();
          if (upAtMs !== undefined) log.warn({ device: replay.deviceId, reason, unacknowledged }, 'connection lost');
          lastError = reason;
          backoff = nextAttempt(backoff, upAtMs === undefined ? 0 : nowMs - upAtMs, nowMs);
          upAtMs = undefined;
          connection = undefined;
        },
        inbox: (payload) => inbox.receive(payload, nowMs),
      },
    );
    return current;
  }

  return {
    tick(at: number) {
      nowMs = at;
      if (!closed && !connection && at >= backoff.connectAtMs) connection = connect();
    },
    get everUp() {
      return everUp;
    },
    get lastError() {
      return lastError;
    },
    async close() {
      closed = true;
      await connection?.close();
      sender.down();
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
