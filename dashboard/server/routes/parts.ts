/** The parts of the server that the routes use. `main.ts` creates them. */

import type { DeliveryPolicy } from '../../../contracts/messages/delivery-policy.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { AuditProjection } from '../audit/projection.ts';
import type { ReachRules } from '../core/reach-changes.ts';
import type { Explainer } from '../explainer.ts';
import type { AssignmentsFeed } from '../live/assignments-feed.ts';
import type { DeliveriesFeed } from '../live/deliveries-feed.ts';
import type { DeliveryWriter } from '../live/delivery-writer.ts';
import type { Feed } from '../live/feed.ts';
import type { Hub } from '../live/hub.ts';
import type { NotesFeed } from '../live/notes-feed.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Stations } from '../sessions/stations.ts';
import type { Tickets } from '../sessions/tickets.ts';
import type { TrendStore } from '../trend-store.ts';
import type { Wards } from '../wards-file.ts';

/** The parts for the delivery of alarms to persons. */
export type DeliveryParts = {
  readonly feed: Pick<DeliveriesFeed, 'board' | 'signs' | 'waitFor'>;
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
  readonly sessions: Sessions;
  readonly stations: Stations;
  readonly tickets: Tickets;
  readonly trail: Trail;
  readonly audit: Pick<AuditProjection, 'page'>;
  readonly feed: Feed;
  readonly assignments: Pick<AssignmentsFeed, 'board' | 'readToEnd' | 'waitFor'>;
  readonly notes: Pick<NotesFeed, 'hasEffect'>;
  readonly delivery: DeliveryParts;
  readonly explainer: Explainer;
  readonly hub: Hub;
  readonly trends: TrendStore;
  readonly wards: Pick<Wards, 'current'>;
  readonly pseudonymKey: string;
  readonly origins: readonly string[];
  /** A screen that nobody touches for this time locks itself. */
  readonly lockAfterMs: number;
  readonly now: () => number;
  /** Returns whether every record that was in Kafka at the start has been read. */
  readonly isReady: () => boolean;
};
