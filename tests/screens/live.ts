/**
 * The live state of the dashboard server in the screens tests, and the functions with which a test imitates devices,
 * Kafka and the alarm processor.
 */

import { mergeLimits, ownLimitsAfter } from '../../contracts/effective-limits.ts';
import type { AlarmEvent, Command, CommandAnswer, GroupInForce } from '../../contracts/messages/alarms.ts';
import type { AssignmentEvent } from '../../contracts/messages/assignments.ts';
import type { HandOverNoteEvent } from '../../contracts/messages/hand-over-notes.ts';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import type { PatientTaskEvent } from '../../contracts/messages/patient-tasks.ts';
import {
  type AuditRecord,
  type ConnectionRecord,
  contentTypes,
  type DeviceAssociations,
  type ObservationRecord,
  type StatusRecord,
  type WaveformRecord,
} from '../../contracts/messages/records.ts';
import type { TurnTopic } from '../../contracts/turn-topics.ts';
import type { Registry } from '../../contracts/ward-registry.ts';
import type { Health } from '../../dashboard/protocol/live.ts';
import type { Account } from '../../dashboard/server/accounts/accounts.ts';
import { createAuditView } from '../../dashboard/server/audit/view.ts';
import { foldReviewedAlarm, newReviewBook } from '../../dashboard/server/core/alarm-review.ts';
import { foldAlarmEvent } from '../../dashboard/server/core/alarms.ts';
import { foldAssociations, tick } from '../../dashboard/server/core/beds.ts';
import { emptyBoard, foldAssignmentEvent } from '../../dashboard/server/core/duty-board.ts';
import { noteDuties } from '../../dashboard/server/core/duty-notices.ts';
import { foldNote, type NoteBook, placeNotes } from '../../dashboard/server/core/hand-over-notes.ts';
import { newLifeSigns, noteAlarmsSign, noteOwnRecord } from '../../dashboard/server/core/health.ts';
import { foldAnswer, foldLimits } from '../../dashboard/server/core/limits.ts';
import { foldTask, placeTasks, type TaskBook } from '../../dashboard/server/core/patient-tasks.ts';
import {
  foldConnection,
  foldObservation,
  foldStatus,
  foldWaveArrival,
  forgetWaves,
} from '../../dashboard/server/core/readings.ts';
import { emptyState } from '../../dashboard/server/core/state.ts';
import { emptyWaves, foldWave } from '../../dashboard/server/core/waves.ts';
import type { StoredValue } from '../../dashboard/server/core/what-if.ts';
import type { Explainer } from '../../dashboard/server/explainer.ts';
import type { Feed } from '../../dashboard/server/live/feed.ts';
import type { createHub } from '../../dashboard/server/live/hub.ts';
import type { ScoreLog } from '../../dashboard/server/score-log.ts';
import type { StripReader } from '../../dashboard/server/strips.ts';
import type { TrendLog } from '../../dashboard/server/trend-log.ts';
import type { TrendStore } from '../../dashboard/server/trend-store.ts';
import type { WaveReader } from '../../dashboard/server/waves/wave-reader.ts';
import { newAuditKeys } from '../../log/audit/audit.testing.ts';
import { judgeRecord } from '../../log/audit/rules.ts';
import { sha256 } from '../../log/audit/trail.ts';
import { unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import type { SealedTurn, TurnRecord } from '../../log/sealed-log.ts';

export const pseudonymKey = Buffer.alloc(32, 2).toString('base64url');

export const auditKeys = newAuditKeys();

type SetLimits = Extract<Command, { type: 'set-limits' }>;

export type ScreenServerOptions = {
  readonly accounts: readonly Pick<Account, 'userId' | 'name' | 'role' | 'wards' | 'ownsSound'>[];
  /** Time after which an untouched screen locks itself; 15 min by default. */
  readonly lockAfterMs?: number;
  /** Folder of a built client. The default is the client of this repository, which is built once for the test run. */
  readonly clientDir?: string;
  /** The port of a former server, if this server takes its place; a free port by default. */
  readonly port?: number;
  /** The name of the stream of live messages. Each start of a real server has another name. */
  readonly stream?: string;
  /** Registered wards and beds; none by default. */
  readonly wards?: Registry['wards'];
  /** Returns InfluxDB's answer to a query for trends; empty by default. */
  readonly trends?: TrendStore['query'];
  /** Returns the values of the log for trends; if absent, the log cannot be read. */
  readonly trendLog?: TrendLog['values'];
  /** Returns the scores of the log with their parts; if absent, the log cannot be read. */
  readonly scoreLog?: ScoreLog['scores'];
  /** Explains an alarm; if absent, every request fails. */
  readonly explain?: Explainer['explain'];
  /** Reads waves from the log; by default the log has none. */
  readonly waves?: WaveReader['read'];
  /** Finds a strip; if absent, no alarm has a strip. */
  readonly strip?: StripReader['read'];
  /** Lists strips; if absent, the log has no strips. */
  readonly strips?: StripReader['list'];
  /** Returns the values that InfluxDB has stored; none by default. */
  readonly stored?: () => Promise<readonly StoredValue[]>;
  /** Called for each command of a screen after its append. By default no command is answered. */
  readonly onCommand?: (command: Command) => void;
  /** Whether changes of limits are accepted and answered, as the alarm processor does; true by default. */
  readonly answersLimits?: boolean;
  /** Called before each append. If the promise rejects, Kafka refuses the append. */
  readonly beforeAppend?: (topic: string) => Promise<void>;
};

type Alive = {
  kafka: boolean;
  alarms: boolean;
  canary: boolean;
  /** A certificate that ends soon or has ended. */
  certificate?: Health['certificate'];
};

/**
 * Creates the live state of the dashboard, and the functions with which a test imitates devices, Kafka and the alarm
 * processor.
 */
export function createLive(options: ScreenServerOptions, hub: () => ReturnType<typeof createHub>) {
  const state = emptyState();
  state.deviceLog.isRead = true;
  const waves = emptyWaves();
  const review = { book: newReviewBook(Date.now()) };
  review.book.isRead = true;
  const board = emptyBoard();
  board.isRead = true;
  const signs = newLifeSigns(Date.now());
  signs.judgedAtMs.fill(Date.now());
  const view = createAuditView(Date.now());
  const noteBook: NoteBook = new Map();
  const taskBook: TaskBook = new Map();
  const noteEffects = new Map<string, boolean>();
  const commands: Command[] = [];
  /** Parts that still send signs of life. A test sets a member to false to imitate a failure. */
  const alive: Alive = { kafka: true, alarms: true, canary: true };
  /** Number of unreadable batches in Kafka, and the time of the last one. */
  const damage: { total: number; lastAtMs: number | undefined } = { total: 0, lastAtMs: undefined };
  view.begin([]);

  const accountOf = (userId: string) => {
    const account = options.accounts.find((entry) => entry.userId === userId);
    return account && { ...account, disabled: false };
  };
  const timer = setInterval(() => {
    const now = Date.now();
    if (alive.kafka) noteOwnRecord(signs, now, now);
    if (alive.alarms) noteAlarmsSign(signs, {}, now);
    if (alive.canary) signs.canary.sinceMs = now;
    tick(state, now);
    noteDuties(state, board, accountOf, now);
    placeNotes(state, noteBook);
    placeTasks(state, taskBook);
    forgetWaves(state, now);
  }, 1_000);

  const feed: Feed = {
    state,
    waves,
    signs,
    otherDashboards: new Map(),
    ready: Promise.resolve(),
    isReady: () => true,
    readAssociations: async () => {},
    unreadable: () => 0,
    close: async () => {},
  };

  function associate(table: DeviceAssociations): void {
    foldAssociations(state, table);
    for (const { associationId, patient } of table.periods)
      if (!state.limits.has(associationId) && patient?.category === 'adult')
        foldLimits(state, newLimits(associationId));
    hub().flushAlarms();
  }

  let offset = 0;
  async function append(topic: string, _key: string, contentType: string, body: unknown) {
    await options.beforeAppend?.(topic);
    if (contentType === contentTypes.audit) {
      const record = body as AuditRecord;
      view.add(record, judgeRecord(record, undefined, sha256, auditKeys.verify));
    }
    if (contentType === contentTypes.handOverNote) takeNote(body as HandOverNoteEvent);
    if (contentType === contentTypes.patientTask) takeTask(body as PatientTaskEvent);
    if (contentType === contentTypes.command) takeCommand(body as Command);
    offset += 1;
    return { partition: 0, offset: BigInt(offset), timestampMs: Date.now() } as never;
  }

  function takeNote(event: HandOverNoteEvent): void {
    noteEffects.set(event.eventId, foldNote(noteBook, event));
    placeNotes(state, noteBook);
    hub().flushAlarms();
  }

  function takeTask(event: PatientTaskEvent): void {
    noteEffects.set(event.eventId, foldTask(taskBook, event));
    placeTasks(state, taskBook);
    hub().flushAlarms();
  }

  async function takeTurn(topic: TurnTopic): Promise<SealedTurn> {
    const written: TurnRecord[] = [];
    return {
      async write(records) {
        await options.beforeAppend?.(topic);
        written.push(...records);
      },
      async commit() {
        for (const { body } of written)
          if (topic === 'associations') associate(body as DeviceAssociations);
          else foldAssignmentEvent(board, body as AssignmentEvent);
        noteDuties(state, board, accountOf, Date.now());
      },
      wasCommitted: async () => false,
      close: async () => {},
    };
  }

  function takeCommand(command: Command): void {
    commands.push(command);
    if (command.type === 'set-limits' && options.answersLimits !== false) takeLimits(command);
    options.onCommand?.(command);
  }

  function takeLimits({ type, commandId, associationId, group, limits, by, at }: SetLimits): void {
    const limitsBefore = state.limits.get(associationId) ?? newLimits(associationId);
    const ownOf = ({ own }: GroupInForce) => ownLimitsAfter(own, limits);
    const groups = limitsBefore.groups.map((groupBefore): GroupInForce => {
      const { base } = groupBefore;
      if (groupBefore.group === group) {
        const ownLimits = ownOf(groupBefore);
        return {
          group,
          base,
          limits: mergeLimits(base, ownLimits),
          ...(ownLimits && { own: ownLimits }),
          changed: { by, at },
        };
      }
      // The limits of the heart rate also apply to the pulse rate.
      const heartRate =
        groupBefore.group === 'PR' && group === 'HR' && limitsBefore.groups.find((other) => other.group === 'HR');
      if (!heartRate) return groupBefore;
      const pulseBase = mergeLimits(heartRate.base, ownOf(heartRate));
      return { ...groupBefore, base: pulseBase, limits: mergeLimits(pulseBase, groupBefore.own) };
    });
    foldLimits(state, { ...limitsBefore, rev: limitsBefore.rev + 1, groups });
    answer({ type, commandId, associationId, at, accepted: true });
  }

  /** Answers a command, as the alarm processor does. */
  function answer(commandAnswer: CommandAnswer): void {
    foldAnswer(state, commandAnswer);
    hub().flushAlarms();
  }

  return {
    state,
    board,
    review,
    answer,
    feed,
    signs,
    damage,
    alive,
    /** All commands of the screens, oldest first. */
    commands,
    notes: { hasEffect: async (eventId: string) => noteEffects.get(eventId) === true },
    takeNote,
    append,
    takeTurn,
    associate,
    audit: { page: view.page, search: view.search, matching: view.matching },
    playObservation: (associationId: string, record: ObservationRecord) =>
      foldObservation(state, associationId, record, Date.now()),
    playStatus: (associationId: string, record: StatusRecord) => foldStatus(state, associationId, record, Date.now()),
    playConnection: (associationId: string, record: ConnectionRecord) =>
      foldConnection(state, associationId, record, Date.now()),
    /** Connects a device without a bed. Only a device that has connected can be assigned to a bed. */
    switchOn(deviceId: string): void {
      const record = { deviceId, receivedAt: new Date().toISOString(), connected: true };
      foldConnection(state, unassignedAssociation(pseudonymKey, deviceId), record, Date.now());
    },
    playWave(associationId: string, record: WaveformRecord) {
      const chunk = foldWaveArrival(state, associationId, record, Date.now()) && foldWave(waves, associationId, record);
      if (chunk) hub().sendWave(chunk);
    },
    /** Processes events as if the alarm processor had written them, and sends them to the screens immediately. */
    playAlarms(...events: AlarmEvent[]) {
      for (const event of events) {
        foldAlarmEvent(state, event, Date.now());
        foldReviewedAlarm(review.book, event);
      }
      hub().flushAlarms();
    },
    stop: () => clearInterval(timer),
  };
}
