/**
 * Records each change of the sound settings at a wall display. Anybody in front of a display can change its volume or
 * its night mode. So the record names the display and the time, and the other screens of the ward show which display is
 * soft (plays alarms at the lowest volume). The screens of the other dashboards show it, too: the presence record names
 * the soft displays.
 */
import type { Logger } from 'pino';
import { type SoftDisplayHere, softDisplaysMax } from '../../../contracts/messages/presence.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { SoftDisplay } from '../../protocol/sound.ts';
import { type DisplayRecords, newDisplayText, settingsText, whySoft } from '../core/display-settings.ts';
import { isDisplay } from '../core/rights.ts';
import type { OpenScreen } from '../core/screen.ts';
import { currentRecords, type OtherDashboards } from '../core/unconfirmed.ts';
import { sessionMark } from '../sessions/token.ts';
import { showsWholeWard } from './shown-scope.ts';
import type { ScreenWithSound } from './sound-owners.ts';

/**
 * Maximum number of changes of a session that wait for their record. If there are more, the next record joins several
 * changes. One change of a session is recorded each second, and after `recordsMax` changes one change each minute. So
 * neither a display nor its stolen session can fill the audit trail, for which every act at a bed waits.
 */
const waitingMax = 30;
const recordsMax = 60;
/** After this number of seconds, a session may make one more record. */
const oneMoreEveryS = 60;
/** The server knows the settings of at most this many sessions of displays, and of this many pages of a session. */
const sessionsMax = 500;
const pagesMax = 12;

type DisplaySession = {
  /**
   * The settings of each page after its last waiting or recorded change. The page with the newest change is the last.
   */
  readonly pages: Map<string, string>;
  readonly waiting: AuditEvent[];
  isWriting: boolean;
  /** Number of records that the session may make now. */
  allowed: number;
};

export type DisplaySettings = {
  /** Must be called for each report of a screen. */
  reported(screen: ScreenWithSound): void;
  /** Writes the records that wait, and finds the soft displays; called once a second. */
  collect(): void;
  /** Returns, for the wards of a screen, the displays that a person at the display has made soft. */
  newsFor(open: OpenScreen | undefined): SoftDisplay[];
  /** Returns the soft displays of this dashboard, for the other dashboards. */
  forPresence(): SoftDisplayHere[];
};

export function createDisplaySettings(options: {
  readonly screens: () => Iterable<ScreenWithSound>;
  /** The settings that were recorded last, from the audit trail. */
  readonly records: Pick<DisplayRecords, 'of'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly others: () => OtherDashboards;
  readonly pseudonymOf: (userId: string) => string;
  readonly personOf: (actor: string) => string | undefined;
  readonly now: () => number;
  readonly logger: Logger;
}): DisplaySettings {
  const { screens, records, trail, others, pseudonymOf, personOf, now, logger } = options;
  const sessions = new Map<string, DisplaySession>();
  let soft: readonly SoftDisplay[] = [];
  let softHere: readonly SoftDisplayHere[] = [];

  function sessionOf(mark: string): DisplaySession {
    const existing = sessions.get(mark);
    if (existing) return existing;
    if (sessions.size >= sessionsMax) {
      const idle = [...sessions].find(([, { waiting }]) => waiting.length === 0)?.[0] ?? [...sessions.keys()][0];
      if (idle !== undefined) sessions.delete(idle);
    }
    const session: DisplaySession = { pages: new Map(), waiting: [], isWriting: false, allowed: recordsMax };
    sessions.set(mark, session);
    return session;
  }

  /**
   * Notes the settings of a page as the newest of its session. If there are too many pages, forgets the page with the
   * oldest change.
   */
  function noteText({ pages }: DisplaySession, screen: string, text: string): void {
    pages.delete(screen);
    pages.set(screen, text);
    const oldest = pages.size > pagesMax ? pages.keys().next().value : undefined;
    if (oldest !== undefined) pages.delete(oldest);
  }

  async function write(session: DisplaySession): Promise<void> {
    session.allowed = Math.min(recordsMax, session.allowed + 1 / oneMoreEveryS);
    const [event] = session.waiting;
    if (event === undefined || session.isWriting || session.allowed < 1) return;
    session.isWriting = true;
    try {
      await trail.record(event);
      session.waiting.shift();
      session.allowed -= 1;
    } catch (error) {
      logger.warn({ code: (error as { code?: string }).code }, 'a change at a wall display could not be recorded yet');
    } finally {
      session.isWriting = false;
    }
  }

  return {
    reported(screen) {
      const open = screen.watched();
      const sound = screen.soundReport()?.sound;
      if (open === undefined || sound?.settings === undefined || !isDisplay(open.viewer)) return;
      const mark = sessionMark(screen.claims.sessionId);
      const session = sessionOf(mark);
      const { pages, waiting } = session;
      // A new page begins with the newest settings of its session.
      const before = pages.get(sound.screen) ?? [...pages.values()].at(-1) ?? records.of(mark) ?? newDisplayText;
      const text = settingsText(sound.settings);
      if (!pages.has(sound.screen)) noteText(session, sound.screen, before);
      if (text === before || waiting.length >= waitingMax) return;
      const { userId, name, role, wards } = open.viewer;
      waiting.push({
        ...{ actor: { userId, name, role }, session: mark, action: 'display-changed', ward: wards[0] ?? '' },
        ...{ detail: `at the wall display ${name} (${userId})`, changedFrom: before, changedTo: text },
      });
      noteText(session, sound.screen, text);
    },
    collect() {
      for (const session of sessions.values()) void write(session);
      const here = [...screens()].flatMap((screen) => softDisplayAt(screen, pseudonymOf) ?? []);
      const names = new Map(here.map(({ entry, name }) => [entry.actor, name]));
      softHere = withoutRepeats(here.map(({ entry }) => entry)).slice(0, softDisplaysMax);
      const elsewhere = currentRecords(others(), now()).flatMap(([, { softDisplays = [] }]) => softDisplays);
      soft = withoutRepeats([...softHere, ...elsewhere]).map(({ ward, actor, why }) => ({
        ...{ ward, why },
        display: names.get(actor) ?? personOf(actor) ?? '?',
      }));
    },
    forPresence: () => [...softHere],
    newsFor: (open) =>
      open === undefined
        ? []
        : soft.filter(({ ward }) => showsWholeWard(open.viewer, open.scope, ward)).slice(0, softDisplaysMax),
  };
}

/** Returns the entry of a screen that is a soft wall display, and the display's name; otherwise undefined. */
function softDisplayAt(
  screen: ScreenWithSound,
  pseudonymOf: (userId: string) => string,
): { readonly entry: SoftDisplayHere; readonly name: string } | undefined {
  const open = screen.watched();
  const settings = screen.soundReport()?.sound.settings;
  const [ward] = open?.viewer.wards ?? [];
  if (open === undefined || ward === undefined || settings === undefined || !isDisplay(open.viewer)) return undefined;
  const why = whySoft(settings);
  const { userId, name } = screen.person;
  return why && { entry: { ward, actor: pseudonymOf(userId), why }, name };
}

/** Leaves out repeated entries: a display may have several pages, or pages at two dashboards. */
function withoutRepeats(displays: readonly SoftDisplayHere[]): SoftDisplayHere[] {
  return [...new Map(displays.map((display) => [`${display.ward} ${display.actor} ${display.why}`, display])).values()];
}
