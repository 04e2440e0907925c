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
import { adult, key, nothing } from './partition.testing.ts';
import { createPartition, type Restored } from './partition.ts';
import { readProfiles } from './profiles-file.ts';
import type { Published } from './published.ts';

const examples = join(import.meta.dirname, 'profiles');

/** A partition, and the profile that its patients are judged by, which a test may change. */
function open(restored: Partial<Restored> = {}, first: Profile = adultProfile) {
  const published: Published[] = [];
  const events: AlarmEvent[] = [];
  let profile = first;
  const changing: Environment = { ...env, profile: () => profile };
  const partition = createPartition({
    env: changing,
    restored: { ...nothing, ...restored },
    associationAt: () => adult,
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
    raised: () => events.filter(({ type }) => type === 'raised').map(({ alarm }) => alarm.text),
    ended: () => events.filter(({ type }) => type === 'cleared').map(({ alarm }) => alarm.text),
    high: () =>
      limits()
        .at(-1)
        ?.groups.find(({ group }) => group === 'HR')?.limits.high,
    use(next: Profile, s: number) {
      profile = next;
      partition.judgeAnew(t0 + s * 1000);
    },
    read(from: number, to: number, HR: number) {
      for (let s = from; s <= to; s++) {
        const one = reading(s, { HR });
        partition.observation(key, BigInt(s), one.receivedAt, one, one.receivedAt, one.receivedAt);
      }
    },
  };
}

const setHigh = (s: number, high: number): CommandInput => {
  const at = new Date(t0 + s * 1000).toISOString();
  const asked = {
    commandId: `command-${s}`,
    associationId: key,
    at,
    by: nurse,
    group: 'HR',
    limits: { high },
  } as const;
  return { type: 'command', command: { type: 'set-limits', ...asked } };
};
const strict: Profile = {
  ...profileOfLimits({ HR: { low: 50, high: 100, extremeLow: 40, extremeHigh: 140 } }),
  source: { origin: 'ward', version: '7' },
};
const snapshots = (one: ReturnType<typeof open>, s: number) =>
  one.partition.flush(t0 + s * 1000, 0, 0n).snapshots.map(({ body }) => JSON.parse(JSON.stringify(body)) as AlarmState);

it('if a patient is not judged, the limits in force name no profile', () => {
  expect(profileOfMessage({ profile: null })).toBeUndefined();
});

describe('the limits in force', () => {
  it('are published once for a patient, with their profile, and are in the snapshot', () => {
    const one = open({}, strict);
    one.read(0, 5, 80);
    expect(one.limits()).toMatchObject([{ associationId: key, rev: 1, profile: { origin: 'ward', version: '7' } }]);
    expect(one.high()).toBe(100);
    expect(snapshots(one, 6)[0]?.limits).toEqual(one.limits()[0]);
  });

  it('are published before the answer to the command that changed them, and a refusal publishes none', () => {
    const one = open();
    one.read(0, 0, 80);
    one.partition.command(key, 0n, t0 + 1_000, setHigh(1, 110), t0 + 1_000);
    one.partition.command(key, 1n, t0 + 2_000, setHigh(2, 150), t0 + 2_000);
    expect(one.published.map(({ type }) => type).filter((type) => type !== 'scores')).toEqual([
      'limits-in-force',
      'limits-in-force',
      'command-answer',
      'command-answer',
    ]);
    expect(one.high()).toBe(110);
    expect(one.published.at(-1)?.body).toMatchObject({ commandId: 'command-2', accepted: false });
  });

  it('are not published again after a restart, and their revision goes on', () => {
    const before = open();
    before.read(0, 3, 80);
    const after = open({ states: snapshots(before, 4), position: { observations: 4n, commands: 0n }, replayTo: 4n });
    expect(after.published).toEqual([]);
    after.partition.command(key, 0n, t0 + 5_000, setHigh(5, 110), t0 + 5_000);
    expect(after.limits().map(({ rev }) => rev)).toEqual([2]);
  });

  it('are published again unchanged if a crash came before the snapshot', () => {
    const before = open();
    before.read(0, 3, 80);
    const states = snapshots(before, 4);
    before.partition.command(key, 0n, t0 + 5_000, setHigh(5, 110), t0 + 5_000);
    const commands = [{ key, offset: 0n, atMs: t0 + 5_000, input: setHigh(5, 110) }];
    const after = open({ states, commands, position: { observations: 4n, commands: 0n }, replayTo: 4n });
    const ofAnswer = ({ published }: typeof before) => published.filter(({ type }) => type === 'command-answer');
    expect(ofAnswer(after)).toEqual(ofAnswer(before));
    expect(after.limits()[0]).toMatchObject({ rev: 2, groups: before.limits()[1]!.groups });
  });
});

describe('the rules of the limits in force', () => {
  it('are published for a profile that is not built in, and again if nothing but the rules has changed', () => {
    const one = open({}, strict);
    one.read(0, 1, 80);
    expect(one.limits()[0]?.rules).toEqual(strict.groups);
    const { high } = strict.groups.HR as GroupRules;
    const slower: Profile = {
      ...strict,
      groups: {
        ...strict.groups,
        HR: { ...strict.groups.HR, high: { ...high!, delay: { kind: 'fixed', ms: 9_000 } } },
      },
    };
    one.use(slower, 2);
    expect(one.limits().map(({ rev, rules }) => [rev, rules])).toEqual([
      [1, strict.groups],
      [2, slower.groups],
    ]);
  });

  it('are not published for the built-in profile, which every process knows', () => {
    const one = open();
    one.read(0, 1, 80);
    expect(one.limits()).toHaveLength(1);
    expect(one.limits()[0]).not.toHaveProperty('rules');
    expect(profileOfMessage(one.limits()[0]!)).toEqual(adultProfile);
  });

  it.each(readdirSync(examples).filter((name) => name.endsWith('.json')))(
    'can be published for every profile in the example %s, and are understood',
    (name) => {
      const { hospital, wards } = readProfiles(join(examples, name));
      const profiles = [hospital, ...Object.values(wards)].flatMap((of) => Object.values(of));
      expect(profiles.length).toBeGreaterThan(0);
      for (const profile of profiles) {
        const one = open({}, profile);
        one.read(0, 0, 80);
        const told = JSON.parse(JSON.stringify(one.limits()[0]));
        expect([...Compile(LimitsInForceSchema).Errors(told)]).toEqual([]);
        expect(profileOfMessage(told)?.groups).toEqual(profile.groups);
      }
    },
  );
});

describe('limits that were published before a crash', () => {
  it('continue from their last revision if two changes were published and no snapshot has the second', () => {
    const before = open();
    before.read(0, 3, 80);
    const states = snapshots(before, 4);
    const commands = [120, 110].map((high, n) => ({
      ...{ key, offset: BigInt(n), atMs: t0 + (5 + n) * 1000, input: setHigh(5 + n, high) },
    }));
    for (const { offset, atMs, input } of commands) before.partition.command(key, offset, atMs, input, atMs);
    const told = before.limits().slice(1);
    expect(told.map(({ rev }) => rev)).toEqual([2, 3]);
    const position = { observations: 4n, commands: 0n };
    const after = open({ states, commands, position, replayTo: 4n, inForce: told });
    after.partition.command(key, 2n, t0 + 9_000, setHigh(9, 105), t0 + 9_000);
    expect(after.limits().map(({ rev }) => rev)).toEqual([4]);
    expect(after.high()).toBe(105);
  });

  it('are in the next snapshot at once, so that the log before it need not be read', () => {
    const one = open();
    one.partition.expect(key, t0);
    one.use(strict, 1);
    expect(one.limits()).toHaveLength(2);
    const [flushed] = one.partition.flush(t0 + 1_001, 20_000, 5n).snapshots;
    expect(flushed?.body?.limits).toEqual(one.limits()[1]);
  });
});

describe('profiles that change during the run', () => {
  it('judge the last value at once, even if they changed while the past was replayed', () => {
    const one = open({ replayTo: 21n });
    one.read(0, 19, 107);
    one.use(strict, 19.5);
    expect(one.partition.isLive()).toBe(false);
    // The last record of the past says nothing of the heart rate.
    one.partition.passed('observations', 20n, t0 + 21_000);
    expect(one.raised()).toEqual(['HR 107 > 100']);
  });

  it('judge the last value at once, and are published', () => {
    const one = open();
    one.read(0, 20, 107);
    expect(one.raised()).toEqual([]);
    one.use(strict, 20.5);
    expect(one.raised()).toEqual(['HR 107 > 100']);
    expect([one.high(), one.limits().at(-1)?.rev]).toEqual([100, 2]);
  });

  it('a new profile with the same limits is published with its new version, and ends no alarm', () => {
    const one = open();
    one.read(0, 20, 130);
    const before = one.partition.liveAlarms();
    one.use({ ...adultProfile, source: { origin: 'hospital', version: '8' } }, 20.5);
    expect(one.limits().at(-1)).toMatchObject({ rev: 2, profile: { version: '8' } });
    expect([one.partition.liveAlarms(), before]).toEqual([1, 1]);
  });

  it('if a patient’s own limits cross those of the new profile, an alarm says so until they fit again; meanwhile both go on judging', () => {
    const one = open();
    one.read(0, 3, 80);
    one.partition.command(key, 0n, t0 + 4_000, setHigh(4, 130), t0 + 4_000);
    const lower = profileOfLimits({ HR: { low: 50, high: 100, extremeLow: 40, extremeHigh: 125 } });
    one.use(lower, 5);
    const text = 'Own limits: The high limit 130 of HR is not below the extreme high limit 125.';
    expect(one.raised()).toEqual([text]);
    one.read(6, 8, 128);
    expect(one.raised()).toEqual([text, 'HR 128 > 125']);
    one.partition.command(key, 1n, t0 + 9_000, setHigh(9, 110), t0 + 9_000);
    expect(one.ended()).toEqual([text]);
  });

  it('judge at once, even if they changed while the processor was down', () => {
    const before = open();
    before.read(0, 20, 107);
    const states = snapshots(before, 21);
    const after = open({ states, position: { observations: 21n, commands: 0n }, replayTo: 21n }, strict);
    expect(after.raised()).toEqual(['HR 107 > 100']);
    expect(after.high()).toBe(100);
  });
});

describe('standby', () => {
  const at = (s: number) => new Date(t0 + s * 1000).toISOString();
  const imaging = (s: number): CommandInput => {
    const asked = { commandId: `standby-${s}`, associationId: key, at: at(s), by: nurse } as const;
    return { type: 'command', command: { type: 'standby', ...asked, reason: 'Imaging', forMs: 600_000 } };
  };
  const told = ({ published }: ReturnType<typeof open>) =>
    published.flatMap(({ type, body }) => (type === 'standby' ? [body] : []));

  it('is published when it begins and when it ends, and never without standby', () => {
    const one = open();
    one.read(0, 5, 80);
    expect(told(one)).toEqual([]);
    one.partition.command(key, 0n, t0 + 6_000, imaging(6), t0 + 6_000);
    one.partition.tick(t0 + 605_000);
    const standby = { since: at(6), until: at(606), reason: 'Imaging', by: nurse };
    expect(told(one)).toEqual([{ associationId: key, rev: 1, at: at(6), standby }]);
    one.partition.tick(t0 + 606_000);
    expect(told(one)[1]).toEqual({ associationId: key, rev: 2, at: at(606), standby: null });
  });

  it('goes on after a restart, and is published again only when it ends', () => {
    const one = open();
    one.read(0, 0, 80);
    one.partition.command(key, 0n, t0, imaging(0), t0);
    const states = snapshots(one, 7);
    expect(states[0]?.standby).toMatchObject({ rev: 1, standby: { reason: 'Imaging' } });
    const next = open({ states });
    next.partition.tick(t0 + 599_000);
    expect(told(next)).toEqual([]);
    next.partition.tick(t0 + 600_000);
    expect(told(next)).toMatchObject([{ rev: 2, standby: null }]);
  });
});
