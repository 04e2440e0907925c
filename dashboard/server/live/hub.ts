/** Keeps all live connections of this server: sends changes and heartbeats to them, and limits their number. */
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { OwnedSound, SoftDisplayHere, UnconfirmedOnScreen } from '../../../contracts/messages/presence.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { DamageBook } from '../../../log/kafka/damage-book.ts';
import type { ClockStep } from '../../../process/system-clock.ts';
import { attempt, runEvery } from '../../../process/timer-tasks.ts';
import type { Health } from '../../protocol/live.ts';
import { closeCodes, heartbeatMs, numericsEveryMs, reportTextStart } from '../../protocol/pace.ts';
import { countRequestOf, reportsPerMinuteMax } from '../bounds.ts';
import type { Budget } from '../core/budget.ts';
import type { FirstConfirmation } from '../core/confirmations.ts';
import { admitConnection, type OpenConnection } from '../core/connection-limits.ts';
import type { DisplayRecords } from '../core/display-settings.ts';
import { type ForgottenWaits, type KeptWaits, keepWaits, keptSessions, takeWaits } from '../core/kept-waits.ts';
import { countRequest, type RequestPace } from '../core/request-pace.ts';
import type { Claims } from '../core/session-rules.ts';
import type { SoundEverywhere } from '../core/sound-everywhere.ts';
import type { BegunTest } from '../core/sound-test-records.ts';
import type { Chunk } from '../core/waves.ts';
import type { Who } from '../core/who.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Feed } from './feed.ts';
import { watchHealth } from './health-watch.ts';
import type { HubDeliveries } from './hub-deliveries.ts';
import { createHubHealth } from './hub-health.ts';
import { createHubSound } from './hub-sound.ts';
import { cutOffMs, doFor } from './outbox.ts';
import { createScreen, type Screen } from './screen-connection.ts';
import { isAboutDeliveries } from './screen-deliveries.ts';
import { createScreenWorkQueue } from './screen-work-queue.ts';
import { newSharedChanges } from './shared-changes.ts';
import type { SoundOwners } from './sound-owners.ts';
import type { SoundTests } from './sound-tests.ts';
import {
  type ConfirmationFigures,
  type ConfirmationTimes,
  createUnconfirmedScreens,
  newConfirmationTimes,
} from './unconfirmed-screens.ts';
import { createWaveSending, type WaveTarget } from './wave-sending.ts';

/** A connection that has not answered a ping for this time is ended, even if no error was reported. */
export const silentMsMax = 15_000;

type OpenScreenState = {
  readonly socket: WebSocket;
  answeredAtMs: number;
  readonly connection: OpenConnection;
} & WaveTarget;

