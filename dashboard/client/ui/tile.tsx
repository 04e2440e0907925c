/** The tile of a bed: patient, alarm line, waves and numbers. */

import { useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import {
  alarmsBesideHeadline,
  frameOf,
  headlineAlarm,
  listedAlarms,
  lookOf,
  possibleRemarks,
  priorityMarks,
  remarksOf,
  widestAlarmText,
} from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import type { PlacedBed } from '../core/bed-groups.ts';
import { type BedNameFit, fitBedName } from '../core/bed-name.ts';
import { priorityNames } from '../core/name-words.ts';
import { patientName, readoutsOf } from '../core/numerics.ts';
import { adviceText, totalText } from '../core/score-words.ts';
import { t } from '../core/texts.ts';
import {
  alarmRoomPx,
  alarmStripPx,
  compactStripPx,
  type TileHead as HeadTexts,
  headHeightPx,
  noticeStripPx,
  textLength,
  textScale,
  tileEdgePx,
} from '../core/tile-texts.ts';
import { useApp } from '../shell/app.ts';
import { marksAlarm, namesAlarm } from '../shell/shown-alarms.ts';
import { Reserve } from './alarm-row.tsx';
import { BedName } from './bed-name.tsx';
import { alarmLineText, BedState, stateText } from './bed-state.tsx';
import { type Companion, Companions, companionPlan } from './companions.tsx';
import { TileDelivery, useTileDeliveryRoom } from './delivery.tsx';
import { useCommonBeat } from './flash.ts';
import { memo } from './memo.ts';
import { PatientLink } from './patient-link.tsx';
import { TileBody } from './tile-body.tsx';

type TileProps = {
  bed: PlacedBed;
  alarms: readonly Alarm[];
  /** The other devices at the bed. */
  companions: readonly Companion[];
  widthPx: number;
  heightPx: number;
  showWard: boolean;
  /** Whether the tile shows numbers and alarms without waves. */
  isCompact: boolean;
  cellScale: number;
};

/** A tile is drawn again only when its own bed, alarms or size change, and not after each change in the ward. */
export const Tile = memo(function Tile(props: TileProps) {
  const app = useApp();
  const { bed, alarms, companions, isCompact } = props;
  // The alarm line and the frame are about all devices at the bed. A number has the colour of an alarm only if the
  // alarm comes from the number's own device.
  const bedAlarms =
    companions.length === 0
      ? alarms
      : listedAlarms([...alarms, ...companions.flatMap((companion) => companion.alarms)]);
  const headline = headlineAlarm(bedAlarms);
  const hiddenAlarms = alarmsBesideHeadline(bedAlarms, headline);
  const frame = frameOf(bedAlarms);
  const box = useRef<HTMLElement>(null);
  const flashingAlarms = [headline, ...hiddenAlarms.named].filter((alarm) => alarm && isUnanswered(alarm));
  useCommonBeat(box, flashingAlarms.map((alarm) => `${alarm!.alarmId}${lookOf(alarm!)}`).join() || undefined);
  const name = bed.patient ? patientName(bed.patient) : bed.occupied ? t('Patient') : t('No patient');
  const widthPx = props.widthPx - 2 * tileEdgePx;
  const plan = companionPlan(isCompact ? noCompanions : companions, widthPx, props.heightPx);
  const deliveryRoom = useTileDeliveryRoom(headline);
  const longestWords = isCompact ? [] : [...longestAlarmTexts(headline, bedAlarms), ...deliveryRoom];
  const notice = isCompact ? undefined : alarmLineText(bed, app.now.peek());
  const scale = textScale(props.widthPx, props.heightPx, isCompact);
  const length = headline && textLength(alarmText(headline), isCompact);
  const stripPx = headline
    ? isCompact
      ? compactStripPx(compactAlarmText(headline, hiddenAlarms), widthPx / scale, headline.priority, length)
      : alarmStripPx(longestWords, widthPx / scale, headline.priority, length)
    : noticeStripPx(notice ?? '', widthPx / scale);
  // Uses `peek`, because these texts change so rarely that the tile need not be drawn again at each tick.
  const headPx = headHeightPx(headOf(bed, props.showWard, app.now.peek()), widthPx / scale, isCompact);
  const abovePx = (headPx + stripPx) * scale + 2 * tileEdgePx;
  return (
    <article
      ref={box}
      class={`tile${isCompact ? ' tile--compact' : ''}${frame ? ` tile--${frame.priority}${frame.flashes ? '' : ' tile--steady'}` : ''}`}
      style={{ '--tile-px': `${scale}px` }}
      data-testid={`bed-${bed.bed}`}
      data-acts-area
      data-association={bed.associationId}
      data-priority={frame?.priority ?? 'none'}
      data-flashes={frame?.flashes ?? false}
      aria-label={t('Bed {bed}, {name}', { bed: bed.bed, name })}
    >
      <TileHead
        bed={bed}
        name={name}
        showWard={props.showWard}
        bedFit={fitBedName(bed.bed, widthPx / scale, isCompact)}
      />
      <AlarmLine alarm={headline} hidden={hiddenAlarms} notice={notice} room={longestWords} isCompact={isCompact} />
      <TileBody
        bed={bed}
        alarms={alarms}
        box={{ widthPx, heightPx: props.heightPx - plan.heightPx - abovePx }}
        alarmRoomPx={Math.max(0, alarmRoomPx(widthPx / scale, isCompact) - stripPx) * scale}
        isCompact={isCompact}
        scale={scale}
        cellScale={props.cellScale}
        elsewhere={isCompact ? numbersOf(companions) : 0}
      />
      <Companions plan={plan} />
    </article>
  );
});

/** Returns the texts in the head of a tile. The height of the head depends on these texts. */
function headOf(bed: PlacedBed, showWard: boolean, nowMs: number): HeadTexts {
  return {
    bed: bed.bed,
    hasNotice: bed.notices.length > 0,
    hasSoundOffMark: bed.device.sound !== undefined,
    ward: showWard ? bed.ward : null,
    // If a score becomes outdated, its room stays until the tile is drawn again.
    score: totalText(bed.scores, nowMs),
    state: stateText(bed, nowMs),
  };
}

/** The head of a tile: bed, patient, nurse, ward, score and marks. */
function TileHead(props: { bed: PlacedBed; name: string; showWard: boolean; bedFit: BedNameFit }) {
  const { bed, name, showWard, bedFit } = props;
  const bedName = bed.bed;
  const nurse = bed.nurse === undefined ? undefined : t('Nurse: {nurse}', { nurse: bed.nurse });
  return (
    <header class="tile__head">
      <PatientLink
        class={`tile__bed${bedFit.isWide ? ' tile__bed--wide' : ''}${bedFit.lines > 1 || bedFit.isWide ? ' tile__bed--long' : ''}`}
        style={{ '--bed-letters': bedFit.fontPx }}
        associationId={bed.associationId}
        data-testid={`open-${bedName}`}
        title={t('{bedName}, {name}{part}{part2}: open', {
          bedName,
          name,
          part: bed.ward === null ? '' : `, ${bed.ward}`,
          part2: nurse === undefined ? '' : `, ${nurse}`,
        })}
        aria-label={t('{bedName}, {name}: open', { bedName, name })}
      >
        <span>
          <BedName name={bedName} />
        </span>
      </PatientLink>
      <span class="tile__people">
        <span class={`tile__name${bed.patient ? '' : ' dim'}`} title={name} data-may-shorten>
          {name}
        </span>
        {nurse !== undefined && (
          <span class="tile__nurse dim" title={nurse} data-may-shorten data-testid="tile-nurse">
            {nurse}
          </span>
        )}
      </span>
      {showWard && (
        <span class="tile__ward dim" title={bed.ward} data-may-shorten>
          {bed.ward}
        </span>
      )}
      <TileScore bed={bed} />
      <BedState bed={bed} />
    </header>
  );
}

function TileScore({ bed }: { bed: Bed }) {
  const nowMs = useApp().now.value;
  const score = totalText(bed.scores, nowMs);
  if (score === undefined || bed.scores === null) return null;
  return (
    <span class="tile__score" title={adviceText(bed.scores, nowMs)} data-testid="tile-score">
      {score}
    </span>
  );
}

const noCompanions: readonly Companion[] = [];

/** Returns how many numbers the other devices at the bed have. */
function numbersOf(companions: readonly Companion[]): number {
  return companions.reduce((sum, { bed }) => sum + readoutsOf(bed.values).length, 0);
}

/** Returns the text of the alarm line of a compact tile. */
function compactAlarmText(alarm: Alarm, { count, named }: ReturnType<typeof alarmsBesideHeadline>): string {
  const others = count === 0 ? [] : [`+${count}`, ...named.map(({ priority }) => priorityMarks[priority])];
  return [priorityMarks[alarm.priority], alarmText(alarm), ...others].join(' ');
}

/**
 * Returns the longest texts that the alarm line may show while the bed has these alarms. The line reserves room for
 * these texts.
 */
function longestAlarmTexts(headline: Alarm | undefined, ofBed: readonly Alarm[]): string[] {
  if (!headline) return [];
  // Uses only texts with the length class of the shown text, because the size of the letters depends on this class.
  const length = textLength(alarmText(headline), false);
  const texts = ofBed
    .filter((alarm) => textLength(alarmText(alarm), false) === length)
    .map(widestAlarmText)
    .toSorted((a, b) => b.length - a.length);
  return [
    priorityMarks[headline.priority],
    texts[0] ?? alarmText(headline),
    ...possibleRemarks(headline),
    '+99 *** **',
  ];
}

function AlarmLine(props: {
  alarm: Alarm | undefined;
  hidden: ReturnType<typeof alarmsBesideHeadline>;
  notice: string | undefined;
  room: readonly string[];
  isCompact: boolean;
}) {
  const { alarm, notice, isCompact } = props;
  if (!alarm) return notice === undefined ? null : <p class="tile__alarm tile__alarm--none">{notice}</p>;
  return (
    <p
      class={`tile__alarm tile__alarm--${alarm.priority} tile__alarm--${textLength(alarmText(alarm), isCompact)} is-${lookOf(alarm)}`}
      data-testid="tile-alarm"
      {...namesAlarm(alarm)}
      data-look={lookOf(alarm)}
    >
      <span class="tile__words">
        <span class="tile__mark">{priorityMarks[alarm.priority]}</span>
        <span class="tile__text">{alarmText(alarm)}</span>
        {!isCompact && <Remarks alarm={alarm} />}
        {props.hidden.count > 0 && <HiddenAlarms hidden={props.hidden} />}
      </span>
      <Reserve class="tile__words tile__room" texts={props.room} />
    </p>
  );
}

/** Remarks about the alarm. A compact tile does not show them, because the list of alarms has them. */
function Remarks({ alarm }: { alarm: Alarm }) {
  return (
    <>
      {!isUnanswered(alarm) && <span class="tile__remark">{t('acknowledged')}</span>}
      {remarksOf(alarm).map((word) => (
        <span key={word} class="tile__remark">
          {word}
        </span>
      ))}
      <TileDelivery alarm={alarm} />
    </>
  );
}

/**
 * Shows for example `+2 ***`: how many alarms are not in the alarm line, and the marks of the most serious of these
 * alarms.
 */
function HiddenAlarms({ hidden }: { hidden: ReturnType<typeof alarmsBesideHeadline> }) {
  return (
    <span class="tile__more" data-testid="tile-more">
      +{hidden.count}
      {hidden.named.map((alarm) => (
        <span
          key={alarm.alarmId}
          class={`tile__chip look look--${alarm.priority} is-${lookOf(alarm)}`}
          data-mark={priorityMarks[alarm.priority]}
          title={`${alarmText(alarm)}${alarm.present ? '' : t(' (ended)')}`}
          data-priority={alarm.priority}
          data-look={lookOf(alarm)}
          {...marksAlarm(alarm)}
        >
          {priorityMarks[alarm.priority]}
          <span class="unseen"> {t('{priority} priority', { priority: priorityNames[alarm.priority] })}</span>
        </span>
      ))}
    </span>
  );
}
