import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { alarm } from './fixtures.ts';
import { judgeKeyAcknowledge, nextAlarm, noWalk, seenAfterPaint, type Walk, walkMs } from './selected-alarm.ts';
import { stillMs } from './stillness.ts';

const onset = (minute: number) => `2026-01-01T10:0${minute}:00.000Z`;
const high = (alarmId: string, minute: number, changes: Partial<Alarm> = {}) =>
  alarm(alarmId, { priority: 'high', onsetAt: onset(minute), ...changes });
const medium = (alarmId: string, minute: number, changes: Partial<Alarm> = {}) =>
  alarm(alarmId, { priority: 'medium', onsetAt: onset(minute), ...changes });

/** Presses the key once for each list of alarms, with a second between two presses. Returns the selected ids. */
function walkThrough(lists: readonly (readonly Alarm[])[], everyMs = 1_000): (string | undefined)[] {
  let walk: Walk = noWalk;
  let selectedId: string | undefined;
  return lists.map((alarms, at) => {
    const next = nextAlarm(alarms, walk, selectedId, at * everyMs);
    walk = next.walk;
    selectedId = next.alarm?.alarmId;
    return selectedId;
  });
}

describe('nextAlarm', () => {
  const three = [medium('m', 1), high('young', 3), high('old', 2)];

  it('the key selects the most urgent alarm first, and the oldest of equally urgent alarms; after the last alarm it begins again', () => {
    expect(walkThrough([three, three, three, three])).toEqual(['old', 'young', 'm', 'old']);
  });

  it('the key selects nothing if there is no unanswered alarm', () => {
    const answered = high('answered', 1, { signal: 'acknowledged' });
    expect(walkThrough([[], [answered]])).toEqual([undefined, undefined]);
  });

  it('the key selects a latched alarm, too; if there is only one alarm, it stays selected', () => {
    const latched = high('latched', 1, { signal: 'latched', present: false });
    expect(walkThrough([[latched], [latched]])).toEqual(['latched', 'latched']);
  });

  it('if a more urgent alarm begins between two presses, the next press selects this alarm', () => {
    const two = [medium('m1', 1), medium('m2', 2), medium('m3', 3)];
    const withHigh = [...two, high('new', 5)];
    expect(walkThrough([two, withHigh, withHigh, withHigh])).toEqual(['m1', 'new', 'm2', 'm3']);
  });

  it('an alarm that becomes more urgent or begins again is selected once more', () => {
    const before = [medium('m1', 1), medium('m2', 2), medium('m3', 3)];
    expect(walkThrough([before, before, [high('m1', 1), ...before.slice(1)]])).toEqual(['m1', 'm2', 'm1']);
    expect(walkThrough([before, before, [medium('m1', 1, { onsets: 2 }), ...before.slice(1)]])).toEqual([
      'm1',
      'm2',
      'm1',
    ]);
  });

  it.each([
    [walkMs, ['m1', 'm2', 'm3']],
    [walkMs + 1, ['m1', 'm2', 'm1']],
  ])('three presses with %d ms between them select %j', (everyMs, ids) => {
    const all = [medium('m1', 1), medium('m2', 2), medium('m3', 3)];
    expect(walkThrough([all, all, all], everyMs)).toEqual(ids);
  });
});

describe('judgeKeyAcknowledge', () => {
  const shown = high('a', 1, { rev: 3 });
  const seen = seenAfterPaint(undefined, shown, 1_000);

  it.each([
    ['one ms too early', 999 + stillMs, 'too-soon'],
    ['as soon as the page has shown it long enough', 1_000 + stillMs, 'acknowledge'],
  ])('a press %s is judged as %s', (_, atMs, kind) => {
    expect(judgeKeyAcknowledge('a', seen, shown, atMs).kind).toBe(kind);
  });

  it('a press acknowledges the revision that was painted, not a newer revision', () => {
    const newer = { ...shown, rev: 4 };
    expect(judgeKeyAcknowledge('a', seen, newer, 9_000)).toEqual({ kind: 'acknowledge', alarm: shown });
  });

  it.each<[string, Alarm | undefined]>([
    ['is not on the screen any more', undefined],
    ['was acknowledged by another person', { ...shown, signal: 'acknowledged' }],
    ['has ended', { ...shown, signal: 'off', present: false }],
  ])('a press acknowledges nothing if the selected alarm %s', (_, current) => {
    expect(judgeKeyAcknowledge('a', seen, current, 9_000)).toEqual({ kind: 'over' });
  });

  it.each([
    ['nothing', undefined],
    ['another alarm', seenAfterPaint(undefined, high('b', 1), 1_000)],
  ])('a press acknowledges nothing if the page has painted %s', (_, painted) => {
    expect(judgeKeyAcknowledge('a', painted, shown, 9_000)).toEqual({ kind: 'too-soon' });
  });
});

describe('seenAfterPaint', () => {
  const shown = medium('a', 1, { value: 134, text: 'HR 134 > 120' });
  const first = seenAfterPaint(undefined, shown, 1_000);

  it('a person who has seen an alarm need not look again when only its number of repeats changes', () => {
    expect(seenAfterPaint(first, { ...shown, rev: 2, escalation: 1 }, 5_000)?.sinceMs).toBe(1_000);
  });

  it.each<[string, Partial<Alarm>]>([
    ['is more urgent', { priority: 'high' }],
    ['has a worse value', { value: 150, text: 'HR 150 > 120' }],
  ])('a person must look again when the alarm %s', (_, changes) => {
    const after = seenAfterPaint(first, { ...shown, rev: 2, ...changes }, 5_000);
    expect(after?.sinceMs).toBe(5_000);
    expect(judgeKeyAcknowledge('a', after, after?.alarm, 5_000 + stillMs - 1).kind).toBe('too-soon');
  });

  it('a person must look again when an acknowledged alarm calls again with the same text', () => {
    const answered = seenAfterPaint(first, { ...shown, rev: 2, signal: 'acknowledged' }, 5_000);
    expect(answered).toBeUndefined();
    expect(seenAfterPaint(answered, { ...shown, rev: 3 }, 60_000)?.sinceMs).toBe(60_000);
  });

  it('a person must look again at another alarm', () => {
    expect(seenAfterPaint(first, medium('b', 1), 5_000)?.sinceMs).toBe(5_000);
  });
});
