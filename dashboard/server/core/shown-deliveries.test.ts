import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { alarmIdOf, deliveryRecord, recordOf, viewOf } from './delivery-board.testing.ts';
import { emptyDeliveryBoard, foldDelivery } from './delivery-board.ts';
import { alarm, everywhere, nurse, period, t0, table, technician } from './fold.testing.ts';
import type { Viewer } from './rights.ts';
import type { Scope } from './screen.ts';
import { deliveryChanges } from './shown-deliveries.ts';
import { emptyState } from './state.ts';

/** Two beds in `icu` and one in `other`. Alarms 1 and 3 are physiological, alarm 2 is technical. */
function scene() {
  const state = emptyState();
  const wards = ['icu', 'icu', 'other'];
  const board = emptyDeliveryBoard();
  for (const [index, ward] of wards.entries()) {
    const n = index + 1;
    foldAssociations(state, table(`d${n}`, 1, period(`assoc-0${n}`, ward)));
    const kind = n === 2 ? 'technical' : 'physiological';
    foldAlarmEvent(
      state,
      { type: 'raised', at: formatInstant(t0), alarm: alarm(alarmIdOf(n), `assoc-0${n}`, 1, { kind }) },
      t0,
    );
    foldDelivery(board, recordOf(viewOf(n, [], { kind })));
  }
  return { state, board };
}
const ward = (name: string): Scope => ({ ward: name });

describe('deliveryChanges', () => {
  it.each<[string, Viewer, Scope, number[]]>([
    ['a nurse who watches her ward', nurse, ward('icu'), [1, 2]],
    ['a nurse who watches all her wards', nurse, ward('*'), [1, 2]],
    ['a nurse who names another ward', nurse, ward('other'), []],
    ['a nurse who watches one bed', nurse, { associationId: 'assoc-02' }, [2]],
    ['a nurse who names a bed of another ward', nurse, { associationId: 'assoc-03' }, []],
    ['a physician of all wards', everywhere, ward('*'), [1, 2, 3]],
    ['a technician, who sees technical alarms only', technician, ward('icu'), [2]],
  ])(
    'deliveryChanges returns for %s the deliveries of the alarms that this screen shows',
    (_, viewer, scope, expected) => {
      const { state, board } = scene();
      const { views, gone, sent } = deliveryChanges(board, state, { viewer, scope }, new Map());
      expect(views.map(({ alarmId }) => alarmId)).toEqual(expected.map(alarmIdOf));
      expect(gone).toEqual([]);
      expect([...sent.keys()]).toEqual(expected.map(alarmIdOf));
    },
  );

  it('deliveryChanges returns only deliveries that changed since the last message, and the ids of those that the screen must remove', () => {
    const { state, board } = scene();
    const screen = { viewer: nurse, scope: ward('icu') };
    const first = deliveryChanges(board, state, screen, new Map());
    expect(deliveryChanges(board, state, screen, first.sent)).toMatchObject({ views: [], gone: [] });
    foldDelivery(board, recordOf(viewOf(1, [], { phase: 'accepted' })));
    foldDelivery(board, deliveryRecord(alarmIdOf(2), null));
    const second = deliveryChanges(board, state, screen, first.sent);
    expect(second.views.map(({ alarmId, phase }) => [alarmId, phase])).toEqual([[alarmIdOf(1), 'accepted']]);
    expect(second.gone).toEqual([alarmIdOf(2)]);
    foldAssociations(state, table('d1', 2, period('assoc-01', 'other')));
    expect(deliveryChanges(board, state, screen, second.sent)).toMatchObject({ views: [], gone: [alarmIdOf(1)] });
  });

  it('if the server reads an alarm after its delivery, the screen gets the delivery when the alarm has been read', () => {
    const { state, board } = scene();
    foldDelivery(board, recordOf(viewOf(4, [], { associationId: 'assoc-01' })));
    const screen = { viewer: nurse, scope: ward('icu') };
    const before = deliveryChanges(board, state, screen, new Map());
    expect(before.sent.has(alarmIdOf(4))).toBe(false);
    foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: alarm(alarmIdOf(4), 'assoc-01', 1) }, t0);
    expect(deliveryChanges(board, state, screen, before.sent).views.map(({ alarmId }) => alarmId)).toEqual([
      alarmIdOf(4),
    ]);
  });
});
