/** The waves and numbers that a bed's tile can show. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { type Wave, waves } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol/rest.ts';
import { type Readout, readoutPriority, readoutsOf } from './numerics.ts';
import { type ReadoutCell, readoutCell } from './readout-cell.ts';
import { tileWaves } from './wave-choice.ts';

/** A narrower tile with a heart rate shows the pulse only if there is an alarm about the pulse. */
const pulseLeastPx = 420;

export type TileCells = {
  readonly drawable: readonly Wave[];
  readonly cells: readonly ReadoutCell[];
  /** For each wave, the cell that stands beside the wave. */
  readonly beside: readonly (ReadoutCell | undefined)[];
};

export function tileCells(bed: Bed, alarms: readonly Alarm[], widthPx: number): TileCells {
  const readouts = readoutsOf(bed.values);
  const drawable = tileWaves(bed.waves).flatMap((code) => waves.get(code) ?? []);
  const shown = widthPx < pulseLeastPx ? withoutPulse(readouts, alarms, bed.device.deviceId) : readouts;
  const cells = shown.map((readout) => readoutCell(readout, bed));
  return { drawable, cells, beside: drawable.map((wave) => cells.find((cell) => cell.group === wave.group)) };
}

/** Removes the pulse from the readouts if there are many readouts and a heart rate, and no alarm is about the pulse. */
function withoutPulse(readouts: readonly Readout[], alarms: readonly Alarm[], deviceId: string): readonly Readout[] {
  if (readouts.length < 5 || !readouts.some((readout) => readout.group === 'HR')) return readouts;
  return readouts.filter(
    (readout) => readout.group !== 'PR' || readoutPriority(readout.values, alarms, deviceId) !== undefined,
  );
}
