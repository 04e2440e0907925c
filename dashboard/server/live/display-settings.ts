/**
 * Records each change of the sound settings at a wall display. Anybody in front of a display can change its volume or its
 * night mode, so the record names the display and the time, and the other screens of the ward say that it is soft.
 */
import type { Logger } from 'pino';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { SoftDisplay } from '../../protocol/sound.ts';
import { type DisplayRecords, newDisplayText, settingsText, whySoft } from '../core/display-settings.ts';
import { isDisplay } from '../core/rights.ts';
import type { OpenScreen } from '../core/screen.ts';
import { sessionMark } from '../sessions/token.ts';
import { showsWholeWard } from './shown-scope.ts';
import type { ScreenWithSound } from './sound-owners.ts';

/**
 * Maximum number of changes of a page that wait for their record. If there are more, the next record joins several
 * changes. One change of a page is recorded each second, so a display cannot fill the audit trail.
 */
const waitingMax = 30;
/** Maximum number of pages of displays whose settings are known. */
const pagesMax = 500;

/** Two pages of one session may have different settings. Each has its own changes; otherwise each report would be a change. */
type Page = {
  readonly session: string;
  /** The settings after the last change that waits or is recorded. */
  text: string;
  readonly waiting: AuditEvent[];
  isWriting: boolean;
};

export type DisplaySettings = {
  /** Must be called for each report of a screen. */
  reported(screen: ScreenWithSound): void;
  /** Writes the records that wait, and finds the soft displays; called once a second. */
  collect(): void;
  /** Returns the displays of the wards of a screen that a person has made soft at the display. */
  newsFor(open: OpenScreen | undefined): SoftDisplay[];
};

export function createDisplaySettings(options: {
  readonly screens: () => Iterable<ScreenWithSound>;
  /** The settings that were recorded last, from the audit trail. */
  readonly records: Pick<DisplayRecords, 'of'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly logger: Logger;
}): DisplaySettings {
  const { screens, records, trail, logger } = options;
  /** By session and page, the page with the newest change last. */
  const pages = new Map<string, Page>();
  let soft: readonly SoftDisplay[] = [];

  /** Returns the settings of a session before a new page reports its own. */
  function textOf(session: string): string {
    const before = [...pages.values()].filter((page) => page.session === session).at(-1);
    return before?.text ?? records.of(session) ?? newDisplayText;
  }

  function pageOf(session: string, screen: string): Page {
    const key = `${session} ${screen}`;
    const page = pages.get(key) ?? { session, text: textOf(session), waiting: [], isWriting: false };
    if (!pages.has(key) && pages.size >= pagesMax) {
      const idle = [...pages].find(([, { waiting }]) => waiting.length === 0)?.[0] ?? [...pages.keys()][0];
      if (idle !== undefined) pages.delete(idle);
    }
    pages.set(key, page);
    return page;
  }

  async function write(page: Page): Promise<void> {
    const [event] = page.waiting;
    if (event === undefined || page.isWriting) return;
    page.isWriting = true;
    try {
      await trail.record(event);
      page.waiting.shift();
    } catch (error) {
      logger.warn({ code: (error as { code?: string }).code }, 'a change at a wall display could not be recorded yet');
    } finally {
      page.isWriting = false;
    }
  }

  return {
    reported(screen) {
      const open = screen.watched();
      const sound = screen.soundReport()?.sound;
      if (open === undefined || sound?.settings === undefined || !isDisplay(open.viewer)) return;
      const session = sessionMark(screen.claims.sessionId);
      const page = pageOf(session, sound.screen);
      const text = settingsText(sound.settings);
      if (text === page.text || page.waiting.length >= waitingMax) return;
      const { userId, name, role, wards } = open.viewer;
      page.waiting.push({
        ...{ actor: { userId, name, role }, session, action: 'display-changed', ward: wards[0] ?? '' },
        ...{ detail: `at the wall display ${name} (${userId})`, changedFrom: page.text, changedTo: text },
      });
      page.text = text;
      pages.delete(`${session} ${sound.screen}`);
      pages.set(`${session} ${sound.screen}`, page);
    },
    collect() {
      for (const page of pages.values()) void write(page);
      soft = [...screens()].flatMap((screen) => {
        const open = screen.watched();
        const settings = screen.soundReport()?.sound.settings;
        const [ward] = open?.viewer.wards ?? [];
        if (open === undefined || ward === undefined || settings === undefined || !isDisplay(open.viewer)) return [];
        const why = whySoft(settings);
        return why ? [{ ward, display: screen.person.name, why }] : [];
      });
    },
    newsFor: (open) =>
      open === undefined ? [] : soft.filter(({ ward }) => showsWholeWard(open.viewer, open.scope, ward)),
  };
}
