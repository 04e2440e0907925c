/** The state of one partition: its engines, its position in the log, and the phase of the replay. */
import type {
  AlarmEvent,
  AlarmState,
  CommandAnswer,
  LimitsInForce,
  StandbyInForce,
} from '../../contracts/messages/alarms.ts';
import type { Counts } from './core/counts.ts';
import type { Environment } from './core/environment.ts';
import type { AssociationInput, CommandInput } from './core/inputs.ts';
import type { EngineTask } from './core/not-judged.ts';
import type { PatientEngine, Position } from './patient-engine.ts';
import type { ScreenRecord } from './screen-record.ts';

export type PendingCommand = {
  readonly key: string;
  readonly offset: bigint;
  /** Time of the record in Kafka, ms since 1970. */
  readonly atMs: number;
  readonly input: CommandInput;
};

/** What the new owner of a partition has read from Kafka before it begins with new records. */
export type Restored = {
  readonly states: readonly AlarmState[];
  /** The associations whose last snapshot cannot be read. `states` may have an older snapshot of these associations. */
  readonly unreadable: readonly string[];
  /** Events of `alarms` that are perhaps not in the snapshots, in their order. */
  readonly publishedEvents: readonly AlarmEvent[];
  /** Limits in force and standby that were published after the snapshots, in their order. */
  readonly publishedInForce: readonly (LimitsInForce | StandbyInForce)[];
  /**
   * Answers to commands that are perhaps not in the snapshots. A person may have seen these answers. So a refused
   * command stays refused, and an accepted command that now fails raises an alarm.
   */
  readonly publishedAnswers: readonly CommandAnswer[];
  /** The offset in `alarms` at which the published events, limits, standby and answers begin. */
  readonly publishedFrom: bigint;
  /**
   * Commands that are perhaps not in the snapshots. In a replay, each command comes after the same readings as before
   * the takeover.
   */
  readonly commands: readonly PendingCommand[];
  readonly position: Position;
  /** The end of the log of readings when the partition was taken over. Readings before this offset are replayed. */
  readonly replayTo: bigint;
};

export type Counters = { skipped: number; restored: number; tombstones: number; realigned: number; replayed: number };

/**
 * A failure of the engine's own code about one patient. `deviceId` is null if the patient's device has sent nothing
 * yet.
 */
export type EngineFailureReport = {
  readonly associationId: string;
  readonly deviceId: string | null;
  readonly task: EngineTask;
  readonly error: unknown;
};

export type PartitionOptions = {
  readonly env: Environment;
  readonly restored: Restored;
  readonly findAssociation: (associationId: string) => AssociationInput | undefined;
  readonly emit: (event: AlarmEvent) => void;
  /** Publishes a record that is not an event, in order with the events. */
  readonly publish: (record: ScreenRecord) => void;
  readonly counters: Counters;
  /** Called with the counts of each step of an engine. */
  readonly onCounts?: (counts: Counts) => void;
  /** Called each time the code fails for one patient. */
  readonly onFailed?: (failure: EngineFailureReport) => void;
  /**
   * Returns whether silence may be judged now (reception.ts). A partition becomes live only if silence may be judged.
   */
  readonly mayJudge: () => boolean;
  readonly nowMs: number;
};

/**
 * - `replaying`: readings that were in the log at the takeover are still to be read.
 * - `replayed`: those readings are read. But newer readings are still to be read, or silence must not be judged yet.
 * Readings and commands are judged by the present limits.
 * - `live`: the engines also judge by the wall clock, so silence and escalation are judged.
 */
type Phase = 'replaying' | 'replayed' | 'live';

export type PartitionState = {
  readonly options: PartitionOptions;
  /** The first answer to each command that the last owner answered, by the command's id. */
  readonly publishedAnswers: ReadonlyMap<string, CommandAnswer>;
  /** The engines by association id. */
  readonly engines: Map<string, PatientEngine>;
  position: Position;
  /** Commands that no engine has received yet. */
  commands: readonly PendingCommand[];
  phase: Phase;
  /** The snapshots of this owner include the events of `alarms` before this offset (snapshots.ts). */
  eventsIncluded: bigint;
  /** When `eventsIncluded` was last moved, or the partition was taken over; ms since 1970. */
  includedAtMs: number;
  /** The end of the log of readings, according to the newest batch. */
  logEnd: bigint;
  /** True if the profiles changed before the partition was live, so that former profiles judged some readings. */
  hasNewProfiles: boolean;
};

export function initialPartition(options: PartitionOptions): PartitionState {
  const { position, commands, replayTo, publishedFrom, publishedAnswers } = options.restored;
  return {
    options,
    publishedAnswers: new Map(publishedAnswers.toReversed().map((answer) => [answer.commandId, answer])),
    engines: new Map(),
    position,
    commands,
    phase: 'replaying',
    eventsIncluded: publishedFrom,
    includedAtMs: options.nowMs,
    logEnd: replayTo,
    hasNewProfiles: false,
  };
}
