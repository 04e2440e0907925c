import { describe, expect, it } from 'vitest';
import { type DeviceAcknowledgements, judge, type StoredReading } from './verdict.ts';

const device = { deviceId: 'dev-01', boot: 'b1' } as const;

/** Returns acknowledgements of readings that were made at `seq` ms and acknowledged at 1000 + `seq` ms. */
const acknowledged = (...seqs: number[]): DeviceAcknowledgements => ({
  ...device,
  acknowledged: seqs.map((seq) => ({ kind: 'observations', seq, timeMs: seq, atMs: 1000 + seq, code: 0 })),
});

/** Returns readings in Kafka, in the order of the arguments, appended at 500 + `seq` ms. */
const stored = (...seqs: number[]): StoredReading[] =>
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

const changed = (all: StoredReading[], seq: number, change: Partial<StoredReading>) =>
  all.map((reading) => (reading.seq === seq ? { ...reading, ...change } : reading));
const name = (seq: number) => `dev-01 b1 observations ${seq}`;
const fine = { lost: [], reordered: [], retimed: [], early: [] };

describe('judge', () => {
  it('judge finds no fault if every acknowledged reading is in Kafka, in order', () => {
    expect(judge([acknowledged(1, 2, 3)], stored(1, 2, 3))).toEqual({
      acknowledged: 3,
      found: 3,
      repeated: 0,
      ...fine,
    });
  });

  it('judge finds no fault if Kafka also has readings that are not yet acknowledged', () => {
    expect(judge([acknowledged(1, 2)], stored(1, 2, 3))).toMatchObject({ acknowledged: 2, found: 3, ...fine });
  });

  it('judge finds no fault if readings are repeated in any order', () => {
    expect(judge([acknowledged(1, 2, 3)], stored(1, 2, 1, 2, 3, 2))).toMatchObject({ found: 3, repeated: 3, ...fine });
  });

  it('judge names readings that were acknowledged and are not in Kafka', () => {
    expect(judge([acknowledged(1, 2, 3)], stored(1, 3)).lost).toEqual([name(2)]);
  });

  it('judge names a reading as lost if Kafka has its number only in readings of another device, start or topic', () => {
    for (const change of [{ deviceId: 'dev-02' }, { boot: 'b2' }, { kind: 'waveforms' }])
      expect(judge([acknowledged(1)], changed(stored(1), 1, change)).lost).toEqual([name(1)]);
  });

  it('judge names a reading as reordered if Kafka has it only behind a later reading', () => {
    expect(judge([acknowledged(1, 2, 3)], stored(1, 3, 2, 3)).reordered).toEqual([name(2)]);
  });

  it('judge uses the order of the offsets and not the order in which the records were read', () => {
    expect(judge([acknowledged(1, 2)], stored(1, 2).reverse())).toMatchObject(fine);
  });

  it('judge names a reading that is in another partition than the other readings of its device', () => {
    expect(judge([acknowledged(1, 2)], changed(stored(1, 2), 2, { partition: 4 })).reordered).toEqual([name(2)]);
  });

  it('judge names a reading that is stored under another time', () => {
    expect(judge([acknowledged(1, 2)], changed(stored(1, 2), 2, { timeMs: 3 })).retimed).toEqual([name(2)]);
  });

  it.each([
    [1001, []],
    [1002, [name(1)]],
  ])(
    'judge names a reading as early only if it was appended after its acknowledgement at 1001 ms: appended at %i ms',
    (appendedMs, early) => {
      expect(judge([acknowledged(1)], changed(stored(1), 1, { appendedMs })).early).toEqual(early);
    },
  );

  it('judge names a refused reading as lost unless it is in the topic rejected', () => {
    const refused: DeviceAcknowledgements = {
      ...acknowledged(),
      acknowledged: [{ ...acknowledged(1).acknowledged[0]!, code: 0x99 }],
    };
    expect(judge([refused], stored(1)).lost).toEqual([name(1)]);
    const rejected = changed(stored(1), 1, { topic: 'rejected', code: 'time-invalid' });
    expect(judge([refused], rejected)).toMatchObject({ acknowledged: 1, ...fine });
    // With MQTT 3.1.1, a rejected reading gets the same acknowledgement, because there is no reason code.
    expect(judge([acknowledged(1)], rejected)).toMatchObject({ acknowledged: 1, ...fine });
  });
});
