import { describe, expect, it } from 'vitest';
import type { Delta } from '../../protocol/live.ts';
import { alarm, bed, numeric, snapshot } from './fixtures.ts';
import { applyDelta, screenOf } from './fold.ts';

const delta = (changes: Partial<Delta>): Delta => ({
  type: 'delta',
  prev: 10,
  n: 11,
  at: '2026-01-01T10:00:01.000Z',
  beds: [],
  gone: [],
  alarms: [],
  cleared: [],
  answers: [],
  ...changes,
});
const hr = (value: number) => numeric('MDC_ECG_HEART_RATE', value);
const spo2 = (value: number) => numeric('MDC_PULS_OXIM_SAT_O2', value);
const start = screenOf(
  snapshot({
    beds: [bed('assoc-01', { values: [hr(80), spo2(97)] }), bed('assoc-02', { values: [hr(70)] })],
    alarms: [alarm('a1'), alarm('a2', { associationId: 'assoc-02', rev: 4 })],
  }),
);

describe('applyDelta', () => {
  it('applyDelta returns undefined for a delta that does not directly follow the last message', () => {
    expect(applyDelta(start, delta({ prev: 9 }))).toBeUndefined();
    expect(applyDelta(start, delta({ prev: 11 }))).toBeUndefined();
  });

  it('a delta replaces only the changed value, and other beds stay the same objects', () => {
    const after = applyDelta(start, delta({ beds: [{ associationId: 'assoc-01', values: [hr(0)] }] }))!;
    expect(after.messageNo).toBe(11);
    const values = new Map(after.beds.get('assoc-01')!.values.map((v) => [v.code, v.value]));
    expect(values.get('MDC_ECG_HEART_RATE')).toBe(0);
    expect(values.get('MDC_PULS_OXIM_SAT_O2')).toBe(97);
    expect(after.beds.get('assoc-02')).toBe(start.beds.get('assoc-02'));
    expect(after.alarmsOf).toBe(start.alarmsOf);
  });

  it('a delta with the head of a bed replaces all values of this bed', () => {
    const { values: _values, ...head } = bed('assoc-01', { bed: '9' });
    const after = applyDelta(start, delta({ beds: [{ associationId: 'assoc-01', head, values: [spo2(95)] }] }))!;
    expect(after.beds.get('assoc-01')).toMatchObject({ bed: '9', values: [{ code: 'MDC_PULS_OXIM_SAT_O2' }] });
  });

  it('values of a bed that is not on the screen are ignored', () => {
    const after = applyDelta(start, delta({ beds: [{ associationId: 'other-01', values: [hr(1)] }] }))!;
    expect(after.beds.has('other-01')).toBe(false);
  });

  it('the screen keeps the highest revision of an alarm, and ignores a repeated or older revision', () => {
    const acknowledged = alarm('a1', { rev: 2, signal: 'acknowledged' });
    const once = applyDelta(start, delta({ alarms: [acknowledged] }))!;
    const twice = applyDelta(once, delta({ prev: 11, n: 12, alarms: [alarm('a1', { rev: 1 }), acknowledged] }))!;
    expect(twice.alarms.get('a1')!.signal).toBe('acknowledged');
    expect(twice.alarmsOf.get('assoc-01')!.map((a) => a.rev)).toEqual([2]);
    expect(twice.alarmsOf.get('assoc-02')).toBe(start.alarmsOf.get('assoc-02'));
  });

  it('cleared alarms, and alarms of beds that have left, are removed', () => {
    const after = applyDelta(start, delta({ cleared: ['a1', 'unknown'], gone: ['assoc-02'] }))!;
    expect(after.alarms.size).toBe(0);
    expect(after.alarmsOf.size).toBe(0);
    expect([...after.beds.keys()]).toEqual(['assoc-01']);
  });
});
