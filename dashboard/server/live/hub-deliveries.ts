/** Sends deliveries and calls to all live connections: decides which connection gets them, and when. */
import type { Logger } from 'pino';
import type { Trail } from '../../../log/audit/trail.ts';
import type { DeliveryDown } from '../../protocol/delivery.ts';
import type { OpenScreen } from '../core/screen.ts';
import type { Who } from '../core/who.ts';
import type { Screen } from './screen-connection.ts';
import { createScreenDeliveries, type DeliverySource, type ScreenDeliveries } from './screen-deliveries.ts';
import { createSeenPatients } from './seen-patients.ts';

/**
 * Pause from the end of a sending to the next sending, ms. The first change after a pause is sent at once. The changes
 * during a sending and its pause are sent together after it. So the server can do other work between two sendings, also
 * if a sending takes longer than the pause.
 */
const pauseMs = 20;

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
    isBusy = true;
    hasChanged = false;
    try {
      for (const deliveries of ofScreens.values()) deliveries.flush();
    } finally {
      setTimeout(() => {
        isBusy = false;
        if (hasChanged) send();
      }, pauseMs).unref();
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
      for (const deliveries of ofScreens.values()) deliveries.followScope();
    },
    downFor: options.downFor,
  };
}
