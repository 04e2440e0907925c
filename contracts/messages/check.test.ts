import { describe, expect, it } from 'vitest';
import { bodyFault } from './check.ts';
import { contentTypes } from './records.ts';

const answer = {
  ...{ type: 'answer', commandId: '00000000-0000-4000-8000-000000000001', at: '2026-03-01T12:00:00.000Z' },
  ...{
    by: { userId: 'anna', name: 'Anna', role: 'nurse' },
    alarmId: 'alarm-000000000001',
    round: 1,
    answer: 'accepted',
  },
};

describe('bodyFault', () => {
  it('bodyFault is undefined for a record that readers accept, even if a member of the object is undefined', () => {
    expect(bodyFault(contentTypes.deliveryCommand, answer)).toBeUndefined();
    expect(bodyFault(contentTypes.deliveryCommand, { ...answer, note: undefined })).toBeUndefined();
  });

  it.each([
    ['an unknown member', { ...answer, note: '' }],
    ['a missing member', { ...answer, round: undefined }],
    ['a number that JSON cannot hold', { ...answer, round: Number.NaN }],
    ['nothing', undefined],
  ])('bodyFault names the place of %s, and no content of the record', (_title, body) => {
    const fault = bodyFault(contentTypes.deliveryCommand, body);
    expect(fault?.code).toBe('payload-schema');
    expect(fault?.message).toMatch(/^A record does not fit .* at .*\.$/);
    expect(fault?.message).not.toContain('Anna');
  });
});
