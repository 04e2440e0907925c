/**
 * Groups parameters into charts. Parameters share a chart if a clinician compares them and if they have the same unit.
 */
import { type Parameter, type ParameterGroup, parameters } from '../../../contracts/parameters.ts';
import { labelText } from './server-texts.ts';
import { t } from './texts.ts';

export type Chart = {
  readonly title: string;
  readonly unitLabel: string;
  readonly codes: readonly string[];
  /**
   * Returns the lower and upper end of the scale. The argument is the greatest value on the chart. Only charts of
   * scores have this function; their lines are steps. On all other charts, values and limits decide the scale.
   */
  readonly scale?: (greatest: number) => readonly [number, number];
};

const pulseTitle = 'HR, pulse';

const chartGroups: readonly { title: string; groups: readonly ParameterGroup[] }[] = [
  { title: pulseTitle, groups: ['HR', 'PR'] },
  { title: 'SpO2', groups: ['SpO2'] },
  { title: 'ABP', groups: ['ABP'] },
  { title: 'NBP', groups: ['NIBP'] },
  { title: 'RR', groups: ['RR'] },
  { title: 'EtCO2', groups: ['EtCO2'] },
  { title: 'Temp', groups: ['Temp'] },
];

/**
 * Returns the title of a chart in the language of the page. The names of parameters must be translated, because RR on a
 * German monitor is the blood pressure.
 */
export const chartTitle = ({ title }: Pick<Chart, 'title'>): string =>
  title === pulseTitle ? t('HR, pulse') : labelText(title);

/** Returns the charts for these codes, without empty charts. The charts have the order of the numbers on a tile. */
export function chartsOf(codes: readonly string[]): Chart[] {
  const listedParameters = codes.flatMap((code) => parameters.get(code) ?? []);
  return chartGroups.flatMap(({ title, groups }) => {
    const chartParameters = listedParameters
      .filter((parameter: Parameter) => groups.includes(parameter.group))
      .sort((a, b) => a.mdc - b.mdc);
    return chartParameters.length === 0
      ? []
      : [
          {
            title,
            unitLabel: chartParameters[0]!.unitLabel,
            codes: chartParameters.map((parameter) => parameter.code),
          },
        ];
  });
}
