/** Alarms as rows, in the one order; while somebody points at them, no row moves and new ones come last. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol.ts';
import { gravest, lookOf, marks } from '../core/alarm-order.ts';
import { placeText } from '../core/numerics.ts';
import { type Rows, rowsOf } from '../core/row-order.ts';
import { useApp } from '../shell/app.ts';
import { AlarmRow } from './alarm-row.tsx';
import { useHand } from './hand.ts';

type AlarmListProps = {
  /** In order. */
  alarms: readonly Alarm[];
  rowsMax: number;
  /** What stands here without any alarm. */
  none: string;
  bedOf: (alarm: Alarm) => Bed | undefined;
};

export function AlarmList({ alarms, rowsMax, none, bedOf }: AlarmListProps) {
  const hand = useHand();
  const last = useRef<Rows>({ rows: [], fresh: [] });
  const box = useRef<HTMLDivElement>(null);
  const shown = rowsOf(last.current, alarms, hand.points.value, rowsMax);
  last.current = shown;
  useKeptFocus(box);
  const more = alarms.length - shown.rows.length;
  return (
    <div class="alarms__box" ref={box} {...hand.on}>
      {shown.rows.length === 0 ? (
        <p class="alarms__none">{none}</p>
      ) : (
        <ul class="alarms__list">
          {shown.rows.map(({ alarm, gone }) => (
            <AlarmRow key={alarm.alarmId} alarm={alarm} bed={bedOf(alarm)} gone={gone} />
          ))}
          {more > 0 && <li class="alarms__rest">and {more} more</li>}
        </ul>
      )}
      {shown.fresh.length > 0 && <Fresh alarms={shown.fresh} bedOf={bedOf} />}
    </div>
  );
}

/** Below the rows, so that it moves none of them: what came while somebody pointed at the list. */
function Fresh({ alarms, bedOf }: { alarms: readonly Alarm[]; bedOf: (alarm: Alarm) => Bed | undefined }) {
  const app = useApp();
  const top = gravest(alarms);
  if (!top) return null;
  return (
    <p class="alarms__fresh" data-testid="fresh-alarms">
      <span class={`tile__chip look look--${top.priority} is-${lookOf(top)}`} data-mark={marks[top.priority]}>
        {marks[top.priority]}
      </span>
      <span>
        {alarms.length} new at the end: {placeText(bedOf(top), top.deviceId, app.ward.value === '*')} {top.text}
      </span>
    </p>
  );
}

/** The focus stays on its alarm, wherever the row goes; where the button has gone, on the row's link. */
function useKeptFocus(box: { current: HTMLElement | null }) {
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && box.current?.contains(active) ? active : undefined;
  const alarmId = focused?.closest<HTMLElement>('[data-alarm]')?.dataset.alarm;
  useLayoutEffect(() => {
    if (!focused || alarmId === undefined || document.activeElement === focused) return;
    const row = [...(box.current?.querySelectorAll<HTMLElement>('[data-alarm]') ?? [])].find(
      (one) => one.dataset.alarm === alarmId,
    );
    const target = focused.isConnected ? focused : row?.querySelector('a');
    target?.focus({ preventScroll: true });
  });
}
