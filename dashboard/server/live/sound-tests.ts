/**
 * Keeps the tests of the sound that run at this dashboard. A test never runs while an alarm of its ward should sound, and
 * such an alarm ends it. The page that plays the signals also ends them itself, at once, when an alarm sounds there.
 */
import { soundLevel } from '../../../contracts/sound-level.ts';
import type { SoundTest } from '../../protocol/sound-test.ts';
import { signalsMsMin, soundTestMs } from '../../protocol/sound-test-times.ts';
import { isDisplay } from '../core/rights.ts';
import type { OpenScreen } from '../core/screen.ts';
import type { BegunTest } from '../core/sound-test-records.ts';
import type { LiveState } from '../core/state.ts';
import { alarmsOfWards } from '../core/ward-sound.ts';
import { showsWholeWard } from './shown-scope.ts';
import type { PageOfSession, ScreenWithSound } from './sound-owners.ts';

/** The next test of a ward may begin this time after the last began (ours), so that nobody gets used to the signals. */
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
  /** The numbers of the screens that play the signals. */
  readonly screens: ReadonlySet<number>;
  /** Whether an alarm ended the test. Nobody can then say that she or he heard all signals. */
  wasCut: boolean;
};

export type WhyNoTest = 'alarm' | 'pause' | 'no-screen' | 'too-many';

export type SoundTests = {
  /** Returns why no test may begin now; undefined if it may. */
  whyNot(ward: string, page: PageOfSession, where: 'here' | 'wall'): WhyNoTest | undefined;
  /** Begins the test; returns why it did not begin. */
  begin(ward: string, page: PageOfSession, where: 'here' | 'wall', test: string, person: string): WhyNoTest | undefined;
  /**
   * Returns the test whose answer a session may give; undefined if the session may answer no test. `isEarly`: nobody can
   * have heard all signals yet.
   */
  waiting(
    ward: string,
    session: string,
    test: string,
  ): { readonly wasCut: boolean; readonly isEarly: boolean } | undefined;
  /** Notes that the answer to a test was given. */
  answered(ward: string): void;
  /** Ends tests; called once a second. */
  collect(): void;
  newsFor(screen: ScreenWithSound, open: OpenScreen | undefined): SoundTest[];
};

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

  const isAlarming = (ward: string) => soundLevel(alarmsOfWards(state(), [ward]).get(ward) ?? [], now()) !== undefined;
  const isPage = (screen: ScreenWithSound, page: PageOfSession | undefined) =>
    page !== undefined &&
    screen.claims.sessionId === page.session &&
    screen.soundReport()?.sound.screen === page.screen;

  /** Returns the screens that would play the signals. A screen without audio is not among them. */
  function players(ward: string, page: PageOfSession, where: 'here' | 'wall'): Set<number> {
    const owner = ownerPage(ward);
    const chosen = [...screens()].filter((screen) => {
      const open = screen.watched();
      if (!open || !showsWholeWard(open.viewer, open.scope, ward)) return false;
      if (screen.soundReport()?.sound.audio !== 'on') return false;
      return where === 'here' ? isPage(screen, page) : isDisplay(open.viewer) || isPage(screen, owner);
    });
    return new Set(chosen.map(({ number }) => number));
  }

  const whyNotHere: SoundTests['whyNot'] = (ward, page, where) => {
    const before = tests.get(ward);
    if (isAlarming(ward)) return 'alarm';
    if (before && now() - before.beganMs < testPauseMs) return 'pause';
    if (!before && tests.size >= wardsMax) return 'too-many';
    return players(ward, page, where).size === 0 ? 'no-screen' : undefined;
  };

  /** Whether a test of the ward began in the last minute, at this or another server, or before a restart. */
  const hasJustBegun = (ward: string) =>
    [...begunTests()].some((test) => test.ward === ward && Math.abs(now() - test.beganMs) < testPauseMs);

  return {
    whyNot: (ward, page, where) => whyNotHere(ward, page, where) ?? (hasJustBegun(ward) ? 'pause' : undefined),
    begin(ward, page, where, test, person) {
      // The audit trail has the record of this test already, so only the tests of this server count here.
      const why = whyNotHere(ward, page, where);
      if (why !== undefined) return why;
      const { session } = page;
      tests.set(ward, { test, session, person, beganMs: now(), screens: players(ward, page, where), wasCut: false });
      return undefined;
    },
    waiting(ward, session, test) {
      const asked = tests.get(ward);
      if (!asked || asked.session !== session || asked.test !== test) return undefined;
      const passedMs = now() - asked.beganMs;
      return { wasCut: asked.wasCut, isEarly: passedMs >= 0 && passedMs < signalsMsMin };
    },
    answered(ward) {
      // The entry stays for the pause before the next test. No session can answer it.
      const asked = tests.get(ward);
      if (asked) tests.set(ward, { ...asked, session: '', wasCut: true });
    },
    collect() {
      for (const [ward, test] of tests) {
        if (now() - test.beganMs >= answerWithinMs) tests.delete(ward);
        else if (now() - test.beganMs < soundTestMs && isAlarming(ward)) test.wasCut = true;
      }
    },
    newsFor(screen, open) {
      if (open === undefined) return [];
      const runs = (beganMs: number) => now() - beganMs >= 0 && now() - beganMs < soundTestMs;
      const own = [...tests].flatMap(([ward, { test, person, beganMs, screens: playing, wasCut }]) =>
        runs(beganMs) && !wasCut
          ? [{ test, ward, person, ...(playing.has(screen.number) && ({ plays: true } as const)) }]
          : [],
      );
      const elsewhere = [...begunTests()].flatMap(({ ward, person, beganMs }) =>
        runs(beganMs) && !tests.has(ward) && !isAlarming(ward) ? [{ ward, person }] : [],
      );
      return [...own, ...elsewhere].filter(({ ward }) => showsWholeWard(open.viewer, open.scope, ward));
    },
  };
}
