import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import {
  type AlarmEvent,
  type AlarmState,
  type LimitsInForce,
  LimitsInForce as LimitsInForceSchema,
} from '../../contracts/messages/alarms.ts';
import { env, nurse, reading, t0 } from '../bed.testing.ts';
import type { Environment } from './core/environment.ts';
import { profileOfMessage } from './core/in-force.ts';
import type { CommandInput } from './core/inputs.ts';
import { adultProfile, type GroupRules, type Profile, profileOfLimits } from './core/profile.ts';
import { adult, emptyRestored, key } from './partition.testing.ts';
import { createPartition } from './partition.ts';
import type { Restored } from './partition-state.ts';
import { readProfiles } from './profiles-file.ts';
import type { ScreenRecord } from './screen-record.ts';

const examples = join(import.meta.dirname, 'profiles');

/** Opens a partition whose patients are judged by the profile `first`, until a test calls `changeProfile`. */
function openBench(restored: Partial<Restored> = {}, first: Profile = adultProfile) {
  const published: ScreenRecord[] = [];
  const events: AlarmEvent[] = [];
  let profile = first;
  const changing: Environment = { ...env, profile: () => profile };
  const partition = createPartition({
    env: changing,
    restored: { ...emptyRestored, ...restored },
    findAssociation: () => adult,
    emit: (event) => events.push(event),
    publish: (record) => published.push(record),
    counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
    mayJudge: () => true,
    nowMs: t0,
  });
  const limits = () =>
    published.flatMap(({ type, body }) => (type === 'limits-in-force' ? [body as LimitsInForce] : []));
  return {
    partition,
    published,
    limits,
    raisedTexts: () => events.filter(({ type }) => type === 'raised').map(({ alarm }) => alarm.text),
    clearedTexts: () => events.filter(({ type }) => type === 'cleared').map(({ alarm }) => alarm.text),
    high: () =>
      limits()
        .at(-1)
        ?.groups.find(({ group }) => group === 'HR')?.limits.high,
    changeProfile(next: Profile, s: number) {
      profile = next;
      partition.applyNewProfiles(t0 + s * 1000);
    },
    read(from: number, to: number, HR: number) {
      for (let s = from; s <= to; s++) {
        const input = reading(s, { HR });
        partition.addReading(key, BigInt(s), input.receivedAt, input, input.receivedAt, input.receivedAt);
      }
    },
  };
}

const setHigh = (s: number, high: number): CommandInput => {
  const at = new Date(t0 + s * 1000).toISOString();
  const fields = {
    commandId: `command-${s}`,
    associationId: key,
    at,
    by: nurse,
    group: 'HR',
    limits: { high },
  } as const;
  return { type: 'command', command: { type: 'set-limits', ...fields } };
};
const strict: Profile = {
  ...profileOfLimits({ HR: { low: 50, high: 100, extremeLow: 40, extremeHigh: 140 } }),
  source: { origin: 'ward', version: '7' },
};
const snapshots = (bench: ReturnType<typeof openBench>, s: number) =>
  bench.partition
    .flush(t0 + s * 1000, 0, 0n)
    .snapshots.map(({ body }) => JSON.parse(JSON.stringify(body)) as AlarmState);

it('profileOfMessage returns undefined for limits in force without a profile', () => {
  expect(profileOfMessage({ profile: null })).toBeUndefined();
});

describe('the limits in force', () => {
  it('the limits in force are published once for a patient, with their profile, and are in the snapshot', () => {
    const bench = openBench({}, strict);
    bench.read(0, 5, 80);
    expect(bench.limits()).toMatchObject([{ associationId: key, rev: 1, profile: { origin: 'ward', version: '7' } }]);
    expect(bench.high()).toBe(100);
    expect(snapshots(bench, 6)[0]?.limits).toEqual(bench.limits()[0]);
  });

  it('changed limits are published before the answer to their command; a refused command publishes no limits', () => {
    const bench = openBench();
    bench.read(0, 0, 80);
    bench.partition.addCommand(key, 0n, t0 + 1_000, setHigh(1, 110), t0 + 1_000);
    bench.partition.addCommand(key, 1n, t0 + 2_000, setHigh(2, 150), t0 + 2_000);
    expect(bench.published.map(({ type }) => type).filter((type) => type !== 'scores')).toEqual([
      'limits-in-force',
      'limits-in-force',
      'command-answer',
      'command-answer',
    ]);
    expect(bench.high()).toBe(110);
    expect(bench.published.at(-1)?.body).toMatchObject({ commandId: 'command-2', accepted: false });
  });

  it('unchanged limits are not published again after a restart; the next change has the next revision', () => {
    const before = openBench();
    before.read(0, 3, 80);
    const after = openBench({
      states: snapshots(before, 4),
      position: { observations: 4n, commands: 0n },
      replayTo: 4n,
    });
    expect(after.published).toEqual([]);
    after.partition.addCommand(key, 0n, t0 + 5_000, setHigh(5, 110), t0 + 5_000);
    expect(after.limits().map(({ rev }) => rev)).toEqual([2]);
  });

  it('limits and answers are published again unchanged if a crash came before the snapshot', () => {
    const before = openBench();
    before.read(0, 3, 80);
    const states = snapshots(before, 4);
    before.partition.addCommand(key, 0n, t0 + 5_000, setHigh(5, 110), t0 + 5_000);
    const commands = [{ key, offset: 0n, atMs: t0 + 5_000, input: setHigh(5, 110) }];
    const after = openBench({ states, commands, position: { observations: 4n, commands: 0n }, replayTo: 4n });
    const ofAnswer = ({ published }: typeof before) => published.filter(({ type }) => type === 'command-answer');
    expect(ofAnswer(after)).toEqual(ofAnswer(before));
    expect(after.limits()[0]).toMatchObject({ rev: 2, groups: before.limits()[1]!.groups });
  });
});

