/**
 * Sends one message with several tries. All channels send through a courier. The courier gives up after some seconds,
 * so that a message to a dead host does not keep a slot of the process. The process tries the same message again later.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { minuteMs, secondMs } from '../../../contracts/durations.ts';
import { runAfter } from '../../../process/timer-tasks.ts';
import type { SendResult } from './channel.ts';
import type { HostSign } from './core/breaker.ts';
import { createHostGate, type HostGate } from './host-gate.ts';
import { countOf, type SendCounts } from './send-counts.ts';

/**
 * Longest time of one try, ms (ours). The process calls the next person after 5 s, so a try that hangs must end
 * earlier.
 */
export const tryMsMax = 4 * secondMs;
/** After this time from the first try, the courier begins no further try of a message, ms (ours). */
const giveUpMs = 8 * secondMs;
/** The waits between tries, ms (ours): 250 ms at first, doubled each time up to 2 s, each with a random part. */
const firstWaitMs = 250;
const waitMsMax = 2 * secondMs;
/** If a service asks for fewer messages, the canaries to its address wait at least this long, ms (ours). */
const checkPauseMs = 5 * minuteMs;
/**
 * If a service asks for fewer messages, messages about alarms to its address wait at most this long, ms (ours). A
 * service may ask for an hour, but an alarm must not wait for so long. Until then, the channel counts as down for this
 * address, so that the next persons are called.
 */
const alarmPauseMsMax = 30 * secondMs;
/**
 * A channel does not count as down if its pause ends within this time, ms: the message waits for the end of the pause,
 * and the next person is called only after this time (`confirmMs`).
 */
const shortPauseMs = 5 * secondMs;
/** Maximum number of addresses that are remembered because their service has asked to wait (ours). */
const pausesMax = 10_000;
/** Maximum number of hosts with a gate (ours). If no gate is free, a message to a further host fails for now. */
const hostsMax = 1_000;

/** The result of one try. `retryAfterMs`: the host asks to wait for this time. */
export type TryResult = { readonly result: SendResult; readonly host: HostSign; readonly retryAfterMs?: number };

/** Returns a failed result. By default, the host itself counts as working. */
export const failed = (kind: 'transient' | 'permanent', reason: string, host: HostSign = 'works'): TryResult => ({
  result: { kind: 'failed', class: kind, reason },
  host,
});

export type Errand = {
  /** A name of the address, for instance the id of its entry. If its service asks to wait, only this address waits. */
  readonly to: string;
  /** Host and port; each host has its own gate. */
  readonly host: string;
  /** Nothing leaves after this time, ms since 1970. */
  readonly uselessAfterMs: number;
  readonly signal: AbortSignal;
  /**
   * Whether this is a canary. If a service asks to wait after a canary, only the canaries to this address wait. If it
   * asks to wait after a message about an alarm, later messages about alarms to this address wait, too, for at most
   * `alarmPauseMsMax`.
   */
  readonly isCheck?: boolean;
  /** Tries once. Must not reject. The signal ends the try. */
  readonly attempt: (signal: AbortSignal) => Promise<TryResult>;
};

export type Courier = {
  send(errand: Errand): Promise<SendResult>;
  /** Returns whether nothing is sent to an address now: its host has failed, or its service asks to wait. */
  isDown(host: string, to: string): boolean;
  /** Returns the number of hosts that have failed. */
  downCount(): number;
  /** Returns the longest time for which a host has not worked, ms; 0 if all hosts work. */
  failingMs(): number;
  /** Returns the number of messages and canaries that wait for a host. */
  waitingCount(): number;
  close(): void;
};

export type CourierOptions = {
  readonly counts: SendCounts;
  /** A clock that nobody can set, ms. */
  readonly monotonicMs: () => number;
  /** The time, ms since 1970 (steady time). */
  readonly now: () => number;
  /** Random numbers from 0 to 1. */
  readonly random: () => number;
};

const transient = (reason: string): SendResult => ({ kind: 'failed', class: 'transient', reason });
const tooLate: SendResult = transient('The message was of no use any more.');
const notNeeded: SendResult = transient('The message was not needed any more.');
const hostDown = transient('The host does not work. Vigil tries again later.');
const asksToWait: SendResult = {
  ...{ kind: 'failed', class: 'transient', reason: 'The service asks to send less. Vigil tries again later.' },
  asksToWait: true,
};

