/** Tests of NEWS2 with published cases (cases/ATTRIBUTION.md): points, total, risk and response. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { NewsRisk } from '../../../../contracts/score-names.ts';
import { type News2, type News2Set, news2 } from './news2.ts';

const folder = join(import.meta.dirname, 'cases');
const filesOf = (ending: string) => readdirSync(folder).filter((name) => name.endsWith(ending));
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');

const risks: readonly NewsRisk[] = ['low', 'low-medium', 'medium', 'high'];

/** Returns the rows of a table, by the names in its first row. A quoted field may contain commas. */
function rowsOf(text: string): Record<string, string>[] {
  const [head, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
    );
  return rows.map((row) => Object.fromEntries(head!.map((name, i) => [name, row[i] ?? ''])));
}

const number = (text: string | undefined) => (text === undefined || text === '' ? undefined : Number(text));

function setOfRow(row: Record<string, string>): News2Set {
  const { hypercapnic_scale2: scale2, supplemental_o2: oxygen, consciousness } = row;
  return {
    RR: number(row.resp_rate),
    SpO2: number(row.spo2),
    scale: /^yes/i.test(scale2 ?? '') ? 2 : 1,
    oxygen: oxygen === '' ? undefined : /^supplemental/i.test(oxygen!),
    BPsys: number(row.sbp),
    pulse: number(row.pulse),
    consciousness: consciousness === '' ? undefined : consciousness === 'Alert' ? 'A' : 'C',
    Temp: number(row.temp_c),
  };
}

describe.each(filesOf('.csv'))('%s', (file) => {
  it.each(rowsOf(textOf(file)).map((row) => [row.id, row] as const))(
    'NEWS2 has the published points, total and risk in case %s',
    (_id, row) => {
      const { points, total, risk } = news2(setOfRow(row));
      expect({ ...points, total, risk }).toMatchObject({
        RR: Number(row.exp_rr),
        SpO2: Number(row.exp_spo2),
        BPsys: Number(row.exp_sbp),
        pulse: Number(row.exp_pulse),
        Temp: Number(row.exp_temp),
        total: Number(row.exp_total),
        risk: row.exp_risk!.toLowerCase(),
      });
    },
  );
});

type Case = { readonly id: string; readonly input: Fields; readonly expected_output: Fields };
type Fields = { readonly 1: Readonly<Record<string, string | number>> };

/** Returns the values by code: `gt0005|Systolic BP: 111,mm[Hg]` gives `gt0005`: 111. A coded value gives its number. */
function valuesOf({ 1: fields }: Fields): Map<string, number> {
  return new Map(Object.entries(fields).map(([name, value]) => [name.split('|')[0]!, Number.parseFloat(`${value}`)]));
}

/** Returns the set of a case. The codes are those of the guideline NEWS2.v1. */
function setOfCase(input: Fields): News2Set {
  const values = valuesOf(input);
  const coded = (code: string) => values.get(code);
  return {
    BPsys: coded('gt0005'),
    SpO2: coded('gt0007'),
    pulse: coded('gt0009'),
    Temp: coded('gt0011'),
    RR: coded('gt0015'),
    scale: coded('gt0013') === 1 ? 2 : 1,
    oxygen: values.has('gt0016') ? coded('gt0016') !== 0 : undefined,
    consciousness: values.has('gt0017') ? (coded('gt0017') === 0 ? 'A' : 'C') : undefined,
  };
}

/**
 * The codes of the guideline for the frequency of observations (gt0022) and for the clinician (gt0023), by response.
 */
const responses: Readonly<Record<NonNullable<News2['response']>, readonly [number, number]>> = {
  '12-hourly': [0, 0],
  '4-to-6-hourly': [1, 0],
  'ward-review': [2, 1],
  urgent: [2, 2],
  emergency: [3, 3],
};

describe.each(filesOf('.yml'))('%s', (file) => {
  const { test_cases: cases } = parse(textOf(file)) as { readonly test_cases: readonly Case[] };
  it('the file of the guideline has cases', () => expect(cases.length).toBeGreaterThan(0));
  it.each(cases.map((testCase) => [testCase.id, testCase] as const))(
    'NEWS2 has the published points, total, risk and response in case %s',
    (_id, { input, expected_output: output }) => {
      const expected = valuesOf(output);
      const { points, total, risk, response } = news2(setOfCase(input));
      expect([points.RR, points.SpO2, points.BPsys, points.pulse, points.Temp, total]).toEqual(
        ['gt0025', 'gt0026', 'gt0028', 'gt0027', 'gt0029', 'gt0019'].map((code) => expected.get(code)),
      );
      expect(risks.indexOf(risk!)).toBe(expected.get('gt0021'));
      expect(responses[response!]).toEqual([expected.get('gt0022'), expected.get('gt0023')]);
    },
  );
});

it('all rows of the table of cases are read', () => {
  const rows = filesOf('.csv').flatMap((file) => rowsOf(textOf(file)));
  expect(rows.length).toBeGreaterThanOrEqual(19);
  expect(new Set(rows.map((row) => row.exp_risk))).toEqual(new Set(['Low', 'Low-Medium', 'Medium', 'High']));
});
