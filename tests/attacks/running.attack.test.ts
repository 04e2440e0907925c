/** What all attacks rest on: the product runs, both wards have patients, and each account sees its own. */
import { expect, it } from 'vitest';
import { loggedIn, wholeHouse } from './attacker.ts';

const address = '127.0.1.1';

it('the product runs as npm start starts it, with patients in two wards', async () => {
  const { beds } = await wholeHouse(await loggedIn('chief', address));
  const wards = beds.map(({ ward }) => ward);
  expect([...new Set(wards)].sort()).toEqual(['icu', 'step-down']);
  expect(beds.length).toBeGreaterThanOrEqual(8);
});