export type Hub = {
  /** Serves a socket that was opened with a ticket. `transport` is the connection below the socket. */
  open(socket: WebSocket, claims: Claims, who: Who, transport?: WaveTarget['transport']): void;
  flushAlarms(): void;
  /** Sends changed deliveries and calls within some ms. */
  deliveriesChanged(): void;
  sendWave(chunk: Chunk): void;
  /** Returns the wards that a clinician's screen shows, if the screen paints and has confirmed the ward's alarms. */
  watchedWards(): string[];
  /** Returns whether a screen of a clinician shows the devices of biomedical engineering, and its page paints. */
  watchesEngineering(): boolean;
  /** Returns the alarms that screens have not confirmed in time, for the other dashboards. */
  unconfirmed(): UnconfirmedOnScreen[];
  /** The screens that have the sound of a ward. */
  readonly sound: Pick<
    SoundOwners,
    | ('mayTake' | 'take' | 'giveBack' | 'retakeWaitMs' | 'personOf' | 'count' | 'stateOf' | 'audibleWards')
    | ('everywhereUntilMs' | 'endEverywhere')
  >;
  /** The tests of the sound that run at this dashboard. */
  readonly soundTests: Pick<SoundTests, 'mayBegin' | 'begin' | 'waiting' | 'answered'>;
  /** For the other dashboards: returns the wards whose sound a screen of this dashboard has. */
  ownedSounds(): OwnedSound[];
  /** For the other dashboards: returns the wall displays at this dashboard that a person has made soft. */
  softDisplays(): SoftDisplayHere[];
  /** Ends the connections of a session that was logged out. */
  endSession(sessionId: string): void;
  health(): Health;
  /** Returns the numbers for the metrics. Numbers without "now" count since the start. */
  stats(): {
    /** Open screens now. */
    screens: number;
    /** Messages that were left out for slow screens. */
    skippedWaves: number;
    skippedNumerics: number;
    /**
     * Screens that were closed to connect again at once: they were slow, their rights changed, or their work failed.
     */
    closedForResync: number;
    /** Screens that were closed or refused because there were too many. */
    tooMany: number;
    /** Reports about alarms or revisions that the screen did not have. */
    unknownReports: number;
    /** Sessions with kept waits now (core/kept-waits.ts). */
    keptSessions: number;
    forgottenWaits: ForgottenWaits;
  };
  readonly confirmationFigures: ConfirmationFigures;
  close(): void;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createHub(options: {
  readonly feed: () => Feed;
  /** Returns the number of accounts and devices at wards or beds that are not registered. */
  readonly unregistered?: () => number;
  readonly sessions: Sessions;
  readonly trail: Trail;
  readonly stream: string;
  readonly budget: Budget;
  /** `silentMsMax`, or another value in a test. */
  readonly silentMs: number;
  readonly now: () => number;
  /** Returns the difference of the machine's clock to Vigil's time, if they differ (process/system-clock.ts). */
  readonly clockStep?: () => ClockStep | undefined;
  /** The damaged batches that were read from Kafka. */
  readonly damage?: Pick<DamageBook, 'total' | 'lastAtMs'>;
  /** Longest time without a canary before a step counts as broken, ms. Absent or 0: no canaries are expected. */
  readonly canarySilentMs?: number;
  /** Returns the certificate of this server that expires soon, if there is one. */
  readonly certificate?: () => Health['certificate'];
  /** Returns the pseudonym of an account. If absent, this server tells other dashboards nothing about people. */
  readonly pseudonymOf?: (userId: string) => string;
  /** Returns the name of the person with a pseudonym. */
  readonly personOf?: (actor: string) => string | undefined;
  /** Returns each ward's newest test of the sound, from the audit trail; absent: only tests of this server. */
  readonly begunTests?: () => Iterable<BegunTest>;
  /** The wishes of persons that every screen sounds, from the audit trail (sound-everywhere.ts). */
  readonly everywhere?: SoundEverywhere;
  /** The settings of wall displays that were recorded last, from the audit trail. */
  readonly displayRecords?: Pick<DisplayRecords, 'of'>;
  /** Returns the mark of the page that a browser would load now (client-build.ts). */
  readonly build?: () => string | undefined;
  /** If absent, this server sends no deliveries and calls. */
  readonly deliveries?: HubDeliveries;
  /** The histograms in which the hub counts the first painting and sounding of each alarm. */
  readonly times?: ConfirmationTimes;
  /** Called with the alarms that a screen of the person painted or sounded for the first time. */
  readonly onShown?: (person: Screen['person'], confirmations: readonly FirstConfirmation[]) => void;
  readonly logger: Logger;
}): Hub {
  const { feed, sessions, trail, stream, budget, silentMs, now, logger, deliveries, unregistered = () => 0 } = options;
  const screens = new Map<Screen, OpenScreenState>();
  const totals = { skippedWaves: 0, skippedNumerics: 0, closedForResync: 0, tooMany: 0, unknownReports: 0 };
  let opened = 0;
  const watchMessagePace: RequestPace = new Map();
  const keptWaits: KeptWaits = new Map();
  const forgottenWaits: ForgottenWaits = { sessions: 0, alarms: 0 };
  const workQueue = createScreenWorkQueue(() => performance.now());
  const unconfirmedScreens = createUnconfirmedScreens({
    boot: stream,
    state: () => feed().state,
    others: () => feed().otherDashboards,
    pseudonymOf: options.pseudonymOf ?? (() => 'unknown'),
    personOf: options.personOf ?? (() => undefined),
    times: options.times ?? newConfirmationTimes(),
    now,
  });
  const hubSound = createHubSound({
    ...{ screens: () => screens.keys(), feed, trail, now, logger },
    ...{ pseudonymOf: options.pseudonymOf ?? (() => 'unknown'), personOf: options.personOf ?? (() => undefined) },
    begunTests: options.begunTests ?? (() => []),
    ...{ everywhere: options.everywhere, displayRecords: options.displayRecords },
  });
  const waveSending = createWaveSending(() => screens.values());
  const { clockStep, damage, canarySilentMs, certificate } = options;
  const { health, judgeSigns } = createHubHealth({
    ...{ feed, unregistered, clockStep, damage, canarySilentMs, certificate, now },
    watched: () => [...screens.keys()].flatMap((screen) => screen.watched() ?? []),
  });

  function flush(kind: 'numerics' | 'alarms'): void {
    const shared = newSharedChanges(feed().state);
    for (const screen of screens.keys()) screen.flush(kind, shared);
  }

  function sendHeartbeats(): void {
    const current = health();
    attempt('unconfirmed', () => unconfirmedScreens.collect(screens.keys()));
    attempt('sound', hubSound.collect);
    for (const [screen, open] of screens) doFor(screen, () => sendHeartbeat(current, screen, open));
    attempt('deliveries', () => deliveries?.changed());
  }

  function sendHeartbeat(current: Health, screen: Screen, { socket, answeredAtMs }: OpenScreenState): void {
    const viewer = sessions.recheck(screen.claims);
    if (!viewer) screen.end(closeCodes.sessionEnded, 'session ended');
    // The rights changed since the screen connected. The screen connects again and gets a snapshot for its new rights.
    else if (JSON.stringify(viewer) !== JSON.stringify(screen.viewer()))
      screen.end(closeCodes.resync, 'rights changed');
    else if (now() - answeredAtMs > silentMs) socket.terminate();
    else {
      socket.ping();
      screen.heartbeat(current, faultsFor(screen), hubSound.newsFor(screen));
    }
  }

  function faultsFor(screen: Screen): Parameters<Screen['heartbeat']>[1] {
    const unconfirmed = unconfirmedScreens.noticesFor(screen);
    const open = deliveries && screen.watched();
    const delivery = open && deliveries.downFor(open);
    const build = options.build?.();
    return { ...(unconfirmed.length > 0 && { unconfirmed }), ...(delivery && { delivery }), ...(build && { build }) };
  }

  /** Returns whether a new connection is accepted. Ends another connection if necessary. */
  function admitOrRefuse(newConnection: OpenConnection): boolean {
    const openScreens = [...screens].flatMap(([screen, entry]) =>
      screen.endedWith() === undefined ? [{ ...entry.connection, screen, socket: entry.socket }] : [],
    );
    const decision = admitConnection(openScreens, newConnection);
    if (!decision.accepted || decision.toClose) {
      totals.tooMany += 1;
      logger.warn(
        { screens: openScreens.length, refused: !decision.accepted },
        'too many screens of one account or of all accounts; a screen was closed or refused',
      );
    }
    const toClose = decision.accepted ? decision.toClose : undefined;
    toClose?.screen.end(closeCodes.tooMany, 'replaced by a newer connection');
    // A client that does not answer the close frame would keep its socket open.
    if (toClose) setTimeout(() => toClose.socket.terminate(), cutOffMs).unref();
    return decision.accepted;
  }

  function flushNumerics(): void {
    flush('numerics');
    deliveries?.followScopes();
  }

  const timers = [
    runEvery('numerics', numericsEveryMs, flushNumerics),
    runEvery('heartbeats', heartbeatMs, sendHeartbeats),
    watchHealth(judgeSigns, sendHeartbeats),
  ];

  return {
    health,
    open(socket, claims, who, transport) {
      const viewer = sessions.recheck(claims);
      if (!viewer) return socket.close(closeCodes.sessionEnded, 'session ended');
      const connection = { account: claims.userId, session: claims.sessionId, address: who.address ?? 'unknown' };
      if (!admitOrRefuse(connection)) return socket.close(closeCodes.tooMany, 'too many connections');
      opened += 1;
      const confirmations = takeWaits(keptWaits, claims.sessionId, now());
      const screen: Screen = createScreen({
        socket,
        claims,
        number: opened,
        person: { userId: claims.userId, name: viewer.name },
        who,
        viewer,
        feed: feed(),
        trail,
        stream,
        budget,
        workQueue,
        beforeKeptWaves: waveSending.flush,
        health,
        deliveries: deliveries !== undefined,
        onConfirmed(confirmations) {
          unconfirmedScreens.confirmed(confirmations);
          options.onShown?.(screen.person, confirmations);
        },
        onSoundReport: () => hubSound.reported(screen),
        confirmations,
        now,
        logger,
      });
      const ofScreen = deliveries?.open(screen, who);
      const reportPace: RequestPace = new Map();
      const isTooFast = (text: string) => {
        const kind = text.startsWith(reportTextStart) ? 'report' : isAboutDeliveries(text) ? 'calls' : 'watch';
        return kind === 'watch'
          ? countRequestOf(watchMessagePace, kind, claims, performance.now()) !== 'accepted'
          : countRequest(reportPace, kind, performance.now(), reportsPerMinuteMax) !== 'accepted';
      };
      const state: OpenScreenState = { screen, socket, transport, answeredAtMs: now(), connection };
      screens.set(screen, state);
      socket.on('message', (data, isBinary) => {
        const text = isBinary ? '' : data.toString();
        if (isTooFast(text)) screen.end(closeCodes.tooMany, 'too many messages');
        else if (isBinary) screen.end(closeCodes.badMessage, 'binary messages are not accepted');
        else if (!screen.endedWith()) doFor(screen, () => void (ofScreen?.take(text) || screen.handleMessage(text)));
      });
      socket.on('pong', () => {
        state.answeredAtMs = now();
      });
      socket.on('close', () => {
        screens.delete(screen);
        screen.noteClosed();
        deliveries?.close(screen);
        keepWaits(keptWaits, claims.sessionId, confirmations, now(), forgottenWaits);
        const { waves, numerics } = screen.skipped();
        totals.skippedWaves += waves;
        totals.skippedNumerics += numerics;
        totals.unknownReports += screen.unknownReports();
        // The code that the server sent is compared, because the socket of a stuck screen reports another code.
        if (screen.endedWith() === closeCodes.resync) totals.closedForResync += 1;
      });
      return undefined;
    },
    flushAlarms() {
      flush('alarms');
      deliveries?.changed();
    },
    deliveriesChanged: () => deliveries?.changed(),
    sendWave(chunk) {
      if (screens.size > 0) waveSending.add(chunk);
    },
    watchedWards: () => [...new Set([...screens.keys()].flatMap((screen) => screen.watchedWards()))],
    unconfirmed: unconfirmedScreens.forPresence,
    confirmationFigures: unconfirmedScreens.figures,
    watchesEngineering: () => [...screens.keys()].some((screen) => screen.watchesEngineering()),
    sound: hubSound.owners,
    soundTests: hubSound.tests,
    ownedSounds: hubSound.owners.forPresence,
    softDisplays: hubSound.softDisplays,
    endSession(sessionId) {
      hubSound.owners.endSession(sessionId);
      for (const screen of screens.keys())
        if (screen.claims.sessionId === sessionId) screen.end(closeCodes.sessionEnded, 'logged out');
    },
    stats() {
      const kept = { keptSessions: keptSessions(keptWaits, now()), forgottenWaits };
      const sum = { screens: screens.size, ...totals, ...kept };
      for (const screen of screens.keys()) {
        const { waves, numerics } = screen.skipped();
        sum.skippedWaves += waves;
        sum.skippedNumerics += numerics;
        sum.unknownReports += screen.unknownReports();
      }
      return sum;
    },
    close() {
      for (const timer of timers) clearInterval(timer);
      waveSending.close();
      for (const screen of screens.keys()) screen.end(1012, 'the server restarts');
    },
  };
}
