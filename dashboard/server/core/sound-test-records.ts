/**
 * Reads the tests of the sound from the audit trail. So the tests are known at every dashboard, and after a restart. A
 * test counts as a test of its ward only at two kinds of screens: a wall display of the ward, or the screen with the
 * sound of the ward. The records of older versions do not name the screen, so these tests do not count.
 */
import { dayMs } from '../../../contracts/durations.ts';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';

/** The screen that plays the signals. `other`: a screen that does not have the sound of the ward. */
export type TestedScreen = {
  readonly kind: 'display' | 'owner' | 'other';
  readonly name: string;
  readonly userId: string;
};

const steps = {
  begun: 'begun at',
  heard: 'heard all signals at',
  'not-heard': 'did not hear all signals at',
  cut: 'an alarm ended the test at',
  'not-begun': 'did not begin, no signal played at',
} as const;
type Step = keyof typeof steps;

const kinds: Readonly<Record<TestedScreen['kind'], string>> = {
  display: 'the wall display',
  owner: 'the screen that has the sound of the ward, of',
  other: 'a screen that does not have the sound of the ward, of',
};

/** The details of records of older versions, which did not name the screen. */
export const olderDetails = {
  here: 'begun at the own screen',
  wall: 'begun at the wall displays and at the screen that sounds alone',
  heard: 'heard all signals',
  'not-heard': 'did not hear all signals',
} as const;

/** Returns the detail of the audit record about a step of a test. */
export function soundTestDetail(step: Step, { kind, name, userId }: TestedScreen): string {
  return `${steps[step]} ${kinds[kind]} ${name} (${userId})`;
}

export type BegunTest = { readonly ward: string; readonly person: string; readonly beganMs: number };
/** The last answer about the sound of a ward. @property screen the name of the account of the screen */
export type AnsweredTest = { readonly atMs: number; readonly heard: boolean; readonly screen: string };
/** `no-screen`: the record names no screen. `other-screen`: the screen did not have the sound of the ward. */
export type UncountedTest = { readonly atMs: number; readonly why: 'no-screen' | 'other-screen' };

export type SoundTestRecords = {
  /** Must be called for each record of the audit trail that is not forged. */
  note(record: AnyAuditRecord): void;
  /** Returns the newest test of each ward. */
  begun(): Iterable<BegunTest>;
  /**
   * Returns the newest test of the last 30 days that counts as a test of the ward. But if the newest test of a wall
   * display, or of the screens that had the sound of the ward, was not heard, returns that test: a later test of
   * another screen does not show that this screen sounds. If several screens have had the sound of the ward, only the
   * newest of their tests counts.
   */
  answered(ward: string, nowMs: number): AnsweredTest | undefined;
  /** Returns the newest answer of the last 30 days that does not count as a test of the ward. */
  uncounted(ward: string, nowMs: number): UncountedTest | undefined;
};

/** Maximum number of wards whose tests are known. The number of registered wards has the same maximum. */
const wardsMax = 200;
/** A test counts for this time (ours). A server that starts reads the audit trail of this time. */
const countsForMs = 30 * dayMs;
/** Maximum number of screens of a ward whose tests are known. If more were tested, the oldest test is forgotten. */
const screensMax = 50;

/**
 * Number of tests of a ward that are remembered (ours). If two persons ask at the same time, both tests are recorded as
 * begun, and a further record says which test did not begin. The newest test without such a record is the test that
 * began.
 */
const begunMax = 4;
type BegunRecord = { readonly test: BegunTest; readonly userId: string; readonly screen: string };

