/** Serves the live connection of one screen: keeps what the screen shows and sends the changes, within the budget. */
import { Compile } from 'typebox/compile';
import { VigilError } from '../../../contracts/errors.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { type Health, type Heartbeat, ScreenReport, type ServerMessage, Watch } from '../../protocol/live.ts';
import { closeCodes, reportTextStart } from '../../protocol/pace.ts';
import type { SoundNews } from '../../protocol/sound.ts';
import {
  type Confirmations,
  newConfirmations,
  paints,
  step,
  type UnconfirmedAlarm,
  unconfirmedAlarms,
  unseenAssociations,
} from '../core/confirmations.ts';
import { may, seesWard, type Viewer } from '../core/rights.ts';
import { isVisible, type OpenScreen, patientsIn, patientsOf, type Scope, wholeScreen } from '../core/screen.ts';
import type { Claims } from '../core/session-rules.ts';
import { audienceOf } from '../core/state.ts';
import { isWaveBeforeTray } from '../core/tray.ts';
import { type Chunk, recentChunks } from '../core/waves.ts';
import { createOutbox, doFor } from './outbox.ts';
import { isEmpty, parseAs } from './screen-messages.ts';
import type { ScreenParts } from './screen-parts.ts';
import { createSeenPatients } from './seen-patients.ts';
import { newSharedChanges, noteBedError, type SharedChanges } from './shared-changes.ts';
import { scopeFields, viewRecordOf, wardsOf } from './shown-scope.ts';
import type { ReportWithSound } from './sound-owners.ts';
import { waveText } from './wave-text.ts';

const watchCheck = Compile(Watch);
const reportCheck = Compile(ScreenReport);
/** While the record of a view is written, more patients may come. At most this many further records are written. */
const viewTriesMax = 5;
/**
 * A connection is closed if the screen does not begin to watch within this time: no `Watch` came, or the audit record
 * of its `Watch` is not written yet.
 */
export const watchWithinMs = 5_000;

