/** Describes the sound settings of wall displays, and remembers the last settings in the audit trail. */
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { nightHourTexts } from '../../../contracts/night-hours.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { ScreenSettings, SoftDisplay } from '../../protocol/sound.ts';

const nightTexts: Readonly<Record<ScreenSettings['night'], string>> = {
  ward: 'night by the hours of the ward',
  off: 'night never',
  nightly: `night from ${nightHourTexts.from} to ${nightHourTexts.until}`,
};

/**
 * Returns the settings for the audit trail. The text has only what persons choose, so it stays the same when a night of
 * the ward begins or ends.
 */
export function settingsText({ volume, night, byHand }: ScreenSettings): string {
  const hand = byHand === undefined ? '' : `; this night was ${byHand} at the display`;
  return `volume ${volume}; ${nightTexts[night]}${hand}`;
}

/** The settings of a new display. */
export const newDisplayText = settingsText({ volume: 'full', night: 'ward', isNight: false });

/**
 * Returns why a display plays alarms at the lowest volume, if somebody chose this at the display; otherwise undefined.
 * A night that began by the hours of the ward does not count, because nobody chose it at the display.
 */
export function whySoft({ volume, night, byHand, isNight }: ScreenSettings): SoftDisplay['why'] | undefined {
  if (volume === 'low') return 'volume';
  return isNight && (byHand === 'begun' || night !== 'ward') ? 'night' : undefined;
}

/** Maximum number of sessions whose last record is known. */
const sessionsMax = 500;

export type DisplayRecords = {
  /** Must be called for each record of the audit trail that is not forged, in any order. */
  note(record: AnyAuditRecord): void;
  /**
   * Returns the text of the last recorded settings of a session.
   * @param session the mark of the session in audit records
   */
  of(session: string): string | undefined;
};

export function createDisplayRecords(): DisplayRecords {
  const last = new Map<string, { readonly atMs: number; readonly text: string }>();
  return {
    note(record) {
      const atMs = parseInstant(record.at);
      if (record.action !== 'display-changed' || atMs === undefined || !('session' in record)) return;
      const { session, changedTo: text } = record;
      if (session === undefined || text === undefined || atMs <= (last.get(session)?.atMs ?? 0)) return;
      if (!last.has(session) && last.size >= sessionsMax) {
        const [oldest] = [...last].sort(([, a], [, b]) => a.atMs - b.atMs);
        if (oldest) last.delete(oldest[0]);
      }
      last.set(session, { atMs, text });
    },
    of: (session) => last.get(session)?.text,
  };
}