export function createSoundTestRecords(): SoundTestRecords {
  /** The newest tests of each ward, the newest first. */
  const begun = new Map<string, readonly BegunRecord[]>();
  /** By ward and screen. All screens that had the sound of the ward count as one screen. */
  const answered = new Map<string, Map<string, AnsweredTest>>();
  const uncounted = new Map<string, UncountedTest>();

  function noteAnswer(ward: string, atMs: number, { step, kind, screen }: ParsedDetail): void {
    if (kind === undefined || kind === 'other') {
      const why = kind === undefined ? 'no-screen' : 'other-screen';
      if (atMs > (uncounted.get(ward)?.atMs ?? 0)) put(uncounted, ward, { atMs, why });
      return;
    }
    const ofWard = answered.get(ward) ?? new Map<string, AnsweredTest>();
    const key = kind === 'owner' ? kind : `${kind} ${screen}`;
    if (atMs <= (ofWard.get(key)?.atMs ?? 0)) return;
    ofWard.set(key, { atMs, heard: step === 'heard', screen });
    if (ofWard.size > screensMax) {
      const [oldest] = [...ofWard].sort(([, a], [, b]) => a.atMs - b.atMs);
      if (oldest) ofWard.delete(oldest[0]);
    }
    put(answered, ward, ofWard);
  }

  return {
    note({ action, ward, detail, actor, at }) {
      const atMs = parseInstant(at);
      if (action !== 'sound-tested' || ward === undefined || atMs === undefined) return;
      const parsed = parseDetail(detail ?? '');
      if (parsed === undefined) return;
      const person = 'name' in actor ? actor.name : actor.userId;
      const screen = `${parsed.kind} ${parsed.screen}`;
      const ofWard = begun.get(ward) ?? [];
      if (parsed.step === 'begun') {
        const test = { ward, person, beganMs: atMs };
        const tests = [...ofWard, { test, userId: actor.userId, screen }].sort(
          (a, b) => b.test.beganMs - a.test.beganMs,
        );
        put(begun, ward, tests.slice(0, begunMax));
      } else if (parsed.step === 'not-begun') {
        const isIt = (other: BegunRecord) =>
          other.userId === actor.userId && other.screen === screen && other.test.beganMs <= atMs;
        const ended = ofWard.find(isIt);
        put(
          begun,
          ward,
          ofWard.filter((other) => other !== ended),
        );
      } else if (parsed.step !== 'cut') noteAnswer(ward, atMs, parsed);
    },
    begun: () => [...begun.values()].flatMap(([newest]) => newest?.test ?? []),
    answered(ward, nowMs) {
      const tests = [...(answered.get(ward)?.values() ?? [])]
        .filter((test) => counts(test, nowMs))
        .sort((a, b) => b.atMs - a.atMs);
      return tests.find(({ heard }) => !heard) ?? tests[0];
    },
    uncounted(ward, nowMs) {
      const test = uncounted.get(ward);
      return test && counts(test, nowMs) ? test : undefined;
    },
  };
}

/** @property kind absent if the record is from an older version, which named no screen */
type ParsedDetail = { readonly step: Step; readonly kind?: TestedScreen['kind']; readonly screen: string };

/** Returns the parts of the detail of a record; undefined if the detail is not about a test. */
function parseDetail(detail: string): ParsedDetail | undefined {
  if (detail === olderDetails.here || detail === olderDetails.wall) return { step: 'begun', screen: '' };
  if (detail === olderDetails.heard || detail === olderDetails['not-heard'])
    return { step: detail === olderDetails.heard ? 'heard' : 'not-heard', screen: '' };
  for (const step of Object.keys(steps) as Step[])
    for (const kind of Object.keys(kinds) as TestedScreen['kind'][]) {
      const start = `${steps[step]} ${kinds[kind]} `;
      if (detail.startsWith(start)) return { step, kind, screen: detail.slice(start.length) };
    }
  return undefined;
}

const counts = ({ atMs }: { readonly atMs: number }, nowMs: number) => nowMs - atMs < countsForMs;

function put<Value>(map: Map<string, Value>, ward: string, value: Value): void {
  if (map.has(ward) || map.size < wardsMax) map.set(ward, value);
}
