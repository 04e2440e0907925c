import { describe, expect, it } from 'vitest';
import { bodyFault } from '../../../contracts/messages/check.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { contentTypes, type ObservationRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { raised, t0, waveAt, wavesFrom } from './bed.testing.ts';
import { onsetOf } from './onsets.ts';
import { type Read, stripOf, type WaveSource } from './strip.ts';

const onset = onsetOf(raised(), undefined, newLimits('association-1'))!;
const nothing: Read = { waves: [], observations: [], unreadable: 0 };
const kept = t0 - 3_600_000;
const stripWith = (read: Partial<Read>, keptFromMs = kept) => stripOf(onset, { ...nothing, ...read }, keptFromMs);

const withCode = (wave: WaveSource, code: string): WaveSource => ({
  ...wave,
  body: { ...wave.body, reading: { ...wave.body.reading, code } },
});

describe('stripOf', () => {
  it('a strip has each message of the device with samples from 10 s before to 10 s after the onset, unchanged', () => {
    const waves = wavesFrom(-30, 30);
    const strip = stripWith({ waves });
    expect(strip.chunks.map(({ start }) => start)).toEqual(waves.slice(20, 40).map(({ body }) => body.reading.start));
    const { body, partition, offset, boot, seq } = waves[20]!;
    expect(strip.chunks[0]).toEqual({
      ...body.reading,
      source: { partition, offset, boot, seq, receivedAt: body.receivedAt },
    });
    expect(strip).toMatchObject({ content: 'waves', isComplete: true, onset: 1, limits: { rev: 1 } });
    const written = { ...strip, rev: 1, writtenAt: formatInstant(t0), digest: 'A'.repeat(43) };
    expect(bodyFault(contentTypes.strip, written)).toBeUndefined();
  });

  it('a message that only touches the time of the strip is left out, and a message with 1 ms in this time is in the strip', () => {
    const startsOf = (...seconds: number[]) =>
      stripWith({ waves: seconds.map((second) => waveAt(second)) }).chunks.length;
    expect([startsOf(-11), startsOf(-10.999), startsOf(9.999), startsOf(10)]).toEqual([0, 1, 1, 0]);
  });

  it('a message that is in the log twice is in the strip once, for any order in which the log is read', () => {
    const waves = wavesFrom(-10, 10);
    const again = { ...waves[5]!, offset: '99999' };
    const strip = stripWith({ waves: [...waves, again] });
    expect(strip.chunks).toHaveLength(20);
    expect(stripWith({ waves: [...waves].reverse() }).chunks).toEqual(strip.chunks);
  });

  it.each([
    ['the device sent nothing', {}, kept, 'no-waves'],
    ['the waves are older than Kafka keeps them', {}, t0, 'not-kept'],
    ['no record could be opened', { unreadable: 3 }, kept, 'unreadable'],
    ['some records could not be opened', { unreadable: 3, waves: wavesFrom(-10, 10) }, kept, 'waves'],
  ] as const)('the strip has the right content if %s', (_what, read, keptFromMs, content) => {
    const strip = stripWith(read, keptFromMs);
    expect([strip.content, strip.isComplete]).toEqual([content, false]);
  });

  it.each([
    ['no message is missing', [], true],
    ['the first message is missing', [-10], false],
    ['a message before the onset is missing', [-4], false],
    ['a message after the onset is missing', [3], false],
    ['the last message is missing', [9], false],
  ] as const)('if %s, the strip says rightly whether it is complete', (_what, missing, isComplete) => {
    const waves = wavesFrom(-10, 10).filter((_, at) => !(missing as readonly number[]).includes(at - 10));
    expect(stripWith({ waves }).isComplete).toBe(isComplete);
  });

  it('a pause of 50 ms between two messages is no hole, and a pause of 51 ms is a hole', () => {
    const withPause = (ms: number) =>
      stripWith({
        waves: [...wavesFrom(-10, 0), ...[...Array(10).keys()].map((second) => waveAt(second + ms / 1_000))],
      });
    expect([50, 51].map((ms) => withPause(ms).isComplete)).toEqual([true, false]);
  });

  it('the strip has the number of records that could not be opened, and is not complete', () => {
    expect(stripWith({ waves: wavesFrom(-10, 10), unreadable: 2 })).toMatchObject({ unreadable: 2, isComplete: false });
    expect(stripWith({ waves: wavesFrom(-10, 10) })).not.toHaveProperty('unreadable');
  });

  it('a strip is complete only if every wave lasts until the end of the strip', () => {
    const plethUntil = (second: number) =>
      wavesFrom(-10, second, { code: 'MDC_PULS_OXIM_PLETH' }).map((wave) => ({ ...wave, boot: 'b2' }));
    const ecg = wavesFrom(-10, 10);
    expect(stripWith({ waves: [...ecg, ...plethUntil(9)] }).isComplete).toBe(false);
    expect(stripWith({ waves: [...ecg, ...plethUntil(10)] }).isComplete).toBe(true);
  });

  it('if a strip does not fit into a record, it leaves out whole waves and names them', () => {
    const waves = ['A', 'B', 'C'].flatMap((name) =>
      wavesFrom(-10, 10, { code: `MDC_${name}`, rateHz: 5_000 }).map((wave) => ({ ...wave, boot: name })),
    );
    const strip = stripWith({ waves });
    expect(strip.leftOut).toEqual(['MDC_C']);
    expect(new Set(strip.chunks.map(({ code }) => code))).toEqual(new Set(['MDC_A', 'MDC_B']));
    expect(JSON.stringify(strip).length).toBeLessThan(700_000);
  });

  it('a strip of very many short messages stays below the size of a record, and does not say that nothing was sent', () => {
    const shortMessages = (name: string) =>
      Array.from({ length: 1_400 }, (_, at) => {
        const wave = waveAt(-10 + at / 70, { code: `MDC_${name.repeat(40)}` });
        const reading = { ...wave.body.reading, scale: 0.0012345678901234567, samples: 'AAA=' };
        return {
          ...wave,
          body: { ...wave.body, reading },
          boot: 'b'.repeat(64),
          seq: name.charCodeAt(0) * 10_000 + at,
        };
      });
    // In base64, a record of 780,000 characters has 1,040,000 characters. The appender accepts 1,048,576.
    const two = stripWith({ waves: [...shortMessages('A'), ...shortMessages('B')] });
    expect(JSON.stringify(two).length).toBeLessThan(780_000);
    expect([two.content, two.chunks.length, two.leftOut?.length]).toEqual(['waves', 1_400, 1]);
    const one = stripWith({
      waves: [...shortMessages('A'), ...shortMessages('B')].map((wave) => withCode(wave, 'MDC_A')),
    });
    expect([one.content, one.chunks.length, one.leftOut]).toEqual(['waves', 0, ['MDC_A']]);
  });

  it('a strip has the newest numerics that are not after the onset and at most 15 s older, each with its time', () => {
    const observed = (second: number, value: number): ObservationRecord => ({
      ...{ deviceId: 'bed-01', receivedAt: formatInstant(t0) },
      reading: {
        time: formatInstant(t0 + second * 1_000),
        values: [{ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' }],
      },
    });
    const valuesOf = (...observations: ObservationRecord[]) =>
      stripWith({ observations }).numerics.map(({ value, at }) => [value, at]);
    expect(valuesOf(observed(1, 160), observed(0, 151), observed(-1, 90))).toEqual([[151, formatInstant(t0)]]);
    expect(valuesOf(observed(-15.001, 90))).toEqual([]);
    expect(valuesOf(observed(-15, 0))).toEqual([[0, formatInstant(t0 - 15_000)]]);
  });
});
