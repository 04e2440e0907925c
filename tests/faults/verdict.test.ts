import { describe, expect, it } from 'vitest';
import { type Found, judge, type Told } from './verdict.ts';

const device = { deviceId: 'dev-01', boot: 'b1' } as const;

/** Acknowledged at 1000 + seq, made at seq. */
const told = (...seqs: number[]): Told => ({
  ...device,
  acknowledged: seqs.map((seq) => ({ kind: 'observations', seq, timeMs: seq, atMs: 1000 + seq, code: 0 })),
});

/** In Kafka in the order given, appended at 500 + seq. */
const found = (...seqs: number[]): Found[] =>
  seqs.map((seq, offset) => ({
    ...device,
    topic: 'observations',
    partition: 3,
    offset,
    appendedMs: 500 + seq,
    kind: 'observations',
    seq,
    timeMs: seq,
    code: '',
  }));

const changed = (all: Found[], seq: number, change: Partial<Found>) =>
  all.map((one) => (one.seq === seq ? { ...one, ...change } : one));
const name = (seq: number) => `dev-01 b1 observations ${seq}`;
const fine = { lost: [], reordered: [], retimed: [], early: [] };

describe('what devices were told against what Kafka holds', () => {
  it('the verdict is good if everything is in Kafka, in order', () => {
    expect(judge([told(1, 2, 3)], found(1, 2, 3))).toEqual({ acknowledged: 3, found: 3, repeated: 0, ...fine });
  });

  it('the verdict is good if Kafka has more: appended, and not yet acknowledged', () => {
    expect(judge([told(1, 2)], found(1, 2, 3))).toMatchObject({ acknowledged: 2, found: 3, ...fine });
  });

  it('the verdict is good if readings come again, in any order', () => {
    expect(judge([told(1, 2, 3)], found(1, 2, 1, 2, 3, 2))).toMatchObject({ found: 3, repeated: 3, ...fine });
  });

  it('the verdict names readings that were acknowledged and are not in Kafka', () => {
    expect(judge([told(1, 2, 3)], found(1, 3)).lost).toEqual([name(2)]);
  });

  it('the verdict does not take a reading of another device, start or topic for the lost one', () => {
    for (const change of [{ deviceId: 'dev-02' }, { boot: 'b2' }, { kind: 'waveforms' }])
      expect(judge([told(1)], changed(found(1), 1, change)).lost).toEqual([name(1)]);
  });

  it('the verdict names a reading that is first found after a later one', () => {
    expect(judge([told(1, 2, 3)], found(1, 3, 2, 3)).reordered).toEqual([name(2)]);
  });

  it('the verdict reads a partition in its own order, not in the order of the reader’s answers', () => {
    expect(judge([told(1, 2)], found(1, 2).reverse())).toMatchObject(fine);
  });

  it('the verdict names a reading that is not in the partition of its device', () => {
    expect(judge([told(1, 2)], changed(found(1, 2), 2, { partition: 4 })).reordered).toEqual([name(2)]);
  });

  it('the verdict names a reading that is stored under another time', () => {
    expect(judge([told(1, 2)], changed(found(1, 2), 2, { timeMs: 3 })).retimed).toEqual([name(2)]);
  });

  it.each([
    [1001, []],
    [1002, [name(1)]],
  ])('the verdict compares the acknowledgement at 1001 with the append at %i', (appendedMs, early) => {
    expect(judge([told(1)], changed(found(1), 1, { appendedMs })).early).toEqual(early);
  });

  it('the verdict demands that refused readings are among the rejected', () => {
    const refused: Told = { ...told(), acknowledged: [{ ...told(1).acknowledged[0]!, code: 0x99 }] };
    expect(judge([refused], found(1)).lost).toEqual([name(1)]);
    const kept = changed(found(1), 1, { topic: 'rejected', code: 'time-invalid' });
    expect(judge([refused], kept)).toMatchObject({ acknowledged: 1, ...fine });
    // MQTT 3.1.1 cannot be told.
    expect(judge([told(1)], kept)).toMatchObject({ acknowledged: 1, ...fine });
  });
});
