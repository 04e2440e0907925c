import { expect, it } from 'vitest';
import { wishFor } from './wish.ts';

it('the page of one patient requests the whole ward, because it shows the alarms of the ward', () => {
  expect(wishFor({ page: 'patient', associationId: 'assoc-01' }, 'icu', [], true)).toEqual({
    scope: { ward: 'icu' },
    waves: { associations: ['assoc-01'] },
  });
});
