import { describe, expect, it } from 'vitest';
import { listLine, noMatchText, printableText } from './lines.ts';

const nowMs = Date.UTC(2026, 2, 1, 12);

describe('printableText', () => {
  it.each([
    ['{"a": 1}', '{"a": 1}'],
    ['two\nlines, é 心', 'two\nlines, é 心'],
    ['\u001b[2J\u0007\r\t\u0000', '\\u{1b}[2J\\u{7}\\u{d}\\u{9}\\u{0}'],
    ['\u202e\u200b\ufeff\u009b', '\\u{202e}\\u{200b}\\u{feff}\\u{9b}'],
    ['', ''],
  ])('printableText returns the payload %j as %j', (text, expected) => {
    expect(printableText(Buffer.from(text))).toBe(expected);
  });

  it('printableText returns a payload in base64 if it is not UTF-8', () => {
    expect(printableText(Buffer.from([0xff, 0xfe]))).toBe('not UTF-8, in base64: //4=');
  });
});

describe('listLine', () => {
  it('listLine returns id, time, device, code, state and reason', () => {
    const entry = {
      id: '0:1',
      boot: 'b',
      seq: 1,
      receivedAtMs: nowMs,
      deviceId: 'bed-07',
      code: 'time-invalid',
    } as const;
    expect(listLine({ ...entry, detail: 'Why.', state: 'open' }).split(/ {2,}/)).toEqual([
      ...['0:1', '2026-03-01T12:00:00.000Z', 'bed-07', 'time-invalid', 'open', 'Why.'],
    ]);
  });

  it('listLine writes a character as text if it would move the cursor, begin a new line or reverse the writing direction', () => {
    const entry = {
      id: '0:1',
      boot: 'b',
      seq: 1,
      receivedAtMs: nowMs,
      deviceId: 'bed\u001b[2J',
      code: 'c\u202e',
    } as const;
    const line = listLine({ ...entry, detail: 'Why.\n0:2 forged\u009b', state: 'open' });
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(line).toContain('Why.\\u{a}0:2 forged\\u{9b}');
  });
});

it.each([
  [{ ids: [] }, 'There are no rejected messages.'],
  [
    { ids: [], device: 'bed-7' },
    'There are no rejected messages with --device bed-7; without these options, `npm run vigil -- rejected list` shows all messages.',
  ],
  [
    { ids: [], code: 'time-invalid', sinceMs: 0 },
    'There are no rejected messages with --code time-invalid, since 1970-01-01T00:00:00.000Z; without these options, `npm run vigil -- rejected list` shows all messages.',
  ],
])('noMatchText names the options of the filter %j', (filter, text) => {
  expect(noMatchText(filter)).toBe(text);
});
