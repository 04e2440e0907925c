import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { clinicalPartitions } from '../../../contracts/topics.ts';
import { t0 } from './fold.testing.ts';
import {
  alarmsStaleMs,
  alarmsStaleMsMax,
  damageShownMs,
  judgeHealth,
  kafkaAwayMs,
  type LifeSigns,
  newLifeSigns,
  noteAlarmsSign,
  noteOwnRecord,
  noteReading,
  noteRunning,
} from './health.ts';

/**
 * Signs of life of a server that has read everything until t0, and of an alarm processor that gave its last sign at
 * `signMs`.
 */
function signsOf({
  signMs = t0,
  readUpToMs = t0,
  ...fields
}: { signMs?: number } & Partial<LifeSigns> = {}): LifeSigns {
  return {
    ...newLifeSigns(t0),
    signsSinceMs: 0,
    judgedAtMs: Array(clinicalPartitions).fill(signMs),
    readingsAtMs: t0,
    readUpToMs,
    ...fields,
  };
}

describe('judgeHealth', () => {
  it.each([
    ['new signs', signsOf(), t0, 'ok', 'ok'],
    ['a sign of Kafka at its limit', signsOf({ readingsAtMs: 0 }), t0 + kafkaAwayMs, 'ok', 'ok'],
    ['a sign of Kafka past its limit', signsOf({ readingsAtMs: 0 }), t0 + kafkaAwayMs + 1, 'away', 'ok'],
    ['a sign of the alarm processor at its limit', signsOf({ signMs: t0 - alarmsStaleMs }), t0, 'ok', 'ok'],
    ['a sign of the alarm processor past its limit', signsOf({ signMs: t0 - alarmsStaleMs - 1 }), t0, 'ok', 'stale'],
    ['no sign of the alarm processor', signsOf({ signMs: 0 }), t0, 'ok', 'stale'],
    ['no sign of the alarm processor and no readings', signsOf({ signMs: 0, readingsAtMs: 0 }), t0, 'ok', 'ok'],
    [
      'no sign of the alarm processor and readings that have just begun',
      signsOf({ signMs: 0, readingsSinceMs: t0 - alarmsStaleMs }),
      t0,
      'ok',
      'ok',
    ],
  ])('judgeHealth returns the health of the table for %s', (_, given, nowMs, kafka, alarms) => {
    expect(judgeHealth(given, nowMs)).toMatchObject({ kafka, alarms });
  });

  it('judgeHealth returns the difference between the clock of the machine and the time of Vigil, while there is one', () => {
    expect(judgeHealth(signsOf(), t0).clock).toBeUndefined();
    const stepped = judgeHealth(signsOf(), t0, { aheadMs: -600_000, atMs: t0 });
    expect(stepped.clock).toEqual({ aheadMs: -600_000, at: formatInstant(t0) });
  });

  it('judgeHealth reports damaged batches for an hour after the server read the last of them', () => {
    const damage = { total: 2, lastAtMs: t0 };
    const damagedAt = (nowMs: number) => judgeHealth(signsOf(), nowMs, undefined, damage).damaged;
    expect(judgeHealth(signsOf(), t0, undefined, { total: 0, lastAtMs: undefined }).damaged).toBeUndefined();
    expect(damagedAt(t0)).toEqual({ batches: 2, at: formatInstant(t0) });
    expect(damagedAt(t0 + damageShownMs)).toEqual({ batches: 2, at: formatInstant(t0) });
    expect(damagedAt(t0 + damageShownMs + 1)).toBeUndefined();
  });

  it('after a pause in the readings, the alarm processor has the full time again for its next sign', () => {
    const signs = signsOf({ readingsAtMs: t0 - 60_000, signMs: t0 - 60_000 });
    noteReading(signs, t0);
    expect(judgeHealth(signs, t0).alarms).toBe('ok');
    for (let ms = 1000; ms <= alarmsStaleMs + 1000; ms += 1000) {
      noteReading(signs, t0 + ms);
      noteOwnRecord(signs, t0 + ms, t0 + ms);
    }
    expect(judgeHealth(signs, t0 + alarmsStaleMs + 1000).alarms).toBe('stale');
  });
});

