import { expect, it, vi } from 'vitest';
import type { MyCall } from '../../protocol/delivery.ts';
import { viewOf } from '../core/delivery-board.testing.ts';
import type { Viewer } from '../core/rights.ts';
import { createSharedSending } from './shared-sending.ts';

const anna: Viewer = { userId: 'anna', name: 'Anna', role: 'nurse', wards: ['icu'] };

it('the text of a delivery is made only once for all screens to which it is sent together', () => {
  const { viewText } = createSharedSending(() => []);
  const toJSON = vi.fn(() => ({ alarmId: 'a' }));
  const view = Object.assign(viewOf(1), { toJSON });
  expect([viewText(view), viewText(view)]).toEqual(['{"alarmId":"a"}', '{"alarmId":"a"}']);
  expect(toJSON).toHaveBeenCalledTimes(1);
});

it.each<[string, Viewer]>([
  ['other wards', { ...anna, wards: ['step-down'] }],
  ['another role', { ...anna, role: 'physician' }],
  ['another user id', { ...anna, userId: 'ben' }],
])('two screens share no calls if one has %s, so no screen gets calls that its person may not see', (_, other) => {
  const callsOf = vi.fn((viewer: Viewer) => [{ callId: `${viewer.userId} ${viewer.role} ${viewer.wards}` } as MyCall]);
  const shared = createSharedSending(callsOf);
  const idOf = (viewer: Viewer) => shared.callsOf(viewer).calls[0]?.callId;
  expect(idOf(anna)).toBe('anna nurse icu');
  expect(idOf({ ...anna })).toBe('anna nurse icu');
  expect(callsOf).toHaveBeenCalledTimes(1);
  expect(idOf(other)).toBe(`${other.userId} ${other.role} ${other.wards}`);
});
