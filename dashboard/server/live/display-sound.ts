/**
 * Lets a wall display take the sound of its ward by itself when the display connects, and after an outage. The account
 * of the display must allow this. Then the display is an owner like any other (sound-owners.ts): another screen is
 * silent only while the display proves that it sounds.
 */
import type { Logger } from 'pino';
import type { Trail } from '../../../log/audit/trail.ts';
import type { DisplaySound } from '../../protocol/sound.ts';
import { isDisplay, mayOwnSound, type Viewer } from '../core/rights.ts';
import type { OpenScreen } from '../core/screen.ts';
import { sessionMark } from '../sessions/token.ts';
import { showsWholeWard } from './shown-scope.ts';
import type { ScreenWithSound, SoundOwners } from './sound-owners.ts';

/** A display that did not get the sound tries again after this time (ours), so that the trail gets few records. */
const retryMs = 30_000;

export type DisplaySounds = {
  /**
   * Gives the sound of a ward to its display if no screen has the sound and the page of the display can sound. Called
   * each second.
   */
  collect(): void;
  /** Returns, for the wards of a screen, the displays that cannot take the sound, each with the reason. */
  newsFor(open: OpenScreen | undefined): DisplaySound[];
};

type Display = { readonly ward: string; readonly screen: ScreenWithSound; readonly viewer: Viewer };

export function createDisplaySounds(options: {
  readonly screens: () => Iterable<ScreenWithSound>;
  readonly owners: Pick<SoundOwners, 'mayTake' | 'take' | 'hasOwner' | 'everywhereUntilMs'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly now: () => number;
  readonly logger: Logger;
}): DisplaySounds {
  const { screens, owners, trail, now, logger } = options;
  /** When each session last tried. Only sessions with an open screen are kept. */
  let triedAtMs = new Map<string, number>();
  let news: DisplaySound[] = [];
  /**
   * The wards for which a display waits for its audit record. Without this set, two displays of a ward would both be
   * recorded.
   */
  const waiting = new Set<string>();

  function displays(): Display[] {
    return [...screens()].flatMap((screen) => {
      const open = screen.watched();
      const [ward] = open?.viewer.wards ?? [];
      if (open === undefined || ward === undefined || !isDisplay(open.viewer) || !mayOwnSound(open.viewer)) return [];
      return showsWholeWard(open.viewer, open.scope, ward) ? [{ ward, screen, viewer: open.viewer }] : [];
    });
  }

  /** Takes the sound after the audit trail has the record. */
  async function take({ ward, screen, viewer }: Display): Promise<void> {
    const { userId, name, role } = viewer;
    const session = screen.claims.sessionId;
    const page = { session, screen: screen.soundReport()?.sound.screen ?? '' };
    if (!owners.mayTake(ward, page)) return;
    const detail = 'by itself, as its account says';
    waiting.add(ward);
    try {
      await trail.record({
        ...{ actor: { userId, name, role }, session: sessionMark(session), action: 'sound-taken', ward, detail },
      });
    } finally {
      waiting.delete(ward);
    }
    if (!owners.hasOwner(ward, userId) && owners.everywhereUntilMs(ward) === 0) owners.take(ward, page);
  }

  return {
    collect() {
      const tried = new Map<string, number>();
      const next: DisplaySound[] = [];
      for (const display of displays()) {
        const { ward, screen } = display;
        const { sessionId } = screen.claims;
        const beforeMs = triedAtMs.get(sessionId);
        if (beforeMs !== undefined) tried.set(sessionId, beforeMs);
        if (waiting.has(ward) || owners.hasOwner(ward, display.viewer.userId)) continue;
        const why = whyNot(display);
        if (why !== undefined) next.push({ ward, display: screen.person.name, why });
        else if (beforeMs === undefined || now() - beforeMs >= retryMs) {
          tried.set(sessionId, now());
          take(display).catch((error) =>
            logger.warn({ code: (error as { code?: string }).code }, 'a wall display could not take the sound'),
          );
        }
      }
      triedAtMs = tried;
      news = next;
    },
    newsFor: (open) =>
      open === undefined ? [] : news.filter(({ ward }) => showsWholeWard(open.viewer, open.scope, ward)),
  };

  /** Returns why a display does not take the sound; undefined if the display can take it. */
  function whyNot({ ward, screen }: Display): DisplaySound['why'] | undefined {
    const report = screen.soundReport();
    if (owners.everywhereUntilMs(ward) > 0) return 'asked';
    if (report === undefined) return 'silent';
    if (report.page === 'hidden') return 'hidden';
    return report.sound.audio === 'on' ? undefined : 'blocked';
  }
}
