import { expect, it } from 'vitest';
import type { UnconfirmedScreen } from '../../protocol/live.ts';
import { bed } from './fixtures.ts';
import { unconfirmedText } from './unconfirmed-words.ts';

const beds = new Map([
  ['a-1', { ...bed('a-1'), bed: '1', ward: 'ICU' }],
  ['a-2', { ...bed('a-2'), bed: '2', ward: 'ICU' }],
]);
const nowMs = new Date(2026, 0, 1, 10, 0, 30).getTime();
const notice: UnconfirmedScreen = {
  person: 'Nora',
  associationIds: ['a-1'],
  alarms: 1,
  since: new Date(2026, 0, 1, 10, 0, 4).toISOString(),
  why: 'silent',
};
const look = 'Look at that screen.';

it.each<[string, Partial<UnconfirmedScreen>, boolean, string]>([
  ['one alarm', {}, false, `The screen of Nora has not shown an alarm of 1 since 10:00:04: its page is stuck. ${look}`],
  [
    'alarms of two wards',
    { associationIds: ['a-1', 'a-2', 'a-1'], alarms: 3, why: 'hidden' },
    true,
    `The screen of Nora has not shown 3 alarms of ICU 1, ICU 2 since 10:00:04: its browser tab is hidden. ${look}`,
  ],
  [
    'an alarm of a bed that this page does not know yet',
    { associationIds: ['a-9'], why: 'never' },
    false,
    `The screen of Nora has not shown an alarm since 10:00:04: its page is old and must be loaded again. ${look}`,
  ],
  [
    'an alarm on this screen',
    { isOwn: true, why: 'not-shown' },
    false,
    'This screen has not shown an alarm of 1 since 10:00:04: it is on no visible part of its page.',
  ],
])('unconfirmedText names %s', (_name, fields, showsWard, expected) => {
  expect(unconfirmedText({ ...notice, ...fields }, beds, showsWard, nowMs)).toBe(expected);
});
