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

/** Signs of life of a server that has read everything until t0, and of an alarm processor that gave its last sign at `signMs`. */
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
  ])('returns the expected health for %s', (_, given, nowMs, kafka, alarms) => {
    expect(judgeHealth(given, nowMs)).toMatchObject({ kafka, alarms });
  });

  it('has the difference of the clock while it lasts', () => {
    expect(judgeHealth(signsOf(), t0).clock).toBeUndefined();
    const stepped = judgeHealth(signsOf(), t0, { aheadMs: -600_000, atMs: t0 });
    expect(stepped.clock).toEqual({ aheadMs: -600_000, at: formatInstant(t0) });
  });

  it('has the damage of the log for an hour after it was read', () => {
    const damage = { total: 2, lastAtMs: t0 };
    const damagedAt = (nowMs: number) => judgeHealth(signsOf(), nowMs, undefined, damage).damaged;
    expect(judgeHealth(signsOf(), t0, undefined, { total: 0, lastAtMs: undefined }).damaged).toBeUndefined();
    expect(damagedAt(t0)).toEqual({ batches: 2, at: formatInstant(t0) });
    expect(damagedAt(t0 + damageShownMs)).toEqual({ batches: 2, at: formatInstant(t0) });
    expect(damagedAt(t0 + damageShownMs + 1)).toBeUndefined();
  });

  it('gives the alarm processor the full time again if readings come after a pause', () => {
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
  it('each keep only their own partitions from being silent', () => {
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

  it('of an older processor, which names no partitions, count for all partitions', () => {
    const signs = signsOf({ signMs: 0 });
    noteAlarmsSign(signs, {}, t0);
    expect(judgeHealth(signs, t0).alarms).toBe('ok');
  });

  it('from before the start of this server only say since when nobody judges', () => {
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
  it('shows no notice about the alarm processor until it has read its own record from a time when signs were missing', () => {
    const signs = signsOf({ readingsAtMs: lateMs });
    expect(judgeHealth(signs, lateMs).alarms).toBe('ok');
    noteOwnRecord(signs, t0 + 1_000, lateMs);
    expect(judgeHealth(signs, lateMs).alarms).toBe('ok');
    noteOwnRecord(signs, t0 + 2_500, lateMs);
    expect(judgeHealth(signs, lateMs).alarms).toBe('stale');
  });

  it('shows the notice after 10 s even if it cannot read its own record', () => {
    const atMs = t0 + alarmsStaleMsMax;
    const signs = signsOf({ readingsAtMs: atMs });
    expect(judgeHealth(signs, atMs).alarms).toBe('ok');
    expect(judgeHealth(signs, atMs + 1).alarms).toBe('stale');
  });

  it('shows no notice when it runs again after a standstill, and shows both notices if nothing is read from then on', () => {
    const resumedMs = t0 + 60_000;
    const signs = signsOf({ readingsAtMs: resumedMs + 10_000 });
    noteRunning(signs, t0);
    expect(judgeHealth(signs, resumedMs)).toMatchObject({ kafka: 'away', alarms: 'stale' });
    noteRunning(signs, resumedMs);
    expect(judgeHealth(signs, resumedMs)).toMatchObject({ kafka: 'ok', alarms: 'ok' });
    expect(judgeHealth(signs, resumedMs + kafkaAwayMs + 1)).toMatchObject({ kafka: 'away', alarms: 'ok' });
    expect(judgeHealth(signs, resumedMs + alarmsStaleMsMax + 1)).toMatchObject({ kafka: 'away', alarms: 'stale' });
  });

  it('gets no more time for another standstill within 30 s, so that a notice comes in the end', () => {
    const signs = signsOf({ readingsAtMs: t0 + 60_000 });
    for (let atMs = t0 + 3_000; atMs <= t0 + 15_000; atMs += 3_000) noteRunning(signs, atMs);
    expect(judgeHealth(signs, t0 + 15_000)).toMatchObject({ kafka: 'away', alarms: 'stale' });
  });
});
