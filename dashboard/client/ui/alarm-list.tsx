/**
 * A list of alarms in the order of core/alarm-order.ts. While somebody points at the list, no row moves, and new alarms
 * come at the end. At other times, rows move at most once in a few seconds.
 */

import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import {
  alarmsBesideHeadline,
  lookOf,
  mostSeriousAlarm,
  priorityMarks,
  textsListedUnder,
} from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { priorityNames } from '../core/name-words.ts';
import { placeText } from '../core/numerics.ts';
import { noRows, type Rows, rowsOf, rowsRestMs } from '../core/row-order.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { marksAlarm } from '../shell/shown-alarms.ts';
import { AlarmRow } from './alarm-row.tsx';
import { useCommonBeat } from './flash.ts';
import { useHand } from './hand.ts';

type AlarmListProps = {
  /** The alarms in the order of core/alarm-order.ts. */
  alarms: readonly Alarm[];
  rowsMax: number;
  /** The text of a list without alarms. */
  emptyText: string;
  bedOf: (alarm: Alarm) => Bed | undefined;
};

export function AlarmList({ alarms, rowsMax, emptyText, bedOf }: AlarmListProps) {
  const app = useApp();
  const hand = useHand();
  const lastRows = useRef<Rows>(noRows);
  const isResting = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  const movement = hand.isPointing.value ? 'held' : isResting.value ? 'resting' : 'free';
  const isOnScreen = (alarm: Alarm) => bedOf(alarm) !== undefined;
  const shownRows = rowsOf(lastRows.current, alarms, movement, rowsMax, app.now.value, isOnScreen);
  lastRows.current = shownRows;
  useRest(isResting, shownRows.rows.map((row) => row.alarm.alarmId).join());
  useKeptFocus(box);
  const freshOutOfView = useOutOfView(box, shownRows.fresh);
  const textsUnder = textsListedUnder(app.screen.value?.alarms.values() ?? []);
  const alarmIdsWithRow = new Set(shownRows.rows.map((row) => row.alarm.alarmId));
  const alarmsWithoutRow = alarmsBesideHeadline(
    alarms.filter((alarm) => !alarmIdsWithRow.has(alarm.alarmId)),
    undefined,
  );
  return (
    <div class="alarms__box" ref={box} {...hand.on}>
      {shownRows.rows.length === 0 ? (
        <p class="alarms__none">{emptyText}</p>
      ) : (
        <ul class="alarms__list">
          {shownRows.rows.map(({ alarm, isGone }) => (
            <AlarmRow key={alarm.alarmId} alarm={alarm} bed={bedOf(alarm)} isGone={isGone} under={textsUnder(alarm)} />
          ))}
          {alarmsWithoutRow.count > 0 && (
            <li class="alarms__rest" data-testid="alarms-rest">
              {t('and {count} more', { count: alarmsWithoutRow.count })}
              {alarmsWithoutRow.named.map((alarm) => (
                <Chip key={alarm.alarmId} alarm={alarm} />
              ))}
            </li>
          )}
        </ul>
      )}
      <FreshAlarms alarms={freshOutOfView} bedOf={bedOf} />
    </div>
  );
}

/** Keeps the rows in their places for a while after their order has changed. */
function useRest(isResting: Signal<boolean>, order: string) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => {
    if (isResting.peek()) return;
    isResting.value = true;
    timer.current = setTimeout(() => {
      isResting.value = false;
    }, rowsRestMs);
  }, [order]);
  useEffect(() => () => clearTimeout(timer.current), []);
}

/**
 * Returns the alarms whose rows are not wholly in view. An alarm counts as out of view until the page has measured its
 * row.
 */
function useOutOfView(box: { current: HTMLElement | null }, alarms: readonly Alarm[]): readonly Alarm[] {
  const idsInView = useSignal<ReadonlySet<string>>(new Set());
  const measure = () => {
    const list = box.current?.querySelector('.alarms__list')?.getBoundingClientRect();
    const inView = new Set<string>();
    for (const { alarmId } of list ? alarms : []) {
      const row = box.current?.querySelector(`[data-alarm="${CSS.escape(alarmId)}"]`)?.getBoundingClientRect();
      const [top, bottom] = [Math.max(list!.top, 0), Math.min(list!.bottom, innerHeight)];
      if (row && row.top >= top - 1 && row.bottom <= bottom + 1) inView.add(alarmId);
    }
    const before = idsInView.peek();
    if (inView.size !== before.size || [...inView].some((id) => !before.has(id))) idsInView.value = inView;
  };
  // Runs at each drawing of the list, twice a second. So the rows are measured soon after a person scrolls.
  useLayoutEffect(measure);
  return alarms.filter(({ alarmId }) => !idsInView.value.has(alarmId));
}

/**
 * Names the alarms that came while somebody pointed at the list, and whose rows are out of view. The text is below the
 * rows, so that no row moves.
 */
function FreshAlarms({ alarms, bedOf }: { alarms: readonly Alarm[]; bedOf: (alarm: Alarm) => Bed | undefined }) {
  const app = useApp();
  const mostSerious = mostSeriousAlarm(alarms);
  if (!mostSerious) return null;
  return (
    <p class="alarms__fresh" data-testid="fresh-alarms">
      <Chip alarm={mostSerious} />
      <span>
        {t('{n} new out of view: {place} {alarm}', {
          n: alarms.length,
          place: placeText(bedOf(mostSerious), mostSerious.deviceId, app.ward.value === '*'),
          alarm: alarmText(mostSerious),
        })}
      </span>
    </p>
  );
}

/** The mark of an alarm without a row. So the page shows the most serious alarms and does not only count them. */
function Chip({ alarm }: { alarm: Alarm }) {
  const { priority } = alarm;
  const chip = useRef<HTMLSpanElement>(null);
  useCommonBeat(chip, isUnanswered(alarm) ? `${priority}${lookOf(alarm)}` : undefined);
  return (
    <span
      ref={chip}
      class={`tile__chip look look--${priority} is-${lookOf(alarm)}`}
      data-mark={priorityMarks[priority]}
      data-priority={priority}
      {...marksAlarm(alarm)}
      title={alarmText(alarm)}
    >
      {priorityMarks[priority]}
      <span class="unseen"> {t('{priority} priority', { priority: priorityNames[priority] })}</span>
    </span>
  );
}

/**
 * Keeps the focus on its alarm when the alarm's row moves. If the focused button is gone, focuses the link in the row.
 */
function useKeptFocus(box: { current: HTMLElement | null }) {
  const active = document.activeElement;
  const focused = active instanceof HTMLElement && box.current?.contains(active) ? active : undefined;
  const alarmId = focused?.closest<HTMLElement>('[data-alarm]')?.dataset.alarm;
  useLayoutEffect(() => {
    if (!focused || alarmId === undefined || document.activeElement === focused) return;
    const row = [...(box.current?.querySelectorAll<HTMLElement>('[data-alarm]') ?? [])].find(
      (element) => element.dataset.alarm === alarmId,
    );
    const target = focused.isConnected ? focused : row?.querySelector('a');
    target?.focus({ preventScroll: true });
  });
}
