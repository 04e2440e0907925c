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
 * Maximum number of changes of a session that wait for their record. If there are more, the next record joins several
 * changes. One change of a session is recorded each second, so a display cannot fill the audit trail.
 */
const waitingMax = 30;
/** Maximum number of sessions of displays whose settings are known. */
const sessionsMax = 500;

type Session = {
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
  const sessions = new Map<string, Session>();
  let soft: readonly SoftDisplay[] = [];

  function sessionOf(mark: string): Session {
    const known = sessions.get(mark);
    if (known) return known;
    const session = { text: records.of(mark) ?? newDisplayText, waiting: [], isWriting: false };
    if (sessions.size >= sessionsMax) {
      const [idle] = [...sessions].find(([, { waiting }]) => waiting.length === 0) ?? [...sessions.keys()];
      if (idle !== undefined) sessions.delete(idle);
    }
    sessions.set(mark, session);
    return session;
  }

  async function write(session: Session): Promise<void> {
    const [event] = session.waiting;
    if (event === undefined || session.isWriting) return;
    session.isWriting = true;
    try {
      await trail.record(event);
      session.waiting.shift();
    } catch (error) {
      logger.warn({ code: (error as { code?: string }).code }, 'a change at a wall display could not be recorded yet');
    } finally {
      session.isWriting = false;
    }
  }

  return {
    reported(screen) {
      const open = screen.watched();
      const settings = screen.soundReport()?.sound.settings;
      if (open === undefined || settings === undefined || !isDisplay(open.viewer)) return;
      const mark = sessionMark(screen.claims.sessionId);
      const session = sessionOf(mark);
      const text = settingsText(settings);
      if (text === session.text || session.waiting.length >= waitingMax) return;
      const { userId, name, role, wards } = open.viewer;
      session.waiting.push({
        ...{ actor: { userId, name, role }, session: mark, action: 'display-changed', ward: wards[0] ?? '' },
        ...{ detail: `at the wall display ${name} (${userId})`, changedFrom: session.text, changedTo: text },
      });
      session.text = text;
    },
    collect() {
      for (const session of sessions.values()) void write(session);
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
