import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { alarm } from './fixtures.ts';
import { type Sight, sightOf } from './sight.ts';

const hr = (value: number, fields: Partial<Alarm> = {}) =>
  alarm('a', { text: `HR ${value} > 140`, value, limit: 140, ...fields });
const endedFields = { present: false, signal: 'latched' } as const;

/**
 * Shows the alarms one after the other, with `everyMs` between two alarms. Returns how often the button began to act on
 * something new.
 */
function countNewTargets(shown: readonly Alarm[], everyMs: number): number {
  let sight: Sight | undefined;
  let newTargets = -1;
  for (const [at, shownAlarm] of shown.entries()) {
    const next = sightOf(sight, { ...shownAlarm, rev: at + 1 }, 5_000 + at * everyMs);
    if (next.actsOn !== sight?.actsOn) newTargets += 1;
    sight = next;
  }
  return newTargets;
}

describe('sightOf', () => {
  it.each([
    [
      'does not act on something new if the alarm comes and goes',
      [hr(146), hr(146, endedFields), hr(146, { onsets: 2 }), hr(146, endedFields)],
      1000,
      0,
    ],
    [
      'does not act on something new if the value falls and rises again',
      [hr(150), hr(146), hr(150), hr(147), hr(149)],
      1000,
      0,
    ],
    ['acts on something new if the value becomes more serious', [hr(146), hr(150)], 1000, 1],
    [
      'acts on something new if a value comes back that was last shown 5 s ago',
      [hr(150), hr(146), hr(146), hr(150)],
      2500,
      1,
    ],
    ['acts on something new if the alarm begins again after 5 s', [hr(146), hr(146, endedFields), hr(146)], 5000, 1],
    [
      'does not act on something new if the alarm begins again after 4,999 ms',
      [hr(146), hr(146, endedFields), hr(146)],
      4999,
      0,
    ],
    ['acts on something new if the alarm calls again', [hr(146, { signal: 'acknowledged' }), hr(146)], 1000, 1],
    [
      'acts on something new if the row shows another alarm',
      [hr(146), alarm('b', { text: 'HR 146 > 140', value: 146, limit: 140 })],
      1000,
      1,
    ],
  ] as const)('the button of a row %s', (_name, shown, everyMs, newTargets) => {
    expect(countNewTargets(shown, everyMs)).toBe(newTargets);
  });
});
