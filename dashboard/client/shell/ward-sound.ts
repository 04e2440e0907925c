/**
 * Stores which screen has the sound of each ward. This page may be silent for a ward if another screen has the ward's
 * sound. Also asks the server for the sound of a ward.
 */
import { batch, computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { soundLevel } from '../../../contracts/sound-level.ts';
import type { PageSound, ScreenSettings, SoundNews, WardSound } from '../../protocol/sound.ts';
import { type CallCard, calledAlarms } from '../core/calls.ts';
import type { Screen } from '../core/fold.ts';
import { namedTests, testsAfter } from '../core/sound-test.ts';
import { t } from '../core/texts.ts';
import type { Tuning } from '../core/volume.ts';
import {
  type AudioProgress,
  type DueSince,
  dueSinceAfter,
  hasPlayedOn,
  isLeftToOther,
  type LostSounds,
  lostSoundsAfter,
  silentWards,
} from '../core/ward-sound.ts';
import type { Api } from './api.ts';
import type { Speaker } from './speaker.ts';

/**
 * Longest time until the heartbeats show the effect of a request (ours). After this time, the page says that the
 * request failed.
 */
const answerWaitMs = 5_000;

/** The last request of this page: to take the sound of a ward, or to give the sound back. */
export type SoundRequest = {
  readonly ward: string;
  readonly wanted: 'here' | 'everywhere' | 'display';
  readonly sinceMs: number;
  /** Why the request failed; absent while the page waits for its effect. */
  readonly error?: string;
};

export type WardSounds = ReturnType<typeof createWardSounds>;

/**
 * @param now a time that changes regularly; at each change, everything is checked again
 * @param steady a clock that never runs backward, ms
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createWardSounds(options: {
  readonly api: Pick<Api, 'takeSound' | 'giveSoundBack' | 'letDisplaySound'>;
  readonly speaker: Pick<Speaker, 'now' | 'audioS' | 'test' | 'tune'>;
  readonly screen: ReadonlySignal<Screen | undefined>;
  readonly now: ReadonlySignal<number>;
  readonly steady: () => number;
  /** The ward that the page shows; `*` for all wards of the person. */
  readonly ward: ReadonlySignal<string>;
  /** Sends a report at once. The server and the page must know the age of each other's messages. */
  readonly answerHeartbeat: () => void;
  /**
   * The calls of the person. Reads a signal, so an effect that calls this function runs again when the calls change.
   */
  readonly cards: () => readonly CallCard[];
}) {
  const { api, speaker, screen, now, steady, ward, answerHeartbeat, cards } = options;
  const isShown = (name: string) => ward.peek() === '*' || ward.peek() === name;
  const screenId = crypto.randomUUID();
  /** The part about sound in the newest heartbeat of the open connection. */
  const news = signal<SoundNews | undefined>(undefined);
  const lost = signal<LostSounds>(new Map());
  const request = signal<SoundRequest | undefined>(undefined);
  const isVisible = signal(document.visibilityState === 'visible');
  let lastWards: readonly WardSound[] = [];
  let dueSince: DueSince = new Map();
  let progress: AudioProgress | undefined;
  let playsOn = false;
  /** The ids of the sound tests that this page has begun to play. */
  let playedTests: readonly string[] = [];
  let settings: ScreenSettings | undefined;
  /** When the newest heartbeat came. */
  let newsMs = Number.NEGATIVE_INFINITY;

  const wards = computed(() => news.value?.wards ?? []);
  /**
   * The wards for which this page is silent. Empty while the page is hidden: browsers slow down the timers of a hidden
   * page, so the page could notice too late that no screen sounds.
   */
  const silent = computed(() => {
    void now.value;
    return isVisible.value ? silentWards(news.value, steady()) : new Set<string>();
  });

  function visibilityChanged() {
    isVisible.value = document.visibilityState === 'visible';
  }
  document.addEventListener('visibilitychange', visibilityChanged);

  function isElsewhere(alarm: Alarm): boolean {
    const wardOfBed = screen.peek()?.beds.get(alarm.associationId)?.ward;
    const page = { silent: silent.peek(), called: calledAlarms(cards()) };
    return isLeftToOther(alarm, wardOfBed, page, dueSince, steady());
  }

  /**
   * Returns what the audio of this page does now; undefined before the first heartbeat with a part about sound. A
   * server of an older version sends no such part.
   */
  function pageSound(): PageSound | undefined {
    const heard = news.peek();
    if (heard === undefined) return undefined;
    const { state, playing } = speaker.now();
    const nowMs = steady();
    const reached = { atMs: nowMs, audioS: speaker.audioS() };
    const isMoving = progress && hasPlayedOn(progress, reached);
    if (isMoving !== undefined) playsOn = isMoving;
    if (progress === undefined || isMoving !== undefined) progress = reached;
    const audio = state === 'on' && !playsOn ? 'blocked' : state;
    const level = playing && { level: playing.level };
    const chosen = heard.asksSettings && settings && { settings };
    return { screen: screenId, beat: heard.beat, at: Math.floor(nowMs), audio, ...level, ...chosen };
  }

  /** Notices that the heartbeats show the effect of the request, or that the effect does not come in time. */
  const stopRequests = effect(() => {
    void now.value;
    const current = request.value;
    if (current === undefined || current.error !== undefined) return;
    const sound = wards.value.find(({ ward }) => ward === current.ward);
    const isDone =
      current.wanted === 'here'
        ? sound?.isOwn === true
        : current.wanted === 'everywhere'
          ? news.value !== undefined && sound === undefined
          : news.value?.displays?.every(({ ward, why }) => ward !== current.ward || why !== 'asked');
    if (isDone) request.value = undefined;
    else if (steady() - current.sinceMs > answerWaitMs)
      request.value = { ...current, error: t('The server has not answered. Look again, and try again.') };
  });

  /** Handles the part about sound in a heartbeat. `heard` is undefined if the server is of an older version. */
  function onSound(heard: SoundNews | undefined) {
    const heardWards = heard?.wards ?? [];
    newsMs = steady();
    batch(() => {
      lost.value = lostSoundsAfter(lost.peek(), lastWards, heardWards, isShown, steady());
      news.value = heard;
    });
    lastWards = heardWards;
    const { begins, played } = testsAfter(playedTests, heard?.tests ?? []);
    playedTests = played;
    if (begins) speaker.test();
    if (heard !== undefined && (heardWards.length > 0 || heard.heardAt === undefined)) answerHeartbeat();
  }

  /**
   * Removes the data of the former connection. This page sounds until a heartbeat of the new connection allows silence.
   */
  function onNewConnection() {
    news.value = undefined;
  }

  async function ask(ward: string, wanted: SoundRequest['wanted']) {
    if (request.peek() !== undefined && request.peek()?.error === undefined) return;
    const asked = { ward, wanted, sinceMs: steady() };
    request.value = asked;
    const send = {
      here: () => api.takeSound(ward, { screen: screenId }),
      everywhere: () => api.giveSoundBack(ward),
      display: () => api.letDisplaySound(ward),
    };
    const answer = await send[wanted]();
    if (!answer.ok && request.peek() === asked) request.value = { ...asked, error: answer.message };
  }

  return {
    wards,
    /** Whether the server has received a report of this page. The page can ask for the sound only after this report. */
    isHeard: computed(() => news.value?.heardAt !== undefined),
    silent,
    lost,
    /** The running tests of the sound that the page names. */
    tests: computed(() => {
      const alarmLevel = soundLevel(screen.value?.alarms.values() ?? [], now.value);
      return namedTests(news.value, steady() - newsMs, alarmLevel !== undefined || speaker.now().playing !== undefined);
    }),
    /** The other screens at which this person can test the sound. */
    testPlaces: computed(() => news.value?.testPlaces ?? []),
    screenId,
    /** Tunes the loudspeaker. Reports the settings at once if the server records their changes. */
    tune(tuning: Tuning, next: ScreenSettings) {
      speaker.tune(tuning);
      const isNew = JSON.stringify(next) !== JSON.stringify(settings);
      settings = next;
      // `untracked`, because an effect calls this function, and the effect must not run again when the signals of a
      // report change.
      if (isNew && news.peek()?.asksSettings) untracked(answerHeartbeat);
    },
    /** The wall displays that play softly, because a person chose so. */
    softDisplays: computed(() => news.value?.softDisplays ?? []),
    /** The wall displays that do not have the sound of these wards although they should. */
    displays: computed(() => news.value?.displays ?? []),
    request,
    take: (ward: string) => void ask(ward, 'here'),
    giveBack: (ward: string) => void ask(ward, 'everywhere'),
    /** Lets the wall display of the ward take the sound by itself again. */
    letDisplay: (ward: string) => void ask(ward, 'display'),
    /** Functions for the reports of the page (reporter.ts). */
    forReports: { isElsewhere, pageSound },
    /** Functions that the live connection calls (live.ts). */
    liveEvents: { onSound, onNewConnection },
    /** Forgets everything at the end of a session, because the next person may see different wards. */
    reset() {
      lastWards = [];
      batch(() => {
        news.value = request.value = undefined;
        lost.value = new Map();
      });
    },
    /**
     * Returns the alarms that this page may sound. Reads signals, so an effect that calls this function runs again when
     * the signals change.
     */
    alarmsHere(alarms: readonly Alarm[]): Alarm[] {
      void silent.value;
      dueSince = dueSinceAfter(dueSince, alarms, { serverNowMs: now.value, nowMs: steady() });
      return alarms.filter((alarm) => !isElsewhere(alarm));
    },
    close() {
      stopRequests();
      document.removeEventListener('visibilitychange', visibilityChanged);
    },
  };
}
