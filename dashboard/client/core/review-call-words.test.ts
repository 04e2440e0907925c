import { expect, it } from 'vitest';
import type { ReviewedCall, ReviewedCalls } from '../../protocol/alarm-review.ts';
import { escalationText, leftOutLines, reviewedCallLines } from './review-call-words.ts';

const at = (s: number) => new Date(2026, 0, 6, 14, 30, s).getTime();
const call: ReviewedCall = {
  ...{ callId: 'call-1', userId: 'anna', name: 'Anna', duty: 'nurse', channels: ['screen', 'mail'], repeat: 0 },
  ...{ sent: [{ channel: 'screen', stage: 'painted', atMs: at(2) }], failed: ['push'], outcome: 'rejected' },
  ...{ calledAtMs: at(1), round: 2, channelsLeftOut: [{ channel: 'webhook', why: 'called-before' }] },
};
const calls: ReviewedCalls = { list: [call], onlyCounted: 0, dutiesLeftOut: [], notSent: null, notice: null };

it('a call has its person, round and outcome, and a line for each channel, even for a channel that confirmed nothing', () => {
  expect(reviewedCallLines(calls, at(9))).toEqual([
    {
      key: 'call-1',
      text: '14:30:01 Anna (nurse, round 2): cannot go',
      channels: [
        'Vigil page: shown 14:30:02',
        'phone: failed',
        'e-mail: nothing confirmed',
        'other system: left out, because an earlier call used it',
      ],
    },
  ]);
  const again = reviewedCallLines({ ...calls, list: [{ ...call, repeat: 1, outcome: 'unanswered' }] }, at(9));
  expect(again[0]?.text).toBe('14:30:01 Anna (nurse, round 2, called again): did not answer in time');
  const ended = reviewedCallLines({ ...calls, list: [{ ...call, outcome: 'ended-unanswered' }] }, at(9));
  expect(ended[0]?.text).toBe('14:30:01 Anna (nurse, round 2): had not answered when Vigil stopped this call');
});

it('leftOutLines says for each alarm without calls why nobody was called', () => {
  expect(leftOutLines(calls, at(9))).toEqual([]);
  expect(leftOutLines({ ...calls, list: [] }, at(9))).toEqual(['The log has no call about this alarm.']);
  expect(leftOutLines({ ...calls, list: [], notSent: 'low priority' }, at(9))).toEqual([
    'Vigil called nobody at the beginning: low priority',
  ]);
  const dutiesLeftOut = [{ duty: 'physician', atMs: at(3) } as const];
  expect(leftOutLines({ ...calls, dutiesLeftOut, notice: 'nobody-answers', onlyCounted: 2 }, at(9))).toEqual([
    '14:30:03 Physician: left out, because nobody with this duty could be called, or each was called before',
    'The chain ended, and nobody had answered.',
    '2 repeated calls are not listed.',
  ]);
});

it.each([
  [0, undefined],
  [1, 'escalated 1 time: not acknowledged'],
  [3, 'escalated 3 times: not acknowledged'],
])('the text about %i escalations is right', (escalation, text) => {
  expect(escalationText({ escalation })).toBe(text);
});
