/**
 * Keeps which screens of this dashboard have the sound of wards. After a restart no screen has the sound of a ward, so
 * every screen sounds.
 */
import type { OwnedSound } from '../../../contracts/messages/presence.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { ScreenReport } from '../../protocol/live.ts';
import type { PageSound, WardSound } from '../../protocol/sound.ts';
import { type Confirmations, paints } from '../core/confirmations.ts';
import { mayOwnSound, seesWard } from '../core/rights.ts';
import type { OpenScreen } from '../core/screen.ts';
import { createSoundEverywhere, type SoundEverywhere } from '../core/sound-everywhere.ts';
import type { LiveState } from '../core/state.ts';
import type { OtherDashboards } from '../core/unconfirmed.ts';
import {
  alarmsOfWards,
  newOwner,
  noteReport,
  noteState,
  noteTakenAway,
  type OwnerScreen,
  ownersElsewhere,
  type RetakeWaits,
  retakeWaitMs,
  type SoundOwner,
  sinceMsOf,
  soundOf,
} from '../core/ward-sound.ts';
import { showsWholeWard, wardsOf } from './shown-scope.ts';

/** Maximum number of wards with an owner: the number that a presence record can name. Further requests are refused. */
const wardsMax = 200;

/** A report that describes the audio of its page. */
export type ReportWithSound = { readonly page: ScreenReport['page']; readonly sound: PageSound };

/** The part of a screen (screen-connection.ts) that this file uses. */
export type ScreenWithSound = {
  readonly number: number;
  readonly claims: { readonly sessionId: string };
  readonly person: { readonly userId: string; readonly name: string };
  watched(): OpenScreen | undefined;
  readonly confirmations: Confirmations;
  /** The last report that describes the audio of the page. */
  soundReport(): ReportWithSound | undefined;
};

/** Names a page of a session. */
export type PageOfSession = { readonly session: string; readonly screen: string };

