import { expect, it } from 'vitest';
import { wishFor } from './wish.ts';

it('the page of one patient requests the whole ward, because it shows the alarms of the ward', () => {
  expect(wishFor({ page: 'patient', associationId: 'assoc-01' }, 'icu', [], true, [])).toEqual({
    scope: { ward: 'icu' },
    waves: { associations: ['assoc-01'] },
  });
});

it('a page without waves requests the waves of the beds of open calls', () => {
  const scope = { ward: 'icu' };
  expect(wishFor({ page: 'calls' }, 'icu', [], true, [])).toEqual({ scope, waves: null });
  expect(wishFor({ page: 'calls' }, 'icu', [], true, ['assoc-01'])).toEqual({
    scope,
    waves: { associations: ['assoc-01'] },
  });
  expect(wishFor({ page: 'calls' }, 'icu', [], false, ['assoc-01'])).toEqual({ scope, waves: null });
});