export function createCourier(options: CourierOptions): Courier {
  const gates = new Map<string, HostGate>();
  const closing = new AbortController();
  const pauses = new Map<string, number>();

  const gateOf = (host: string) => {
    const existing = gates.get(host);
    if (existing) return existing;
    if (gates.size >= hostsMax) {
      for (const [name, gate] of gates) if (gate.isIdle()) gates.delete(name);
    }
    if (gates.size >= hostsMax) return undefined;
    const gate = createHostGate(options.monotonicMs);
    gates.set(host, gate);
    return gate;
  };

  return {
    async send(errand) {
      const gate = gateOf(errand.host);
      const signal = AbortSignal.any([errand.signal, closing.signal]);
      const result = gate
        ? await sendThrough(gate, pauses, { ...errand, signal }, options)
        : transient('Messages wait for too many hosts.');
      options.counts.results.add(result.kind === 'failed' ? result.class : result.kind);
      return result;
    },
    isDown: (host, to) =>
      (gates.get(host)?.isDown() ?? false) || isPaused(pauses, [to], options.monotonicMs() + shortPauseMs),
    downCount: () => [...gates.values()].filter((gate) => gate.isDown()).length,
    failingMs: () => Math.max(0, ...[...gates.values()].map((gate) => gate.failingMs())),
    waitingCount: () => [...gates.values()].reduce((count, gate) => count + gate.waitingCount(), 0),
    close() {
      closing.abort();
    },
  };
}

async function sendThrough(
  gate: HostGate,
  pauses: Map<string, number>,
  errand: Errand,
  options: CourierOptions,
): Promise<SendResult> {
  const { counts, monotonicMs, now, random } = options;
  const { signal, uselessAfterMs, to } = errand;
  let last: SendResult = tooLate;
  let giveUpAtMs = Number.POSITIVE_INFINITY;
  const pausedBy = errand.isCheck ? [to, `check ${to}`] : [to];
  if (isPaused(pauses, pausedBy, monotonicMs())) return asksToWait;
  for (let tries = 0; ; tries += 1) {
    if (signal.aborted) return notNeeded;
    if (uselessAfterMs <= now()) return last;
    const end = AbortSignal.timeout(Math.ceil(uselessAfterMs - now()));
    const permit = await gate.enter(AbortSignal.any([signal, end]));
    if (permit === 'full') return transient('Too many messages wait for this host.');
    if (permit === 'aborted') return signal.aborted ? notNeeded : last;
    if (permit === 'down') return hostDown;
    giveUpAtMs = Math.min(giveUpAtMs, now() + giveUpMs);
    const { result, retryAfterMs = 0 } = await tryOnce(errand, permit, options);
    if (result.kind !== 'failed' || result.class === 'permanent') return result;
    if (signal.aborted) return notNeeded;
    last = result;
    const isCheckTooMany = errand.isCheck === true && result.asksToWait === true;
    const alarmPauseMs = errand.isCheck ? retryAfterMs : Math.min(retryAfterMs, alarmPauseMsMax);
    const pauseMs = isCheckTooMany ? Math.max(retryAfterMs, checkPauseMs) : alarmPauseMs;
    if (pauseMs > 0) pause(pauses, pausedBy.at(-1)!, monotonicMs() + pauseMs);
    if (isCheckTooMany) return result;
    const waitMs = Math.max(Math.min(firstWaitMs * 2 ** tries, waitMsMax) * (0.5 + random() / 2), pauseMs);
    if (now() + waitMs >= Math.min(uselessAfterMs, giveUpAtMs)) return last;
    counts.retries += 1;
    await sleep(waitMs, undefined, { signal }).catch(() => {});
  }
}

function isPaused(pauses: ReadonlyMap<string, number>, keys: readonly string[], nowMs: number): boolean {
  return keys.some((key) => (pauses.get(key) ?? 0) > nowMs);
}

function pause(pauses: Map<string, number>, to: string, untilMs: number): void {
  if (pauses.size >= pausesMax) pauses.clear();
  pauses.set(to, untilMs);
}

/** Tries once, and ends a try that lasts too long. */
async function tryOnce(errand: Errand, permit: { end(sign: HostSign): void }, options: CourierOptions) {
  const { counts, monotonicMs, now } = options;
  const beganMs = monotonicMs();
  // The message may have become too old while it waited for the gate.
  const tryMs = Math.min(tryMsMax, errand.uselessAfterMs - now());
  if (tryMs <= 0 || errand.signal.aborted) {
    permit.end('unknown');
    return failed('transient', 'The message was of no use any more.', 'unknown');
  }
  // Each try has its own controller. Node keeps a signal of `AbortSignal.any` in memory as long as the signal has a
  // listener. If a channel forgot to remove its listener, the signal would stay in memory until the process ends.
  const end = new AbortController();
  const ended = Promise.withResolvers<TryResult>();
  const onUnneeded = () => {
    ended.resolve(failed('transient', 'The message was not needed any more.', 'unknown'));
    end.abort();
  };
  const timer = runAfter('courier', tryMs, () => {
    ended.resolve(failed('transient', 'The host did not answer in time.', tryMs < tryMsMax ? 'unknown' : 'fails'));
    end.abort();
  });
  errand.signal.addEventListener('abort', onUnneeded, { once: true });
  const outcome = await Promise.race([errand.attempt(end.signal), ended.promise]);
  clearTimeout(timer);
  errand.signal.removeEventListener('abort', onUnneeded);
  permit.end(outcome.host);
  countOf(counts, monotonicMs() - beganMs);
  return outcome;
}
