/** One bed: who lies there, what is wrong, the waves and beside each its number. */
import { useRef } from 'preact/hooks';
import type { Alarm, Priority } from '../../../contracts/messages/alarms.ts';
import { type Wave, waves } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol.ts';
import { foremost, isUnanswered, marks, remarks } from '../core/alarm-order.ts';
import { numberGrid, type SlotSize, slotSize } from '../core/grid.ts';
import { patientName, type Slot, slotPriority, slotsOf } from '../core/numerics.ts';
import { tileWaves } from '../core/wave-choice.ts';
import { BedState, bedNotice } from './bed-state.tsx';
import { useCommonBeat } from './flash.ts';
import { SlotView } from './slot.tsx';
import { patientHref } from './top-bar.tsx';
import { WaveCanvas } from './waves.tsx';

/** A wave lower than this shows nothing. */
const waveRowLeastPx = 38;
const headPx = 54;
const restPx = 42;
/** Beside a wave a number may be larger than in a cell of its own: nothing stands below it. */
const columnSparePx = 18;

type TileProps = { bed: Bed; alarms: readonly Alarm[]; widthPx: number; heightPx: number; showWard: boolean };

export function Tile(props: TileProps) {
  const { bed, alarms } = props;
  const alarm = foremost(alarms);
  const urgent: Priority | undefined = alarm && isUnanswered(alarm) ? alarm.priority : undefined;
  const box = useRef<HTMLElement>(null);
  useCommonBeat(box, urgent);
  const name = bed.patient ? patientName(bed.patient) : bed.occupied ? 'Patient' : 'No patient';
  const bedName = bed.bed ?? bed.device.deviceId;
  return (
    <article
      ref={box}
      class={`tile${urgent ? ` tile--${urgent}` : ''}${bed.ward === null ? ' tile--unassigned' : ''}`}
      data-testid={`bed-${bedName}`}
      data-association={bed.associationId}
      data-priority={urgent ?? 'none'}
      aria-label={`${bed.ward === null ? 'Unassigned device' : 'Bed'} ${bedName}, ${name}`}
    >
      <header class="tile__head">
        <a
          class="tile__bed"
          href={patientHref(bed.associationId)}
          data-testid={`open-${bedName}`}
          title={`Open ${bedName}`}
          aria-label={`${bedName}, ${name}: open`}
        >
          {bedName}
        </a>
        <span class={`tile__name${bed.patient ? '' : ' dim'}`} title={name}>
          {bed.ward === null ? 'Unassigned' : name}
        </span>
        {props.showWard && bed.ward !== null && <span class="tile__ward dim">{bed.ward}</span>}
        <BedState bed={bed} />
      </header>
      <AlarmLine alarm={alarm} others={alarms.length - 1} notice={bedNotice(bed)} />
      <Body bed={bed} alarms={alarms} widthPx={props.widthPx} heightPx={props.heightPx} />
    </article>
  );
}

function AlarmLine(props: { alarm: Alarm | undefined; others: number; notice: string | undefined }) {
  const { alarm, notice } = props;
  if (!alarm) return <p class="tile__alarm tile__alarm--none">{notice}</p>;
  const open = isUnanswered(alarm);
  return (
    <p
      class={`tile__alarm ${open ? `tile__alarm--${alarm.priority}` : 'tile__alarm--answered'}`}
      data-testid="tile-alarm"
    >
      <span class="tile__mark">{marks[alarm.priority]}</span>
      <span class="tile__text">{alarm.text}</span>
      {!open && <span class="tile__remark">acknowledged</span>}
      {remarks(alarm).map((word) => (
        <span key={word} class="tile__remark">
          {word}
        </span>
      ))}
      {props.others > 0 && <span class="tile__more">+{props.others}</span>}
    </p>
  );
}

function Body({ bed, alarms, widthPx, heightPx }: Omit<TileProps, 'showWard'>) {
  const slots = slotsOf(bed.values);
  const known = tileWaves(bed.waves).flatMap((code) => waves.get(code) ?? []);
  const bodyPx = heightPx - headPx;
  const beside = (wave: Wave) => slots.find((slot) => slot.group === wave.group);
  const fits = (rest: number) => Math.max(1, Math.floor((bodyPx - rest) / waveRowLeastPx));
  const shownWaves = known.slice(0, Math.min(known.length, fits(slots.length > known.length ? restPx : 0)));
  const taken = new Set(shownWaves.map(beside));
  const others = slots.filter((slot) => !taken.has(slot));
  const rest = others.length > 3 && widthPx < 420 ? withoutPulse(others, alarms) : others;
  const view = (slot: Slot, size: SlotSize) => (
    <SlotView key={slot.key} slot={slot} bed={bed} alarms={alarms} size={size} />
  );
  if (slots.length === 0 && known.length === 0)
    return <div class="tile__body tile__body--empty">{bed.occupied ? 'No values yet' : 'No values'}</div>;
  if (known.length === 0) {
    const grid = numberGrid(slots.length, widthPx, bodyPx);
    return (
      <div class="tile__body tile__body--numbers" style={{ '--number-columns': grid.columns }}>
        {slots.map((slot) => view(slot, grid.size))}
      </div>
    );
  }
  const rowPx = (bodyPx - (rest.length > 0 ? restPx : 0)) / shownWaves.length;
  return (
    <div class="tile__body tile__body--waves">
      <div class="tile__sweep" style={{ '--wave-rows': shownWaves.length }}>
        <WaveCanvas associationId={bed.associationId} waves={shownWaves} />
        <div class="tile__column">
          {shownWaves.map((wave) => {
            const slot = beside(wave);
            return slot ? view(slot, slotSize(rowPx + columnSparePx)) : <div key={wave.code} class="slot slot--none" />;
          })}
        </div>
      </div>
      {rest.length > 0 && <div class="tile__rest">{rest.map((slot) => view(slot, 'small'))}</div>}
    </div>
  );
}

/** Beside a heart rate the pulse is the first to go where there is no room, unless it alarms. */
function withoutPulse(slots: readonly Slot[], alarms: readonly Alarm[]): Slot[] {
  return slots.filter((slot) => slot.group !== 'PR' || slotPriority(slot.values, alarms) !== undefined);
}
