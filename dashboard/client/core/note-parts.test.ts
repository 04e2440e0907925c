import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { german } from '../german/german.ts';
import { noteFromParts, noteParts, partsOfNote } from './note-parts.ts';
import { setTexts } from './texts.ts';

const empty = { free: '', severity: '', summary: '', actions: '', awareness: '' };
const labels = noteParts.map(({ stored }) => `${stored}:`);

describe('partsOfNote', () => {
  it.each([
    ['an older note, which is only free text', 'Fasting from 22:00', { free: 'Fasting from 22:00' }],
    ['a note with one part', 'Action list: CT at 08:00', { actions: 'CT at 08:00' }],
    [
      'a note with every part',
      'Bed rail up. Illness severity: watcher Patient summary: day 2 Action list: CT Situation awareness: may bleed',
      { free: 'Bed rail up.', severity: 'watcher', summary: 'day 2', actions: 'CT', awareness: 'may bleed' },
    ],
    ['a note with a label inside a word, which stays text', 'xAction list: CT', { free: 'xAction list: CT' }],
    ['an empty note', '', {}],
  ])('partsOfNote returns the parts of %s', (_, text, expected) => {
    expect(partsOfNote(text)).toEqual({ ...empty, ...expected });
  });
});

it('noteFromParts makes the same note from its parts again, for any order of the labels, so no text is lost', () => {
  const word = fc.oneof(fc.constantFrom(...labels), fc.constantFrom('CT', 'a', 'watcher.', ':'));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      const text = words.join(' ');
      expect(noteFromParts(partsOfNote(text))).toBe(text);
    }),
  );
});

it('noteFromParts writes the parts in one line, and writes no label for an empty part', () => {
  expect(noteFromParts({ ...empty, severity: ' \n ', actions: ' CT\n08:00 ' })).toBe('Action list: CT 08:00');
});

it('a page in German finds the same parts, and stores the same text', () => {
  const text =
    'Bed rail up. Illness severity: watcher Patient summary: day 2 Action list: CT Situation awareness: may bleed';
  const parts = partsOfNote(text);
  const reset = setTexts(
    () => 'de',
    () => german,
  );
  expect(noteParts[0].label).toBe('Schwere der Erkrankung');
  expect([partsOfNote(text), noteFromParts(parts)]).toEqual([parts, text]);
  reset();
});
