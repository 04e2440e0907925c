/** The parts of the hub that concern the sound of wards: who has the sound, wall displays, and tests. */
import type { Logger } from 'pino';
import type { Trail } from '../../../log/audit/trail.ts';
import type { SoundNews } from '../../protocol/sound.ts';
import type { SoundEverywhere } from '../core/sound-everywhere.ts';
import type { BegunTest } from '../core/sound-test-records.ts';
import { createDisplaySounds } from './display-sound.ts';
import type { Feed } from './feed.ts';
import { createSoundOwners, type ScreenWithSound, type SoundOwners } from './sound-owners.ts';
import { createSoundTests, type SoundTests } from './sound-tests.ts';

export type HubSound = {
  readonly owners: SoundOwners;
  readonly tests: SoundTests;
  /** Decides the state of each ward; called once a second. */
  collect(): void;
  /** Returns the part of a heartbeat about the wards of a screen. */
  newsFor(screen: ScreenWithSound): Omit<SoundNews, 'beat' | 'heardAt'>;
};

export function createHubSound(options: {
  readonly screens: () => Iterable<ScreenWithSound>;
  readonly feed: () => Pick<Feed, 'state' | 'otherDashboards'>;
  readonly trail: Pick<Trail, 'record'>;
  readonly pseudonymOf: (userId: string) => string;
  readonly personOf: (actor: string) => string | undefined;
  readonly begunTests: () => Iterable<BegunTest>;
  readonly everywhere?: SoundEverywhere | undefined;
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
  return {
    owners,
    tests,
    collect() {
      owners.collect();
      displays.collect();
      tests.collect();
    },
    newsFor(screen) {
      const open = screen.watched();
      const waiting = displays.newsFor(open);
      const running = tests.newsFor(screen, open);
      const places = tests.placesFor(screen, open);
      return {
        wards: owners.newsFor(screen),
        ...(waiting.length > 0 && { displays: waiting }),
        ...(running.length > 0 && { tests: running }),
        ...(places.length > 0 && { testPlaces: places }),
      };
    },
  };
}
