import { expect, it } from 'vitest';
import { nextMark } from './key-mark.ts';

const mark = (epoch: number, keys: Record<string, string>) => ({ epoch, keys });

it.each([
  ['nothing yet', undefined, mark(0, { a: '1' }), mark(0, { a: '1' })],
  ['the same keys', mark(0, { a: '1' }), mark(0, { a: '1' }), mark(0, { a: '1' })],
  ['a key less than ours', mark(0, { a: '1' }), mark(0, { a: '1', b: '2' }), mark(0, { a: '1', b: '2' })],
  ['keys that an operator gave up', mark(0, { a: '1' }), mark(1, { a: '9' }), mark(1, { a: '9' })],
])('is what Kafka carries next, where it carries %s', (_, marked, ours, next) => {
  expect(nextMark(marked, ours)).toEqual(next);
});

it.each([
  [
    'another key',
    mark(0, { a: '1' }),
    mark(0, { a: '2' }),
    'The data in Kafka were written with other keys than these: a.',
  ],
  [
    'a key that is gone',
    mark(0, { a: '1', b: '2' }),
    mark(0, { a: '1' }),
    'The data in Kafka were written with other keys than these: b.',
  ],
  [
    'keys of before an operator gave some up',
    mark(1, { a: '2' }),
    mark(0, { a: '1' }),
    'The data in Kafka were written with other keys than these: a.',
  ],
  [
    'a record of before that',
    mark(1, { a: '1' }),
    mark(0, { a: '1' }),
    'The data in Kafka are newer than these keys: some were given up since.',
  ],
])('is refused: %s', (_, marked, ours, said) => {
  expect(nextMark(marked, ours)).toBe(said);
});
