/**
 * Puts one or two faults into the story of an alarm, plays the story with the real engine and the real rules of
 * delivery, and lets `explain` explain the alarm. The first finding must name the fault, and no finding may be wrong.
 */
import { describe, expect, it } from 'vitest';
import { explain } from '../contracts/explain/explain.ts';
import type { WrittenFinding } from '../contracts/explain/finding.ts';
import { explanationLines } from '../contracts/explain/lines.ts';
import { type AlarmRecords, type LogPart, logParts } from '../contracts/explain/records.ts';
import type { Fault } from './explain/fault.ts';
import { faults } from './explain/faults.ts';
import { type Played, play } from './explain/play.ts';
import { calmStory, type Story } from './explain/story.ts';
import { isTrue } from './explain/truth.ts';
import { type Random, randomFrom } from './faults/random.ts';

/** VIGIL_TEST_SEED=5 uses another seed, which gives other stories. */
const seed = Number(process.env.VIGIL_TEST_SEED ?? 12);
const storiesOfOneFault = 200;
const storiesOfTwoFaults = 60;

type Told = { readonly faults: readonly Fault[]; readonly story: Story; readonly played: Played };

function tell(chosen: readonly Fault[], random: Random): Told {
  const story = calmStory(random.next);
  for (const { change } of chosen) change(story, (min, max) => Math.round(random.between(min, max)));
  return { faults: chosen, story, played: play(story) };
}

const findingsOf = (records: AlarmRecords): readonly WrittenFinding[] => explain(records)?.findings ?? [];

function wrongFindings({ faults: chosen, story, played }: Told, records: AlarmRecords): string[] {
  return findingsOf(records)
    .filter((finding) => !isTrue(finding, story, played))
    .map(({ kind, text }) => `${chosen.map(({ name }) => name).join(' + ')}: ${kind}: ${text}`);
}

function isCauseFirst({ faults: chosen, played }: Told): boolean {
  const first = findingsOf(played.records)[0]?.kind;
  return first !== undefined && chosen.some(({ causes }) => causes.includes(first));
}

/** Removes some records of some parts of the log, and marks these parts as incomplete. */
function withMissing(records: AlarmRecords, random: Random): AlarmRecords {
  let reduced = records;
  for (const part of logParts)
    if (random.next() < 0.4) reduced = { ...reduced, [part]: thinned(reduced, part, random) };
  return reduced;
}

function thinned(records: AlarmRecords, part: LogPart, random: Random) {
  const lists = Object.entries(records[part]).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.filter(() => random.next() < 0.7) : value,
  ]);
  return { ...Object.fromEntries(lists), isWhole: false };
}

describe(`explain on injected faults, seed ${seed}`, () => {
  const random = randomFrom(seed);
  // Every fault is used at least four times, each time in a different calm story.
  const single = Array.from({ length: storiesOfOneFault }, (_, n) => tell([faults[n % faults.length]!], random));

  it('there are at least 15 kinds of faults, and each of them is in some of the 200 stories', () => {
    expect(faults.length).toBeGreaterThanOrEqual(15);
    expect(new Set(single.map(({ faults: [fault] }) => fault?.name)).size).toBe(faults.length);
  });

  it('in at least 95 % of the stories with one fault, the first finding names the fault; no finding is wrong', () => {
    const missed = single.filter((told) => !isCauseFirst(told));
    console.log(`seed ${seed}: the first finding is the cause in ${single.length - missed.length} of ${single.length}`);
    const shown = missed.map(
      ({ faults: [fault], played }) => `${fault?.name}: ${findingsOf(played.records)[0]?.kind ?? 'no finding'}`,
    );
    expect({ share: 1 - missed.length / single.length, shown }).toMatchObject({ share: expect.toSatisfy(isEnough) });
    // The limit of 95 % alone would allow that one kind of fault is missed every time.
    const found = new Set(single.filter(isCauseFirst).map(({ faults: [fault] }) => fault?.name));
    expect(faults.filter(({ name }) => !found.has(name)).map(({ name }) => name)).toEqual([]);
    expect(single.flatMap((told) => wrongFindings(told, told.played.records))).toEqual([]);
  });

  it('if no record is missing, the explanation names each person who accepted, and has no negative time', () => {
    const lines = single.flatMap(({ played }) => explanationLines(explain(played.records)!, 'UTC'));
    expect(lines.filter((line) => /A person had accepted|−|the (?:step before|raise): -/.test(line))).toEqual([]);
  });

  it('no finding is wrong if records are missing', () => {
    const wrong = single.flatMap((told) => wrongFindings(told, withMissing(told.played.records, random)));
    expect(wrong).toEqual([]);
  });

  it('if there are two faults, the first finding names one of them, and no finding is wrong', () => {
    const both = Array.from({ length: storiesOfTwoFaults }, () => {
      const [first, second] = [0, 1].map(() => faults[Math.floor(random.next() * faults.length)]!);
      return tellIfRaised([first!, second!], random);
    }).filter((told) => told !== undefined);
    const missed = both.filter((told) => !isCauseFirst(told));
    console.log(`seed ${seed}: of two faults, one is first in ${both.length - missed.length} of ${both.length}`);
    expect(both.length).toBeGreaterThan(storiesOfTwoFaults / 2);
    expect(1 - missed.length / both.length).toBeGreaterThanOrEqual(0.95);
    expect(both.flatMap((told) => wrongFindings(told, told.played.records))).toEqual([]);
  });

  it('a calm story has no finding that names a fault', () => {
    const calm = Array.from({ length: 40 }, () => tell([], random));
    expect(calm.flatMap(({ played }) => findingsOf(played.records))).toEqual([]);
  });
});

const isEnough = (share: number) => share >= 0.95;

/** Returns undefined if the engine does not raise the alarm to explain, because the faults contradict each other. */
function tellIfRaised(chosen: readonly Fault[], random: Random): Told | undefined {
  try {
    return tell(chosen, random);
  } catch {
    return undefined;
  }
}
