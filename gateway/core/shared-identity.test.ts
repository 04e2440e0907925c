import { expect, it } from 'vitest';
import { newIdentityWatch, noteBoot, noteLost } from './shared-identity.ts';

/** Which of the steps say that two devices are at work, counted from 0; steps are a second apart unless said. */
function lost(sequence: (string | undefined)[], everyMs = 1000): number[] {
  const watch = newIdentityWatch();
  return sequence.flatMap((boot, i) => (noteLost(watch, { boot, address: '10.0.0.1' }, i * everyMs) ? [i] : []));
}
function lostAt(addresses: (string | undefined)[]): number[] {
  const watch = newIdentityWatch();
  return addresses.flatMap((address, i) => (noteLost(watch, { boot: undefined, address }, i * 1000) ? [i] : []));
}

it.each([
  ['two devices by turns', ['A', 'B', 'A', 'B'], [2, 3]],
  ['one device that connects twice', ['A', 'A', 'A', 'A', 'A'], []],
  ['twice only', ['A', 'B'], []],
])('live connections that lose the client id: %s', (_, sequence, said) => {
  expect(lost(sequence)).toEqual(said);
});

it.each([
  ['two by turns', ['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.2'], [2, 3]],
  ['one that connects again before its old socket closes', Array(8).fill('10.0.0.1'), []],
  ['one that moved to another network', ['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.2', '10.0.0.2'], []],
  ['of an unknown address', Array(8).fill(undefined), []],
])('live connections of devices that name no start lose the client id: %s', (_, addresses, said) => {
  expect(lostAt(addresses)).toEqual(said);
});

it('connections that lose the client id a minute apart are no sign', () => {
  expect(lost(['A', 'B', 'A', 'B', 'A', 'B'], 30_001)).toEqual([]);
});

it('counts turns of readings and of connections together', () => {
  const watch = newIdentityWatch();
  expect(noteBoot(watch, 'A', 0)).toBe(false);
  expect(noteBoot(watch, 'B', 1000)).toBe(false);
  expect(noteBoot(watch, 'A', 2000)).toBe(false);
  expect(noteLost(watch, { boot: 'A', address: undefined }, 3000)).toBe(false);
  expect(noteBoot(watch, 'B', 4000)).toBe(true);
});
