/**
 * Remembers in which wards a person wants every screen to sound. The wish is in the audit trail, so it applies at every
 * dashboard and after a restart. So a display with a silent loudspeaker cannot take the sound at another dashboard.
 */
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';

/**
 * After "Sound everywhere" no wall display takes the sound of the ward by itself for this time (ours: the longest
 * shift), unless a person allows this earlier. The person may have heard that the loudspeaker of the display is silent.
 */
export const everywhereMs = 12 * 60 * 60_000;
/**
 * Detail of the audit record with which a person lets the wall display sound again. With any other detail, every screen
 * sounds.
 */
export const toDisplayDetail = 'to the wall display';
/** Maximum number of wards whose last wish is known. The number of registered wards has the same maximum. */
const wardsMax = 200;

type Wish = { readonly atMs: number; readonly isEverywhere: boolean };

export type SoundEverywhere = {
  /** Must be called for each record of the audit trail that is not forged, in any order. */
  note(record: AnyAuditRecord): void;
  /** Notes that a person at this server wants every screen to sound. */
  begin(ward: string, nowMs: number): void;
  /** Notes that a person at this server lets the wall displays take the sound again. */
  end(ward: string, nowMs: number): void;
  /**
   * Returns until when no wall display takes the sound of the ward by itself, ms since 1970; 0 if a wall display may
   * take the sound.
   */
  untilMs(ward: string, nowMs: number): number;
};

export function createSoundEverywhere(): SoundEverywhere {
  const wishes = new Map<string, Wish>();

  /**
   * Sets the last wish of a ward. `begin` and `end` call this without comparing times: a wish at this server replaces
   * an earlier wish, even if the clock of another dashboard is ahead.
   */
  function put(ward: string, wish: Wish): void {
    if (!wishes.has(ward) && wishes.size >= wardsMax) {
      const [oldest] = [...wishes].sort(([, a], [, b]) => a.atMs - b.atMs);
      if (oldest !== undefined) wishes.delete(oldest[0]);
    }
    wishes.set(ward, wish);
  }

  return {
    note({ action, ward, detail, at }) {
      const atMs = parseInstant(at);
      if (action !== 'sound-given-back' || ward === undefined || atMs === undefined) return;
      if (atMs > (wishes.get(ward)?.atMs ?? 0)) put(ward, { atMs, isEverywhere: detail !== toDisplayDetail });
    },
    begin: (ward, nowMs) => put(ward, { atMs: nowMs, isEverywhere: true }),
    end: (ward, nowMs) => put(ward, { atMs: nowMs, isEverywhere: false }),
    untilMs(ward, nowMs) {
      const wish = wishes.get(ward);
      return wish?.isEverywhere === true && wish.atMs + everywhereMs > nowMs ? wish.atMs + everywhereMs : 0;
    },
  };
}
