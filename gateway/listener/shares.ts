/**
 * What each device uses of the gateway, over all its connections: how fast it may send, and how much of the memory for unacknowledged
 * publishes it may use. Above either limit its connections are not read; they take turns. Nothing that it sent is dropped, and no other
 * device waits for it.
 *
 * A device may use as much memory as is still free (the dynamic threshold of Choudhury and Hahne, 1998). One device alone gets half of
 * it. If n devices want all of it, each gets an equal part, and there is always room for a new one.
 */
import {
  type Allowance,
  type HeldBack,
  newAllowance,
  newHeldBack,
  noteHeldBack,
  refill,
  seemsSpent,
} from '../core/allowance.ts';
import type { Source } from '../source.ts';
import type { Budget } from './budget.ts';
import type { Limits } from './limits.ts';

export type Share = {
  readonly allowance: Allowance;
  /** Its connections, including those whose CONNECT is still being judged. */
  connections: number;
  /** Bytes of its unacknowledged publishes, counted by `publishMemoryBytes`. */
  unackedBytes: number;
  /** The part of them in packets that are not yet on their way to Kafka. Only handling these packets frees it. */
  parkedBytes: number;
  readonly heldBack: HeldBack;
  /** Callbacks of waiting connections, in their order. */
  readonly waiting: (() => void)[];
  timer: NodeJS.Timeout | undefined;
  /** Its connections are being resumed. A resumed connection must not start a second loop. */
  isResuming: boolean;
};

/** What a device's connections wait for: its rate, or for it to use less of the memory. */
type DeviceWait = 'device-rate' | 'device-share';

export type Shares = {
  /** Returns the share of a device. It is remembered longer than its connections, so a new connection gains nothing. */
  of(deviceId: string): Share;
  /** Returns why the device's connections must wait; undefined if they need not. */
  mustWait(share: Share): DeviceWait | undefined;
  /** Calls back once, in turn, when the device may go on. */
  onRoom(client: { readonly share: Share; readonly source: Source }, why: DeviceWait, resume: () => void): void;
  hold(share: Share, bytes: number): void;
  release(share: Share, bytes: number): void;
  /** Does what `hold` does, for a packet that was read and must wait before it is on its way. */
  park(share: Share, bytes: number): void;
  /** The packet is on its way, or is dropped. */
  unpark(share: Share, bytes: number): void;
  /** Devices that wait for their rate now. */
  waiting(): number;
  close(): void;
};

/** A pause lasts at least this long, so that connections are not paused and resumed at every packet. */
const pauseMsMin = 5;
/** The same for the memory: a device goes on when it uses at most this part of what is free. */
const resumeFraction = 0.75;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createShares(options: {
  readonly limits: Limits;
  readonly budget: Budget;
  readonly monotonicMs: () => number;
  /** The device has been held back for more than a moment. May be called for each pause. */
  readonly onHeldBack: (source: Source) => void;
}): Shares {
  const { limits, budget, monotonicMs } = options;
  const rates = { bytesPerS: limits.deviceBytesPerS, messagesPerS: limits.deviceMessagesPerS };
  /** Above twice the number of allowed connections, devices without a connection are forgotten, the oldest first. */
  const devicesMax = 2 * limits.connectionsMax;
  const shares = new Map<string, Share>();
  let timers = 0;

  function forgetIdleDevice(): void {
    for (const [deviceId, { connections, unackedBytes }] of shares) {
      if (connections > 0 || unackedBytes > 0) continue;
      shares.delete(deviceId);
      return;
    }
  }

  const rateWaitMs = (share: Share) =>
    seemsSpent(share.allowance) ? refill(share.allowance, rates, monotonicMs()) : 0;

  /** Resumes waiting connections, until the device must wait again. */
  function resumeConnections(share: Share): void {
    if (share.isResuming) return;
    share.isResuming = true;
    try {
      while (share.waiting.length > 0 && mayResume(share)) share.waiting.shift()!();
    } finally {
      share.isResuming = false;
    }
  }

  function mayResume(share: Share): boolean {
    const waitMs = rateWaitMs(share);
    if (waitMs > 0) resumeLater(share, waitMs);
    // If it uses too much, `release` calls this again.
    return waitMs === 0 && !usesMoreThan(share, resumeFraction * budget.freeBytes());
  }

  /** Only packets on their way end by themselves and call `release`. A device that waited for parked packets would wait for itself. */
  const usesMoreThan = (share: Share, bytes: number) =>
    share.unackedBytes > share.parkedBytes && share.unackedBytes > bytes;

  function resumeLater(share: Share, waitMs: number): void {
    if (share.timer !== undefined) return;
    timers += 1;
    share.timer = setTimeout(
      () => {
        timers -= 1;
        share.timer = undefined;
        resumeConnections(share);
      },
      Math.max(pauseMsMin, Math.ceil(waitMs)),
    );
  }

  function hold(share: Share, bytes: number): void {
    share.unackedBytes += bytes;
    budget.hold(bytes);
  }

  function release(share: Share, bytes: number): void {
    share.unackedBytes -= bytes;
    budget.release(bytes);
    if (share.waiting.length > 0) resumeConnections(share);
  }

  return {
    of(deviceId) {
      const existing = shares.get(deviceId);
      if (existing) return existing;
      if (shares.size >= devicesMax) forgetIdleDevice();
      const share: Share = {
        allowance: newAllowance(rates, monotonicMs()),
        connections: 0,
        unackedBytes: 0,
        parkedBytes: 0,
        heldBack: newHeldBack(),
        waiting: [],
        timer: undefined,
        isResuming: false,
      };
      shares.set(deviceId, share);
      return share;
    },
    mustWait(share) {
      if (rateWaitMs(share) > 0) return 'device-rate';
      return usesMoreThan(share, budget.freeBytes()) ? 'device-share' : undefined;
    },
    onRoom({ share, source }, why, resume) {
      share.waiting.push(resume);
      if (why === 'device-share') return;
      if (noteHeldBack(share.heldBack, monotonicMs())) options.onHeldBack(source);
      resumeLater(share, rateWaitMs(share));
    },
    hold,
    release,
    park(share, bytes) {
      share.parkedBytes += bytes;
      hold(share, bytes);
    },
    unpark(share, bytes) {
      share.parkedBytes -= bytes;
      release(share, bytes);
    },
    waiting: () => timers,
    close() {
      for (const share of shares.values()) clearTimeout(share.timer);
    },
  };
}
