/**
 * Keeps the tests of the sound that run at this dashboard. A test never runs while an alarm of its ward should sound,
 * and such an alarm ends a running test. The page that plays the signals also ends them by itself, immediately, when an
 * alarm sounds at the page.
 */
import { soundLevel } from '../../../contracts/sound-level.ts';
import type { SoundTest, TestPlace } from '../../protocol/sound-test.ts';
import { signalsMsMin, soundTestMs } from '../../protocol/sound-test-times.ts';
import { isDisplay, may, type Viewer } from '../core/rights.ts';
import type { OpenScreen } from '../core/screen.ts';
import type { BegunTest, TestedScreen } from '../core/sound-test-records.ts';
import type { LiveState } from '../core/state.ts';
import { alarmsOfWards } from '../core/ward-sound.ts';
import { showsWholeWard, wardsOf } from './shown-scope.ts';
import type { PageOfSession, ScreenWithSound } from './sound-owners.ts';

/** Shortest time between the beginnings of two tests of a ward (ours), so that nobody gets used to the signals. */
export const testPauseMs = 60_000;
/** How long the person can answer after the test began (ours). */
export const answerWithinMs = 10 * 60_000;
/** Maximum number of wards with a test, or with a test that waits for its answer. */
const wardsMax = 200;

type Test = {
  readonly test: string;
  readonly session: string;
  readonly person: string;
  readonly beganMs: number;
  /** The screen that plays the signals, and its number. */
  readonly screen: TestedScreen;
  readonly number: number;
  /** Whether an alarm ended the test. Nobody can then say that she or he heard all signals. */
  wasCut: boolean;
};

export type WhyNoTest = 'alarm' | 'pause' | 'no-screen' | 'too-many';
/** The request for a test. @property at the id of the page that plays the signals; absent: the page of the person */
type Wanted = { readonly ward: string; readonly page: PageOfSession; readonly at?: string | undefined };
type Begin = { readonly ok: true; readonly screen: TestedScreen } | { readonly ok: false; readonly why: WhyNoTest };

