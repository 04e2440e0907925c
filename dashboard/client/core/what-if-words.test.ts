import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../contracts/durations.ts';
import type { WhatIf } from '../../protocol/what-if.ts';
import { type WhatIfShown, whatIfNotes, whatIfRows, whatIfSentence } from './what-if-words.ts';

const toMs = Date.parse('2026-03-02T10:00:00.000Z');
const ago = (ms: number) => new Date(toMs - ms).toISOString();

const answerOf = (fields: Partial<WhatIf> = {}): WhatIf => ({
  from: ago(24 * hourMs),
  to: ago(0),
  since: ago(24 * hourMs - 1_000),
  everyMs: 1_000,
  silentMs: 0,
  inForce: { high: 2, medium: 9, low: 0 },
  entered: { high: 1, medium: 3, low: 0 },
  ...fields,
});
const shownOf = (fields: Partial<WhatIf> = {}, off = false): WhatIfShown => ({
  kind: 'answer',
  answer: answerOf(fields),
  parameter: 'HR',
  off,
});

describe('whatIfSentence', () => {
  it.each<[string, WhatIfShown]>([
    [
      'In the last 24 h these limits would have called 4 times; the limits in force would have called 11 times.',
      shownOf(),
    ],
    [
      'In the last 24 h these limits would have called once; the limits in force would have called 11 times.',
      shownOf({ entered: { high: 1, medium: 0, low: 0 } }),
    ],
    [
      'In the last 24 h these limits would not have called; the limits in force would have called once.',
      shownOf({ inForce: { high: 0, medium: 0, low: 1 }, entered: { high: 0, medium: 0, low: 0 } }),
    ],
    [
      'In the last 24 h these limits would have called 11 times, and so would the limits in force.',
      shownOf({ entered: { high: 0, medium: 11, low: 0 } }),
    ],
    [
      'In the last 24 h neither these limits nor the limits in force would have called.',
      shownOf({ inForce: { high: 0, medium: 0, low: 0 }, entered: { high: 0, medium: 0, low: 0 } }),
    ],
    ['In the last 24 h the limits in force would have called 11 times.', shownOf({ entered: null })],
    [
      'In the last 24 h the limits in force would not have called.',
      shownOf({ inForce: { high: 0, medium: 0, low: 0 }, entered: null }),
    ],
    [
      'In the last 3 h 20 min these limits would have called 4 times; the limits in force would have called 11 times.',
      shownOf({ since: ago(12_000_000) }),
    ],
    ['No value of HR is stored for the last 24 h, so there is nothing to count.', shownOf({ since: null })],
    [
      'No value of HR is stored for the last 40 min, so there is nothing to count.',
      shownOf({ since: null, from: ago(2_400_000) }),
    ],
    ['Counting the alarms that these limits would have called in 24 h …', { kind: 'working', entered: true }],
    [
      'The high limit must be above the low limit.',
      { kind: 'refused', message: 'The high limit must be above the low limit.' },
    ],
    [
      'Vigil cannot count now how often these limits would have called. You can still save them.',
      { kind: 'failed', message: 'The server does not answer.' },
    ],
  ])('the dialog says: %s', (sentence, shown) => {
    expect(whatIfSentence(shown)).toBe(sentence);
  });
});

describe('whatIfRows', () => {
  const cells = (shown: WhatIfShown) => whatIfRows(shown).map((row) => row.cells.join(' '));

  it('each row has the number of each priority and the total', () => {
    expect(cells(shownOf())).toEqual(['2 9 0 11', '1 3 0 4']);
    expect(cells(shownOf({ entered: null }))).toEqual(['2 9 0 11', '– – – –']);
  });

  it.each<[string, WhatIfShown]>([
    ['no values are stored', shownOf({ since: null })],
    ['the limits are refused', { kind: 'refused', message: 'no' }],
    ['the server could not compute an answer', { kind: 'failed', message: 'no' }],
  ])('the rows have no numbers if %s', (_, shown) => {
    expect(cells(shown)).toEqual(['– – – –', '– – – –']);
  });

  it('rows that wait for an answer show an ellipsis', () => {
    expect(cells({ kind: 'working', entered: true })).toEqual(['… … … …', '… … … …']);
    expect(cells({ kind: 'working', entered: false })).toEqual(['… … … …', '– – – –']);
  });
});

describe('whatIfNotes', () => {
  it('the notes say how often values were stored, and which alarms are not counted', () => {
    expect(whatIfNotes(shownOf())).toEqual([
      'Judged from the stored values (about one each second), as if nobody had answered. Standby and monitor alarms are left out.',
    ]);
  });

  it.each([
    [1_499, 'second'],
    [5_000, '5 s'],
    [60_000, '60 s'],
    [900_000, '15 min'],
    [hourMs, '1 h'],
  ])('the notes write the interval %i ms as "each %s"', (everyMs, text) => {
    expect(whatIfNotes(shownOf({ everyMs }))[0]).toContain(`(about one each ${text})`);
  });

  it('the notes say for how long no values came, and that low and high limits are off', () => {
    const notes = whatIfNotes(shownOf({ since: ago(12 * hourMs), silentMs: 3 * hourMs, everyMs: null }, true));
    expect(notes).toEqual([
      'Vigil has values of the last 12 h only.',
      'For 3 h no values came.',
      'Low and high limits are off; extreme limits count.',
      'Judged from the stored values, as if nobody had answered. Standby and monitor alarms are left out.',
    ]);
    expect(whatIfNotes(shownOf({ silentMs: 599_000 }))).toHaveLength(1);
  });

  it('the notes say why there are no numbers', () => {
    expect(whatIfNotes({ kind: 'failed', message: 'The server does not answer.' })).toEqual([
      'The server does not answer.',
    ]);
    expect(whatIfNotes(shownOf({ since: null }))).toEqual([]);
  });
});