describe('the rules of the limits in force', () => {
  it('the rules are published for a profile that is not built in, and again if only the rules changed', () => {
    const bench = openBench({}, strict);
    bench.read(0, 1, 80);
    expect(bench.limits()[0]?.rules).toEqual(strict.groups);
    const { high } = strict.groups.HR as GroupRules;
    const slower: Profile = {
      ...strict,
      groups: {
        ...strict.groups,
        HR: { ...strict.groups.HR, high: { ...high!, delay: { kind: 'fixed', ms: 9_000 } } },
      },
    };
    bench.changeProfile(slower, 2);
    expect(bench.limits().map(({ rev, rules }) => [rev, rules])).toEqual([
      [1, strict.groups],
      [2, slower.groups],
    ]);
  });

  it('the rules of the built-in profile are not published, because every process has this profile', () => {
    const bench = openBench();
    bench.read(0, 1, 80);
    expect(bench.limits()).toHaveLength(1);
    expect(bench.limits()[0]).not.toHaveProperty('rules');
    expect(profileOfMessage(bench.limits()[0]!)).toEqual(adultProfile);
  });

  it.each(readdirSync(examples).filter((name) => name.endsWith('.json')))(
    'the published rules of each profile in the example %s fit the schema and give the profile back',
    (name) => {
      const { hospital, wards } = readProfiles(join(examples, name));
      const profiles = [hospital, ...Object.values(wards)].flatMap((byCategory) => Object.values(byCategory));
      expect(profiles.length).toBeGreaterThan(0);
      for (const profile of profiles) {
        const bench = openBench({}, profile);
        bench.read(0, 0, 80);
        const published = JSON.parse(JSON.stringify(bench.limits()[0]));
        expect([...Compile(LimitsInForceSchema).Errors(published)]).toEqual([]);
        expect(profileOfMessage(published)?.groups).toEqual(profile.groups);
      }
    },
  );
});

describe('limits that were published before a crash', () => {
  it('the revisions continue from the last published revision, even if no snapshot includes it', () => {
    const before = openBench();
    before.read(0, 3, 80);
    const states = snapshots(before, 4);
    const commands = [120, 110].map((high, n) => ({
      ...{ key, offset: BigInt(n), atMs: t0 + (5 + n) * 1000, input: setHigh(5 + n, high) },
    }));
    for (const { offset, atMs, input } of commands) before.partition.addCommand(key, offset, atMs, input, atMs);
    const publishedInForce = before.limits().slice(1);
    expect(publishedInForce.map(({ rev }) => rev)).toEqual([2, 3]);
    const position = { observations: 4n, commands: 0n };
    const after = openBench({ states, commands, position, replayTo: 4n, publishedInForce });
    after.partition.addCommand(key, 2n, t0 + 9_000, setHigh(9, 105), t0 + 9_000);
    expect(after.limits().map(({ rev }) => rev)).toEqual([4]);
    expect(after.high()).toBe(105);
  });

  it('changed limits are in the next snapshot, even if `quietMs` has not passed', () => {
    const bench = openBench();
    bench.partition.ensureEngine(key, t0);
    bench.changeProfile(strict, 1);
    expect(bench.limits()).toHaveLength(2);
    const [flushed] = bench.partition.flush(t0 + 1_001, 20_000, 5n).snapshots;
    expect(flushed?.body?.limits).toEqual(bench.limits()[1]);
  });
});

