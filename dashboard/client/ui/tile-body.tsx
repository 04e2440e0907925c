/** The waves and numbers on a bed's tile. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { waves } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol/rest.ts';
import { type Slot, slotPriority, slotsOf } from '../core/numerics.ts';
import { columnsOf, type SlotCell, slotCell } from '../core/slot-cell.ts';
import { planTile } from '../core/tile-plan.ts';
import { tileWaves } from '../core/wave-choice.ts';
import { SlotView } from './slot.tsx';
import { WaveCanvas } from './waves.tsx';

/** On a narrower tile the pulse is not shown beside a heart rate, unless there is an alarm about the pulse. */
const pulseLeastPx = 420;

type TileBodyProps = { bed: Bed; alarms: readonly Alarm[]; box: { widthPx: number; heightPx: number } };

/** @param box the room below the bed's name and its alarm */
export function TileBody({ bed, alarms, box }: TileBodyProps) {
  const slots = slotsOf(bed.values);
  const codes = tileWaves(bed.waves);
  if (slots.length === 0 && codes.length === 0)
    return <div class="tile__body tile__body--empty">{bed.occupied ? 'No values yet' : 'No values'}</div>;
  return <PlannedBody bed={bed} alarms={alarms} slots={slots} codes={codes} box={box} />;
}

type PlannedBodyProps = {
  bed: Bed;
  alarms: readonly Alarm[];
  slots: readonly Slot[];
  codes: readonly string[];
  box: { widthPx: number; heightPx: number };
};

function PlannedBody({ bed, alarms, slots, codes, box }: PlannedBodyProps) {
  const drawable = codes.flatMap((code) => waves.get(code) ?? []);
  const cells = (box.widthPx < pulseLeastPx ? withoutPulse(slots, alarms, bed.device.deviceId) : slots).map((slot) =>
    slotCell(slot, bed),
  );
  const beside = drawable.map((wave) => cells.find((cell) => cell.slot.group === wave.group));
  const plan = planTile(box, cells, beside);
  const shownWaves = drawable.slice(0, plan.waves);
  const view = ({ slot }: SlotCell) => <SlotView key={slot.key} slot={slot} bed={bed} alarms={alarms} />;
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
            key={row[0]?.slot.key}
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

/** Returns the slots without the pulse, if there are many slots and a heart rate, and no alarm is about the pulse. */
function withoutPulse(slots: readonly Slot[], alarms: readonly Alarm[], deviceId: string): readonly Slot[] {
  if (slots.length < 5 || !slots.some((slot) => slot.group === 'HR')) return slots;
  return slots.filter((slot) => slot.group !== 'PR' || slotPriority(slot.values, alarms, deviceId) !== undefined);
}
