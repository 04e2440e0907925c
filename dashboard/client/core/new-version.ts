/** Decides whether a page is older than the pages of the server, and whether it may load itself again. Pure. */

/** What the page knows about versions of Vigil's page. A mark identifies a build of the page. */
export type Versions = {
  /** The mark of this page; undefined for a page that was not built. */
  readonly own: string | undefined;
  /** The mark of the page that a browser would load now; undefined if the server is of an older version. */
  readonly server: string | undefined;
  /** The server's mark when this tab last loaded the page again. */
  readonly tried: string | undefined;
};

/**
 * `same`: no newer version of this page is known. `newer`: the server has a different version. `stuck`: the page was
 * loaded again, but still has the old version.
 */
export type VersionState = 'same' | 'newer' | 'stuck';

export function versionState({ own, server, tried }: Versions): VersionState {
  if (own === undefined || server === undefined || own === server) return 'same';
  return tried === server ? 'stuck' : 'newer';
}

/** How long the page must have been at rest before it loads itself again (ours). */
export const restMs = 60_000;
/**
 * Longest wait after `restMs` (ours). Each page chooses its own wait at random, so that the screens of a ward do not
 * load at the same moment.
 */
export const spreadMsMax = 60_000;

/** What would be lost or delayed if the page loaded itself again now. */
export type Busy = {
  /** A form is open, a text is typed, or the page asks a question. */
  readonly hasForm: boolean;
  /** Number of requests that change something and have no answer yet. */
  readonly actsUnderway: number;
  /** The page has a connection, plays no sound, and shows no call. */
  readonly isQuiet: boolean;
  readonly hasUnansweredAlarm: boolean;
};

/** Returns whether nothing is lost or delayed if the page loads itself again now. */
export function isAtRest({ hasForm, actsUnderway, isQuiet, hasUnansweredAlarm }: Busy): boolean {
  return isQuiet && !hasForm && actsUnderway === 0 && !hasUnansweredAlarm;
}

/**
 * Returns whether the page loads itself again now.
 * @param restSinceMs the time since which the page is at rest and nobody has touched it
 * @param spreadMs this page's own wait after `restMs`, from 0 to `spreadMsMax`
 */
export function loadsItself(
  state: VersionState,
  restSinceMs: number | undefined,
  nowMs: number,
  spreadMs: number,
): boolean {
  return state === 'newer' && restSinceMs !== undefined && nowMs - restSinceMs >= restMs + spreadMs;
}
