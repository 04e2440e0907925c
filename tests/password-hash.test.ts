import { expect, it } from 'vitest';
import { verifyPassword } from '../dashboard/server/accounts/password.ts';
import { cheapHash } from './password-hash.ts';

it('the product accepts a cheap hash of a test, for its password only', async () => {
  const hash = cheapHash('caf\u00e9 au lait tous');
  expect(await verifyPassword('cafe\u0301 au lait tous', hash)).toBe(true);
  expect(await verifyPassword('cafe au lait tous', hash)).toBe(false);
});