describe('the signs of life of two alarm processors', () => {
  it('the signs of an alarm processor count only for its own partitions', () => {
    const signs = signsOf({ signMs: t0 - 60_000 });
    noteAlarmsSign(signs, { judges: [0, 1, 2, 3, 4, 5] }, t0);
    expect(judgeHealth(signs, t0)).toMatchObject({
      alarms: 'stale',
      alarmsAt: formatInstant(t0 - 60_000),
      notJudged: { partitions: 6, of: 12 },
    });
    noteAlarmsSign(signs, { judges: [6, 7, 8, 9, 10, 11, 99] }, t0);
    expect(judgeHealth(signs, t0)).toEqual({
      kafka: 'ok',
      alarms: 'ok',
      kafkaAt: formatInstant(t0),
      alarmsAt: formatInstant(t0),
    });
  });

  it('the signs of an older alarm processor, which name no partitions, count for all partitions', () => {
    const signs = signsOf({ signMs: 0 });
    noteAlarmsSign(signs, {}, t0);
    expect(judgeHealth(signs, t0).alarms).toBe('ok');
  });

  it('a sign from before the start of this server only says since when nobody judges', () => {
    const signs = signsOf({ signMs: 0, signsSinceMs: t0 - 60_000 });
    noteAlarmsSign(signs, { oldAtMs: t0 - 50_000 }, t0);
    expect(judgeHealth(signs, t0)).toMatchObject({ alarms: 'stale', alarmsAt: formatInstant(t0 - 50_000) });
  });
});

describe('the age of a new sign of an alarm processor begins when the server reads the sign', () => {
  it.each([
    ['right', 0],
    ['behind by an hour', -3_600_000],
    ['ahead by an hour', 3_600_000],
  ])(
    'the clock of the processor is %s: no notice while the processor runs, and a notice when the processor has ended',
    (_name, aheadMs) => {
      const signs = { ...newLifeSigns(t0), readingsAtMs: t0 };
      // The sign that the process wrote before this server started.
      noteAlarmsSign(signs, { oldAtMs: t0 - 500 + aheadMs }, t0);
      const alarmsAt: Record<string, string[]> = { running: [], ended: [] };
      for (let ms = 0; ms <= 120_000; ms += 250) {
        const nowMs = t0 + ms;
        noteRunning(signs, nowMs);
        if (ms % 1000 === 0) {
          noteReading(signs, nowMs);
          noteOwnRecord(signs, nowMs - 100, nowMs);
          if (ms > 0 && ms <= 60_000) noteAlarmsSign(signs, {}, nowMs);
        }
        alarmsAt[ms <= 64_000 ? 'running' : 'ended']!.push(judgeHealth(signs, nowMs).alarms);
      }
      expect(new Set(alarmsAt.running)).toEqual(new Set(['ok']));
      expect(new Set(alarmsAt.ended)).toEqual(new Set(['stale']));
    },
  );
});

describe('a dashboard that reads late', () => {
  const lateMs = t0 + alarmsStaleMs + 1_000;
  it('the notice about the alarm processor comes only after the dashboard has read its own record, written 2.5 s after the last sign', () => {
    const signs = signsOf({ readingsAtMs: lateMs });
    expect(judgeHealth(signs, lateMs).alarms).toBe('ok');
    noteOwnRecord(signs, t0 + 1_000, lateMs);
    expect(judgeHealth(signs, lateMs).alarms).toBe('ok');
    noteOwnRecord(signs, t0 + 2_500, lateMs);
    expect(judgeHealth(signs, lateMs).alarms).toBe('stale');
  });

  it('a dashboard that cannot read its own record shows the notice about the alarm processor after 10 s', () => {
    const atMs = t0 + alarmsStaleMsMax;
    const signs = signsOf({ readingsAtMs: atMs });
    expect(judgeHealth(signs, atMs).alarms).toBe('ok');
    expect(judgeHealth(signs, atMs + 1).alarms).toBe('stale');
  });

  it('just after a standstill a dashboard shows no notice; if it still reads nothing, the notices about Kafka and the alarm processor come later', () => {
    const resumedMs = t0 + 60_000;
    const signs = signsOf({ readingsAtMs: resumedMs + 10_000 });
    noteRunning(signs, t0);
    expect(judgeHealth(signs, resumedMs)).toMatchObject({ kafka: 'away', alarms: 'stale' });
    noteRunning(signs, resumedMs);
    expect(judgeHealth(signs, resumedMs)).toMatchObject({ kafka: 'ok', alarms: 'ok' });
    expect(judgeHealth(signs, resumedMs + kafkaAwayMs + 1)).toMatchObject({ kafka: 'away', alarms: 'ok' });
    expect(judgeHealth(signs, resumedMs + alarmsStaleMsMax + 1)).toMatchObject({ kafka: 'away', alarms: 'stale' });
  });

  it('a dashboard that stands still again within 30 s gets no more time, so that a notice comes in the end', () => {
    const signs = signsOf({ readingsAtMs: t0 + 60_000 });
    for (let atMs = t0 + 3_000; atMs <= t0 + 15_000; atMs += 3_000) noteRunning(signs, atMs);
    expect(judgeHealth(signs, t0 + 15_000)).toMatchObject({ kafka: 'away', alarms: 'stale' });
  });
});
