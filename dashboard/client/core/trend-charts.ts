/** Which parameters share a chart: those that a clinician compares and that have one unit. */
import { type Parameter, type ParameterGroup, parameters } from '../../../contracts/parameters.ts';

export type Chart = {
  readonly title: string;
  readonly unitLabel: string;
  readonly codes: readonly string[];
  /**
   * For a score: least and greatest of its scale, by the greatest value drawn. Its lines are steps. Absent: the
   * measured values make the scale.
   */
  readonly scale?: (greatest: number) => readonly [number, number];
};

const together: readonly { title: string; groups: readonly ParameterGroup[] }[] = [
  { title: 'HR, pulse', groups: ['HR', 'PR'] },
  { title: 'SpO2', groups: ['SpO2'] },
  { title: 'ABP', groups: ['ABP'] },
  { title: 'NBP', groups: ['NIBP'] },
  { title: 'RR', groups: ['RR'] },
  { title: 'EtCO2', groups: ['EtCO2'] },
  { title: 'Temp', groups: ['Temp'] },
];

/** Returns the charts for these codes, in the order of the numbers; a chart without a code is left out. */
export function chartsOf(codes: readonly string[]): Chart[] {
  const listedParameters = codes.flatMap((code) => parameters.get(code) ?? []);
  return together.flatMap(({ title, groups }) => {
    const mine = listedParameters
      .filter((parameter: Parameter) => groups.includes(parameter.group))
      .sort((a, b) => a.mdc - b.mdc);
    return mine.length === 0
      ? []
      : [{ title, unitLabel: mine[0]!.unitLabel, codes: mine.map((parameter) => parameter.code) }];
  });
}
