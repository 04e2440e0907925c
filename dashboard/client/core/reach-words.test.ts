import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../../contracts/durations.ts';
import { reachNotedEveryMs } from '../../../contracts/reach-pace.ts';
import type { ReachState, WhoAnswer } from '../../protocol/delivery.ts';
import { agoText, checksText, emptyDutyText, orderedPeople, reachLine, whoLine } from './reach-words.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');
const at = '2026-01-01T09:58:00.000Z';

describe('reachLine', () => {
  it.each([
    [{ channel: 'push', state: 'reached', stage: 'on-device', at }, 'reached', 'phone: on the phone, 2 min ago'],
    [{ channel: 'screen', state: 'reached', stage: 'painted', at }, 'reached', 'Vigil page: shown, 2 min ago'],
    [{ channel: 'mail', state: 'reached', stage: 'taken', at }, 'less', 'e-mail: taken by service, 2 min ago'],
    [{ channel: 'push', state: 'asked', at }, 'less', 'phone: asked, no answer yet, 2 min ago'],
    [
      { channel: 'push', state: 'down', at, reason: 'the subscription has ended' },
      'down',
      'phone: not reached, 2 min ago (the subscription has ended)',
    ],
    [{ channel: 'push', state: 'unknown', at }, 'less', 'phone: not known now, last result 2 min ago'],
    [
      { channel: 'screen', state: 'unknown', reason: 'no page is open' },
      'less',
      'Vigil page: not tried yet (no page is open)',
    ],
  ] as const)('the state %o is of the kind %s, with the text “%s”', (state, kind, text) => {
    expect(reachLine(state as ReachState, nowMs)).toEqual({ kind, text });
  });
});

it.each([
  [-5_000, '0 s ago'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [7_199_000, '119 min ago'],
  [7_200_000, '2 h ago'],
])('an age of %s ms is written “%s”', (ms, text) => expect(agoText(ms)).toBe(text));

it('orderedPeople has the persons who cannot be reached first', () => {
  const person = (name: string, isReached: boolean) =>
    ({ name, isReached }) as Parameters<typeof orderedPeople>[0][number];
  const people = orderedPeople([person('Anna', true), person('Ben', false), person('Aaron', true)]);
  expect(people.map(({ name }) => name)).toEqual(['Ben', 'Aaron', 'Anna']);
});

describe('who would be called', () => {
  const call: WhoAnswer['calls'][number] = {
    afterMs: 0,
    duty: 'nurse',
    userId: 'anna',
    name: 'Anna',
    role: 'nurse',
    standing: 'accepted',
    channels: ['screen', 'push'],
    waitMs: 60_000,
  } as never;

  it('whoLine says when the person is called, through which channels, and how long Vigil waits', () => {
    expect(whoLine(call)).toBe('at once: Anna (nurse) by Vigil page, phone. Vigil waits 60 s for the answer.');
    expect(
      whoLine({ ...call, afterMs: 150_000, standing: 'overdue', waitMs: 120_000, fault: 'has a disabled account' }),
    ).toBe(
      'after 2 min 30 s: Anna (nurse, hand-over overdue) by Vigil page, phone. Vigil waits 2 min for the answer. But Anna has a disabled account.',
    );
  });

  it('emptyDutyText says for which duty nobody can be called', () => {
    expect(emptyDutyText({ duty: 'buddy', away: [] })).toBe('No buddy can be called.');
    expect(emptyDutyText({ duty: 'physician', away: ['Vera'] })).toBe('No physician can be called: Vera is away.');
  });
});

it('the sentence on the board says how often the delivery process writes a result that has not changed', () => {
  const fromMin = reachNotedEveryMs / minuteMs;
  expect(checksText()).toContain(`an unchanged result every ${fromMin} to ${fromMin + 10} min.`);
});