export type SoundOwners = {
  /** Returns whether the page may take the sound of the ward. The page needs an open connection that shows the ward. */
  mayTake(ward: string, page: PageOfSession): boolean;
  /**
   * Gives the sound of the ward to the page. Returns false if the page may not take the sound. The other screens sound
   * until the page has confirmed that it sounds.
   */
  take(ward: string, page: PageOfSession): boolean;
  /** Returns the page that has the sound of the ward here. */
  pageOf(ward: string): PageOfSession | undefined;
  /** Returns the name of the person whose screen has the sound here. */
  personOf(ward: string): string | undefined;
  /**
   * Lets every screen of the ward sound.
   * @param bySession the session whose person requests this. If another session had the sound, that session must wait
   * before it may take the sound again.
   */
  giveBack(ward: string, bySession?: string): void;
  /** Returns how long a session must wait until it may take the sound of the ward, ms; 0 if it may take it now. */
  retakeWaitMs(ward: string, session: string): number;
  endSession(session: string): void;
  /** Must be called for each report of a screen. */
  reported(screen: ScreenWithSound): void;
  /** Decides for each ward whether its owner sounds; called once a second. */
  collect(): void;
  /** Returns the newest decisions about the wards of a screen, for the heartbeat to this screen. */
  newsFor(screen: ScreenWithSound): WardSound[];
  /**
   * Returns the newest decision about a ward whose sound one screen has, here or at another dashboard; undefined if no
   * screen has the sound.
   */
  stateOf(ward: string): WardSound | undefined;
  /**
   * Returns whether a screen of this or of another dashboard has the sound of the ward. A closed page of the account
   * `exceptClosedOf` does not count, so that the account's next page need not wait until the closed page loses the
   * sound.
   */
  hasOwner(ward: string, exceptClosedOf: string): boolean;
  /**
   * Returns until when no wall display takes the sound by itself, because a person wants every screen to sound; 0 if no
   * person asked for this.
   */
  everywhereUntilMs(ward: string): number;
  /** Lets the wall displays of the ward take the sound by themselves again. */
  endEverywhere(ward: string): void;
  /** Returns the wards on clinicians' screens that paint and have running audio. */
  audibleWards(): Set<string>;
  forPresence(): OwnedSound[];
  /** Counts the wards whose sound a screen has: `sounding` if this screen sounds, `unheard` if it does not. */
  count(): { sounding: number; unheard: number };
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createSoundOwners(options: {
  readonly screens: () => Iterable<ScreenWithSound>;
  readonly state: () => LiveState;
  readonly others: () => OtherDashboards;
  readonly pseudonymOf: (userId: string) => string;
  readonly personOf: (actor: string) => string | undefined;
  /**
   * The wishes of persons that every screen sounds, from the audit trail; absent: only the wishes at this server are
   * known.
   */
  readonly everywhere?: SoundEverywhere;
  readonly now: () => number;
}): SoundOwners {
  const { screens, state, others, everywhere = createSoundEverywhere(), now } = options;
  const owners = new Map<string, SoundOwner>();
  const retakeWaits: RetakeWaits = new Map();
  let decided = new Map<string, WardSound>();

  /** Returns the newest connection of a page that has sent a report. */
  function screenOf({ session, screen }: PageOfSession): ScreenWithSound | undefined {
    let newest: ScreenWithSound | undefined;
    for (const each of screens())
      if (each.claims.sessionId === session && each.soundReport()?.sound.screen === screen && each.watched())
        if (newest === undefined || each.number > newest.number) newest = each;
    return newest;
  }

  const watches = (screen: ScreenWithSound, ward: string) => {
    const open = screen.watched();
    return open !== undefined && mayOwnSound(open.viewer) && showsWholeWard(open.viewer, open.scope, ward);
  };

  const ownerScreenOf = (screen: ScreenWithSound, ward: string): OwnerScreen => ({
    watches: watches(screen, ward),
    confirmations: screen.confirmations,
  });

  function decide(ward: string, owner: SoundOwner): WardSound | undefined {
    const screen = screenOf(owner);
    const viewer = screen?.watched()?.viewer;
    if (viewer !== undefined && !(mayOwnSound(viewer) && seesWard(viewer, ward))) return undefined;
    const sound = soundOf(owner, screen && ownerScreenOf(screen, ward), now());
    return noteState(owner, sound.state, now()) ? { ward, person: owner.person, ...sound } : undefined;
  }

  /** Returns the screen of the page if it may take the sound of the ward. */
  function screenThatMayTake(ward: string, page: PageOfSession): ScreenWithSound | undefined {
    if (retakeWaitMs(retakeWaits, ward, page.session, now()) > 0) return undefined;
    const screen = screenOf(page);
    const hasRoom = owners.has(ward) || owners.size < wardsMax;
    return screen !== undefined && hasRoom && watches(screen, ward) ? screen : undefined;
  }

  function audibleWards(): Set<string> {
    const wards = new Set<string>();
    for (const screen of screens()) {
      const open = screen.watched();
      if (open === undefined || !mayOwnSound(open.viewer) || screen.soundReport()?.sound.audio !== 'on') continue;
      if (paints(screen.confirmations, now()))
        for (const ward of wardsOf(state(), open.viewer, open.scope)) wards.add(ward);
    }
    return wards;
  }

  return {
    mayTake: (ward, page) => screenThatMayTake(ward, page) !== undefined,
    take(ward, page) {
      const screen = screenThatMayTake(ward, page);
      if (screen === undefined) return false;
      const elsewhere = ownersElsewhere(others(), now()).get(ward);
      const sinceMs = Math.max(Math.floor(now()), elsewhere === undefined ? 0 : sinceMsOf(elsewhere) + 1);
      const { userId, name } = screen.person;
      owners.set(ward, newOwner({ ...page, userId, person: name }, sinceMs));
      return true;
    },
    pageOf: (ward) => owners.get(ward),
    personOf: (ward) => owners.get(ward)?.person,
    giveBack(ward, bySession) {
      const owner = owners.get(ward);
      if (owner !== undefined && bySession !== undefined && bySession !== owner.session)
        noteTakenAway(retakeWaits, ward, owner.session, now());
      if (bySession !== undefined) everywhere.begin(ward, now());
      owners.delete(ward);
      decided.delete(ward);
    },
    retakeWaitMs: (ward, session) => retakeWaitMs(retakeWaits, ward, session, now()),
    endSession(session) {
      for (const [ward, owner] of owners) if (owner.session === session) owners.delete(ward);
    },
    reported(screen) {
      const report = screen.soundReport();
      if (report === undefined) return;
      const own = [...owners].filter(
        ([, owner]) => owner.session === screen.claims.sessionId && owner.screen === report.sound.screen,
      );
      const alarmsOf = alarmsOfWards(
        state(),
        own.map(([ward]) => ward),
      );
      for (const [ward, owner] of own)
        noteReport(owner, report, ownerScreenOf(screen, ward), alarmsOf.get(ward) ?? [], now());
    },
    collect() {
      const elsewhere = ownersElsewhere(others(), now());
      const next = new Map<string, WardSound>();
      for (const [ward, owner] of owners) {
        const other = elsewhere.get(ward);
        const isReplaced = other !== undefined && sinceMsOf(other) >= owner.sinceMs;
        const sound = isReplaced ? undefined : decide(ward, owner);
        if (sound === undefined) owners.delete(ward);
        else next.set(ward, sound);
      }
      // Two dashboards may disagree about which screen has the sound, so no screen of this dashboard is silent.
      for (const [ward, { actor }] of elsewhere)
        next.set(ward, { ward, person: options.personOf(actor) ?? 'another person', state: 'elsewhere' });
      decided = next;
    },
    newsFor(screen) {
      const open = decided.size === 0 ? undefined : screen.watched();
      if (open === undefined) return [];
      const page = { session: screen.claims.sessionId, screen: screen.soundReport()?.sound.screen };
      return [...decided].flatMap(([ward, sound]) => {
        if (!showsWholeWard(open.viewer, open.scope, ward)) return [];
        const owner = owners.get(ward);
        const isOwn = owner !== undefined && owner.session === page.session && owner.screen === page.screen;
        return isOwn ? [{ ...sound, isOwn }] : [sound];
      });
    },
    stateOf: (ward) => decided.get(ward),
    hasOwner(ward, exceptClosedOf) {
      const owner = owners.get(ward);
      if (owner && (owner.userId !== exceptClosedOf || screenOf(owner) !== undefined)) return true;
      return ownersElsewhere(others(), now()).has(ward);
    },
    everywhereUntilMs: (ward) => everywhere.untilMs(ward, now()),
    endEverywhere: (ward) => everywhere.end(ward, now()),
    audibleWards,
    forPresence: () =>
      [...owners].map(([ward, { userId, sinceMs }]) => ({
        ward,
        actor: options.pseudonymOf(userId),
        since: formatInstant(sinceMs),
      })),
    count() {
      const sounding = [...decided.values()].filter(({ state: is }) => is === 'sounding').length;
      return { sounding, unheard: owners.size - sounding };
    },
  };
}
