import { expect, it } from 'vitest';
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import type { Channel } from './channels/channel.ts';
import { emptyBook } from './core/book.ts';
import { contextOf } from './session.ts';

it('if the code throws an error about the addresses of one person, only this person counts as out of reach', () => {
  const { isDown } = contextOf(
    {
      tables: {
        placeOf: () => ({ ward: 'icu', bed: '1' }),
        personsOf: () => [],
        entriesOf(userId: string) {
          if (userId === 'anna') throw new TypeError('broken');
          return [{ reachId: 'r1' }];
        },
      } as unknown as Parameters<typeof contextOf>[0]['tables'],
      policy: () => builtInPolicy,
      channels: new Map([['push', {} as Channel]]),
      isDown: () => false,
    },
    emptyBook,
  );
  expect([isDown('anna', 'push'), isDown('anna', 'screen'), isDown('ben', 'push')]).toEqual([true, false, false]);
});
