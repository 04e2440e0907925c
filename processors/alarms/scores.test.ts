/** Tests of the scores that the alarm processor publishes: their times and their content. */
import { describe, expect, it } from 'vitest';
import type { AlarmState } from '../../contracts/messages/alarms.ts';
import { checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Assessment, Scores } from '../../contracts/messages/scores.ts';
import { env, type Numerics, nurse, reading, t0 } from '../bed.testing.ts';
import type { AssociationInput } from './core/inputs.ts';
import { emptyRestored, key } from './partition.testing.ts';
import { createPartition } from './partition.ts';
import type { Restored } from './partition-state.ts';

const well: Numerics = { HR: 70, SpO2: 97, RR: 16, ABPs: 130, Temp: 37 };

function openBed(restored: Partial<Restored> = {}, category: AssociationInput['category'] = 'adult', startMs = t0) {
  const published: { readonly s: number; readonly scores: Scores }[] = [];
  let nowMs = startMs;
  let association: AssociationInput = { type: 'association', category, ward: 'ICU', endedAt: null };
  const partition = createPartition({
    env,
    restored: { ...emptyRestored, ...restored },
    findAssociation: () => association,
    emit: () => {},
    publish: (record) => {
      if (record.type === 'scores') published.push({ s: (nowMs - t0) / 1000, scores: record.body });
    },
    counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
    mayJudge: () => true,
    nowMs: startMs,
  });
  let commands = restored.position?.commands ?? 0n;
  return {
    partition,
    published,
    last: () => published.at(-1)!.scores,
    read(from: number, to: number, numerics: Numerics) {
      for (let s = from; s <= to; s++) {
        const input = reading(s, numerics);
        nowMs = input.receivedAt;
        partition.addReading(key, BigInt(s), nowMs, input, nowMs, nowMs);
        partition.tick(nowMs);
      }
    },
    enter(s: number, assessment: Assessment) {
      nowMs = t0 + s * 1000;
      const fields = {
        commandId: `command-${commands}`,
        associationId: key,
        at: new Date(nowMs).toISOString(),
        by: nurse,
      };
      const command = { type: 'enter-assessment', ...fields, ...assessment } as const;
      partition.addCommand(key, commands++, nowMs, { type: 'command', command }, nowMs);
    },
    tick(s: number) {
      nowMs = t0 + s * 1000;
      partition.tick(nowMs);
    },
    end(s: number) {
      association = { ...association, endedAt: t0 + s * 1000 };
      this.tick(s);
    },
  };
}

describe('the content of published scores', () => {
  it('published scores have each part with value, time and points, the missing parts, and the nurse’s entries', () => {
    const bed = openBed();
    bed.enter(0, { consciousness: 'C' });
    bed.read(1, 1, well);
    expect(bed.last()).toMatchObject({
      associationId: key,
      validUntil: '2026-03-01T10:05:01.001Z',
      news2: { scale: 1, atLeast: 3, missing: ['oxygen'] },
      shockIndex: 0.54,
      qsofa: { met: ['consciousness'], missing: [], total: 1 },
      assessment: { consciousness: { value: 'C', at: '2026-03-01T10:00:00.000Z', by: nurse } },
    });
    expect(bed.last().news2).not.toHaveProperty('total');
    expect(bed.last().news2.parts).toEqual([
      { parameter: 'RR', value: 16, at: '2026-03-01T10:00:01.000Z', points: 0 },
      { parameter: 'SpO2', value: 97, at: '2026-03-01T10:00:01.000Z', points: 0 },
      { parameter: 'oxygen' },
      { parameter: 'BPsys', value: 130, at: '2026-03-01T10:00:01.000Z', points: 0 },
      { parameter: 'pulse', value: 70, at: '2026-03-01T10:00:01.000Z', points: 0 },
      { parameter: 'consciousness', value: 'C', at: '2026-03-01T10:00:00.000Z', points: 3 },
      { parameter: 'Temp', value: 37, at: '2026-03-01T10:00:01.000Z', points: 0 },
    ]);
    bed.enter(2, { oxygen: false });
    expect(bed.last().news2).toMatchObject({ total: 3, risk: 'low-medium', response: 'ward-review' });
  });

  it('published scores fit their schema', () => {
    const bed = openBed();
    bed.enter(0, { consciousness: 'A', oxygen: true, spo2Scale: 2 });
    bed.read(1, 1, well);
    for (const { scores } of bed.published)
      expect(checkRecord(contentTypes.scores, Buffer.from(JSON.stringify(scores)))).toMatchObject({ ok: true });
    expect(bed.published.length).toBeGreaterThan(0);
  });
});

