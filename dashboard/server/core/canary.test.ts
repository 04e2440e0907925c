import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { clinicalPartitions } from '../../../contracts/topics.ts';
import {
  type CanarySigns,
  emptyCanarySigns,
  engineExtraMs,
  judgeCanary,
  noteCanary,
  noteCanaryReport,
} from './canary.ts';

const t0 = Date.parse('2026-11-28T10:00:00.000Z');
const silentMs = 15_000;
const all = (ms: number) => Array.from({ length: clinicalPartitions }, () => ms);

/** Returns signs in which every canary came at `t0`, except for the given fields. */
function signs(fields: Partial<CanarySigns>): CanarySigns {
  return { sinceMs: 0, newestAtGatewayMs: t0, newestInLogMs: all(t0), newestJudgedMs: all(t0), ...fields };
}
const withOne = (partition: number, ms: number) => all(t0).map((at, index) => (index === partition ? ms : at));
const judge = (given: CanarySigns, nowMs = t0, readingsCome = false) =>
  judgeCanary(given, nowMs, silentMs, readingsCome);

describe('judgeCanary', () => {
  it('judgeCanary returns no fault while canaries are not older than the limit', () => {
    expect(judge(signs({}))).toBeUndefined();
    expect(judge(signs({}), t0 + silentMs)).toBeUndefined();
  });

  it('judgeCanary returns a serious fault (`grave`) at the gateway if no gateway reports canaries', () => {
    const allPartitions = clinicalPartitions;
    const expected = {
      step: 'gateway',
      partitions: allPartitions,
      of: allPartitions,
      grave: true,
      at: formatInstant(t0),
    };
    expect(judge(signs({}), t0 + silentMs + 1)).toEqual(expected);
  });

  it('judgeCanary returns a fault that is not serious if readings of devices arrive and no gateway reports canaries', () => {
    expect(judge(signs({}), t0 + silentMs + 1, true)).toMatchObject({ step: 'gateway', grave: false });
  });

  it('judgeCanary returns a fault at the log if the gateway reports canaries and no partition has them', () => {
    const canarySigns = signs({ newestInLogMs: all(t0 - silentMs - 1) });
    expect(judge(canarySigns)).toMatchObject({ step: 'log', partitions: clinicalPartitions, grave: true });
    expect(judge(canarySigns, t0, true)).toMatchObject({ step: 'log', grave: true });
  });

  it('judgeCanary returns a fault at the log if one partition has no canaries, even while readings arrive', () => {
    const lateMs = t0 - silentMs - 1;
    const fault = judge(signs({ newestInLogMs: withOne(7, lateMs) }), t0, true);
    expect(fault).toEqual({
      step: 'log',
      partitions: 1,
      of: clinicalPartitions,
      grave: true,
      at: formatInstant(lateMs),
    });
  });

  it('judgeCanary returns a fault at the engine if the alarm processor reports no canaries of one partition', () => {
    const bound = t0 - silentMs - engineExtraMs;
    expect(judge(signs({ newestJudgedMs: withOne(3, bound) }))).toBeUndefined();
    const fault = judge(signs({ newestJudgedMs: withOne(3, bound - 1) }), t0, true);
    expect(fault).toMatchObject({ step: 'engine', partitions: 1, grave: true, at: formatInstant(bound - 1) });
  });

  it('the fault has no time if no canary has come since the start', () => {
    const never = { ...emptyCanarySigns(), sinceMs: t0 };
    expect(judge(never, t0 + silentMs)).toBeUndefined();
    expect(judge(never, t0 + silentMs + 1)).toMatchObject({ step: 'gateway', at: null });
  });

  it('judgeCanary returns no fault before the server is ready, and no fault if no canaries are expected', () => {
    expect(judge(emptyCanarySigns(), t0)).toBeUndefined();
    expect(judgeCanary(signs({ newestInLogMs: all(0) }), t0, 0, false)).toBeUndefined();
  });
});

it('noteCanary ignores an older canary and an unknown partition', () => {
  const newest = all(t0);
  noteCanary(newest, 2, t0 - 1);
  noteCanary(newest, 3, t0 + 1);
  noteCanary(newest, clinicalPartitions, t0 + 1);
  expect(newest).toEqual(withOne(3, t0 + 1));
});

describe('noteCanaryReport', () => {
  const sight = { taken: formatInstant(t0), judged: [{ partition: 0, receivedAt: formatInstant(t0) }] };
  const notedFrom = (writer: string) => {
    const canarySigns = emptyCanarySigns();
    noteCanaryReport(canarySigns, sight, writer, Date.parse);
    return { taken: canarySigns.newestAtGatewayMs > 0, judged: canarySigns.newestJudgedMs.some((ms) => ms > 0) };
  };

  it('noteCanaryReport accepts from each kind of process only the step of this process', () => {
    expect(notedFrom('gateway')).toEqual({ taken: true, judged: false });
    expect(notedFrom('alarms')).toEqual({ taken: false, judged: true });
    expect(notedFrom('dashboard')).toEqual({ taken: false, judged: false });
  });
});
