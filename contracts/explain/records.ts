/** The records that `explain` uses: everything that the log has about one alarm. Plain data; the shell reads it (../sources.ts). */
import type { AlarmEvent, Command, CommandAnswer, LimitsInForce, StandbyInForce } from '../messages/alarms.ts';
import type { AnyAuditRecord, ConnectionRecord } from '../messages/records.ts';

/** A record and the time at which Kafka got it, ms since 1970. */
export type Logged<Body> = { readonly body: Body; readonly appendedMs: number };

/** One reading of the device, without its values. Times are ms since 1970. */
export type ReadingTimes = {
  /** The device's clock. */
  readonly measuredMs: number;
  /** The gateway's clock. */
  readonly receivedMs: number;
  readonly appendedMs: number;
  readonly codes: readonly string[];
};

/**
 * Whether every record of the time that was asked for was in the log and could be opened. If not, a record may be missing, so nothing can
 * be concluded from the absence of a record.
 */
type Wholeness = { readonly isWhole: boolean };

export type AlarmRecords = {
  readonly alarmId: string;
  /** The ward, the bed and the patient of the association. A member is undefined if the log no longer has it. */
  readonly ward: string | undefined;
  readonly bed: string | undefined;
  readonly patientId: string | undefined;
  /** All records up to this time were read, ms since 1970. */
  readonly readUntilMs: number;
  /** From the topic `alarms`, in the order of the log. Repeated events are included. */
  readonly alarms: Wholeness & {
    readonly events: readonly Logged<AlarmEvent>[];
    readonly answers: readonly Logged<CommandAnswer>[];
    readonly limits: readonly Logged<LimitsInForce>[];
    readonly standbys: readonly Logged<StandbyInForce>[];
  };
  /** From the topic `commands`. */
  readonly commands: Wholeness & { readonly items: readonly Logged<Command>[] };
  /** From the topic `observations`, from shortly before the onset on. */
  readonly observations: Wholeness & {
    readonly readings: readonly ReadingTimes[];
    readonly connections: readonly Logged<ConnectionRecord>[];
  };
  /** From the audit trail, from `sessionMsMax` before the alarm on: looks, acts and logouts. */
  readonly audit: Wholeness & { readonly items: readonly AnyAuditRecord[] };
};
