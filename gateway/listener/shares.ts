/**
 * Limits each device, over all its connections: the rate of its packets, and the memory of its unacknowledged
 * publishes. Above a limit the connections of the device are not read, and later they are read again one after the
 * other. No packet of the device is dropped, and no other device must wait.
 *
 * A device may use at most as much memory as remains free (the dynamic threshold of Choudhury and Hahne, 1998). So a
 * single device gets at most half of the memory. If n devices want all the memory, each device gets an equal part, and
 * some memory is always free for a new device.
 */

import { runAfter } from '../../process/timer-tasks.ts';
import {
  type Allowance,
  type HeldBack,
  isOverspent,
  newAllowance,
  newHeldBack,
  noteWait,
  refill,
} from '../core/allowance.ts';
import type { Source } from '../source.ts';
import type { Budget } from './budget.ts';
import type { Limits } from './limits.ts';

export type Share = {
  readonly allowance: Allowance;
  /** Number of connections of the device, including those that wait for their claim. */
  connections: number;
  /** Memory of the device's unacknowledged publishes, bytes (`publishMemoryBytes`). */
  unackedBytes: number;
  /**
   * Memory of packets that are not on their way to Kafka yet: a part of `unackedBytes`. This memory is freed only when
   * these packets are handled.
   */
  unsentBytes: number;
  readonly heldBack: HeldBack;
  /** Callbacks of the waiting connections, in the order in which they began to wait. */
  readonly waiting: (() => void)[];
  /** Timer until the device may send again; undefined if the device does not wait for its rate. */
  timer: NodeJS.Timeout | undefined;
  /**
   * Whether the loop that resumes connections is running, so that a resumed connection does not start a second loop.
   */
  isResuming: boolean;
};

/**
 * What the connections of a device wait for. `device-rate`: the device may send again. `device-share`: the device uses
 * less memory.
 */
type DeviceWaitCause = 'device-rate' | 'device-share';

export type Shares = {
  /**
   * Returns the share of a device. The share is remembered after the last connection has ended, so a device that
   * connects again gets no new share.
   */
  shareOf(deviceId: string): Share;
  /** Returns what the connections of the device must wait for; undefined if they need not wait. */
  waitCauseOf(share: Share): DeviceWaitCause | undefined;
  /**
   * Calls `resume` once, when the device may send again. The connections of a device are resumed one after the other.
   */
  callWhenSpace(
    client: { readonly share: Share; readonly source: Source },
    why: DeviceWaitCause,
    resume: () => void,
  ): void;
  /** Counts the memory of a publish that is on its way to Kafka. */
  hold(share: Share, bytes: number): void;
  /** Frees the memory of a publish that was counted by `hold`. */
  release(share: Share, bytes: number): void;
  /** Counts the memory of a publish that was read and is not on its way to Kafka yet. */
  holdUnsent(share: Share, bytes: number): void;
  /** Frees the memory of a publish that was counted by `holdUnsent`. */
  releaseUnsent(share: Share, bytes: number): void;
  /** Returns the number of devices that wait for their rate. */
  waitingDevices(): number;
  close(): void;
};

/** Shortest pause for the rate, so that connections are not paused and resumed at every packet. */
const pauseMsMin = 5;
/** A device that waits for memory is resumed when it uses at most this fraction of the free memory. */
const resumeFraction = 0.75;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createShares(options: {
  readonly limits: Limits;
  readonly budget: Budget;
  readonly monotonicMs: () => number;
  /** Called at each pause of a device that has been held back for a while (core/allowance.ts). */
  readonly onHeldBack: (source: Source) => void;
}): Shares {
  const { limits, budget, monotonicMs } = options;
  const rates = { bytesPerS: limits.deviceBytesPerS, messagesPerS: limits.deviceMessagesPerS };
  /** Above this number of devices, the oldest device without a connection is forgotten. */
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
    isOverspent(share.allowance) ? refill(share.allowance, rates, monotonicMs()) : 0;

  /** Resumes the waiting connections of a device, one after the other, until the device must wait again. */
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
    // If the device uses too much memory, `release` calls `resumeConnections` again.
    return waitMs === 0 && !mustWaitForMemory(share, resumeFraction * budget.freeBytes());
  }

  /**
   * Returns whether the device uses more than `bytesMax` and has a packet on its way to Kafka. If no packet of the
   * device were on its way, nothing would call `release`, and the device would wait without end.
   */
  const mustWaitForMemory = (share: Share, bytesMax: number) =>
    share.unackedBytes > share.unsentBytes && share.unackedBytes > bytesMax;

  function resumeLater(share: Share, waitMs: number): void {
    if (share.timer !== undefined) return;
    timers += 1;
    share.timer = runAfter('share', Math.max(pauseMsMin, Math.ceil(waitMs)), () => {
      timers -= 1;
      share.timer = undefined;
      resumeConnections(share);
    });
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
    shareOf(deviceId) {
      const existing = shares.get(deviceId);
      if (existing) return existing;
      if (shares.size >= devicesMax) forgetIdleDevice();
      const share: Share = {
        allowance: newAllowance(rates, monotonicMs()),
        connections: 0,
        unackedBytes: 0,
        unsentBytes: 0,
        heldBack: newHeldBack(),
        waiting: [],
        timer: undefined,
        isResuming: false,
      };
      shares.set(deviceId, share);
      return share;
    },
    waitCauseOf(share) {
      if (rateWaitMs(share) > 0) return 'device-rate';
      return mustWaitForMemory(share, budget.freeBytes()) ? 'device-share' : undefined;
    },
    callWhenSpace({ share, source }, why, resume) {
      share.waiting.push(resume);
      if (why === 'device-share') return;
      if (noteWait(share.heldBack, monotonicMs())) options.onHeldBack(source);
      resumeLater(share, rateWaitMs(share));
    },
    hold,
    release,
    holdUnsent(share, bytes) {
      share.unsentBytes += bytes;
      hold(share, bytes);
    },
    releaseUnsent(share, bytes) {
      share.unsentBytes -= bytes;
      release(share, bytes);
    },
    waitingDevices: () => timers,
    close() {
      for (const share of shares.values()) clearTimeout(share.timer);
    },
  };
}
