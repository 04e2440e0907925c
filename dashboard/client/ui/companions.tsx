/** The other devices at a bed, below its tile's own numbers: each with its name, so that no number is taken for another device's. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol.ts';
import { slotPriority, slotsOf } from '../core/numerics.ts';
import { BedState } from './bed-state.tsx';
import { SlotView } from './slot.tsx';
import { patientHref } from './top-bar.tsx';

export type Companion = { readonly bed: Bed; readonly alarms: readonly Alarm[] };

const headPx = 20;
const rowPx = 48;
/** Narrower, and a number with its limits does not fit. */
const slotLeastPx = 98;
/** Of a tile's height, for all companions together. */
const shareMax = 0.45;

/** How many numbers of each companion a tile of this size has room for, and what they take of its height. */
export function companionPlan(companions: readonly Companion[], widthPx: number, heightPx: number) {
  const columns = Math.max(1, Math.floor(widthPx / slotLeastPx));
  const each = (heightPx * shareMax) / Math.max(1, companions.length);
  const rowsMax = Math.max(1, Math.floor((each - headPx) / rowPx));
  const rows = companions.map(({ bed }) => Math.min(rowsMax, Math.ceil(slotsOf(bed.values).length / columns)));
  return { columns, rows, heightPx: rows.reduce((sum, count) => sum + headPx + count * rowPx, 0) };
}

export function Companions(props: { companions: readonly Companion[]; plan: ReturnType<typeof companionPlan> }) {
  const { columns, rows } = props.plan;
  return (
    <>
      {props.companions.map(({ bed, alarms }, at) => {
        const { deviceId } = bed.device;
        const alarming = (slot: ReturnType<typeof slotsOf>[number]) =>
          slotPriority(slot.values, alarms, deviceId) !== undefined;
        // Where not all have room, those that alarm come first.
        const slots = slotsOf(bed.values).sort((a, b) => Number(alarming(b)) - Number(alarming(a)));
        const shown = slots.slice(0, columns * rows[at]!);
        return (
          <section key={bed.associationId} class="companion" data-testid={`companion-${deviceId}`}>
            <p class="companion__head">
              <a href={patientHref(bed.associationId)}>{deviceId}</a>
              {!bed.occupied && <span class="companion__remark">no patient assigned</span>}
              {shown.length < slots.length && <span class="dim">+{slots.length - shown.length} numbers</span>}
              <BedState bed={bed} />
            </p>
            <div class="companion__numbers" style={{ '--number-columns': columns }}>
              {shown.map((slot) => (
                <SlotView key={slot.key} slot={slot} bed={bed} alarms={alarms} />
              ))}
            </div>
          </section>
        );
      })}
    </>
  );
}
