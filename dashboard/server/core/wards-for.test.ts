import { expect, it, vi } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { alarm, nurse, period, t0, table } from './fold.testing.ts';
import { emptyState } from './state.ts';
import { wardsFor } from './wards-for.ts';

it('if the code throws an error about an alarm, only the alarms of its bed are missing in the list of wards', () => {
  const state = emptyState();
  for (const id of ['assoc-a', 'assoc-b']) {
    foldAssociations(state, table(`d-${id}`, 1, period(id, 'icu', { bed: id })));
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: alarm(`alarm-${id}`, id, 1) }, t0);
  }
  state.alarms.set('alarm-assoc-a', { ...state.alarms.get('alarm-assoc-a')!, alarm: null as never });
  const onError = vi.fn();
  expect(wardsFor(state, nurse, onError)).toEqual([{ ward: 'icu', beds: 2, alarms: 1 }]);
  expect(onError).toHaveBeenCalledOnce();
});
