import { describe, expect, it } from 'vitest';
import { isHandOver, isOlderConnection, isOldWill } from './connections.ts';
import { connectionEndReasons } from './messages/records.ts';

describe('isOlderConnection', () => {
  it.each([
    [6, 7, true],
    [7, 7, false],
    [8, 7, false],
    [0, 1, true],
    [undefined, 7, false],
    [7, undefined, false],
    [undefined, undefined, false],
  ])('for claim %s and the newest claim %s, isOlderConnection is %s', (claim, newest, older) => {
    expect(isOlderConnection(claim, newest)).toBe(older);
  });
});

describe('isOldWill', () => {
  it.each([
    [6, 7, true],
    [7, 7, false],
    [8, 7, false],
    [undefined, 7, true],
    [7, undefined, false],
    [undefined, undefined, false],
  ])('for a will with claim %s and the newest claim %s, isOldWill is %s', (claim, newest, old) => {
    expect(isOldWill({ claim, reason: 'keep-alive' }, newest)).toBe(old);
  });

  it('isOldWill is always true for a connection that another connection took over', () => {
    expect(isOldWill({ claim: 8, reason: 'taken-over' }, 7)).toBe(true);
  });
});

describe('isHandOver', () => {
  it('isHandOver is true only for reasons after which the device has or gets another connection', () => {
    expect(connectionEndReasons.filter(isHandOver)).toEqual(['taken-over', 'refused', 'drained']);
    expect(isHandOver(undefined)).toBe(false);
  });
});
