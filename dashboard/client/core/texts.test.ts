import { afterEach, describe, expect, it } from 'vitest';
import { type Dictionary, setTexts, shownLanguage, t, texts } from './texts.ts';

let reset = () => {};
afterEach(() => reset());
const useGerman = (dictionary: Dictionary) => {
  reset = setTexts(
    () => 'de',
    () => dictionary,
  );
};

describe('a text', () => {
  it('is English without a dictionary', () => {
    expect(t('Log in')).toBe('Log in');
    expect(shownLanguage()).toBe('en');
  });

  it('is German with the dictionary, and English as a whole if the dictionary does not have it', () => {
    useGerman({ 'Log in': 'Anmelden' });
    expect([t('Log in'), t('{name} goes.', { name: 'Anna' })]).toEqual(['Anmelden', 'Anna goes.']);
    expect(shownLanguage()).toBe('de');
  });

  it('gets each value at the place where the language needs it', () => {
    useGerman({ '{name} covers {ward}': 'Auf {ward} vertritt {name}' });
    expect(t('{name} covers {ward}', { name: 'Anna', ward: 'ICU' })).toBe('Auf ICU vertritt Anna');
  });

  it.each([
    [0, '0 beds', '0 Betten'],
    [1, '1 bed', '1 Bett'],
    [2, '2 beds', '2 Betten'],
  ])('has the form for the number %i', (n, english, german) => {
    expect(t('{n} bed|{n} beds', { n })).toBe(english);
    useGerman({ '{n} bed|{n} beds': '{n} Bett|{n} Betten' });
    expect(t('{n} bed|{n} beds', { n })).toBe(german);
  });

  it('keeps braces and bars that are part of a value', () => {
    expect(t('{name} goes.', { name: '{n}|$&' })).toBe('{n}|$& goes.');
  });

  it('shows the value 0, and keeps the braces of a value that is missing', () => {
    expect(t('{a} of {b}', { a: 0, b: undefined })).toBe('0 of {b}');
  });
});

describe('a table of texts', () => {
  it('gives each text in the language of the page at the time when the text is read', () => {
    const table = texts({ high: 'High' });
    expect({ ...table }).toEqual({ high: 'High' });
    useGerman({ High: 'Hoch' });
    expect(table.high).toBe('Hoch');
  });
});