export type SoundTests = {
  /** Returns whether a test may begin now, and at which screen. */
  mayBegin(wanted: Wanted): Begin;
  /** Begins the test at the screen that `mayBegin` named. If the test cannot begin, returns the reason. */
  begin(wanted: Wanted, screen: TestedScreen, test: string, person: string): WhyNoTest | undefined;
  /**
   * Returns the test that a session may answer; undefined if the session may answer no test. `isEarly`: nobody can have
   * heard all signals yet.
   */
  waiting(
    ward: string,
    session: string,
    test: string,
  ): { readonly wasCut: boolean; readonly isEarly: boolean; readonly screen: TestedScreen } | undefined;
  /** Notes that the answer to a test was given. */
  answered(ward: string): void;
  /** Ends tests; called once a second. */
  collect(): void;
  newsFor(screen: ScreenWithSound, open: OpenScreen | undefined): SoundTest[];
  /** Returns the other screens at which the person of this screen can test the sound of a ward. */
  placesFor(screen: ScreenWithSound, open: OpenScreen | undefined): TestPlace[];
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createSoundTests(options: {
  readonly screens: () => Iterable<ScreenWithSound>;
  readonly state: () => LiveState;
  /** Returns the page that has the sound of a ward here. */
  readonly ownerPage: (ward: string) => PageOfSession | undefined;
  /** Returns the tests that began at any server, from the audit trail. */
  readonly begunTests: () => Iterable<BegunTest>;
  readonly now: () => number;
}): SoundTests {
  const { screens, state, ownerPage, begunTests, now } = options;
  const tests = new Map<string, Test>();
  /**
   * The wall displays and owners of all wards that can play a test, with the numbers of their screens. Updated once a
   * second.
   */
  let places: readonly (TestPlace & { readonly number: number })[] = [];

  const isAlarming = (ward: string) => soundLevel(alarmsOfWards(state(), [ward]).get(ward) ?? [], now()) !== undefined;
  const isPage = (screen: ScreenWithSound, page: PageOfSession | undefined) =>
    page !== undefined &&
    screen.claims.sessionId === page.session &&
    screen.soundReport()?.sound.screen === page.screen;

  function kindOf(screen: ScreenWithSound, viewer: Viewer, ward: string): TestedScreen['kind'] {
    if (isDisplay(viewer)) return 'display';
    return isPage(screen, ownerPage(ward)) ? 'owner' : 'other';
  }

  function findPlaces(): typeof places {
    return [...screens()].flatMap((screen) => {
      const open = screen.watched();
      const sound = screen.soundReport()?.sound;
      if (!open || sound?.audio !== 'on') return [];
      const { number, person } = screen;
      const place = { number, screen: sound.screen, name: person.name };
      return wardsOf(state(), open.viewer, open.scope).flatMap((ward) => {
        const kind = kindOf(screen, open.viewer, ward);
        return kind === 'other' ? [] : [{ ...place, ward, kind }];
      });
    });
  }

  type Player = {
    readonly number: number;
    readonly pageId: string;
    readonly isOwn: boolean;
    readonly screen: TestedScreen;
  };

  /** Returns the screens of the ward that can play the signals now. A screen without audio cannot play them. */
  function players(ward: string, page: PageOfSession): Player[] {
    return [...screens()].flatMap((screen) => {
      const open = screen.watched();
      const sound = screen.soundReport()?.sound;
      if (!open || sound?.audio !== 'on' || !showsWholeWard(open.viewer, open.scope, ward)) return [];
      const kind = kindOf(screen, open.viewer, ward);
      const { name, userId } = screen.person;
      return [
        { number: screen.number, pageId: sound.screen, isOwn: isPage(screen, page), screen: { kind, name, userId } },
      ];
    });
  }

  /** Returns the screen that plays the signals of a test: the person's own page, a wall display, or the owner. */
  function playerOf({ ward, page, at }: Wanted): Player | undefined {
    return players(ward, page).find(({ isOwn, pageId, screen }) =>
      at === undefined ? isOwn : pageId === at && (isOwn || screen.kind !== 'other'),
    );
  }

  const whyNotHere = ({ ward }: Wanted): WhyNoTest | undefined => {
    const before = tests.get(ward);
    if (isAlarming(ward)) return 'alarm';
    if (before && now() - before.beganMs < testPauseMs) return 'pause';
    return !before && tests.size >= wardsMax ? 'too-many' : undefined;
  };

  /** Whether a test of the ward began in the last minute, at this or another server, or before a restart. */
  const hasJustBegun = (ward: string) =>
    [...begunTests()].some((test) => test.ward === ward && Math.abs(now() - test.beganMs) < testPauseMs);

  return {
    mayBegin(wanted) {
      const why = whyNotHere(wanted) ?? (hasJustBegun(wanted.ward) ? 'pause' : undefined);
      if (why !== undefined) return { ok: false, why };
      const player = playerOf(wanted);
      return player ? { ok: true, screen: player.screen } : { ok: false, why: 'no-screen' };
    },
    begin(wanted, screen, test, person) {
      // The audit trail has the record of this test already, so only the tests of this server count here.
      const why = whyNotHere(wanted);
      if (why !== undefined) return why;
      const player = playerOf(wanted);
      // The record names the kind of the screen. If the kind has changed since, for example because the screen has lost
      // the sound, the record would be wrong.
      if (player === undefined || player.screen.kind !== screen.kind) return 'no-screen';
      const { ward, page } = wanted;
      const { number } = player;
      tests.set(ward, { test, session: page.session, person, beganMs: now(), screen, number, wasCut: false });
      return undefined;
    },
    waiting(ward, session, test) {
      const asked = tests.get(ward);
      if (!asked || asked.session !== session || asked.test !== test) return undefined;
      const passedMs = now() - asked.beganMs;
      return { wasCut: asked.wasCut, screen: asked.screen, isEarly: passedMs >= 0 && passedMs < signalsMsMin };
    },
    answered(ward) {
      // The entry stays, because the next test must wait. Without the session in the entry, nobody can answer this test
      // again.
      const asked = tests.get(ward);
      if (asked) tests.set(ward, { ...asked, session: '', wasCut: true });
    },
    collect() {
      places = findPlaces();
      for (const [ward, test] of tests) {
        if (now() - test.beganMs >= answerWithinMs) tests.delete(ward);
        else if (now() - test.beganMs < soundTestMs && isAlarming(ward)) test.wasCut = true;
      }
    },
    newsFor(screen, open) {
      if (open === undefined) return [];
      const runs = (beganMs: number) => now() - beganMs >= 0 && now() - beganMs < soundTestMs;
      const own = [...tests].flatMap(([ward, { test, person, beganMs, number, wasCut }]) =>
        runs(beganMs) && !wasCut
          ? [{ test, ward, person, ...(number === screen.number && ({ plays: true } as const)) }]
          : [],
      );
      const elsewhere = [...begunTests()].flatMap(({ ward, person, beganMs }) =>
        runs(beganMs) && !tests.has(ward) && !isAlarming(ward) ? [{ ward, person }] : [],
      );
      return [...own, ...elsewhere].filter(({ ward }) => showsWholeWard(open.viewer, open.scope, ward));
    },
    placesFor(screen, open) {
      if (open === undefined || !may(open.viewer, 'pause-audio')) return [];
      return places.flatMap(({ number, ...place }) =>
        number !== screen.number && showsWholeWard(open.viewer, open.scope, place.ward) ? [place] : [],
      );
    },
  };
}
