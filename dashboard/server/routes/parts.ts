/** The parts of the server that the routes use. `main.ts` creates them. */

import type { Logger } from 'pino';
import type { DeliveryPolicy } from '../../../contracts/messages/delivery-policy.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import type { AccountRecords } from '../accounts/account-records.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { PreferenceStore } from '../accounts/preferences.ts';
import type { AuditProjection } from '../audit/projection.ts';
import type { ReachRules } from '../core/reach-changes.ts';
import type { SoundTestRecords } from '../core/sound-test-records.ts';
import type { Explainer } from '../explainer.ts';
import type { AssignmentsFeed } from '../live/assignments-feed.ts';
import type { DeliveriesFeed } from '../live/deliveries-feed.ts';
import type { DeliveryWriter } from '../live/delivery-writer.ts';
import type { Feed } from '../live/feed.ts';
import type { Hub } from '../live/hub.ts';
import type { NotesFeed } from '../live/notes-feed.ts';
import type { ReviewFeed } from '../live/review-feed.ts';
import type { ScoreLog } from '../score-log.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Stations } from '../sessions/stations.ts';
import type { Tickets } from '../sessions/tickets.ts';
import type { StripReader } from '../strips.ts';
import type { TrendLog } from '../trend-log.ts';
import type { TrendStore } from '../trend-store.ts';
import type { Wards } from '../wards-file.ts';
import type { WaveReader } from '../waves/wave-reader.ts';

/** The parts for the delivery of alarms to persons. */
export type DeliveryParts = {
  readonly feed: Pick<DeliveriesFeed, 'board' | 'signs' | 'waitFor' | 'readReach'>;
  readonly writer: DeliveryWriter;
  /** Returns the delivery policy by which the server answers who would be called. */
  readonly policy: () => DeliveryPolicy;
  /** To which hosts and domains messages to persons may go. */
  readonly reachRules: ReachRules;
  /** The public key of Web Push; undefined if push is not set up. */
  readonly pushPublicKey: string | undefined;
};

export type Parts = {
  readonly log: Pick<SealedLog, 'append' | 'takeTurn' | 'boot'>;
  readonly accounts: Accounts;
  readonly preferences: PreferenceStore;
  readonly accountRecords: Pick<AccountRecords, 'expect' | 'announce' | 'withdraw'>;
  readonly sessions: Sessions;
  readonly stations: Stations;
  readonly tickets: Tickets;
  readonly trail: Trail;
  readonly audit: Pick<AuditProjection, 'page' | 'search' | 'matching'>;
  readonly feed: Feed;
  readonly assignments: Pick<AssignmentsFeed, 'board' | 'readToEnd' | 'waitFor'>;
  readonly notes: Pick<NotesFeed, 'hasEffect'>;
  readonly delivery: DeliveryParts;
  readonly explainer: Explainer;
  readonly review: Pick<ReviewFeed, 'book'>;
  readonly strips: StripReader;
  readonly hub: Hub;
  /** The tests of the sound that the audit trail has. */
  readonly soundTestRecords: Pick<SoundTestRecords, 'answered' | 'uncounted'>;
  readonly trends: TrendStore;
  readonly trendLog: TrendLog & ScoreLog;
  readonly waves: Pick<WaveReader, 'read'>;
  readonly wards: Pick<Wards, 'current'>;
  readonly pseudonymKey: string;
  readonly origins: readonly string[];
  /** A screen that nobody touches for this time locks itself. */
  readonly lockAfterMs: number;
  /** The times of day at which shifts begin, in minutes after midnight and in order. */
  readonly shiftStarts: readonly number[];
  readonly now: () => number;
  readonly logger: Logger;
  /**
   * Returns whether the audit trail and the records of `feed` that were in Kafka at the start have been read. The
   * assignments, notes and deliveries may still be unread.
   */
  readonly isReady: () => boolean;
};
