/**
 * The other devices at a bed, below its tile's own numbers: each with its name, so that nobody takes a number for
 * another device's.
 */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import { slotPriority, slotsOf } from '../core/numerics.ts';
import { columnsOf, type SlotCell, slotCell } from '../core/slot-cell.ts';
import { leastHeightPx, packed } from '../core/tile-plan.ts';
import { BedState } from './bed-state.tsx';
import { SlotView } from './slot.tsx';
import { patientHref } from './top-bar.tsx';

export type Companion = { readonly bed: Bed; readonly alarms: readonly Alarm[] };

type CompanionPlan = Companion & {
  /** The rows of numbers that have room, each number with its limits. */
  readonly rows: readonly (readonly SlotCell[])[];
  readonly rowPx: number;
  /** How many numbers have no room. */
  readonly hidden: number;
};

const headPx = 20;
/** The part of a tile's height for all companions together. */
const shareMax = 0.45;

/** The numbers of each companion that fit on a tile of this size, and the part of its height that they take. */
export function companionPlan(companions: readonly Companion[], widthPx: number, heightPx: number) {
  const each = (heightPx * shareMax) / Math.max(1, companions.length);
  const plans = companions.map((one): CompanionPlan => {
    const { bed, alarms } = one;
    const isAlarming = ({ slot }: SlotCell) => slotPriority(slot.values, alarms, bed.device.deviceId) !== undefined;
    // If not all fit, those that alarm come first.
    const cells = slotsOf(bed.values)
      .map((slot) => slotCell(slot, bed))
      .sort((a, b) => Number(isAlarming(b)) - Number(isAlarming(a)));
    const rowPx = leastHeightPx(cells);
    const rows = packed(cells, widthPx).slice(0, Math.max(1, Math.floor((each - headPx) / rowPx)));
    return { ...one, rows, rowPx, hidden: cells.length - rows.flat().length };
  });
  return { plans, heightPx: plans.reduce((sum, { rows, rowPx }) => sum + headPx + rows.length * rowPx, 0) };
}

export function Companions({ plan }: { plan: ReturnType<typeof companionPlan> }) {
  return (
    <>
      {plan.plans.map(({ bed, alarms, rows, rowPx, hidden }) => {
        const { deviceId } = bed.device;
        return (
          <section key={bed.associationId} class="companion" data-testid={`companion-${deviceId}`}>
            <p class="companion__head">
              <a href={patientHref(bed.associationId)}>{deviceId}</a>
              {!bed.occupied && <span class="companion__remark">no patient assigned</span>}
              {hidden > 0 && <span class="dim">+{hidden} numbers</span>}
              <BedState bed={bed} />
            </p>
            {rows.map((row) => (
              <div
                key={row[0]!.slot.key}
                class="companion__numbers"
                style={{ gridTemplateColumns: columnsOf(row), height: `${rowPx}px` }}
              >
                {row.map(({ slot }) => (
                  <SlotView key={slot.key} slot={slot} bed={bed} alarms={alarms} />
                ))}
              </div>
            ))}
          </section>
        );
      })}
    </>
  );
}
