import { describe, expect, it } from 'vitest';
import { formatInstant } from '../../../contracts/time.ts';
import { foldAlarmEvent } from './alarms.ts';
import { foldAssociations } from './beds.ts';
import { emptyDeliveryBoard } from './delivery-board.ts';
import { newDeliverySigns } from './delivery-health.ts';
import { emptyBoard } from './duty-board.ts';
import { alarm, everywhere, nurse, period, t0, table, technician } from './fold.testing.ts';
import { noteNotice } from './notices.ts';
import type { Viewer } from './rights.ts';
import { foldStandby } from './standby.ts';
import { emptyState } from './state.ts';
import { type OverviewSource, wardOverview } from './ward-overview.ts';

const at = (ms: number) => formatInstant(t0 + ms);

/** Returns two wards. In icu: two patients (one with two devices) and a device without a bed. In step: one patient. */
function source(changes: Partial<OverviewSource> = {}): OverviewSource {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01', 'icu', { bed: '1' })));
  foldAssociations(state, table('d2', 1, period('assoc-02', 'icu', { bed: '1' })));
  foldAssociations(state, table('d3', 1, period('assoc-03', 'icu', { bed: '2' })));
  foldAssociations(state, table('d4', 1, period('assoc-04', 'icu', { bed: '3', patient: null })));
  foldAssociations(state, table('d5', 1, period('assoc-05', 'step', { bed: '9' })));
  const board = emptyBoard();
  board.isRead = true;
  const delivery = { board: emptyDeliveryBoard(), signs: newDeliverySigns(t0) };
  delivery.board.isRead = true;
  return {
    state,
    registry: {
      wards: [
        { ward: 'icu', beds: ['1', '2', '3', '4'] },
        { ward: 'hdu', beds: ['h'] },
      ],
    },
    board,
    delivery,
    health: { kafka: 'ok', kafkaAt: at(0), alarms: 'ok' },
    screensOf: () => ({ isWatched: true, sound: { state: 'every-screen' } }),
    soundTests: {
      answered: (ward) => (ward === 'icu' ? { atMs: t0, heard: true, screen: 'Wall (wall)' } : undefined),
      uncounted: () => ({ atMs: t0, why: 'no-screen' }),
    },
    membersOf: () => [],
    ...changes,
  };
}

const cardOf = (of: OverviewSource, viewer: Viewer = nurse, ward = 'icu') =>
  wardOverview(of, viewer, t0).wards.find((card) => card.ward === ward)!;
const wardsOf = (viewer: Viewer) => wardOverview(source(), viewer, t0).wards.map(({ ward }) => ward);

