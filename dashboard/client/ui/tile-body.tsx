/** The waves and numbers on a bed's tile. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { waves } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol/rest.ts';
import { type Readout, readoutPriority, readoutsOf } from '../core/numerics.ts';
import { columnsOf, type ReadoutCell, readoutCell } from '../core/readout-cell.ts';
import { planTile } from '../core/tile-plan.ts';
import { tileWaves } from '../core/wave-choice.ts';
import { ReadoutView } from './readout.tsx';
import { WaveCanvas } from './waves.tsx';

/** On a narrower tile the pulse is not shown beside a heart rate, unless there is an alarm about the pulse. */
const pulseLeastPx = 420;

type TileBodyProps = { bed: Bed; alarms: readonly Alarm[]; box: { widthPx: number; heightPx: number } };

/** @param box the room below the bed's name and its alarm */
export function TileBody({ bed, alarms, box }: TileBodyProps) {
  const readouts = readoutsOf(bed.values);
  const codes = tileWaves(bed.waves);
  if (readouts.length === 0 && codes.length === 0)
    return <div class="tile__body tile__body--empty">{bed.occupied ? 'No values yet' : 'No values'}</div>;
  return <PlannedBody bed={bed} alarms={alarms} readouts={readouts} codes={codes} box={box} />;
}

type PlannedBodyProps = {
  bed: Bed;
  alarms: readonly Alarm[];
  readouts: readonly Readout[];
  codes: readonly string[];
  box: { widthPx: number; heightPx: number };
};

function PlannedBody({ bed, alarms, readouts, codes, box }: PlannedBodyProps) {
  const drawable = codes.flatMap((code) => waves.get(code) ?? []);
  const cells = (box.widthPx < pulseLeastPx ? withoutPulse(readouts, alarms, bed.device.deviceId) : readouts).map(
    (readout) => readoutCell(readout, bed),
  );
  const beside = drawable.map((wave) => cells.find((cell) => cell.readout.group === wave.group));
  const plan = planTile(box, cells, beside);
  const shownWaves = drawable.slice(0, plan.waves);
  const view = ({ readout }: ReadoutCell) => (
    <ReadoutView key={readout.key} readout={readout} bed={bed} alarms={alarms} />
  );
  return (
    <div class="tile__body tile__body--planned" style={{ '--least': `${plan.leastPx}px`, '--rest': `${plan.rowPx}px` }}>
      <div class="tile__plan">
        {shownWaves.length > 0 && (
          <div class="tile__sweep" style={{ '--wave-rows': shownWaves.length, '--column': `${plan.columnPx}px` }}>
            <WaveCanvas associationId={bed.associationId} waves={shownWaves} />
            <div class="tile__column">
              {shownWaves.map((wave, i) => {
                const cell = beside[i];
                return cell ? view(cell) : <div key={wave.code} class="slot slot--none" />;
              })}
            </div>
          </div>
        )}
        {plan.rows.map((row) => (
          <div
            key={row[0]?.readout.key}
            class={`tile__row${shownWaves.length > 0 ? ' tile__row--rest' : ''}${plan.columns ? ' tile__row--equal' : ''}`}
            style={plan.columns ? { '--number-columns': plan.columns } : { gridTemplateColumns: columnsOf(row) }}
          >
            {row.map(view)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Returns the readouts without the pulse, if there are many readouts and a heart rate, and no alarm is about the pulse. */
function withoutPulse(readouts: readonly Readout[], alarms: readonly Alarm[], deviceId: string): readonly Readout[] {
  if (readouts.length < 5 || !readouts.some((readout) => readout.group === 'HR')) return readouts;
  return readouts.filter(
    (readout) => readout.group !== 'PR' || readoutPriority(readout.values, alarms, deviceId) !== undefined,
  );
}
