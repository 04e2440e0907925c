/** The parts of the hub for the sound of wards: the owners of the sound, wall displays, and tests. */
import type { Logger } from 'pino';
import type { SoftDisplayHere } from '../../../contracts/messages/presence.ts';
import type { Trail } from '../../../log/audit/trail.ts';
import type { SoundNews } from '../../protocol/sound.ts';
import type { DisplayRecords } from '../core/display-settings.ts';
import { isDisplay } from '../core/rights.ts';
import type { SoundEverywhere } from '../core/sound-everywhere.ts';
import type { BegunTest } from '../core/sound-test-records.ts';
import { createDisplaySettings } from './display-settings.ts';
import { createDisplaySounds } from './display-sound.ts';
import type { Feed } from './feed.ts';
import { createSoundOwners, type ScreenWithSound, type SoundOwners } from './sound-owners.ts';
import { createSoundTests, type SoundTests } from './sound-tests.ts';

export type HubSound = {
  readonly owners: SoundOwners;
  readonly tests: SoundTests;
  /** Must be called for each report of a screen. */
  reported(screen: ScreenWithSound): void;
  /** Decides the state of each ward; called once a second. */
  collect(): void;
  /** Returns the part of a heartbeat about the wards of a screen. */
  newsFor(screen: ScreenWithSound): Omit<SoundNews, 'beat' | 'heardAt'>;
  /** Returns the soft wall displays of this dashboard, for the other dashboards. */
  softDisplays(): SoftDisplayHere[];
};

export function createHubSound(options: {
  readonly screens: () => Iterable<ScreenWithSound>;
  readonly feed: () => Pick<Feed, 'state' | 'otherDashboards'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly pseudonymOf: (userId: string) => string;
  readonly personOf: (actor: string) => string | undefined;
  readonly begunTests: () => Iterable<BegunTest>;
  readonly everywhere?: SoundEverywhere | undefined;
  readonly displayRecords?: Pick<DisplayRecords, 'of'> | undefined;
  readonly now: () => number;
  readonly logger: Logger;
}): HubSound {
  const { screens, feed, trail, pseudonymOf, personOf, begunTests, everywhere, now, logger } = options;
  const state = () => feed().state;
  const owners = createSoundOwners({
    ...{ screens, state, others: () => feed().otherDashboards, pseudonymOf, personOf, now },
    ...(everywhere && { everywhere }),
  });
  const displays = createDisplaySounds({ screens, owners, trail, now, logger });
  const tests = createSoundTests({ screens, state, ownerPage: owners.pageOf, begunTests, now });
  const records = options.displayRecords ?? { of: () => undefined };
  const settings = createDisplaySettings({
    ...{ screens, records, trail, pseudonymOf, personOf, now, logger },
    others: () => feed().otherDashboards,
  });
  return {
    owners,
    tests,
    softDisplays: settings.forPresence,
    reported(screen) {
      owners.reported(screen);
      settings.reported(screen);
    },
    collect() {
      settings.collect();
      owners.collect();
      displays.collect();
      tests.collect();
    },
    newsFor(screen) {
      const open = screen.watched();
      const waiting = displays.newsFor(open);
      const running = tests.newsFor(screen, open);
      const places = tests.placesFor(screen, open);
      const soft = settings.newsFor(open);
      return {
        wards: owners.newsFor(screen),
        ...(waiting.length > 0 && { displays: waiting }),
        ...(running.length > 0 && { tests: running }),
        ...(soft.length > 0 && { softDisplays: soft }),
        ...(open !== undefined && isDisplay(open.viewer) && { asksSettings: true as const }),
        ...(places.length > 0 && { testPlaces: places }),
      };
    },
  };
}
