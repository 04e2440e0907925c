import { expect, it, vi } from 'vitest';
import type { Viewer } from '../core/rights.ts';
import type { Changes, Scope } from '../core/screen.ts';
import { createSharedChanges } from './shared-changes.ts';

const anna: Viewer = { userId: 'anna', name: 'Anna', role: 'nurse', wards: ['icu'] };
const icu: Scope = { ward: 'icu' };
const empty: Changes = { beds: [], gone: [], alarms: [], cleared: [], answers: [] };

it('the changes of screens with the same rights, scope and last message are computed only once', () => {
  const compute = vi.fn(() => empty);
  const shared = createSharedChanges(compute);
  expect(shared.since(anna, icu, 7)).toBe(shared.since({ ...anna }, { ...icu }, 7));
  expect(compute).toHaveBeenCalledTimes(1);
});

it('whether a screen needs a snapshot is computed only once', () => {
  const compute = vi.fn(() => undefined);
  const shared = createSharedChanges(compute);
  expect([shared.since(anna, icu, 7), shared.since(anna, icu, 7)]).toEqual([undefined, undefined]);
  expect(compute).toHaveBeenCalledTimes(1);
});

it.each<[string, Viewer, Scope, number]>([
  ['other wards', { ...anna, wards: ['step-down'] }, icu, 7],
  ['another role', { ...anna, role: 'physician' }, icu, 7],
  ['another user id', { ...anna, userId: 'ben' }, icu, 7],
  ['a locked screen', { ...anna, locked: true }, icu, 7],
  ['another scope', anna, { ward: '*' }, 7],
  ['another patient', anna, { associationId: 'icu' }, 7],
  ['an older last message', anna, icu, 6],
])(
  'two screens share no changes if one has %s, so no screen gets what it must not show',
  (_, viewer, scope, changeNo) => {
    const compute = vi.fn((...asked: unknown[]): Changes => ({ ...empty, gone: [JSON.stringify(asked)] }));
    const shared = createSharedChanges(compute);
    shared.since(anna, icu, 7);
    expect(shared.since(viewer, scope, changeNo)?.gone).toEqual([JSON.stringify([viewer, scope, changeNo])]);
  },
);

it('the text of a message has the head of the screen and all changes, whose text is made only once', () => {
  const toJSON = vi.fn(() => 'icu-1');
  const changes = { ...empty, gone: [{ toJSON }] } as unknown as Changes;
  const shared = createSharedChanges(() => changes);
  for (const prev of [5, 6]) {
    const head = { prev, n: 7, at: '2026-03-01T10:00:00.000Z' };
    expect(JSON.parse(shared.textOf(head, changes))).toEqual({ type: 'delta', ...head, ...empty, gone: ['icu-1'] });
  }
  expect(toJSON).toHaveBeenCalledTimes(1);
});
