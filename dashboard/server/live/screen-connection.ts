/** Serves the live connection of one screen: keeps what the screen shows and sends the changes, within the budget. */
import type { Logger } from 'pino';
import { Compile } from 'typebox/compile';
import { VigilError } from '../../../contracts/errors.ts';
import { textFaultIn } from '../../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import { type Health, type Heartbeat, ScreenReport, type ServerMessage, Watch } from '../../protocol/live.ts';
import { closeCodes, reportTextStart } from '../../protocol/pace.ts';
import type { Budget } from '../core/budget.ts';
import {
  type Confirmations,
  type FirstConfirmation,
  newConfirmations,
  paints,
  step,
  type UnconfirmedAlarm,
  unconfirmedAlarms,
  unseenAssociations,
} from '../core/confirmations.ts';
import { may, seesWard, type Viewer } from '../core/rights.ts';
import {
  type Changes,
  changesSince,
  isVisible,
  type OpenScreen,
  patientsIn,
  patientsOf,
  type Scope,
  wholeScreen,
} from '../core/screen.ts';
import type { Claims } from '../core/session-rules.ts';
import { audienceOf } from '../core/state.ts';
import { isWaveBeforeTray } from '../core/tray.ts';
import { type Chunk, recentChunks } from '../core/waves.ts';
import type { Who } from '../core/who.ts';
import type { Feed } from './feed.ts';
import { createOutbox, type ScreenSocket } from './outbox.ts';
import type { ScreenWorkQueue } from './screen-work-queue.ts';
import { createSeenPatients } from './seen-patients.ts';
import { scopeFields, viewRecordOf, wardsOf } from './shown-scope.ts';
import { waveText } from './wave-text.ts';

const watchCheck = Compile(Watch);
const reportCheck = Compile(ScreenReport);
/** Before a new view is shown, its newly arrived patients are written to the audit trail at most this often. */
const viewTriesMax = 5;
/** A connection is closed if the screen sends no `Watch` within this time. */
export const watchWithinMs = 5_000;

