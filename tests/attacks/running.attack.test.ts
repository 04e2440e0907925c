/** Checks the set-up of the attack tests: the product runs, and both wards have patients. */
import { expect, it } from 'vitest';
import { loggedInBrowser, snapshotOfAllWards } from './attacker.ts';

const address = '127.0.1.1';

it('the product that npm start has started shows patients in two wards', async () => {
  const { beds } = await snapshotOfAllWards(await loggedInBrowser('chief', address));
  // Devices that other attack tests left without a bed have no ward.
  const wards = beds.flatMap(({ ward, occupied }) => (occupied && ward !== null ? [ward] : []));
  expect([...new Set(wards)].sort()).toEqual(['icu', 'step-down']);
  expect(wards.length).toBeGreaterThanOrEqual(8);
});
