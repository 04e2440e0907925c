import { expect, it } from 'vitest';
import { deviceOf, foldAssociations } from './beds.ts';
import { period, table } from './fold.testing.ts';
import { devicesMax, emptyState } from './state.ts';

const ended = '2026-01-01T00:00:01.000Z';
const bedsOf = (state: ReturnType<typeof emptyState>) =>
  [...state.beds.values()].map(({ associationId }) => associationId).filter((id) => id.startsWith('new'));

it('a further device gets the place of a device whose associations have all ended', () => {
  const state = emptyState();
  for (let n = 0; n < devicesMax; n += 1)
    foldAssociations(state, table(`old-${n}`, 1, { ...period(`assoc-${n}`), to: ended }));
  foldAssociations(state, table('new', 1, period('new-01')));
  expect([state.devices.has('new'), state.devices.size, bedsOf(state)]).toEqual([true, devicesMax, ['new-01']]);
});

it('a patient who leaves a bed leaves the screens, even if the device has no place in the table of devices', () => {
  const state = emptyState();
  for (let n = 0; n < devicesMax; n += 1) foldAssociations(state, table(`old-${n}`, 1, period(`assoc-${n}`)));
  foldAssociations(state, table('new', 1, period('new-01')));
  expect([state.devices.has('new'), bedsOf(state)]).toEqual([false, ['new-01']]);
  foldAssociations(state, table('new', 2, { ...period('new-01'), to: ended }, period('new-02')));
  expect(bedsOf(state)).toEqual(['new-02']);
  // A device that gets a place later has the tiles that it had before.
  foldAssociations(state, table('old-0', 2, { ...period('assoc-0'), to: ended }));
  expect(deviceOf(state, 'new')?.bedIds).toEqual(new Set(['new-02']));
  foldAssociations(state, table('new', 3, { ...period('new-01'), to: ended }, { ...period('new-02'), to: ended }));
  expect(bedsOf(state)).toEqual([]);
});
