import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { builtInAlertCodes } from '../../contracts/alert-codes.ts';
import { parameters } from '../../contracts/parameters.ts';
import { readAlertCodes } from './alert-codes-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-codes-'));
afterAll(() => rmSync(folder, { recursive: true }));
function read(text: string) {
  const path = join(folder, 'codes.json');
  writeFileSync(path, text);
  return readAlertCodes(path);
}

describe('the table of the conditions that devices alarm about', () => {
  it('names parameters of the parameter table, and words that fit a row', () => {
    for (const { text, parameter } of builtInAlertCodes.values()) {
      expect(text.length).toBeLessThanOrEqual(60);
      if (parameter !== undefined) expect(parameters.has(parameter)).toBe(true);
    }
  });

  it('is the built-in one without a file', () => {
    expect(readAlertCodes('')).toBe(builtInAlertCodes);
  });

  it('has a hospital’s rows, and its words for a built-in one', () => {
    const line = { text: 'Line kinked', parameter: 'MDC_PRESS_BLD_ART_ABP_SYS', side: 'low' };
    const table = read(JSON.stringify({ codes: { ACME_LINE: line, MDC_EVT_APNEA: { text: 'Apnea' } } }));
    expect(table.get('ACME_LINE')).toEqual(line);
    expect(table.get('MDC_EVT_APNEA')).toEqual({ text: 'Apnea' });
    expect(table.get('MDC_EVT_ECG_V_TACHY')).toEqual(builtInAlertCodes.get('MDC_EVT_ECG_V_TACHY'));
  });

  it.each([
    ['no JSON', '{', /does not hold JSON/],
    ['no codes', '{}', /not right at its root/],
    ['a row without text', '{"codes":{"A":{}}}', /not right at \/codes\/A/],
    ['an unknown parameter', '{"codes":{"A":{"text":"a","parameter":"MDC_X"}}}', /not right at \/codes\/A\/parameter/],
    ['an unknown member', '{"codes":{"A":{"text":"a","priority":"low"}}}', /not right at \/codes\/A/],
    ['a code with a blank', '{"codes":{"A B":{"text":"a"}}}', /"A B" has a name that no device can send/],
    ['a text that turns the writing', '{"codes":{"A":{"text":"a\\u202e"}}}', /"A" holds a character that turns/],
  ])('is refused with %s', (_name, text, fault) => {
    expect(() => read(text)).toThrow(fault);
  });
});
