import { expect, it, vi } from 'vitest';
import { vigilFailsText } from '../../../contracts/bed-notices.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations, tick } from './beds.ts';
import { alarm, hr, nurse, observation, period, t0, table } from './fold.testing.ts';
import { foldObservation } from './readings.ts';
import { changesSince, patientsIn, unseenAlarms, wholeScreen } from './screen.ts';
import { emptyState, type LiveState, type ValueState } from './state.ts';

const scope = { ward: 'icu' };
const ids = ['assoc-a', 'assoc-b'];

function raise(state: LiveState, associationId: string, rev: number) {
  const event = { type: 'raised', at: formatInstant(t0), alarm: alarm(`alarm-${associationId}`, associationId, rev) };
  foldAlarmEvent(state, event as Parameters<typeof foldAlarmEvent>[1], t0);
}

/** Returns two beds with one value and one alarm each. */
function twoBeds() {
  const state = emptyState();
  for (const id of ids) {
    foldAssociations(state, table(`d-${id}`, 1, period(id, 'icu', { bed: id })));
    foldObservation(state, id, observation(`d-${id}`, t0, [hr(80)]), t0);
    raise(state, id, 1);
  }
  tick(state, t0);
  return state;
}

/** Lets the code throw an error for a value of the first bed. Returns a function that ends this. */
function breakFirst(state: LiveState): () => void {
  const { values } = state.beds.get('assoc-a')!;
  values.set('broken', null as unknown as ValueState);
  return () => values.delete('broken');
}

it('if the code throws an error for one bed, this bed has no values and a notice, and the other beds go on', () => {
  const state = twoBeds();
  const onError = vi.fn();
  const before = state.changeNo;
  breakFirst(state);
  for (const id of ids) {
    foldObservation(state, id, observation(`d-${id}`, t0 + 1_000, [hr(81)]), t0 + 1_000);
    raise(state, id, 2);
  }
  for (const screen of [
    changesSince(state, nurse, scope, before, onError),
    wholeScreen(state, nurse, scope, onError),
  ]) {
    const beds = screen!.beds.map((bed) => ('head' in bed ? { ...bed.head, ...bed } : bed));
    const [failed, other] = ids.map((id) => beds.find(({ associationId }) => associationId === id));
    expect(failed).toMatchObject({ values: [], waves: [], patient: null, notices: [{ text: vigilFailsText }] });
    expect(other).toMatchObject({ values: [{ value: 81 }] });
    // The alarms of both beds are up to date.
    expect(screen!.alarms.map(({ rev }) => rev)).toEqual([2, 2]);
  }
  expect(onError).toHaveBeenCalledTimes(2);
});

it('when the code works again for a bed, the screen gets all data and alarms of this bed', () => {
  const state = twoBeds();
  const repair = breakFirst(state);
  foldObservation(state, 'assoc-a', observation('d-assoc-a', t0 + 1_000, [hr(81)]), t0 + 1_000);
  const broken = state.alarms.get('alarm-assoc-a')!;
  state.alarms.set('alarm-assoc-a', { ...broken, alarm: null as unknown as typeof broken.alarm });
  expect(changesSince(state, nurse, scope, 0)?.alarms.map(({ associationId }) => associationId)).toEqual(['assoc-b']);
  const sent = state.changeNo;
  state.alarms.set('alarm-assoc-a', broken);
  repair();
  tick(state, t0 + 1_000);
  const changes = changesSince(state, nurse, scope, sent)!;
  expect(changes.beds).toMatchObject([
    { associationId: 'assoc-a', head: { patient: { patientId: 'P-assoc-a' }, notices: [] }, values: [{ value: 81 }] },
  ]);
  expect(changes.alarms.map(({ associationId }) => associationId)).toEqual(['assoc-a']);
  const settled = state.changeNo;
  tick(state, t0 + 2_000);
  expect(state.changeNo).toBe(settled);
});

it('if the code cannot find out whether a bed is visible, the screen gets nothing of this bed', () => {
  const state = twoBeds();
  const bed = state.beds.get('assoc-a')!;
  bed.period = Object.defineProperty({ ...bed.period! }, 'ward', {
    get() {
      throw new Error('broken');
    },
  });
  const onError = vi.fn();
  const shown = wholeScreen(state, nurse, scope, onError);
  expect([...shown.beds, ...shown.alarms].map(({ associationId }) => associationId)).toEqual(['assoc-b', 'assoc-b']);
  expect(patientsIn(state, nurse, scope)).toEqual(['P-assoc-b']);
  expect(onError).toHaveBeenCalledTimes(1);
  expect(unseenAlarms(state, [{ viewer: nurse, scope }])).toBe(0);
});
