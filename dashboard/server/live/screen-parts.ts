/** What the live connection of one screen needs. */
import type { Logger } from 'pino';
import type { Trail } from '../../../log/audit/trail.ts';
import type { Health } from '../../protocol/live.ts';
import type { Budget } from '../core/budget.ts';
import type { Confirmations, FirstConfirmation } from '../core/confirmations.ts';
import type { Viewer } from '../core/rights.ts';
import type { Claims } from '../core/session-rules.ts';
import type { Who } from '../core/who.ts';
import type { Feed } from './feed.ts';
import type { ScreenSocket } from './outbox.ts';
import type { ScreenWorkQueue } from './screen-work-queue.ts';

export type ScreenParts = {
  readonly socket: ScreenSocket;
  readonly claims: Claims;
  readonly number: number;
  /** The person who is logged in at the screen. */
  readonly person: { readonly userId: string; readonly name: string };
  /** The same person, for the audit trail. */
  readonly who: Who;
  readonly viewer: Viewer;
  readonly feed: Pick<Feed, 'state' | 'waves' | 'isReady'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly stream: string;
  readonly budget: Budget;
  readonly workQueue: ScreenWorkQueue;
  /**
   * Sends the waiting chunks of waves. Called before the screen begins to watch a scope. The screen then gets all kept
   * chunks, and without this call it would get the waiting chunks twice.
   */
  readonly beforeKeptWaves?: () => void;
  readonly health: () => Health;
  /** Whether the server sends deliveries and calls to this screen (screen-deliveries.ts). */
  readonly deliveries?: boolean;
  /** Called when the page has painted or sounded alarms for the first time. */
  readonly onConfirmed?: (confirmations: readonly FirstConfirmation[]) => void;
  /** Called after each report that describes the audio of the page. */
  readonly onSoundReport?: () => void;
  /**
   * The alarms that the page must still confirm at the start (core/kept-waits.ts), and the alarms that the page has
   * confirmed since then.
   */
  readonly confirmations?: Confirmations;
  readonly now: () => number;
  readonly logger: Logger;
};
