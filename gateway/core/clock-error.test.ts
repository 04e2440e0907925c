import { describe, expect, it } from 'vitest';
import { type DeviceClocks, measurementSpan, noteTime, type TimedMessage } from './clocks.ts';

/** Not a whole second, so that the device does not seem to cut its times to seconds. */
const t0 = Date.UTC(2026, 0, 1, 12, 0, 0, 1);

/**
 * Returns readings for each second from `from` to `to`, both included, of a device whose clock is `behind` s behind.
 */
const readingsEachSecond = (from: number, to: number, behind: number, delay = 0.05) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ at: from + i, behind, delay }));

function clockOf(sent: readonly { at: number; behind: number; delay: number }[]) {
  const clocks: DeviceClocks = [];
  let seq = 0;
  const note = (timeS: number, receiptS: number, kind: TimedMessage['kind']) => {
    seq += kind === 'observation' ? 1 : 0;
    const timed = { boot: 'b', seq, timeMs: t0 + timeS * 1000, receivedAtMs: t0 + receiptS * 1000, kind };
    return { timed, clock: noteTime(clocks, timed) };
  };
  for (const { at, behind, delay } of sent) note(at - behind, at + delay, 'observation');
  return {
    birth: (timeS: number, receiptS: number) => note(timeS, receiptS, 'birth'),
    /**
     * Returns the span, s, in which a reading with the device time `timeS` and the receipt `receiptS` was measured. The
     * reading is a wave, which does not change what is known about the clock.
     */
    spanOf(timeS: number, receiptS: number) {
      const { timed, clock } = note(timeS, receiptS, 'waveform');
      const { fromMs, toMs } = measurementSpan(clocks, clock, 'b', timed);
      return [Math.round((fromMs - t0) / 100) / 10, Math.round((toMs - t0) / 100) / 10];
    },
  };
}

describe('measurementSpan', () => {
  it('measurementSpan returns the own time of a reading if the clock is right, even for a backlog', () => {
    expect(clockOf(readingsEachSecond(0, 0, 0)).spanOf(-500, 1)).toEqual([-500, -500]);
    expect(clockOf(readingsEachSecond(0, 30, 1.9)).spanOf(-460, 31)).toEqual([-460, -460]);
  });

  it('measurementSpan adds 0.2 ms for each second between the reading and the reading that shows the error; it adds nothing if the sum is at most 0.1 s', () => {
    const right = clockOf(readingsEachSecond(0, 0, 0, 0));
    expect(right.spanOf(-500, 1)).toEqual([-500, -500]);
    expect(right.spanOf(-501, 1)).toEqual([-501.1, -500.9]);
    expect(right.spanOf(-36_000, 1)).toEqual([-36_007.2, -35_992.8]);
    expect(clockOf(readingsEachSecond(0, 30, 60, 0)).spanOf(-36_000, 31)).toEqual([-35_949.2, -35_930.8]);
  });

  it('measurementSpan returns a span around the corrected time if the error is measured; the span never ends after the receipt', () => {
    const behind = clockOf(readingsEachSecond(0, 30, 60, 0));
    expect(behind.spanOf(-30.5, 100)).toEqual([27.5, 31.5]);
    expect(behind.spanOf(-30.5, 30)).toEqual([27.5, 30]);
    expect(clockOf(readingsEachSecond(0, 30, -60, 0)).spanOf(90, 31)).toEqual([28, 31]);
  });

  it('measurementSpan returns the span from the own time to the receipt if nothing is known about the clock', () => {
    expect(clockOf([]).spanOf(0, 600)).toEqual([0, 600]);
    expect(clockOf([{ at: 0, behind: 0, delay: 600 }]).spanOf(0, 600)).toEqual([0, 600]);
    expect(clockOf(readingsEachSecond(0, 0, -60, 0)).spanOf(60, 0)).toEqual([-60, 0]);
  });

  it('measurementSpan uses the difference of the first reading as a limit if this difference is only some seconds', () => {
    expect(clockOf(readingsEachSecond(0, 0, 7, 0)).spanOf(-100, 0)).toEqual([-100, -91]);
    // The clock is ahead. The first reading may have been late, so the clock may be further ahead.
    expect(clockOf(readingsEachSecond(0, 0, -7, 0)).spanOf(-100, 0)).toEqual([-167, -105]);
  });

  it('measurementSpan returns a span up to the receipt for a late reading; after a later message with the usual delay, it returns the own time of the reading', () => {
    const right = clockOf(readingsEachSecond(0, 30, 0));
    expect(right.spanOf(31, 33.1)).toEqual([31, 33.1]);
    expect(right.spanOf(31, 33)).toEqual([31, 31]);
    expect(right.spanOf(31, 91)).toEqual([31, 91]);
    right.birth(95, 95.05);
    expect(right.spanOf(31, 96)).toEqual([31, 31]);
    expect(right.spanOf(96, 100)).toEqual([96, 100]);
  });

  it('a birth message limits how late a reading can be, but a very late birth message makes the clock unknown', () => {
    const right = clockOf(readingsEachSecond(0, 30, 0));
    right.birth(93, 99);
    expect(right.spanOf(50, 101)).toEqual([50, 58]);
    const setBack = clockOf(readingsEachSecond(0, 30, 0));
    setBack.birth(40, 100);
    expect(setBack.spanOf(50, 101)).toEqual([48.1, 101]);
    expect(setBack.spanOf(35, 101)).toEqual([33.1, 97]);
  });
});
