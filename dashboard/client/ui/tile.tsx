/** One bed: who lies there, what is wrong, the waves and beside each its number. */
import { useRef } from 'preact/hooks';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { type Wave, waves } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol.ts';
import { behind, foremost, frameOf, isUnanswered, listed, lookOf, marks, remarks } from '../core/alarm-order.ts';
import { numberGrid, type SlotSize, slotSize } from '../core/grid.ts';
import { patientName, type Slot, slotPriority, slotsOf } from '../core/numerics.ts';
import { tileWaves } from '../core/wave-choice.ts';
import { BedState, bedNotice } from './bed-state.tsx';
import { type Companion, Companions, companionPlan } from './companions.tsx';
import { useCommonBeat } from './flash.ts';
import { memo } from './memo.ts';
import { SlotView } from './slot.tsx';
import { patientHref } from './top-bar.tsx';
import { WaveCanvas } from './waves.tsx';

/** A wave lower than this shows nothing. */
const waveRowLeastPx = 38;
const headPx = 54;
const restPx = 42;
/** Beside a wave a number may be larger than in a cell of its own: nothing stands below it. */
const columnSparePx = 18;

type TileProps = {
  bed: Bed;
  alarms: readonly Alarm[];
  /** The other devices at the bed. */
  companions: readonly Companion[];
  widthPx: number;
  heightPx: number;
  showWard: boolean;
};

/** Drawn again when the bed, its alarms or its place change, not whenever something of the ward does. */
export const Tile = memo(function Tile(props: TileProps) {
  const { bed, alarms, companions } = props;
  // The bed's line and frame speak for all of its devices; a number is marked by the alarms of its own device alone.
  const ofBed = companions.length === 0 ? alarms : listed([...alarms, ...companions.flatMap((one) => one.alarms)]);
  const plan = companionPlan(companions, props.widthPx, props.heightPx);
  const headline = foremost(ofBed);
  const hidden = behind(ofBed, headline);
  const frame = frameOf(ofBed);
  const box = useRef<HTMLElement>(null);
  const flashing = [headline, ...hidden.named].filter((alarm) => alarm && isUnanswered(alarm));
  useCommonBeat(box, flashing.map((alarm) => `${alarm!.alarmId}${lookOf(alarm!)}`).join() || undefined);
  const name = bed.patient ? patientName(bed.patient) : bed.occupied ? 'Patient' : 'No patient';
  const bedName = bed.bed ?? bed.device.deviceId;
  return (
    <article
      ref={box}
      class={`tile${frame ? ` tile--${frame.priority}${frame.flashes ? '' : ' tile--steady'}` : ''}${bed.ward === null ? ' tile--unassigned' : ''}`}
      data-testid={`bed-${bedName}`}
      data-acts-area
      data-association={bed.associationId}
      data-priority={frame?.priority ?? 'none'}
      data-flashes={frame?.flashes ?? false}
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
      <AlarmLine alarm={headline} hidden={hidden} notice={bedNotice(bed)} />
      <Body bed={bed} alarms={alarms} widthPx={props.widthPx} heightPx={props.heightPx - plan.heightPx} />
      <Companions companions={companions} plan={plan} />
    </article>
  );
});

function AlarmLine(props: { alarm: Alarm | undefined; hidden: ReturnType<typeof behind>; notice: string | undefined }) {
  const { alarm, notice } = props;
  if (!alarm) return <p class="tile__alarm tile__alarm--none">{notice}</p>;
  return (
    <p
      class={`tile__alarm tile__alarm--${alarm.priority} is-${lookOf(alarm)}`}
      data-testid="tile-alarm"
      data-look={lookOf(alarm)}
    >
      <span class="tile__mark">{marks[alarm.priority]}</span>
      <span class="tile__text">{alarm.text}</span>
      {!isUnanswered(alarm) && <span class="tile__remark">acknowledged</span>}
      {remarks(alarm).map((word) => (
        <span key={word} class="tile__remark">
          {word}
        </span>
      ))}
      {props.hidden.count > 0 && <Hidden hidden={props.hidden} />}
    </p>
  );
}

/** `+2 ***`: how many more there are, and the mark and colour of the gravest of them. */
function Hidden({ hidden }: { hidden: ReturnType<typeof behind> }) {
  return (
    <span class="tile__more" data-testid="tile-more">
      +{hidden.count}
      {hidden.named.map((alarm) => (
        <span
          key={alarm.alarmId}
          class={`tile__chip look look--${alarm.priority} is-${lookOf(alarm)}`}
          data-mark={marks[alarm.priority]}
          title={`${alarm.text}${alarm.present ? '' : ' (ended)'}`}
          data-priority={alarm.priority}
          data-look={lookOf(alarm)}
        >
          {marks[alarm.priority]}
          <span class="unseen"> {alarm.priority} priority</span>
        </span>
      ))}
    </span>
  );
}

function Body({ bed, alarms, widthPx, heightPx }: Omit<TileProps, 'showWard' | 'companions'>) {
  const slots = slotsOf(bed.values);
  const known = tileWaves(bed.waves).flatMap((code) => waves.get(code) ?? []);
  const bodyPx = heightPx - headPx;
  const beside = (wave: Wave) => slots.find((slot) => slot.group === wave.group);
  const fits = (rest: number) => Math.max(1, Math.floor((bodyPx - rest) / waveRowLeastPx));
  const shownWaves = known.slice(0, Math.min(known.length, fits(slots.length > known.length ? restPx : 0)));
  const taken = new Set(shownWaves.map(beside));
  const others = slots.filter((slot) => !taken.has(slot));
  const rest = others.length > 3 && widthPx < 420 ? withoutPulse(others, alarms, bed.device.deviceId) : others;
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
function withoutPulse(slots: readonly Slot[], alarms: readonly Alarm[], deviceId: string): Slot[] {
  return slots.filter((slot) => slot.group !== 'PR' || slotPriority(slot.values, alarms, deviceId) !== undefined);
}
