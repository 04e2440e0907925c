import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AlarmsShown, shownAlarmsMax } from '../../../contracts/messages/alarms-shown.ts';
import type { FirstConfirmation } from '../core/confirmations.ts';
import { alarm } from '../core/fold.testing.ts';
import { createShownRecorder, waitingMax, writeEveryMs } from './shown-recorder.ts';

const t0 = Date.parse('2026-11-29T13:00:00.000Z');
const anna = { userId: 'anna', name: 'Anna A.' };
const first = (n: number, what: FirstConfirmation['what'] = 'painted'): FirstConfirmation => ({
  alarm: alarm(`alarm-${String(n).padStart(10, '0')}`, 'assoc-01', 1),
  what,
  atMs: t0 + n,
});

/** A recorder whose log a test can stop or let fail. */
function start() {
  const written: AlarmsShown[] = [];
  const log = { append: vi.fn() };
  log.append.mockImplementation((_topic, _key, _type, body: AlarmsShown) => {
    written.push(body);
    return Promise.resolve();
  });
  const recorder = createShownRecorder(
    { append: log.append, boot: 'boot-1' },
    { now: () => t0, logger: pino({ level: 'silent' }) },
  );
  return { recorder, written, append: log.append };
}
const nextWrite = () => vi.advanceTimersByTimeAsync(writeEveryMs);

describe('the record of painted alarms', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('one record has the first painting and the first sounding of each alarm, for each person', async () => {
    const { recorder, written, append } = start();
    recorder.note(anna, [first(1), first(1, 'sounded')]);
    recorder.note(anna, [first(1)]);
    recorder.note({ userId: 'ben', name: 'Ben B.' }, [first(1)]);
    await nextWrite();
    await nextWrite();
    expect(append.mock.calls.map(([topic, key]) => `${topic} ${key}`)).toEqual(['delivery-commands boot-1']);
    expect(written[0]?.shown.map(({ userId, way, atMs }) => `${userId} ${way} ${atMs - t0}`)).toEqual([
      ...['anna painted 1', 'anna sounded 1', 'ben painted 1'],
    ]);
    await recorder.close();
  });

  it('the recorder writes at most one record each second; entries above the maximum wait for the next record', async () => {
    const { recorder, written } = start();
    recorder.note(
      anna,
      Array.from({ length: shownAlarmsMax + 1 }, (_, n) => first(n)),
    );
    await nextWrite();
    expect(written.map(({ shown }) => shown.length)).toEqual([shownAlarmsMax]);
    await nextWrite();
    expect(written.map(({ shown }) => shown.length)).toEqual([shownAlarmsMax, 1]);
    await recorder.close();
  });

  it('the recorder leaves out and counts an entry that does not fit the schema, and writes the other entries', async () => {
    const { recorder, written } = start();
    recorder.note({ userId: 'ben', name: '' }, [first(1)]);
    recorder.note(anna, [first(1)]);
    await nextWrite();
    expect(written.map(({ shown }) => shown.map(({ userId }) => userId))).toEqual([['anna']]);
    expect(recorder.leftOut()).toBe(1);
    await recorder.close();
  });

  it('the recorder leaves out and counts entries above the maximum while Kafka does not answer, and entries that Kafka refuses', async () => {
    const { recorder, append } = start();
    const away = Promise.withResolvers<never>();
    append.mockImplementationOnce(() => away.promise);
    recorder.note(anna, [first(0)]);
    await nextWrite();
    recorder.note(
      anna,
      Array.from({ length: waitingMax + 3 }, (_, n) => first(n + 1)),
    );
    await nextWrite();
    expect([append.mock.calls.length, recorder.leftOut()]).toEqual([1, 3]);
    away.reject(new Error('Kafka is away'));
    await nextWrite();
    expect([append.mock.calls.length, recorder.leftOut()]).toEqual([2, 4]);
    await recorder.close();
  });
});
