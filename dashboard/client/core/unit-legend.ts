/** The units of the numbers of a ward, for tiles that have no room for a unit beside each number. */
import type { Numeric } from '../../protocol/rest.ts';
import { readoutsOf } from './numerics.ts';

/**
 * Returns for example `HR, RR /min · SpO2 % · ABP mmHg`. Each unit stands once, after the names of its numbers. The
 * names have the order of a tile.
 */
export function unitLegend(beds: readonly { readonly values: readonly Numeric[] }[]): string {
  const values = new Map(beds.flatMap((bed) => bed.values.map((numeric) => [numeric.code, numeric] as const)));
  const labelsOfUnit = new Map<string, string[]>();
  for (const { label, unitLabel } of readoutsOf([...values.values()]))
    labelsOfUnit.set(unitLabel, [...(labelsOfUnit.get(unitLabel) ?? []), label]);
  return [...labelsOfUnit].map(([unit, labels]) => `${labels.join(', ')} ${unit}`).join(' · ');
}
