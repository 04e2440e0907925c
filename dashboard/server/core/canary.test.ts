import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { clinicalPartitions } from '../../../contracts/topics.ts';
import { type CanarySigns, emptyCanarySigns, judgeCanary, judgedLaterMs, noteCanary, noteSight } from './canary.ts';

const t0 = Date.parse('2026-11-28T10:00:00.000Z');
const silentMs = 15_000;
const all = (ms: number) => Array.from({ length: clinicalPartitions }, () => ms);

/** Everything came at `t0`, but for what is said. */
function signs(fields: Partial<CanarySigns>): CanarySigns {
  return { sinceMs: 0, takenMs: t0, loggedMs: all(t0), judgedMs: all(t0), ...fields };
}
const withOne = (partition: number, ms: number) => all(t0).map((at, index) => (index === partition ? ms : at));
const judge = (given: CanarySigns, nowMs = t0, readingsCome = false) =>
  judgeCanary(given, nowMs, silentMs, readingsCome);

describe('the way of readings', () => {
  it('is whole while canaries come, up to the bound', () => {
    expect(judge(signs({}))).toBeUndefined();
    expect(judge(signs({}), t0 + silentMs)).toBeUndefined();
  });

  it('is broken at the gateway if no gateway takes any, and that is grave', () => {
    const of = clinicalPartitions;
    const expected = { step: 'gateway', partitions: of, of, grave: true, at: formatInstant(t0) };
    expect(judge(signs({}), t0 + silentMs + 1)).toEqual(expected);
  });

  it('is only untested if readings of devices come and no gateway has a canary', () => {
    expect(judge(signs({}), t0 + silentMs + 1, true)).toMatchObject({ step: 'gateway', grave: false });
  });

  it('is broken at the log if the gateway takes them and no partition has them', () => {
    const given = signs({ loggedMs: all(t0 - silentMs - 1) });
    expect(judge(given)).toMatchObject({ step: 'log', partitions: clinicalPartitions, grave: true });
    expect(judge(given, t0, true)).toMatchObject({ step: 'log', grave: true });
  });

  it('is broken at the log if one partition has none, though the others and readings come', () => {
    const lateMs = t0 - silentMs - 1;
    const fault = judge(signs({ loggedMs: withOne(7, lateMs) }), t0, true);
    expect(fault).toEqual({
      step: 'log',
      partitions: 1,
      of: clinicalPartitions,
      grave: true,
      at: formatInstant(lateMs),
    });
  });

  it('is broken at the engine if one partition of a living alarm processor is not judged', () => {
    const bound = t0 - silentMs - judgedLaterMs;
    expect(judge(signs({ judgedMs: withOne(3, bound) }))).toBeUndefined();
    const fault = judge(signs({ judgedMs: withOne(3, bound - 1) }), t0, true);
    expect(fault).toMatchObject({ step: 'engine', partitions: 1, grave: true, at: formatInstant(bound - 1) });
  });

  it('says that no canary ever came if none was seen', () => {
    const never = { ...emptyCanarySigns(), sinceMs: t0 };
    expect(judge(never, t0 + silentMs)).toBeUndefined();
    expect(judge(never, t0 + silentMs + 1)).toMatchObject({ step: 'gateway', at: null });
  });

  it('is not judged before the server has read the log, nor if no canary runs', () => {
    expect(judge(emptyCanarySigns(), t0)).toBeUndefined();
    expect(judgeCanary(signs({ loggedMs: all(0) }), t0, 0, false)).toBeUndefined();
  });
});

it('a canary that is read late does not replace a newer one, nor make a partition that Kafka does not have', () => {
  const newest = all(t0);
  noteCanary(newest, 2, t0 - 1);
  noteCanary(newest, 3, t0 + 1);
  noteCanary(newest, clinicalPartitions, t0 + 1);
  expect(newest).toEqual(withOne(3, t0 + 1));
});

describe('the report of a process on canaries', () => {
  const sight = { taken: formatInstant(t0), judged: [{ partition: 0, receivedAt: formatInstant(t0) }] };
  const said = (writer: string) => {
    const given = emptyCanarySigns();
    noteSight(given, sight, writer, Date.parse);
    return { taken: given.takenMs > 0, judged: given.judgedMs.some((ms) => ms > 0) };
  };

  it('counts only for its own step, so that no stolen key of a gateway hides a dead alarm processor', () => {
    expect(said('gateway')).toEqual({ taken: true, judged: false });
    expect(said('alarms')).toEqual({ taken: false, judged: true });
    expect(said('dashboard')).toEqual({ taken: false, judged: false });
  });
});
