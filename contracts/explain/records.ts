/**
 * The records that `explain` uses: everything that the log has about one alarm. Plain data; log/explain/sources.ts
 * reads the records from the log.
 */
import type { AlarmEvent, Command, CommandAnswer, LimitsInForce, StandbyInForce } from '../messages/alarms.ts';
import type { ShownAlarm } from '../messages/alarms-shown.ts';
import type { AssignmentEvent } from '../messages/assignments.ts';
import type { DeliveryRecord } from '../messages/deliveries.ts';
import type { DeliveryCommand } from '../messages/delivery-commands.ts';
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
 * Whether the log had every record of the requested period, and every record could be opened. If not, a record may be
 * missing, and the absence of a record proves nothing.
 */
type Wholeness = { readonly isWhole: boolean };

/** A person answers a call. */
export type AnswerCommand = Extract<DeliveryCommand, { readonly type: 'answer' }>;

/** The parts of the log. The records of each part have `isWhole`: false if a record may be missing. */
export const logParts = ['alarms', 'commands', 'observations', 'deliveries', 'pages', 'assignments', 'audit'] as const;
export type LogPart = (typeof logParts)[number];

export type AlarmRecords = {
  readonly alarmId: string;
  /** The ward, the bed and the patient of the association. A field is undefined if the log no longer has it. */
  readonly ward: string | undefined;
  readonly bed: string | undefined;
  readonly patientId: string | undefined;
  /** All records up to this time were read, ms since 1970. */
  readonly readUntilMs: number;
  /** From the topic `alarms`, in the order of the log. Repeated events are included. */
  readonly alarms: Wholeness & {
    readonly events: readonly Logged<AlarmEvent>[];
    /**
     * The ends of other alarms of the association, up to the raise of this alarm (included). Before its end, such an
     * alarm may have called instead of this alarm.
     */
    readonly others: readonly Logged<AlarmEvent>[];
    readonly answers: readonly Logged<CommandAnswer>[];
    readonly limits: readonly Logged<LimitsInForce>[];
    readonly standbys: readonly Logged<StandbyInForce>[];
  };
  /** From the topic `commands`. */
  readonly commands: Wholeness & { readonly items: readonly Logged<Command>[] };
  /** From the topic `observations`; begins shortly before the onset. */
  readonly observations: Wholeness & {
    readonly readings: readonly ReadingTimes[];
    readonly connections: readonly Logged<ConnectionRecord>[];
  };
  /** From the topic `deliveries`, in the order of the log: the records that collect-deliveries.ts selects. */
  readonly deliveries: Wholeness & { readonly items: readonly Logged<DeliveryRecord>[] };
  /** From the topic `delivery-commands`: what persons and pages reported about this alarm. */
  readonly pages: Wholeness & {
    readonly answers: readonly Logged<AnswerCommand>[];
    readonly shown: readonly ShownAlarm[];
    /**
     * Whether dashboards reported painted alarms, of any patient, in the hour before the alarm, and again in the hour
     * after its end. If not, the dashboards may have had an older version, which sends no such reports. Then a missing
     * report about this alarm proves nothing.
     */
    readonly hasReportsAround: boolean;
  };
  /** From the topic `assignments`: all events of the ward, from the beginning of the log. */
  readonly assignments: Wholeness & { readonly events: readonly Logged<AssignmentEvent>[] };
  /** From the audit trail: looks, acts and logouts; begins `sessionMsMax` before the alarm. */
  readonly audit: Wholeness & { readonly items: readonly AnyAuditRecord[] };
};