describe('wardOverview', () => {
  it('wardOverview has only the wards that the viewer may see, also those without beds', () => {
    expect(wardsOf(nurse)).toEqual(['icu']);
    expect(wardsOf({ ...nurse, wards: ['icu', 'hdu'] })).toEqual(['hdu', 'icu']);
    expect(wardsOf(everywhere)).toEqual(['hdu', 'icu', 'step']);
    expect(wardsOf({ ...nurse, wards: [] })).toEqual([]);
  });

  it('wardOverview names no patient', () => {
    expect(JSON.stringify(wardOverview(source(), everywhere, t0))).not.toMatch(/Made|P-assoc/);
  });

  it('wardOverview counts a bed with two devices once, and a bed whose device has no patient as free', () => {
    expect(cardOf(source())).toMatchObject({ beds: { registered: 4, free: 2 }, occupied: 2 });
    expect(cardOf(source(), everywhere, 'step')).toMatchObject({ beds: null, occupied: 1 });
  });

  it('wardOverview counts present and unanswered alarms by priority, and says when the oldest unanswered alarm was raised', () => {
    const of = source();
    const raise = (id: string, bed: string, fields: Parameters<typeof alarm>[3]) =>
      foldAlarmEvent(of.state, { type: 'raised', at: at(0), alarm: alarm(id, bed, 1, fields) }, t0);
    expect(cardOf(of)).toMatchObject({ oldestUnansweredAt: null, unanswered: { high: 0, medium: 0, low: 0 } });
    raise('alarm-on-high-000', 'assoc-01', { priority: 'high', raisedAt: at(-60_000) });
    raise('alarm-latched-000', 'assoc-02', { present: false, signal: 'latched', raisedAt: at(-90_000) });
    raise('alarm-acked-00000', 'assoc-03', { signal: 'acknowledged', raisedAt: at(-500_000) });
    raise('alarm-hidden-0000', 'assoc-03', { signal: 'off', raisedAt: at(-600_000) });
    raise('alarm-of-step-000', 'assoc-05', { priority: 'high', raisedAt: at(-700_000) });
    expect(cardOf(of)).toMatchObject({
      present: { high: 1, medium: 1, low: 0 },
      unanswered: { high: 1, medium: 1, low: 0 },
      oldestUnansweredAt: at(-90_000),
    });
    // A technician sees only technical alarms.
    expect(cardOf(of, technician).unanswered).toEqual({ high: 0, medium: 0, low: 0 });
  });

  it('wardOverview leaves out a standby whose end has passed, because perhaps no alarm processor runs that could end the standby', () => {
    const of = source();
    const standby = {
      since: at(0),
      until: at(60_000),
      reason: 'CT',
      by: { userId: 'n', name: 'N', role: 'nurse' },
    } as const;
    foldStandby(of.state, { associationId: 'assoc-03', rev: 1, at: at(0), standby });
    of.state.nowMs = t0 + 59_999;
    expect(cardOf(of).standby.count).toBe(1);
    of.state.nowMs = t0 + 60_000;
    expect(cardOf(of).standby).toEqual({ count: 0, beds: [] });
  });

  it('wardOverview names the beds in standby; the standby that ends first comes first', () => {
    const of = source();
    const by = { userId: 'n', name: 'N', role: 'nurse' } as const;
    for (const [id, minutes] of [
      ['assoc-01', 50],
      ['assoc-02', 50],
      ['assoc-03', 5],
    ] as const) {
      const standby = { since: at(0), until: at(minutes * 60_000), reason: 'CT', by };
      foldStandby(of.state, { associationId: id, rev: 1, at: at(0), standby });
    }
    expect(cardOf(of).standby).toEqual({
      count: 2,
      beds: [
        { bed: '2', until: at(5 * 60_000) },
        { bed: '1', until: at(50 * 60_000) },
      ],
    });
  });

  it('wardOverview counts the beds that have a notice about a missing nurse', () => {
    const of = source();
    for (const id of ['assoc-01', 'assoc-02'])
      noteNotice(of.state, of.state.beds.get(id)!, { code: 'no-nurse', text: 'x', sinceMs: t0, untilMs: t0 + 1 });
    expect(cardOf(of).duties).toEqual({ inUse: false, chargeNurses: [], noNurse: 1, overdue: 0 });
  });

  it('wardOverview has null or `unread` for what the server has not read yet, and never 0', () => {
    const of = source();
    expect(cardOf(of).reach).toEqual({ unreached: 0, names: [], unknown: 0 });
    of.board.isRead = false;
    expect(cardOf(of)).toMatchObject({ duties: null, reach: null });
    const unread = source();
    unread.delivery.board.isRead = false;
    expect([cardOf(unread).reach, wardOverview(unread, nurse, t0).delivery]).toEqual([null, 'unread']);
    const laterMs = t0 + 3_600_000;
    const silent = wardOverview(source(), nurse, laterMs);
    expect([silent.delivery, silent.wards[0]!.reach]).toEqual(['away', null]);
  });

  it('wardOverview counts the devices in beds, those in trouble and those without a bed', () => {
    const of = source();
    of.state.devices.get('d1')!.online = false;
    foldAssociations(of.state, table('d3', 2, period('assoc-03', 'icu', { bed: '2', to: at(-1) })));
    expect(cardOf(of).devices).toMatchObject({ inBeds: 3, inTrouble: 1 });
  });
});
