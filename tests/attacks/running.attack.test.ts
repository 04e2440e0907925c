/** What all attacks rest on: the product runs, both wards have patients, and each account sees its own. */
import { expect, it } from 'vitest';
import { loggedIn, wholeHouse } from './attacker.ts';

const address = '127.0.1.1';

it('the product runs as npm start starts it, with patients in two wards', async () => {
  const { beds } = await wholeHouse(await loggedIn('chief', address));
  // A device that an attack left without a bed is in no ward.
  const wards = beds.flatMap(({ ward, occupied }) => (occupied && ward !== null ? [ward] : []));
  expect([...new Set(wards)].sort()).toEqual(['icu', 'step-down']);
  expect(wards.length).toBeGreaterThanOrEqual(8);
});
