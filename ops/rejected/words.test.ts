import { describe, expect, it } from 'vitest';
import { checkIds, listLine, nothingText, printable, readSince } from './words.ts';

const nowMs = Date.UTC(2026, 2, 1, 12);

it.each([
  ['30m', nowMs - 1_800_000],
  ['12h', nowMs - 43_200_000],
  ['7d', nowMs - 604_800_000],
  ['0m', nowMs],
  ['2026-03-01T11:00:00.000Z', nowMs - 3_600_000],
])('since %s', (text, ms) => {
  expect(readSince(text, nowMs)).toBe(ms);
});

it.each(['', '7', 'd', '-1d', '7w', '123456d', 'yesterday', '2026-03-01', '2026-02-30T00:00:00.000Z'])(
  'refuses since "%s"',
  (text) => {
    expect(() => readSince(text, nowMs)).toThrow(/--since takes/);
  },
);

it.each([['0:0'], ['11:9007199254740993'], ['2:12', '0:1']])('takes the ids %s', (...ids) => {
  expect(() => checkIds(ids)).not.toThrow();
});

it.each(['', '0', ':', '0:', ':1', '0:-1', 'a:1', '0:1:2', '0: 1'])('refuses the id "%s"', (id) => {
  expect(() => checkIds(['0:1', id])).toThrow(/is no id/);
});

describe('a payload', () => {
  it.each([
    ['{"a": 1}', '{"a": 1}'],
    ['two\nlines, é 心', 'two\nlines, é 心'],
    ['\u001b[2J\u0007\r\t\u0000', '\\u{1b}[2J\\u{7}\\u{d}\\u{9}\\u{0}'],
    ['\u202e\u200b\ufeff\u009b', '\\u{202e}\\u{200b}\\u{feff}\\u{9b}'],
    ['', ''],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(Buffer.from(text))).toBe(shown);
  });

  it('that is no UTF-8 is shown in base64', () => {
    expect(printable(Buffer.from([0xff, 0xfe]))).toBe('not UTF-8, in base64: //4=');
  });
});

it('a line has id, time, device, code, state and reason', () => {
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

it('a line of the listing cannot move the cursor, begin another line or reverse the writing direction', () => {
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

it.each([
  [{ ids: [] }, 'Nothing rejected.'],
  [
    { ids: [], device: 'bed-7' },
    'Nothing rejected with --device bed-7; without these options, rejected list shows all.',
  ],
  [
    { ids: [], code: 'time-invalid', sinceMs: 0 },
    'Nothing rejected with --code time-invalid, since 1970-01-01T00:00:00.000Z; without these options, rejected list shows all.',
  ],
])('names for %j the options that found nothing', (filter, text) => {
  expect(nothingText(filter)).toBe(text);
});
