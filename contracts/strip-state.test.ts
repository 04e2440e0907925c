import { expect, it } from 'vitest';
import { dayMs } from './durations.ts';
import { missingStrip } from './strip-state.ts';
import { missingStripTexts } from './strip-words.ts';

const alarm = { kind: 'physiological', raisedMs: 0 } as const;
const technical = { kind: 'technical', raisedMs: 0 } as const;

it.each([
  ['an alarm that was raised at this moment', alarm, 0, 'not-yet'],
  ['an alarm that was raised 1 ms less than 3 min ago', alarm, 179_999, 'not-yet'],
  ['an alarm that was raised 3 min ago', alarm, 180_000, 'overdue'],
  ['an alarm that was raised 1 ms less than a day ago', alarm, dayMs - 1, 'overdue'],
  ['an alarm that was raised a day ago', alarm, dayMs, 'none'],
  ['a technical alarm that was raised 1 ms less than 3 min ago', technical, 179_999, 'not-yet'],
  ['a technical alarm that was raised 3 min ago', technical, 180_000, 'no-waves-sent'],
  ['an alarm that was raised 30 days ago', alarm, 30 * dayMs, 'none'],
  ['an alarm that was raised more than 30 days ago', alarm, 30 * dayMs + 1, 'deleted'],
  ['an alarm whose time is in the future', alarm, -5_000, 'not-yet'],
] as const)('missingStrip says why %s has no strip', (_what, about, nowMs, state) => {
  expect(missingStrip(about, 1, { isReadable: true, isKept: true }, nowMs)).toBe(state);
  expect(missingStrip(about, 1, { isReadable: false, isKept: true }, nowMs)).toBe('unreadable');
});

it.each([
  ['alarm, 1 ms less than 3 min after the alarm', alarm, 179_999, 'not-yet'],
  ['alarm, 3 min after the alarm', alarm, 180_000, 'again'],
  ['alarm, 10 days after the alarm', alarm, 10 * dayMs, 'again'],
  ['technical alarm, 3 min after the alarm', technical, 180_000, 'no-waves-sent'],
] as const)(
  'the strip of a second onset is not called late or lost, because the time of this onset is not known: %s',
  (_what, about, nowMs, state) => {
    expect(missingStrip(about, 2, { isReadable: true, isKept: true }, nowMs)).toBe(state);
  },
);

it('missingStrip returns `deleted` if the log no longer has the time of the alarm', () => {
  expect(missingStrip(alarm, 1, { isReadable: true, isKept: false }, 10 * dayMs)).toBe('deleted');
});

it('each reason for a missing strip has its own text', () => {
  expect(new Set(Object.values(missingStripTexts)).size).toBe(7);
});
