/** The state of the page as signals, and the functions with which a person changes it. */
import { batch, computed, effect, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { sessionRenewMs } from '../../protocol/pace.ts';
import type { Permission } from '../../protocol/permissions.ts';
import type { Session } from '../../protocol/rest.ts';
import { alarmsToHear, calledBeds } from '../core/calls.ts';
import { isFailing } from '../core/canary-words.ts';
import { createSteadyClock } from '../core/connection.ts';
import { type Screen, withoutNames } from '../core/fold.ts';
import { lockAfterMsOf } from '../core/idle.ts';
import { waveRateFraction } from '../core/load.ts';
import { hasUnansweredHigh } from '../core/loudness-rise.ts';
import { shownRoute } from '../core/routes.ts';
import { pageSound } from '../core/sound.ts';
import { createAnswers, pauseMs } from './answers.ts';
import { createApi } from './api.ts';
import { openChosenWard } from './chosen-ward.ts';
import { openDelivery } from './delivery.ts';
import { openIdleLock } from './idle-lock.ts';
import { type LinkState, type Live, openLive, type WatchWish } from './live.ts';
import { openLoadMonitor } from './load-monitor.ts';
import { openNewVersion } from './new-version.ts';
import { openPageRoute } from './page-route.ts';
import { openReporter } from './reporter.ts';
import { createServerTime } from './server-time.ts';
import { createShownScreen } from './shown-screen.ts';
import { openSpeaker, type SpeakerState } from './speaker.ts';
import { createUnsaved } from './unsaved.ts';
import { followWaitingDuties } from './waiting-duties.ts';
import { createWardSounds } from './ward-sound.ts';
import { openWaves } from './waves.ts';
import { createSeenCodes, wishFor } from './wish.ts';

const tickMs = 500;
/** The route that a locked screen shows. */
const wardRoute = { page: 'ward', ward: undefined } as const;
const viewPermissions: readonly Permission[] = ['view-vitals', 'view-patients', 'view-devices'];
const isViewPermission = (permission: Permission) => viewPermissions.includes(permission);

export type App = ReturnType<typeof createApp>;
const AppContext = createContext<App | undefined>(undefined);
export const AppProvider = AppContext.Provider;

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('useApp was called outside of an AppProvider.');
  return app;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createApp() {
  /** Undefined: not known yet. Null: nobody is logged in. */
  const session: Signal<Session | null | undefined> = signal(undefined);
  const sessionProblem = signal<string | undefined>(undefined);
  const unsaved = createUnsaved();
  const pageRoute = openPageRoute(unsaved);
  const { route } = pageRoute;
  const { ward, setWard, close: closeWard } = openChosenWard(route);
  const link = signal<LinkState>('connecting');
  const linkProblem = signal<string | undefined>(undefined);
  /** Whether the session ended without a logout. If true, the screen shows no alarms until somebody logs in. */
  const sessionEnded = signal(false);
  const speakerState = signal<SpeakerState>('blocked');
  const lastHeardMs = signal<number | undefined>(undefined);
  const steady = createSteadyClock(Date.now, () => performance.now());
  const serverTime = createServerTime(steady);
  const now = signal(serverTime.now());
  /** The end of the pause of the sound `lost`, by this screen's steady clock, ms. */
  const failurePauseEndMs = signal(0);
  const failurePausedUntilMs = computed(() => now.value + failurePauseEndMs.value - steady());
  const monitor = openLoadMonitor(steady, tickMs, onTick);
  const shown = createShownScreen(monitor, now);
  const screen = computed(() => (locked.value ? withoutNames(shown.screen.value) : shown.screen.value));
  /** Whether the wave painter has stopped. The page then shows no waves. */
  const wavesFailed = signal(false);
  const waves = openWaves(monitor.noteLateFrames, (isStuck) => {
    wavesFailed.value = isStuck;
  });
  const speaker = openSpeaker((state) => {
    speakerState.value = state;
  });
  const api = createApi(() => endSession(session.peek() ? 'ended' : undefined));
  let live: Live | undefined;

  /**
   * Whether the screen is locked, because nobody touched it for a while. Until the password is entered, the screen
   * hides names and the server refuses every act.
   */
  const locked = computed(() => session.value?.locked ?? false);
  /** Whether this page has locked itself and the server has not confirmed the lock yet. */
  let lockPending = false;
  const may = (permission: Permission) =>
    (session.value?.may.includes(permission) ?? false) && (!locked.value || isViewPermission(permission));
  const watches = computed(() => may('view-vitals') || may('view-devices'));

  /**
   * Clears all state of the session.
   * @param why `ended` if nobody logged out. Then a screen that showed patients says that its session has ended
   */
  function endSession(why?: 'ended') {
    live?.close();
    live = undefined;
    waves.clear();
    wardSounds.reset();
    batch(() => {
      shown.clear();
      delivery.clear();
      link.value = 'connecting';
      lastHeardMs.value = undefined;
      linkProblem.value = undefined;
      if (why === 'ended' && watches.peek()) sessionEnded.value = true;
      session.value = null;
    });
  }

  function enter(newSession: Session) {
    lockPending = false;
    idleLock.touch();
    serverTime.forget();
    batch(() => {
      sessionProblem.value = undefined;
      sessionEnded.value = false;
      session.value = newSession;
      if (newSession.wards.length === 1 && newSession.wards[0] !== '*') ward.value = newSession.wards[0]!;
      else if (ward.value !== '*' && !newSession.wards.includes('*') && !newSession.wards.includes(ward.value))
        ward.value = '*';
    });
  }

  /**
   * Requests the session and its settings from the server. After a 401, the API has already ended the session.
   * @param untilAnswered whether to repeat the request until the server answers, even if the page already has a session
   */
  async function resume(untilAnswered = false) {
    const answer = await api.session();
    if (answer.ok) {
      if (session.value) session.value = lockPending ? { ...answer.data, locked: true } : answer.data;
      else enter(answer.data);
    } else if (answer.status !== 401 && (untilAnswered || !session.value)) {
      if (!session.value) sessionProblem.value = answer.message;
      setTimeout(() => void resume(untilAnswered), 3000);
    }
  }

  function lock() {
    const current = session.peek();
    if (!current) return;
    lockPending = true;
    session.value = { ...current, locked: true };
    void api.lock().then((answer) => {
      if (answer.ok) lockPending = false;
    });
  }

  /** Unlocks the screen. If the screen stays locked, returns a sentence that says why. */
  async function unlock(password: string): Promise<string | undefined> {
    const answer = await api.unlock(password);
    if (!answer.ok) return answer.message;
    lockPending = false;
    idleLock.touch();
    session.value = answer.data;
    return undefined;
  }

  const idleLock = openIdleLock(steady, lock, () => {
    // Somebody may have unlocked another tab of this login.
    if (locked.peek() && !lockPending) void resume();
  });

  const soundLinks = { answerHeartbeat: () => reporter.answerHeartbeat(), cards: () => delivery.cards.value };
  const wardSounds = createWardSounds({ api, speaker, screen: shown.screen, now, steady, ward, ...soundLinks });
  const reporter = openReporter({
    alarms: () => (link.peek() === 'live' ? screen.peek()?.alarms : undefined),
    loudspeaker: speaker.now,
    ...wardSounds.forReports,
    send: (report) => live?.report(report) ?? false,
    steady,
    serverNow: serverTime.now,
  });
  const delivery = openDelivery({
    api,
    screen,
    now: serverTime.now,
    steady,
    isLive: () => link.peek() === 'live',
    send: (report) => live?.reportCalls(report) ?? false,
    openCalls: () => pageRoute.go({ page: 'calls' }),
  });
  const personOnDuty = () => (may('take-duty') ? session.value?.actor.userId : undefined);
  const waitingDuties = followWaitingDuties(api.waitingDuties, personOnDuty);
  const newVersion = openNewVersion({
    steady,
    unsaved,
    actsUnderway: api.actsUnderway,
    // A page that was just loaded is silent until somebody touches it. So a page that can sound never loads itself.
    isQuiet: () => link.peek() === 'live' && speakerState.peek() !== 'on' && delivery.cards.peek().length === 0,
    alarms: () => screen.peek()?.alarms.values() ?? [],
  });
  const seenCodes = createSeenCodes();
  const wish = computed<WatchWish>(() => {
    const routeWish = wishFor(
      locked.value ? wardRoute : shownRoute(route.value, may),
      ward.value,
      seenCodes(screen.value),
      may('view-vitals'),
      calledBeds(delivery.cards.value),
    );
    return waveRateFraction(monitor.level.value) === 0 ? { ...routeWish, waves: null } : routeWish;
  });
  let sentWish = '';

  const stopEffects = [
    effect(() => waves.pace(waveRateFraction(monitor.level.value))),
    effect(sendWish),
    effect(playSound),
    closeWard,
  ];

  /** Opens the live connection. Sends a new wish (wish.ts) when the screen must show different data. */
  function sendWish() {
    const newWish = wish.value;
    const text = JSON.stringify(newWish);
    if (!session.value || !watches.value) return;
    if (live) {
      if (text !== sentWish) live.watch(newWish);
    } else live = openLive(newWish, liveEvents);
    sentWish = text;
  }

  function playSound() {
    const lost = link.value === 'lost';
    const shownScreen = screen.value;
    const healthy = !shownScreen || !isFailing(shownScreen.health);
    const page = { lost: lost || sessionEnded.value, healthy, pausedUntilMs: failurePausedUntilMs.value };
    const heard = wardSounds.alarmsHere(alarmsToHear(shownScreen?.alarms, delivery.cards.value));
    const isAudible = session.value || sessionEnded.value;
    speaker.play(isAudible ? pageSound(page, heard, now.value) : undefined);
    if (shownScreen && !hasUnansweredHigh(heard)) speaker.forgetRise();
    reporter.changed();
  }

  const liveEvents = {
    origin: location.origin.replace(/^http/, 'ws'),
    now: steady,
    random: Math.random,
    ticket: api.ticket,
    onScreen(next: Screen) {
      waves.keep(next.beds.keys());
      shown.take(next);
    },
    onSnapshot() {
      waves.clear();
    },
    onReports: () => reporter.restart(),
    onBuild: newVersion.take,
    ...delivery.liveEvents,
    ...wardSounds.liveEvents,
    onWave: waves.take,
    onServerTime(at: string, stream?: string) {
      const atMs = Date.parse(at);
      // A new server process may have different settings, for example a different time until a screen locks itself.
      if (serverTime.update(atMs, stream, monitor.isBehind.peek())) void resume(true);
      shown.noteServerTime(atMs);
      lastHeardMs.value = serverTime.now();
    },
    onState(state: LinkState) {
      link.value = state;
      // The screen still shows the former ward, which gets no updates any more.
      if (state === 'forbidden') shown.clear();
    },
    onProblem(text: string | undefined) {
      linkProblem.value = text;
    },
    onSessionEnded: () => endSession('ended'),
  };

  function onTick() {
    batch(() => {
      now.value = serverTime.now();
      shown.catchUp();
      delivery.tick();
      newVersion.tick();
    });
    idleLock.tick(lockAfterMsOf(session.peek(), lockPending));
  }

  const renew = setInterval(() => void (session.value && resume()), sessionRenewMs);
  const onPersonHere = () => {
    speaker.enable();
    // Somebody at the screen sees the notice that the session has ended, so the sound is not needed any more.
    if (sessionEnded.peek()) failurePauseEndMs.value = steady() + pauseMs;
  };
  addEventListener('pointerdown', onPersonHere, { passive: true });
  addEventListener('keydown', onPersonHere, { passive: true });
  void resume();

  return {
    api,
    session,
    sessionProblem,
    route,
    ward,
    screen,
    link,
    speakerState,
    lastHeardMs,
    linkProblem,
    sessionEnded,
    now,
    knownUntilMs: shown.knownUntilMs,
    load: monitor.level,
    waves,
    wavesFailed,
    watches,
    may,
    enter,
    enableSound: onPersonHere,
    locked,
    unlock,
    failurePausedUntilMs,
    pauseFailureSound() {
      failurePauseEndMs.value = steady() + pauseMs;
    },
    setWard,
    waitingDuties,
    wardSounds,
    answers: createAnswers(api, screen, now, steady),
    delivery,
    newVersion,
    unsaved,
    go: pageRoute.go,
    async logOut() {
      await api.logOut();
      endSession();
    },
    close() {
      for (const stop of stopEffects) stop();
      for (const part of [reporter, delivery, newVersion, waitingDuties, wardSounds, monitor]) part.close();
      clearInterval(renew);
      pageRoute.close();
      idleLock.close();
      removeEventListener('pointerdown', onPersonHere);
      removeEventListener('keydown', onPersonHere);
      live?.close();
      speaker.close();
    },
  };
}
