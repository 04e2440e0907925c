import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { alarm } from './fixtures.ts';
import { type Sight, sightOf } from './sight.ts';

const hr = (value: number, fields: Partial<Alarm> = {}) =>
  alarm('a', { text: `HR ${value} > 140`, value, limit: 140, ...fields });
const over = { present: false, signal: 'latched' } as const;

/** Shows each in turn, `everyMs` apart, and says how often the button became about something new. */
function news(shown: readonly Alarm[], everyMs: number): number {
  let sight: Sight | undefined;
  let times = -1;
  for (const [at, one] of shown.entries()) {
    const next = sightOf(sight, { ...one, rev: at + 1 }, 5_000 + at * everyMs);
    if (next.about !== sight?.about) times += 1;
    sight = next;
  }
  return times;
}

describe('the button of a row', () => {
  it.each([
    [
      'stays about an alarm that comes and goes',
      [hr(146), hr(146, over), hr(146, { onsets: 2 }), hr(146, over)],
      1000,
      0,
    ],
    ['stays about one whose value falls and rises again', [hr(150), hr(146), hr(150), hr(147), hr(149)], 1000, 0],
    ['is about something new when the value gets graver', [hr(146), hr(150)], 1000, 1],
    [
      'is about something new when a value comes back that was last shown 5 s ago',
      [hr(150), hr(146), hr(146), hr(150)],
      2500,
      1,
    ],
    ['is about something new when the alarm begins anew after 5 s', [hr(146), hr(146, over), hr(146)], 5000, 1],
    ['stays where it begins anew 1 ms before', [hr(146), hr(146, over), hr(146)], 4999, 0],
    ['is about something new when the alarm calls again', [hr(146, { signal: 'acknowledged' }), hr(146)], 1000, 1],
    [
      'is about something new when it is another alarm',
      [hr(146), alarm('b', { text: 'HR 146 > 140', value: 146, limit: 140 })],
      1000,
      1,
    ],
  ] as const)('%s', (_name, shown, everyMs, times) => {
    expect(news(shown, everyMs)).toBe(times);
  });
});
