import { expect, it } from 'vitest';
import { newIdentitySigns, noteBoot, noteLostClientId } from './shared-identity.ts';

/**
 * Lets connections of the starts in `sequence` lose the client id, one every `everyMs`. Returns the indices at which
 * two devices were detected.
 */
function detectionsByStart(sequence: (string | undefined)[], everyMs = 1000): number[] {
  const signs = newIdentitySigns();
  return sequence.flatMap((boot, i) =>
    noteLostClientId(signs, { boot, address: '10.0.0.1' }, i * everyMs) ? [i] : [],
  );
}
/** Like `detectionsByStart`, but for connections without a start: detects the two devices by their addresses. */
function detectionsByAddress(addresses: (string | undefined)[]): number[] {
  const signs = newIdentitySigns();
  return addresses.flatMap((address, i) =>
    noteLostClientId(signs, { boot: undefined, address }, i * 1000) ? [i] : [],
  );
}

it.each([
  ['detects two devices if two starts lose the client id alternately', ['A', 'B', 'A', 'B'], [2, 3]],
  ['detects no second device if one start loses the client id again and again', ['A', 'A', 'A', 'A', 'A'], []],
  ['detects no second device if the client id was lost only twice', ['A', 'B'], []],
])('noteLostClientId %s', (_, sequence, detected) => {
  expect(detectionsByStart(sequence)).toEqual(detected);
});

it.each([
  [
    'detects two devices if two addresses lose the client id alternately',
    ['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.2'],
    [2, 3],
  ],
  ['detects no second device if one address loses the client id again and again', Array(8).fill('10.0.0.1'), []],
  [
    'detects no second device if a device moved to another network',
    ['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.2', '10.0.0.2'],
    [],
  ],
  ['detects no second device if the address is unknown', Array(8).fill(undefined), []],
])('noteLostClientId %s, for devices that name no start', (_, addresses, detected) => {
  expect(detectionsByAddress(addresses)).toEqual(detected);
});

it.each([
  [
    'detects a thief at another address who takes the client id each 10 s and sends nothing',
    10_000,
    '10.0.0.9',
    [5, 6, 7],
  ],
  ['detects no second device if this happens each 13 s', 13_000, '10.0.0.9', []],
  ['detects no second device if the newer connections have the same address', 1_000, '10.0.0.1', []],
  ['detects no second device if the newer address is unknown', 1_000, undefined, []],
])('noteLostClientId %s', (_, everyMs, newerAddress, detected) => {
  const signs = newIdentitySigns();
  const loser = { boot: 'A', address: '10.0.0.1', newerAddress };
  const results = Array.from({ length: 8 }, (_, i) => noteLostClientId(signs, loser, i * everyMs));
  expect(results.flatMap((isShared, i) => (isShared ? [i] : []))).toEqual(detected);
});

it('noteLostClientId detects no second device if the client id is lost once in half a minute', () => {
  expect(detectionsByStart(['A', 'B', 'A', 'B', 'A', 'B'], 30_001)).toEqual([]);
});

it('the signs of a second device are added up, from readings and from connections', () => {
  const signs = newIdentitySigns();
  expect(noteBoot(signs, 'A', 0)).toBe(false);
  expect(noteBoot(signs, 'B', 1000)).toBe(false);
  expect(noteBoot(signs, 'A', 2000)).toBe(false);
  expect(noteLostClientId(signs, { boot: 'A', address: undefined }, 3000)).toBe(false);
  expect(noteBoot(signs, 'B', 4000)).toBe(true);
});