export type Screen = {
  readonly claims: Claims;
  readonly openedAtMs: number;
  /** The number of this connection at this server. */
  readonly number: number;
  readonly person: ScreenParts['person'];
  /**
   * Returns the wards that a clinician watches on this screen: none before the first `Watch`, none for a technician, none
   * if the page does not paint, and no ward of an alarm that the page has not confirmed in time. A ward's alarms at the
   * start of the connection must be confirmed first.
   */
  watchedWards(): string[];
  /** Returns whether a clinician sees the devices of biomedical engineering on this screen, whose page paints. */
  watchesEngineering(): boolean;
  /** Returns the alarms that the page has not confirmed in time, the oldest first. */
  unconfirmedAlarms(): UnconfirmedAlarm[];
  /** Returns the number of reports about alarms or revisions that this screen does not have. */
  unknownReports(): number;
  /** Returns the viewer and the scope; undefined before the first `Watch` and after the end. */
  watched(): OpenScreen | undefined;
  viewer(): Viewer;
  /** Sends the changes. `alarms`: the changes may include alarms or answers, which must not wait. */
  flush(kind: 'numerics' | 'alarms'): void;
  /**
   * Sends a chunk of a waveform if the screen shows it.
   * @param text returns the message without a gap mark; called only if needed
   */
  wave(chunk: Chunk, text: () => string): void;
  /** @param faults what else this screen must show: screens that do not confirm its alarms, and wards in which nobody is called */
  heartbeat(health: Health, faults: Pick<Heartbeat, 'unconfirmed' | 'delivery'>): void;
  /** Sends a message that must not be left out. Returns whether it was sent. `text` is called only then. */
  send(text: () => string): boolean;
  /** Handles a message of the screen. */
  handleMessage(text: string): void;
  end(code: number, reason: string): void;
  /** Returns the code with which the server ended the connection. */
  endedWith(): number | undefined;
  /** Returns the number of messages that were left out because of the budget. */
  skipped(): { waves: number; numerics: number };
};

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
  readonly health: () => Health;
  /** The server sends deliveries and calls (screen-deliveries.ts). */
  readonly deliveries?: boolean;
  /** Called when the page has painted or sounded alarms for the first time. */
  readonly onConfirmed?: (confirmations: readonly FirstConfirmation[]) => void;
  /** What the page must still confirm at the start (core/kept-waits.ts), and what it has confirmed since. */
  readonly confirmations?: Confirmations;
  readonly now: () => number;
  readonly logger: Logger;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createScreen(parts: ScreenParts): Screen {
  const { viewer, who, feed, trail, stream, now, logger } = parts;
  const { state } = feed;
  const outbox = createOutbox(parts.socket, parts.budget, now, logger);
  const { end } = outbox;
  const isEnded = () => outbox.endedWith() !== undefined;
  let watch: Watch | undefined;
  /** The number `n` of the last message that was sent. */
  let sentChangeNo = 0;
  /** All changes up to this number were sent, or do not concern this screen. */
  let seenChangeNo = 0;
  /** The last `Watch` of the screen that has not been handled yet. */
  let pendingWatch: Watch | undefined;
  let isHandlingWatch = false;
  const gaps = new Set<string>();
  const confirmations = parts.confirmations ?? newConfirmations();
  const seenPatients = createSeenPatients(trail, who, logger);
  const openedAtMs = now();
  const skipped = { waves: 0, numerics: 0 };

  /** The messages of pages that the server understands besides `Watch`. */
  const understood: Pick<Heartbeat, 'reports' | 'deliveries'> = {
    reports: true,
    ...(parts.deliveries && { deliveries: true }),
  };
  const messageText = (body: ServerMessage) => JSON.stringify(body);

  function sendSnapshot(scope: Scope): void {
    const shown = wholeScreen(state, viewer, scope);
    const text = messageText({
      type: 'snapshot',
      stream,
      n: state.changeNo,
      at: formatInstant(now()),
      ...shown,
      health: parts.health(),
      ...understood,
    });
    outbox.beginSnapshot(text.length);
    if (!outbox.send('snapshot', () => text)) return;
    sentChangeNo = seenChangeNo = state.changeNo;
    step(confirmations, { kind: 'snapshot', alarms: shown.alarms }, now());
  }

  function flush(kind: 'numerics' | 'alarms'): void {
    if (!watch || isEnded() || seenChangeNo === state.changeNo || seenPatients.isWaiting()) return;
    const changes = changesSince(state, viewer, watch.scope, seenChangeNo);
    const newPatients = seenPatients.unrecorded(changes ? patientsOf(changes) : patientsIn(state, viewer, watch.scope));
    if (newPatients.length > 0) {
      seenPatients.recordThen(newPatients, () => flush('alarms'));
      return;
    }
    if (changes === undefined) {
      sendSnapshot(watch.scope);
      return;
    }
    if (isEmpty(changes)) {
      seenChangeNo = state.changeNo;
      return;
    }
    const isUrgent = kind === 'alarms' || changes.alarms.length + changes.cleared.length + changes.answers.length > 0;
    const text = () =>
      messageText({ type: 'delta', prev: sentChangeNo, n: state.changeNo, at: formatInstant(now()), ...changes });
    if (outbox.send(isUrgent ? 'alarms' : 'numerics', text)) {
      sentChangeNo = seenChangeNo = state.changeNo;
      step(confirmations, { kind: 'delta', ...changes }, now());
      outbox.noteWaiting(false);
    } else {
      skipped.numerics += 1;
      outbox.noteWaiting(true);
    }
  }

  function wantsWave(chunk: Chunk): boolean {
    if (!watch?.waves || !may(viewer, 'view-vitals')) return false;
    const { associations, codes } = watch.waves;
    if (associations !== 'all' && !associations.includes(chunk.associationId)) return false;
    if (codes && !codes.includes(chunk.code)) return false;
    const bed = state.beds.get(chunk.associationId);
    if (bed === undefined || !isVisible(viewer, watch.scope, bed)) return false;
    // A kept chunk may be from the time when the device was in the tray of another ward.
    const receivedMs = parseInstant(chunk.record.receivedAt) ?? chunk.startMs;
    return !isWaveBeforeTray(state, bed, chunk.startMs, receivedMs, now());
  }

  function wave(chunk: Chunk, text: () => string): void {
    if (!wantsWave(chunk)) return;
    const key = `${chunk.associationId}/${chunk.code}`;
    const hasGap = gaps.has(key);
    if (outbox.send('wave', () => (hasGap ? waveText(chunk, true) : text()))) gaps.delete(key);
    else {
      skipped.waves += 1;
      gaps.add(key);
    }
  }

  function sendRecentWaves(): void {
    if (!watch?.waves) return;
    for (const bed of state.beds.values()) {
      for (const code of bed.waves.keys()) {
        for (const chunk of recentChunks(feed.waves, bed.associationId, code))
          wave(chunk, () => waveText(chunk, false));
      }
    }
  }

  const runInQueue = <T>(work: () => T) => parts.workQueue.run(parts.claims.userId, work);

  async function handleWatch(next: Watch): Promise<void> {
    if (!feed.isReady()) return end(closeCodes.unavailable, 'starting');
    const viewRecord = viewRecordOf(state, viewer, next.scope);
    if (viewRecord === undefined) {
      await trail.record({ ...who, action: 'access-denied', detail: 'live', ...scopeFields(next.scope) });
      return end(closeCodes.notAllowed, 'not for this account');
    }
    const isSameScope = watch !== undefined && JSON.stringify(watch.scope) === JSON.stringify(next.scope);
    if (!isSameScope)
      await seenPatients.begin(viewRecord, await runInQueue(() => patientsIn(state, viewer, next.scope)));
    // More patients may come while the audit record is written. They must be recorded, too, before the screen shows them.
    for (let tries = 0; ; tries += 1) {
      const newPatients = await runInQueue(() => {
        if (isEnded()) return [];
        const ids =
          isSameScope || tries === viewTriesMax ? [] : seenPatients.unrecorded(patientsIn(state, viewer, next.scope));
        if (ids.length === 0) showView(next);
        return ids;
      });
      if (newPatients.length === 0) return;
      await seenPatients.recordMore(newPatients);
    }
  }

  function showView(next: Watch): void {
    watch = next;
    gaps.clear();
    if (next.resume?.stream === stream && next.resume.n <= state.changeNo && next.resume.n >= state.forgottenChangeNo) {
      sentChangeNo = seenChangeNo = next.resume.n;
      // The screen may not have painted what it got before its connection was lost, so it must confirm all its alarms.
      step(confirmations, { kind: 'snapshot', alarms: wholeScreen(state, viewer, next.scope).alarms }, now());
      flush('alarms');
    } else sendSnapshot(next.scope);
    sendRecentWaves();
  }

  function takeReport(text: string): void {
    const report = parseAs(reportCheck, text);
    if (report === undefined) {
      end(closeCodes.badMessage, 'not a valid report');
      return;
    }
    const first = step(confirmations, { kind: 'report', report }, now());
    if (first.length > 0) parts.onConfirmed?.(first);
  }

  function watchedWards(): string[] {
    if (!watch || !may(viewer, 'view-vitals') || !paints(confirmations, now())) return [];
    const unseen = unseenAssociations(confirmations, now()).map((associationId) => {
      const bed = state.beds.get(associationId);
      return bed && audienceOf(bed);
    });
    return wardsOf(state, viewer, watch.scope).filter((ward) => !unseen.includes(ward));
  }

  async function handlePendingWatch(): Promise<void> {
    isHandlingWatch = true;
    try {
      for (let next = pendingWatch; next !== undefined && !isEnded(); next = pendingWatch) {
        pendingWatch = undefined;
        await handleWatch(next);
      }
    } catch (error) {
      if (!(error instanceof VigilError)) logger.error({ error: (error as Error).message }, 'a live message failed');
      end(closeCodes.unavailable, 'the audit trail is not available');
    } finally {
      isHandlingWatch = false;
    }
  }

  return {
    claims: parts.claims,
    openedAtMs,
    viewer: () => viewer,
    number: parts.number,
    person: parts.person,
    watchedWards,
    unconfirmedAlarms: () => (watch && !isEnded() ? unconfirmedAlarms(confirmations, now()) : []),
    unknownReports: () => confirmations.unknown,
    watchesEngineering: () =>
      watch !== undefined &&
      'ward' in watch.scope &&
      watch.scope.ward === '*' &&
      may(viewer, 'view-vitals') &&
      seesWard(viewer, null) &&
      paints(confirmations, now()),
    watched: () => (watch && !isEnded() ? { viewer, scope: watch.scope } : undefined),
    flush,
    wave,
    end,
    endedWith: outbox.endedWith,
    skipped: () => ({ ...skipped }),
    send: (text) => outbox.send('alarms', text),
    heartbeat(health, faults) {
      if (!watch && now() - openedAtMs > watchWithinMs) return end(closeCodes.badMessage, 'no watch message came');
      const beat = { type: 'heartbeat', n: sentChangeNo, health, ...understood, ...faults } as const;
      outbox.send('heartbeat', () => messageText({ ...beat, at: formatInstant(now()) }));
    },
    handleMessage(text) {
      if (isEnded()) return;
      if (text.startsWith(reportTextStart)) return takeReport(text);
      const receivedWatch = parseAs(watchCheck, text);
      if (!receivedWatch) return end(closeCodes.badMessage, 'not a valid watch message');
      // A new `Watch` replaces a waiting `Watch`. But a waiting `Watch` that is not allowed stays, so that it is recorded.
      if (pendingWatch === undefined || viewRecordOf(state, viewer, pendingWatch.scope) !== undefined)
        pendingWatch = receivedWatch;
      if (!isHandlingWatch) void handlePendingWatch();
    },
  };
}

function isEmpty(changes: Changes): boolean {
  return Object.values(changes).every((list) => list.length === 0);
}

function parseAs<T>(check: { Check(value: unknown): value is T }, text: string): T | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return check.Check(body) && textFaultIn(body) === undefined ? body : undefined;
  } catch {
    return undefined;
  }
}
