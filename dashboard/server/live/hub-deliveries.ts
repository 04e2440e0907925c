/** Sends deliveries and calls to all live connections: decides which connection gets them, and when. */
import type { Logger } from 'pino';
import type { Trail } from '../../../log/audit/trail.ts';
import { runAfter } from '../../../process/timer-tasks.ts';
import type { DeliveryDown } from '../../protocol/delivery.ts';
import type { OpenScreen } from '../core/screen.ts';
import type { Who } from '../core/who.ts';
import { doFor } from './outbox.ts';
import type { Screen } from './screen-connection.ts';
import { createScreenDeliveries, type DeliverySource, type ScreenDeliveries } from './screen-deliveries.ts';
import { createSeenPatients } from './seen-patients.ts';
import { createSharedSending, type SharedSending } from './shared-sending.ts';

/**
 * Pause after the end of a sending, ms. A change after the pause is sent at once. The changes during a sending and its
 * pause are sent together when the pause ends. So the server can do other work between two sendings, even if a sending
 * takes longer than the pause.
 */
const pauseMs = 20;
/** Longest part of a sending, ms (ours). Then other work runs: alarms, heartbeats and requests need not wait. */
const sliceMs = 8;

export type HubDeliveries = {
  open(screen: Screen, who: Who): ScreenDeliveries;
  close(screen: Screen): void;
  /** Sends what has changed: at once, or after the pause. */
  changed(): void;
  /** Sends everything to screens that have begun to watch another scope. */
  followScopes(): void;
  /** Returns the notice for a screen if nobody is called; otherwise undefined. */
  downFor(open: OpenScreen): DeliveryDown | undefined;
};

export function createHubDeliveries(options: {
  readonly source: DeliverySource;
  readonly downFor: (open: OpenScreen) => DeliveryDown | undefined;
  readonly trail: Pick<Trail, 'record'>;
  readonly now: () => number;
  readonly logger: Logger;
}): HubDeliveries {
  const { source, trail, now, logger } = options;
  const ofScreens = new Map<Screen, ScreenDeliveries>();
  /** Whether the hub is sending, or pauses after a sending. */
  let isBusy = false;
  let hasChanged = false;

  function send(): void {
    const shared = createSharedSending(source.callsOf);
    isBusy = true;
    hasChanged = false;
    sendSlice([...ofScreens], 0, shared);
  }

  /**
   * Sends to the screens, beginning with `first`, until `sliceMs` have passed; at least to one screen. Each screen gets
   * what has changed since its last message, so the screens need not be served at the same time.
   */
  function sendSlice(screens: readonly [Screen, ScreenDeliveries][], first: number, shared: SharedSending): void {
    const endMs = performance.now() + sliceMs;
    shared.forgetCalls();
    let next = first;
    try {
      do {
        const [screen, deliveries] = screens[next] ?? [];
        next += 1;
        if (screen && deliveries && ofScreens.get(screen) === deliveries) doFor(screen, () => deliveries.flush(shared));
      } while (next < screens.length && performance.now() < endMs);
    } finally {
      if (next < screens.length) setImmediate(sendSlice, screens, next, shared);
      else
        runAfter('deliveries', pauseMs, () => {
          isBusy = false;
          if (hasChanged) send();
        }).unref();
    }
  }

  return {
    open(screen, who) {
      const seenPatients = createSeenPatients(trail, who, logger, { action: 'patient-viewed' });
      const deliveries = createScreenDeliveries({ source, screen, seenPatients, now, logger });
      ofScreens.set(screen, deliveries);
      return deliveries;
    },
    close: (screen) => void ofScreens.delete(screen),
    changed() {
      hasChanged = true;
      if (!isBusy) send();
    },
    followScopes() {
      for (const [screen, deliveries] of ofScreens) doFor(screen, () => deliveries.followScope());
    },
    downFor: options.downFor,
  };
}
