/** Computes the properties that decide how much room a number needs on a tile: its text, its limits and its notes. */
import type { ParameterGroup } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol/rest.ts';
import { limitsFor, type Readout, valueText, wrongClockText } from './numerics.ts';
import { serverText } from './server-texts.ts';
import { type Cell, leastWidthPx } from './tile-plan.ts';

export type ReadoutCell = Cell & { readonly readout: Readout; readonly group: ParameterGroup };

export function readoutCell(readout: Readout, bed: Bed): ReadoutCell {
  const { parameter } = readout.values[0]!;
  return {
    readout,
    group: readout.group,
    // The mark `!` says that the number must be read with care.
    label: doubtText(readout, bed) === undefined ? readout.label : `${readout.label}!`,
    isPressure: readout.isPressure,
    digits: parameter.digits,
    note: readout.values.map((value) => valueText(value).note).find((text) => text !== undefined),
    hasLimits: limitsFor(parameter, bed.limits) !== undefined,
  };
}

/**
 * Returns why a person must read a number with care: two devices have the same identity, or the device's clock is
 * wrong. Undefined without a reason.
 */
export function doubtText(readout: Readout, bed: Bed): string | undefined {
  const shared = bed.notices.find((notice) => notice.code === 'shared-identity');
  if (shared) return serverText(shared.text);
  return readout.values.map((value) => wrongClockText(value.numeric)).find((text) => text !== undefined);
}

/** Returns the CSS columns of a row. Each cell is at least as wide as its text; the remaining width is shared. */
export function columnsOf(row: readonly Cell[]): string {
  return row
    .map(leastWidthPx)
    .map((px) => `minmax(${Math.floor(px)}px, ${Math.round(px)}fr)`)
    .join(' ');
}
