/**
 * The other devices at a bed, below the numbers of the main device. The name of each device stands above its numbers,
 * so that nobody confuses the numbers of two devices.
 */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import { readoutPriority, readoutsOf } from '../core/numerics.ts';
import { columnsOf, type ReadoutCell, readoutCell } from '../core/readout-cell.ts';
import { t } from '../core/texts.ts';
import { leastHeightPx, packedRows } from '../core/tile-plan.ts';
import { BedState } from './bed-state.tsx';
import { PatientLink } from './patient-link.tsx';
import { ReadoutView } from './readout.tsx';

export type Companion = { readonly bed: Bed; readonly alarms: readonly Alarm[] };

type CompanionPlan = Companion & {
  /** The rows of numbers that fit on the tile. */
  readonly rows: readonly (readonly ReadoutCell[])[];
  readonly rowPx: number;
  /** How many numbers do not fit. */
  readonly hidden: number;
};

const headPx = 20;
/** Maximum height of all companions together, as a share of the tile's height. */
const shareMax = 0.45;

/** Returns the numbers of each companion that fit on a tile of this size, and the height of all companions. */
export function companionPlan(companions: readonly Companion[], widthPx: number, heightPx: number) {
  const eachPx = (heightPx * shareMax) / Math.max(1, companions.length);
  const plans = companions.map((companion): CompanionPlan => {
    const { bed, alarms } = companion;
    const isAlarming = ({ readout }: ReadoutCell) =>
      readoutPriority(readout.values, alarms, bed.device.deviceId) !== undefined;
    // If not all numbers fit, numbers with an alarm come first, so that the tile shows them.
    const cells = readoutsOf(bed.values)
      .map((readout) => readoutCell(readout, bed))
      .sort((a, b) => Number(isAlarming(b)) - Number(isAlarming(a)));
    const rowPx = leastHeightPx(cells);
    const rows = packedRows(cells, widthPx).slice(0, Math.max(1, Math.floor((eachPx - headPx) / rowPx)));
    return { ...companion, rows, rowPx, hidden: cells.length - rows.flat().length };
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
              <PatientLink associationId={bed.associationId}>{deviceId}</PatientLink>
              {!bed.occupied && <span class="companion__remark">{t('no patient assigned')}</span>}
              {hidden > 0 && <span class="dim">{t('+{n} number|+{n} numbers', { n: hidden })}</span>}
              <BedState bed={bed} />
            </p>
            {rows.map((row) => (
              <div
                key={row[0]!.readout.key}
                class="companion__numbers"
                style={{ gridTemplateColumns: columnsOf(row), height: `${rowPx}px` }}
              >
                {row.map(({ readout }) => (
                  <ReadoutView key={readout.key} readout={readout} bed={bed} alarms={alarms} />
                ))}
              </div>
            ))}
          </section>
        );
      })}
    </>
  );
}
