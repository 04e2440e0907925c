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
  ])('compares claim %s with the newest claim %s: older is %s', (claim, newest, older) => {
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
  ])('judges a will with claim %s when the newest claim is %s: old is %s', (claim, newest, old) => {
    expect(isOldWill({ claim, reason: 'keep-alive' }, newest)).toBe(old);
  });

  it('always ignores the will of a connection that another connection took over', () => {
    expect(isOldWill({ claim: 8, reason: 'taken-over' }, 7)).toBe(true);
  });
});

describe('isHandOver', () => {
  it('accepts only the reasons after which the device has or gets another connection', () => {
    expect(connectionEndReasons.filter(isHandOver)).toEqual(['taken-over', 'refused', 'drained']);
    expect(isHandOver(undefined)).toBe(false);
  });
});