describe('profiles that change', () => {
  it('profiles that changed during the replay judge the last value as soon as the partition is live', () => {
    const bench = openBench({ replayTo: 21n });
    bench.read(0, 19, 107);
    bench.changeProfile(strict, 19.5);
    expect(bench.partition.isLive()).toBe(false);
    // The last record of the replay has no heart rate.
    bench.partition.skip('observations', 20n, t0 + 21_000);
    expect(bench.raisedTexts()).toEqual(['HR 107 > 100']);
  });

  it('profiles that change while the partition is live judge the last value immediately, and are published', () => {
    const bench = openBench();
    bench.read(0, 20, 107);
    expect(bench.raisedTexts()).toEqual([]);
    bench.changeProfile(strict, 20.5);
    expect(bench.raisedTexts()).toEqual(['HR 107 > 100']);
    expect([bench.high(), bench.limits().at(-1)?.rev]).toEqual([100, 2]);
  });

  it('a new profile with the same limits is published with its new version, and ends no alarm', () => {
    const bench = openBench();
    bench.read(0, 20, 130);
    const before = bench.partition.liveAlarmCount();
    bench.changeProfile({ ...adultProfile, source: { origin: 'hospital', version: '8' } }, 20.5);
    expect(bench.limits().at(-1)).toMatchObject({ rev: 2, profile: { version: '8' } });
    expect([bench.partition.liveAlarmCount(), before]).toEqual([1, 1]);
  });

  it('own limits that cross the limits of a new profile raise a technical alarm, and the limits of the profile still raise alarms', () => {
    const bench = openBench();
    bench.read(0, 3, 80);
    bench.partition.addCommand(key, 0n, t0 + 4_000, setHigh(4, 130), t0 + 4_000);
    const lower = profileOfLimits({ HR: { low: 50, high: 100, extremeLow: 40, extremeHigh: 125 } });
    bench.changeProfile(lower, 5);
    const text = 'Own limits: The high limit 130 of HR is not below the extreme high limit 125.';
    expect(bench.raisedTexts()).toEqual([text]);
    bench.read(6, 8, 128);
    expect(bench.raisedTexts()).toEqual([text, 'HR 128 > 125']);
    bench.partition.addCommand(key, 1n, t0 + 9_000, setHigh(9, 110), t0 + 9_000);
    expect(bench.clearedTexts()).toEqual([text]);
  });

  it('profiles that changed while no processor ran judge the last value at the start', () => {
    const before = openBench();
    before.read(0, 20, 107);
    const states = snapshots(before, 21);
    const after = openBench({ states, position: { observations: 21n, commands: 0n }, replayTo: 21n }, strict);
    expect(after.raisedTexts()).toEqual(['HR 107 > 100']);
    expect(after.high()).toBe(100);
  });
});

describe('standby', () => {
  const isoAt = (s: number) => new Date(t0 + s * 1000).toISOString();
  const imaging = (s: number): CommandInput => {
    const fields = { commandId: `standby-${s}`, associationId: key, at: isoAt(s), by: nurse } as const;
    return { type: 'command', command: { type: 'standby', ...fields, reason: 'Imaging', forMs: 600_000 } };
  };
  const standbyRecords = ({ published }: ReturnType<typeof openBench>) =>
    published.flatMap(({ type, body }) => (type === 'standby' ? [body] : []));

  it('a standby is published when it begins and when it ends, and not before', () => {
    const bench = openBench();
    bench.read(0, 5, 80);
    expect(standbyRecords(bench)).toEqual([]);
    bench.partition.addCommand(key, 0n, t0 + 6_000, imaging(6), t0 + 6_000);
    bench.partition.tick(t0 + 605_000);
    const standby = { since: isoAt(6), until: isoAt(606), reason: 'Imaging', by: nurse };
    expect(standbyRecords(bench)).toEqual([{ associationId: key, rev: 1, at: isoAt(6), standby }]);
    bench.partition.tick(t0 + 606_000);
    expect(standbyRecords(bench)[1]).toEqual({ associationId: key, rev: 2, at: isoAt(606), standby: null });
  });

  it('a standby continues after a restart, and is published again only when it ends', () => {
    const bench = openBench();
    bench.read(0, 0, 80);
    bench.partition.addCommand(key, 0n, t0, imaging(0), t0);
    const states = snapshots(bench, 7);
    expect(states[0]?.standby).toMatchObject({ rev: 1, standby: { reason: 'Imaging' } });
    const next = openBench({ states });
    next.partition.tick(t0 + 599_000);
    expect(standbyRecords(next)).toEqual([]);
    next.partition.tick(t0 + 600_000);
    expect(standbyRecords(next)).toMatchObject([{ rev: 2, standby: null }]);
  });
});
