/** No act writes a table in which a device is at two patients at once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlapsIn } from '../../../contracts/association-at.ts';
import type { DeviceAssociations } from '../../../contracts/messages/records.ts';
import { timePeriods } from '../../../contracts/periods.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { assignDevice, correctPatient, type Decision, endAssociation, moveDevice } from './associate.ts';
import { deviceOf, foldAssociations } from './beds.ts';
import { nurse, period, t0, table } from './fold.testing.ts';
import { emptyState, type LiveState } from './state.ts';

const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' as const };
const asked = { viewer: nurse, nowMs: t0 };
const assign = (state: LiveState, version: number) =>
  assignDevice(state, asked, 'd1', { ward: 'icu', bed: '9', patient, version }, 'assoc-new');
const carryOut = (state: LiveState, decision: Decision) => {
  if (decision.ok) for (const each of decision.tables) foldAssociations(state, each);
  return decision.ok ? 'ok' : decision.code;
};

/** A table that something else than Vigil wrote: two periods without an end. The second one is on the screens. */
function twice(): LiveState {
  const state = emptyState();
  const from = formatInstant(t0 - 60_000);
  const first = period('assoc-01', 'icu', { patient: null, bed: '1' });
  foldAssociations(state, table('d1', 3, first, period('assoc-02', 'icu', { patient: null, bed: '2', from })));
  return state;
}

describe('a device whose table has two periods without an end', () => {
  it('gets no third one', () => {
    const refused = assign(twice(), 3);
    expect(refused).toMatchObject({ ok: false, code: 'conflict', message: expect.stringContaining('two beds') });
  });

  it('can be moved all the same', () => {
    const state = twice();
    const moved = moveDevice(state, asked, 'd1', { ward: 'icu', bed: '9', version: 3 });
    expect(carryOut(state, moved)).toBe('ok');
  });

  it('gets a new one after the shown one was ended', () => {
    const state = twice();
    expect(carryOut(state, endAssociation(state, asked, 'd1', 'assoc-02'))).toBe('ok');
    expect(carryOut(state, assign(state, 4))).toBe('ok');
  });
});

describe('accepts any table that another program wrote, also with ends before starts and times to come', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  const minute = (min: number) => formatInstant(t0 + min * 60_000);
  const times = fc.record({
    fromMin: fc.integer({ min: -200, max: 50 }),
    toMin: fc.option(fc.integer({ min: -200, max: 90 })),
  });
  const clockMin = fc.integer({ min: -100, max: 100 });

  it('never keeps a nurse from ending the association that the screen shows', () => {
    let ended = 0;
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 5 }), clockMin, (all, nowMin) => {
        const state = emptyState();
        const rows = all.map(({ fromMin, toMin }, n) => {
          const to = toMin === null ? null : minute(toMin);
          return period(`assoc-0${n}`, 'icu', { patient: null, bed: `${n}`, from: minute(fromMin), to });
        });
        foldAssociations(state, table('d1', 3, ...rows));
        const shown = state.beds.values().next().value?.associationId;
        if (shown === undefined) return;
        ended += 1;
        const at = { viewer: nurse, nowMs: t0 + nowMin * 60_000 };
        expect(carryOut(state, endAssociation(state, at, 'd1', shown))).toBe('ok');
      }),
      { seed, numRuns: 2_000 },
    );
    expect(ended).toBeGreaterThan(500);
  });
});

type Act = { readonly kind: 'assign' | 'move' | 'correct' | 'end'; readonly bed: number; readonly clockMin: number };

/** Does an act by the clock of that minute, as the screens would. @returns the table after it */
function act(state: LiveState, { kind, bed, clockMin }: Act, n: number): DeviceAssociations | undefined {
  const at = { viewer: nurse, nowMs: t0 + clockMin * 60_000 };
  const before = state.associations.get('d1');
  const version = before?.version ?? 0;
  const current = state.beds.values().next().value?.associationId ?? 'assoc-none';
  const place = { ward: 'icu', bed: `${bed}` };
  const decisions = {
    assign: () => assignDevice(state, at, 'd1', { ...place, patient: null, version }, `assoc-${n}`),
    move: () => moveDevice(state, at, 'd1', { ...place, version }),
    correct: () => correctPatient(state, at, 'd1', current, { changes: { familyName: `N${n}` }, version }),
    end: () => endAssociation(state, at, 'd1', current),
  };
  carryOut(state, decisions[kind]());
  return state.associations.get('d1');
}

describe('any acts, while the clock is set to and fro', () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  it('leave no two periods that overlap', () => {
    const kinds = fc.constantFrom<Act['kind'][]>('assign', 'move', 'correct', 'end');
    const acts = fc.array(
      fc.record({ kind: kinds, bed: fc.integer({ min: 1, max: 4 }), clockMin: fc.integer({ min: -90, max: 90 }) }),
      { maxLength: 12 },
    );
    let written = 0;
    fc.assert(
      fc.property(acts, fc.integer({ min: -90, max: 90 }), (all, readMin) => {
        const state = emptyState();
        deviceOf(state, 'd1');
        for (const [n, each] of all.entries()) {
          const periods = act(state, each, n)?.periods ?? [];
          written = Math.max(written, periods.length);
          expect(overlapsIn(timePeriods(periods, t0 + readMin * 60_000)!)).toBe(0);
        }
      }),
      { seed, numRuns: 500 },
    );
    expect(written).toBeGreaterThan(3);
  });
});
