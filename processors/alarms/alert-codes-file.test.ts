import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { builtInAlertCodes } from '../../contracts/alert-codes.ts';
import { parameters } from '../../contracts/parameters.ts';
import { fileBytesMax } from '../../process/operator-file.ts';
import { alertCodesMax, followAlertCodes, readAlertCodes } from './alert-codes-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-codes-'));
afterAll(() => rmSync(folder, { recursive: true }));
function read(text: string) {
  const path = join(folder, 'codes.json');
  writeFileSync(path, text);
  return readAlertCodes(path);
}

describe('the table of conditions for the devices’ own alarms', () => {
  it('the built-in table has only parameters of the parameter table, and texts of at most 60 characters', () => {
    for (const { text, parameter } of builtInAlertCodes.values()) {
      expect(text.length).toBeLessThanOrEqual(60);
      if (parameter !== undefined) expect(parameters.has(parameter)).toBe(true);
    }
  });

  it('readAlertCodes returns the built-in table if there is no file', () => {
    expect(readAlertCodes('')).toBe(builtInAlertCodes);
  });

  it('readAlertCodes adds the rows of the file, and replaces built-in rows of the same code', () => {
    const line = { text: 'Line kinked', parameter: 'MDC_PRESS_BLD_ART_ABP_SYS', side: 'low' };
    const table = read(JSON.stringify({ codes: { ACME_LINE: line, MDC_EVT_APNEA: { text: 'Apnea' } } }));
    expect(table.get('ACME_LINE')).toEqual(line);
    expect(table.get('MDC_EVT_APNEA')).toEqual({ text: 'Apnea' });
    expect(table.get('MDC_EVT_ECG_V_TACHY')).toEqual(builtInAlertCodes.get('MDC_EVT_ECG_V_TACHY'));
  });

  it.each([
    ['no JSON', '{', /the file cannot be read, or is not JSON/],
    ['no codes', '{}', /\/: it must have required properties codes/],
    ['a row without text', '{"codes":{"A":{}}}', /\/codes\/A: it must have required properties text/],
    ['an unknown parameter', '{"codes":{"A":{"text":"a","parameter":"MDC_X"}}}', /\/codes\/A\/parameter: it must be/],
    ['an unknown member', '{"codes":{"A":{"text":"a","priority":"low"}}}', /\/codes\/A: it must not have/],
    ['a code with a space', '{"codes":{"A B":{"text":"a"}}}', /\/codes\/A B: it has a name that no device can send/],
    [
      'a text that reverses the writing direction',
      '{"codes":{"A":{"text":"a\\u202e"}}}',
      /\/codes\/A: it holds a character that changes the direction of writing/,
    ],
    ['too many bytes', ' '.repeat(fileBytesMax + 1), /the file has 1048577 bytes, but at most 1048576 are allowed/],
    [
      'too many rows',
      JSON.stringify({
        codes: Object.fromEntries(Array.from({ length: alertCodesMax + 1 }, (_, n) => [`A${n}`, { text: 'a' }])),
      }),
      /\/codes: it has 2001 rows, but at most 2000 are allowed/,
    ],
  ])('readAlertCodes refuses a file with %s', (_name, text, fault) => {
    expect(() => read(text)).toThrow(fault);
  });

  it('readAlertCodes names all faults of a refused file', () => {
    const codes = { 'A B': { text: 'a' }, C: { text: 'a\u202e' }, D: { text: 'right' } };
    expect(() => read(JSON.stringify({ codes }))).toThrow(
      /VIGIL_ALERT_CODES_FILE names is refused:\n {2}\/codes\/A B: .*\n {2}\/codes\/C: /,
    );
  });

  it('followAlertCodes uses a changed file; it refuses a faulty file and keeps the former table', async () => {
    const path = join(folder, 'changes.json');
    const write = (text: string) => writeFileSync(path, JSON.stringify({ codes: { ACME: { text } } }));
    write('Line kinked');
    const followed = followAlertCodes(path, pino({ level: 'silent' }), 5);
    const text = () => followed.current().get('ACME')?.text;
    expect([text(), followed.isRefused(), followed.changesAccepted()]).toEqual(['Line kinked', false, 0]);
    write('');
    await expect.poll(() => followed.isRefused()).toBe(true);
    expect([text(), followed.changesAccepted()]).toEqual(['Line kinked', 0]);
    write('Line is kinked');
    await expect.poll(text).toBe('Line is kinked');
    expect([followed.isRefused(), followed.changesAccepted()]).toEqual([false, 1]);
    followed.close();
  });
});