export type Screen = {
  readonly claims: Claims;
  readonly openedAtMs: number;
  /** The number of this connection at this server. */
  readonly number: number;
  readonly person: ScreenParts['person'];
  /**
   * Returns the wards that a clinician watches on this screen; none before the first `Watch`, for a technician, or if
   * the page does not paint. Leaves out a ward if the page has not confirmed an alarm of the ward in time, or has not
   * yet confirmed an alarm from the start of the connection.
   */
  watchedWards(): string[];
  /** Returns whether this clinician's screen shows the devices of biomedical engineering, and its page paints. */
  watchesEngineering(): boolean;
  /** Returns the alarms that the page has not confirmed in time, the oldest first. */
  unconfirmedAlarms(): UnconfirmedAlarm[];
  /** Returns the number of reports about alarms or revisions that this screen does not have. */
  unknownReports(): number;
  /** Returns the viewer and the scope; undefined before the first `Watch` and after the end. */
  watched(): OpenScreen | undefined;
  viewer(): Viewer;
  /**
   * Sends the changes. `alarms`: the changes may include alarms or answers, which must not wait.
   * @param shared what all screens of this sending share; if absent, the changes are computed for this screen
   */
  flush(kind: 'numerics' | 'alarms', shared?: SharedChanges): void;
  /**
   * Sends a chunk of a waveform if the screen shows it.
   * @param text returns the message without a gap mark; called only if needed
   */
  wave(chunk: Chunk, text: () => string): void;
  /** The alarms that the page must confirm, and the alarms that the page has confirmed. */
  readonly confirmations: Confirmations;
  /** Returns the last report that describes the audio of the page. */
  soundReport(): ReportWithSound | undefined;
  /**
   * Sends a heartbeat.
   * @param faults what else this screen must show: screens that do not confirm its alarms, wards where nobody is
   * called, and the mark of the newest page
   * @param soundNews the part about the sound of the wards of this screen
   */
  heartbeat(
    health: Health,
    faults: Pick<Heartbeat, 'unconfirmed' | 'delivery' | 'build'>,
    soundNews: Omit<SoundNews, 'beat' | 'heardAt'>,
  ): void;
  /**
   * Sends a message that must not be left out. Returns whether the message was sent. Calls `text` only to send the
   * message.
   */
  send(text: () => string): boolean;
  /** Handles a message of the screen. */
  handleMessage(text: string): void;
  end(code: number, reason: string): void;
  /** Ends the connection because the work for it failed unexpectedly. The work for other screens goes on. */
  fail(error: unknown): void;
  /** Must be called once when the connection has ended. */
  noteClosed(): void;
  /** Returns the code with which the server ended the connection. */
  endedWith(): number | undefined;
  /** Returns the number of messages that were left out because of the budget. */
  skipped(): { waves: number; numerics: number };
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createScreen(parts: ScreenParts): Screen {
  const { viewer, who, feed, trail, stream, now, logger } = parts;
  const { state } = feed;
  const outbox = createOutbox(parts.socket, parts.budget, now, logger);
  const { end } = outbox;
  const isEnded = () => outbox.endedWith() !== undefined;
  /** Returns a function that does the work. An error of the work ends only this connection. */
  const guarded =
    <Args extends unknown[]>(work: (...args: Args) => void) =>
    (...args: Args) =>
      doFor(outbox, () => work(...args));
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
  let soundReport: ReportWithSound | undefined;
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
    const shown = wholeScreen(state, viewer, scope, noteBedError);
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

  function flush(kind: 'numerics' | 'alarms', shared = newSharedChanges(state)): void {
    if (!watch || isEnded() || seenChangeNo === state.changeNo || seenPatients.isWaiting()) return;
    const changes = shared.since(viewer, watch.scope, seenChangeNo);
    const newPatients = seenPatients.unrecorded(changes ? patientsOf(changes) : patientsIn(state, viewer, watch.scope));
    if (newPatients.length > 0) {
      seenPatients.recordThen(
        newPatients,
        guarded(() => flush('alarms')),
      );
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
    const text = () => shared.textOf({ prev: sentChangeNo, n: state.changeNo, at: formatInstant(now()) }, changes);
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
      await seenPatients.begin(viewRecord, await runInQueue(() => patientsIn(state, viewer, next.scope)), now());
    // More patients may come while the audit record is written. They must also be recorded before they are shown.
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
    // Sends the waiting chunks before the screen watches. Otherwise the screen would get them twice: now, and with the
    // kept chunks.
    parts.beforeKeptWaves?.();
    watch = next;
    gaps.clear();
    if (next.resume?.stream === stream && next.resume.n <= state.changeNo && next.resume.n >= state.forgottenChangeNo) {
      sentChangeNo = seenChangeNo = next.resume.n;
      // Perhaps the screen did not paint everything that it got before its connection was lost, so it must confirm all
      // its alarms.
      step(
        confirmations,
        { kind: 'snapshot', alarms: wholeScreen(state, viewer, next.scope, noteBedError).alarms },
        now(),
      );
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
    if (report.sound === undefined) return;
    soundReport = { page: report.page, sound: report.sound };
    parts.onSoundReport?.();
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
    flush: guarded(flush),
    wave: guarded(wave),
    end,
    fail: outbox.fail,
    noteClosed: () => seenPatients.end(now()),
    endedWith: outbox.endedWith,
    skipped: () => ({ ...skipped }),
    confirmations,
    soundReport: () => soundReport,
    send: (text) => outbox.send('alarms', text),
    heartbeat: guarded((health, faults, soundNews) => {
      if (!watch && now() - openedAtMs > watchWithinMs) return end(closeCodes.badMessage, 'no watch message came');
      const heard = soundReport && { heardAt: soundReport.sound.at };
      const sound = { beat: Math.floor(now()), ...heard, ...soundNews };
      const beat = { type: 'heartbeat', n: sentChangeNo, health, ...understood, ...faults, sound } as const;
      outbox.send('heartbeat', () => messageText({ ...beat, at: formatInstant(now()) }));
    }),
    handleMessage: guarded((text) => {
      if (isEnded()) return;
      if (text.startsWith(reportTextStart)) return takeReport(text);
      const receivedWatch = parseAs(watchCheck, text);
      if (!receivedWatch) return end(closeCodes.badMessage, 'not a valid watch message');
      // A new `Watch` replaces the waiting one. But if the waiting one is not allowed, the new one is ignored, so that
      // the refusal of the waiting one is recorded.
      if (pendingWatch === undefined || viewRecordOf(state, viewer, pendingWatch.scope) !== undefined)
        pendingWatch = receivedWatch;
      if (!isHandlingWatch) void handlePendingWatch();
    }),
  };
}
