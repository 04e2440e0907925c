/** Notices that the server has a newer page. Loads the newer page at a time when nothing can be lost. */
import { signal } from '@preact/signals';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { isAtRest, loadsItself, spreadMsMax, type VersionState, versionState } from '../core/new-version.ts';
import { createAskedLoad } from './asked-load.ts';
import type { createUnsaved } from './unsaved.ts';

const triedKey = 'vigil.loadedFor';
/** When a person has asked for the load, the page first waits at most this long for the answers to requests. */
const actsMsMax = 10_000;
const lookAgainMs = 200;
/** Longest wait for the server's answer before a load. */
const askMsMax = 5_000;

/**
 * Elements with a person's work, which a new load of the page would lose. The form for the password does not count,
 * because a locked page always has this form.
 */
const openForms = 'form:not(.lock__form), dialog[open], [role="alertdialog"], .notices.is-open, [popover]:popover-open';

export function openNewVersion(options: {
  readonly steady: () => number;
  readonly unsaved: Pick<ReturnType<typeof createUnsaved>, 'leave'>;
  /** Returns the number of unanswered requests that change something. */
  readonly actsUnderway: () => number;
  /** Returns whether the page has a connection, plays no sound, and shows no call. */
  readonly isQuiet: () => boolean;
  readonly alarms: () => Iterable<Alarm>;
}) {
  const { steady, actsUnderway } = options;
  const own = document.querySelector<HTMLMetaElement>('meta[name="vigil-build"]')?.content;
  const state = signal<VersionState>('same');
  let server: string | undefined;
  let restSinceMs: number | undefined;
  const spreadMs = Math.random() * spreadMsMax;
  const onTouch = () => {
    restSinceMs = undefined;
  };
  const touchEvents = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;
  for (const name of touchEvents) addEventListener(name, onTouch, { passive: true });

  const isResting = () =>
    isAtRest({
      hasForm: hasOpenForm(),
      actsUnderway: actsUnderway(),
      isQuiet: options.isQuiet(),
      hasUnansweredAlarm: [...options.alarms()].some(isUnanswered),
    });

  /**
   * Loads the page again. Without a person, a page loads itself only once for each version. If the browser cannot store
   * this version, only a person may load the page.
   */
  function load(isByItself: boolean): void {
    try {
      sessionStorage.setItem(triedKey, server ?? '');
    } catch {
      if (isByItself) return;
    }
    location.reload();
  }

  const loadByItself = createAskedLoad({
    ask: givesPage,
    mayLoad: () => state.peek() === 'newer' && restSinceMs !== undefined && isResting(),
    load: () => load(true),
    steady,
  });

  return {
    state,
    /**
     * Must be called with the mark of the page that a browser would load now; undefined if the server sends no mark.
     */
    take(build: string | undefined): void {
      if (build === server) return;
      server = build;
      state.value = versionState({ own, server, tried: storedMark() });
      // Also updates the service worker, which has a version of its own.
      if (state.value === 'newer')
        void navigator.serviceWorker
          ?.getRegistration('/')
          .then((registration) => registration?.update().catch(() => {}));
    },
    /** Must be called about twice a second. */
    tick(): void {
      if (state.peek() !== 'newer') return;
      restSinceMs = isResting() ? (restSinceMs ?? steady()) : undefined;
      if (loadsItself(state.peek(), restSinceMs, steady(), spreadMs)) void loadByItself();
    },
    /**
     * Loads the new version now, because a person has asked for it. If a typed text would be lost, asks the person
     * first. Waits for the answers to requests that change something.
     */
    loadNow(): void {
      options.unsaved.leave(() => {
        const sinceMs = steady();
        const timer = setInterval(() => {
          if (actsUnderway() > 0 && steady() - sinceMs < actsMsMax) return;
          clearInterval(timer);
          load(false);
        }, lookAgainMs);
      });
    },
    close(): void {
      for (const name of touchEvents) removeEventListener(name, onTouch);
    },
  };
}

/**
 * Returns whether the server gives the page now.
 * @throws if the server does not answer
 */
async function givesPage(): Promise<boolean> {
  const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(askMsMax) });
  return answer.ok;
}

function storedMark(): string | undefined {
  try {
    return sessionStorage.getItem(triedKey) ?? undefined;
  } catch {
    return undefined;
  }
}

function hasOpenForm(): boolean {
  if (document.querySelector(openForms) !== null) return true;
  return [...document.querySelectorAll('input')].some(({ value, defaultValue }) => value !== defaultValue);
}
