/** Tests that no act writes a table in which a device is in two beds at the same time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOverlaps } from '../../../contracts/association-at.ts';
import type { DeviceAssociations } from '../../../contracts/messages/records.ts';
import { timedPeriods } from '../../../contracts/periods.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { assignDevice, correctPatient, type Decision, endAssociation, moveDevice } from './associate.ts';
import { deviceOf, foldAssociations } from './beds.ts';
import { nurse, period, t0, table } from './fold.testing.ts';
import { emptyState, type LiveState } from './state.ts';

const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' as const };
const context = { viewer: nurse, nowMs: t0 };
const assign = (state: LiveState, version: number) =>
  assignDevice(state, context, 'd1', { ward: 'icu', bed: '9', patient, version }, 'assoc-new');
const carryOut = (state: LiveState, decision: Decision) => {
  if (decision.ok) for (const changed of decision.tables) foldAssociations(state, changed);
  return decision.ok ? 'ok' : decision.code;
};

/**
 * Returns a state with a table of another program. The table has two periods without an end, and the screens show the
 * second.
 */
function stateWithTwoPeriods(): LiveState {
  const state = emptyState();
  const from = formatInstant(t0 - 60_000);
  const first = period('assoc-01', 'icu', { patient: null, bed: '1' });
  foldAssociations(state, table('d1', 3, first, period('assoc-02', 'icu', { patient: null, bed: '2', from })));
  return state;
}

describe('a device whose table has two periods without an end', () => {
  it('a device that is in two beds cannot be assigned to a third bed', () => {
    const refused = assign(stateWithTwoPeriods(), 3);
    expect(refused).toMatchObject({ ok: false, code: 'conflict', message: expect.stringContaining('two beds') });
  });

  it('a device that is in two beds can be moved', () => {
    const state = stateWithTwoPeriods();
    const moved = moveDevice(state, context, 'd1', { ward: 'icu', bed: '9', version: 3 });
    expect(carryOut(state, moved)).toBe('ok');
  });

  it('a device that was in two beds can be assigned after the shown association was ended', () => {
    const state = stateWithTwoPeriods();
    expect(carryOut(state, endAssociation(state, context, 'd1', 'assoc-02'))).toBe('ok');
    expect(carryOut(state, assign(state, 4))).toBe('ok');
  });
});

describe('tables of another program with arbitrary periods', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  const minute = (minutes: number) => formatInstant(t0 + minutes * 60_000);
  const times = fc.record({
    fromMinutes: fc.integer({ min: -200, max: 50 }),
    toMinutes: fc.option(fc.integer({ min: -200, max: 90 })),
  });
  const clockMinutes = fc.integer({ min: -100, max: 100 });

  it('a nurse can always end the association that the screen shows', () => {
    let ended = 0;
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), clockMinutes, (all, nowMinutes) => {
        const state = emptyState();
        const rows = all.map(({ fromMinutes, toMinutes }, n) => {
          const to = toMinutes === null ? null : minute(toMinutes);
          return period(`assoc-0${n}`, 'icu', { patient: null, bed: `${n}`, from: minute(fromMinutes), to });
        });
        foldAssociations(state, table('d1', 3, ...rows));
        const shown = state.beds.values().next().value?.associationId;
        if (shown === undefined) return;
        ended += 1;
        const context = { viewer: nurse, nowMs: t0 + nowMinutes * 60_000 };
        expect(carryOut(state, endAssociation(state, context, 'd1', shown))).toBe('ok');
      }),
      { seed, numRuns: 2_000 },
    );
    expect(ended).toBeGreaterThan(500);
  });
});

type Act = {
  readonly kind: 'assign' | 'move' | 'correct' | 'end';
  readonly bed: number;
  readonly clockMinutes: number;
};

/** Does an act at the given minute of the clock. Returns the table of the device after the act. */
function act(state: LiveState, { kind, bed, clockMinutes }: Act, n: number): DeviceAssociations | undefined {
  const context = { viewer: nurse, nowMs: t0 + clockMinutes * 60_000 };
  const before = state.associations.get('d1');
  const version = before?.version ?? 0;
  const current = state.beds.values().next().value?.associationId ?? 'assoc-none';
  const place = { ward: 'icu', bed: `${bed}` };
  const decisions = {
    assign: () => assignDevice(state, context, 'd1', { ...place, patient: null, version }, `assoc-${n}`),
    move: () => moveDevice(state, context, 'd1', { ...place, version }),
    correct: () => correctPatient(state, context, 'd1', current, { changes: { familyName: `N${n}` }, version }),
    end: () => endAssociation(state, context, 'd1', current),
  };
  carryOut(state, decisions[kind]());
  return state.associations.get('d1');
}

describe('arbitrary acts while the clock is set forward and back', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  it('no sequence of acts leaves two periods that overlap', () => {
    const kinds = fc.constantFrom<Act['kind'][]>('assign', 'move', 'correct', 'end');
    const acts = fc.array(
      fc.record({ kind: kinds, bed: fc.integer({ min: 1, max: 4 }), clockMinutes: fc.integer({ min: -90, max: 90 }) }),
      { maxLength: 12 },
    );
    let periodsMax = 0;
    fc.assert(
      fc.property(acts, fc.integer({ min: -90, max: 90 }), (all, readAtMinutes) => {
        const state = emptyState();
        deviceOf(state, 'd1');
        for (const [n, nextAct] of all.entries()) {
          const periods = act(state, nextAct, n)?.periods ?? [];
          periodsMax = Math.max(periodsMax, periods.length);
          expect(countOverlaps(timedPeriods(periods, t0 + readAtMinutes * 60_000)!)).toBe(0);
        }
      }),
      { seed, numRuns: 500 },
    );
    expect(periodsMax).toBeGreaterThan(3);
  });
});
