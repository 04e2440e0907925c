/**
 * The engine's state for one association. The state is plain JSON, so that a snapshot can contain it. Each part belongs
 * to one detector, which limits its size.
 */
import type { GroupInForce, OwnLimits } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import type { Starts } from '../../../contracts/shared-identity.ts';
import { type ArrivalsPart, initialArrivals } from './arrivals.ts';
import { initialBook } from './book.ts';
import type { BookPart } from './book-part.ts';
import { type ContinuityPart, initialContinuity } from './continuity.ts';
import { type DevicePart, initialDevice } from './device.ts';
import { type DoubledPart, initialDoubled } from './doubled.ts';
import { initialIdentity } from './identity.ts';
import type { AssociationInput } from './inputs.ts';
import type { LimitsPart } from './limits.ts';
import type { FaultPart } from './not-judged.ts';
import type { NoticesPart } from './notices.ts';
import { initialOwnAlerts, type OwnAlertsPart } from './own-alerts.ts';
import { initialRates, type RatesPart } from './rates.ts';
import { initialScores, type ScoresPart } from './scores/scores.ts';
import type { Seen } from './seen.ts';
import type { StandbyPart } from './standby.ts';

export type State = {
  readonly v: 2;
  readonly associationId: string;
  readonly deviceId: string | null;
  readonly association: Pick<AssociationInput, 'category' | 'ward' | 'endedAt'> | null;
  /** The patient's own limits, by group. */
  readonly overrides: Readonly<Partial<Record<LimitGroup, OwnLimits>>>;
  /** Who last changed the patient's own limits, by group; absent if nobody has changed any. */
  readonly setBy?: Readonly<Partial<Record<LimitGroup, NonNullable<GroupInForce['changed']>>>>;
  readonly seen: Seen;
  readonly arrivals: ArrivalsPart;
  readonly limits: LimitsPart;
  readonly device: DevicePart;
  readonly rates: RatesPart;
  readonly doubled: DoubledPart;
  readonly continuity: ContinuityPart;
  readonly identity: Starts;
  readonly notices: NoticesPart;
  readonly scores: ScoresPart;
  readonly ownAlerts: OwnAlertsPart;
  readonly standby: StandbyPart;
  readonly book: BookPart;
  /** The last commands that the engine carried out or refused. */
  readonly commandIds: readonly string[];
  /** Why commands were refused, by command id. A repeated command gets the same answer. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Present while the code of the engine fails for this patient, and for some time after. */
  readonly fault?: FaultPart | undefined;
};

export function initialState(associationId: string): State {
  return {
    v: 2,
    associationId,
    deviceId: null,
    association: null,
    overrides: {},
    seen: [],
    arrivals: initialArrivals,
    limits: {},
    device: initialDevice,
    rates: initialRates,
    doubled: initialDoubled,
    continuity: initialContinuity,
    identity: initialIdentity,
    notices: {},
    scores: initialScores,
    ownAlerts: initialOwnAlerts,
    standby: null,
    book: initialBook,
    commandIds: [],
  };
}