describe('the times of publication', () => {
  it('equal scores are published again every five minutes, so that a trend can distinguish a lasting score from a gap', () => {
    const bed = openBed();
    for (let s = 1; s <= 700; s++) bed.read(s, s, { ...well, HR: 70 + (s % 10) });
    expect(bed.published.map(({ s }) => Math.round(s))).toEqual([1, 301, 601]);
  });

  it('a shock index is published again only after a change of 0.1', () => {
    const bed = openBed();
    bed.read(1, 40, { ...well, HR: 60, ABPs: 120 });
    bed.read(41, 80, { ...well, HR: 71, ABPs: 120 });
    expect(bed.published.map(({ scores }) => scores.shockIndex)).toEqual([0.5]);
    bed.read(81, 120, { ...well, HR: 72, ABPs: 120 });
    expect(bed.published.map(({ scores }) => scores.shockIndex)).toEqual([0.5, 0.6]);
  });

  it('scores are not published again after every value is too old', () => {
    const bed = openBed();
    bed.read(1, 5, well);
    for (let s = 6; s <= 6_000; s++) bed.tick(s);
    expect(bed.last().news2).toMatchObject({ atLeast: 0, missing: { length: 7 } });
    // A temperature is expected each hour, so it becomes too old last.
    expect(bed.published.at(-1)!.s).toBeLessThan(3_700);
  });

  it('points of an incomplete score that change again and again are published at most every 10 s', () => {
    const bed = openBed();
    for (let s = 1; s <= 600; s++) bed.read(s, s, { ...well, HR: Math.floor(s / 3) % 2 === 0 ? 70 : 95 });
    const times = bed.published.map(({ s }) => Math.round(s));
    for (const [i, s] of times.slice(1).entries()) expect(s - times[i]!).toBeGreaterThanOrEqual(10);
    expect(times.length).toBeGreaterThan(10);
  });

  it('an entry of a nurse is published immediately', () => {
    const bed = openBed();
    bed.read(1, 12, well);
    bed.enter(13, { consciousness: 'A' });
    bed.enter(14, { oxygen: false });
    expect(bed.published.slice(-2).map(({ s }) => s)).toEqual([13, 14]);
    expect(bed.last().news2.total).toBe(0);
  });

  it('when a value becomes too old, the scores are published without this value, even if no reading comes any more', () => {
    const bed = openBed();
    bed.enter(0, { consciousness: 'A', oxygen: false });
    bed.read(1, 5, well);
    expect(bed.last().news2.total).toBe(0);
    for (let s = 6; s <= 310; s++) bed.tick(s);
    expect(bed.last().news2).not.toHaveProperty('total');
    expect(bed.last().news2.missing).toEqual(['RR', 'SpO2', 'BPsys', 'pulse']);
    expect(bed.last().news2.parts[0]).toEqual({ parameter: 'RR', value: 16, at: '2026-03-01T10:00:01.000Z' });
  });

  it('no scores are published for a child, or for a patient who has left', () => {
    const child = openBed({}, 'paediatric');
    child.read(1, 60, well);
    expect(child.published).toEqual([]);
    const endedBed = openBed();
    endedBed.read(1, 5, well);
    endedBed.end(6);
    const before = endedBed.published.length;
    endedBed.enter(7, { consciousness: 'U' });
    endedBed.read(8, 60, well);
    expect(endedBed.published.length).toBe(before);
  });
});

describe('scores after a restart', () => {
  it('the entries of a nurse remain after a restart; unchanged scores are not published again', () => {
    const before = openBed();
    before.enter(0, { consciousness: 'V', oxygen: false, spo2Scale: 2 });
    before.read(1, 30, well);
    const { snapshots } = before.partition.flush(t0 + 31_000, 0, 0n);
    const written = JSON.parse(JSON.stringify(snapshots[0]!.body)) as AlarmState;
    expect(written.scores?.news2).toMatchObject({ total: 3, scale: 2 });
    const after = openBed(
      { states: [written], position: { observations: 31n, commands: 1n }, replayTo: 31n },
      'adult',
      t0 + 31_000,
    );
    after.tick(32);
    expect(after.published).toEqual([]);
    after.enter(33, { oxygen: true });
    // SpO2 of 97 % on oxygen is 3 on scale 2.
    expect(after.last().news2).toMatchObject({ total: 8, scale: 2 });
    expect(after.last().assessment.consciousness).toMatchObject({ value: 'V', by: nurse });
  });
});
