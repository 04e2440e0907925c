import { describe, expect, it } from 'vitest';
import { normalizeTexts, requestTextFault } from './request-text.ts';

describe('the texts of a request', () => {
  it.each<[string, unknown, string | undefined]>([
    ['no body', undefined, undefined],
    ['a valid patient', { patient: { familyName: 'Núñez', givenName: '' } }, undefined],
    [
      'a text with a direction override',
      { patient: { familyName: 'a\u202eb' } },
      'patient.familyName holds a character that changes the direction',
    ],
    ['a ward that ends with a space', { ward: 'ICU ' }, 'ward begins or ends with a space.'],
    ['a line end in a filter', { userId: 'a\nb' }, 'userId holds a control character (U+000A).'],
    ['any password', { userId: 'nurse', password: ' \u202e ' }, undefined],
    ['a body that is only a text', 'a\u202eb', 'The request holds'],
  ])('requestTextFault returns the expected fault for %s', (_name, body, part) => {
    const fault = requestTextFault(body);
    if (part === undefined) expect(fault).toBeUndefined();
    else expect(fault).toContain(part);
  });

  it('normalizeTexts normalizes all texts to NFC, except the password', () => {
    const typed = { name: 'Nu\u0301n\u0303ez', list: ['e\u0301', 1, null], password: 'e\u0301' };
    expect(normalizeTexts(typed)).toEqual({ name: 'Núñez', list: ['é', 1, null], password: 'e\u0301' });
  });
});
