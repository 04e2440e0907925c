import { expect, it } from 'vitest';
import { checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { reachEventOf } from './reach-event.ts';

const id = '00000000-0000-4000-8000-000000000001';
const about = { atMs: 1, userId: 'anna', channel: 'push', reachId: id } as const;
const isReadable = (event: object) =>
  checkRecord(contentTypes.delivery, Buffer.from(JSON.stringify({ event }))).ok === true;

it.each([
  ['none', undefined, undefined],
  ['an empty one', '', 'no reason given'],
  ['a short one', '410', '410'],
  ['one of 200 characters', 'a'.repeat(200), 'a'.repeat(200)],
  ['one of 201 characters', 'a'.repeat(201), 'a'.repeat(200)],
])('readers accept the record of a report with this reason: %s', (_title, reason, written) => {
  const optional = reason === undefined ? {} : { reason };
  const seen = reachEventOf({ type: 'reach-seen', ...about, name: 'Anna', checkId: id, state: 'down', ...optional });
  expect(seen.reason).toBe(written);
  expect(isReadable(seen)).toBe(true);
  if (reason === undefined) return;
  const ended = reachEventOf({ type: 'reach-ended', ...about, reason });
  expect(ended.reason).toBe(written);
  expect(isReadable(ended)).toBe(true);
});
