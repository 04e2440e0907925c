import { expect, it } from 'vitest';
import { foldAssociations } from './beds.ts';
import { nurse, period, table, technician } from './fold.testing.ts';
import { changesSince, wholeScreen } from './screen.ts';
import { foldStandby } from './standby.ts';
import { emptyState } from './state.ts';

const ward = { ward: 'icu' };
const at = '2026-01-01T10:00:00.000Z';
const by = { userId: 'u1', name: 'N. Urse', role: 'nurse' } as const;
const standby = { since: at, until: '2026-01-01T10:30:00.000Z', reason: 'Dialysis', by };
const standbyRecord = (rev: number, isOn: boolean) => ({
  associationId: 'assoc-01',
  rev,
  at,
  standby: isOn ? standby : null,
});

function admitted() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  return state;
}

it('the standby with the highest revision is used, even if an older revision comes later', () => {
  const state = admitted();
  foldStandby(state, standbyRecord(2, false));
  foldStandby(state, standbyRecord(1, true));
  expect(wholeScreen(state, nurse, ward).beds[0]?.standby).toBeNull();
  foldStandby(state, standbyRecord(3, true));
  expect(wholeScreen(state, nurse, ward).beds[0]?.standby).toEqual(standby);
});

it('a new standby is sent to the screens once, with the header data of its bed', () => {
  const state = admitted();
  const before = state.changeNo;
  foldStandby(state, standbyRecord(1, true));
  expect(changesSince(state, nurse, ward, before)?.beds[0]?.head?.standby).toEqual(standby);
  const after = state.changeNo;
  foldStandby(state, standbyRecord(1, true));
  expect(state.changeNo).toBe(after);
});

it('a standby with the same revision and another content replaces the former standby', () => {
  const state = admitted();
  foldStandby(state, standbyRecord(1, true));
  foldStandby(state, standbyRecord(1, false));
  expect(wholeScreen(state, nurse, ward).beds[0]?.standby).toBeNull();
});

it('a technician does not see why a patient is away', () => {
  const state = admitted();
  foldStandby(state, standbyRecord(1, true));
  expect(JSON.stringify(wholeScreen(state, technician, ward))).not.toContain('Dialysis');
});
