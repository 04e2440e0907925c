/** The tile of a bed: patient, alarm line, waves and numbers. */
import { useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { alarmText } from '../../../contracts/alarm-text.ts';
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
import type { PlacedBed } from '../core/bed-groups.ts';
import { patientName } from '../core/numerics.ts';
import { adviceText, totalText } from '../core/score-words.ts';
import { headHeightPx, stripHeightPx, textScale } from '../core/tile-plan.ts';
import { useApp } from '../shell/app.ts';
import { marksAlarm, namesAlarm } from '../shell/shown-alarms.ts';
import { Reserve } from './alarm-row.tsx';
import { alarmLineText, BedState, stateText } from './bed-state.tsx';
import { type Companion, Companions, companionPlan } from './companions.tsx';
import { TileDelivery, useTileDeliveryRoom } from './delivery.tsx';
import { useCommonBeat } from './flash.ts';
import { memo } from './memo.ts';
import { TileBody } from './tile-body.tsx';
import { patientHref } from './top-bar.tsx';

/** Width of the line around a tile. */
const edgePx = 1;

type TileProps = {
  bed: PlacedBed;
  alarms: readonly Alarm[];
  /** The other devices at the bed. */
  companions: readonly Companion[];
  widthPx: number;
  heightPx: number;
  showWard: boolean;
};

/** A tile is drawn again only when its own bed, alarms or size change, not at each change in the ward. */
export const Tile = memo(function Tile(props: TileProps) {
  const app = useApp();
  const { bed, alarms, companions } = props;
  // The alarm line and the frame are about all devices at the bed. A number is coloured only by alarms of its own device.
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
  const name = bed.patient ? patientName(bed.patient) : bed.occupied ? 'Patient' : 'No patient';
  const bedName = bed.bed;
  const nurse = bed.nurse === undefined ? undefined : `Nurse: ${bed.nurse}`;
  const widthPx = props.widthPx - 2 * edgePx;
  const plan = companionPlan(companions, widthPx, props.heightPx);
  const longestWords = [...longestAlarmTexts(headline, bedAlarms), ...useTileDeliveryRoom(headline)];
  const scale = textScale(props.widthPx, props.heightPx);
  // `peek`: a score that becomes outdated needs no new drawing of the tile. Its room stays until the next drawing.
  const score = totalText(bed.scores, app.now.peek());
  const head = {
    bed: bedName,
    hasNotice: bed.notices.length > 0,
    hasSoundOffMark: bed.device.sound !== undefined,
    ward: props.showWard ? bed.ward : null,
    score,
    // `peek`: the text changes with the clock only at midnight, so the tile need not be drawn at each tick.
    state: stateText(bed, app.now.peek()),
  };
  const linesPx = headHeightPx(head, widthPx / scale) + stripHeightPx(longestWords.join(' '), widthPx / scale);
  const abovePx = linesPx * scale + 2 * edgePx;
  return (
    <article
      ref={box}
      class={`tile${frame ? ` tile--${frame.priority}${frame.flashes ? '' : ' tile--steady'}` : ''}`}
      style={{ '--tile-px': `${scale}px` }}
      data-testid={`bed-${bedName}`}
      data-acts-area
      data-association={bed.associationId}
      data-priority={frame?.priority ?? 'none'}
      data-flashes={frame?.flashes ?? false}
      aria-label={`Bed ${bedName}, ${name}`}
    >
      <header class="tile__head">
        <a
          class="tile__bed"
          href={patientHref(bed.associationId)}
          data-testid={`open-${bedName}`}
          title={`${bedName}, ${name}${bed.ward === null ? '' : `, ${bed.ward}`}${nurse === undefined ? '' : `, ${nurse}`}: open`}
          aria-label={`${bedName}, ${name}: open`}
        >
          {bedName}
        </a>
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
        {props.showWard && (
          <span class="tile__ward dim" title={bed.ward} data-may-shorten>
            {bed.ward}
          </span>
        )}
        <TileScore bed={bed} />
        <BedState bed={bed} />
      </header>
      <AlarmLine
        alarm={headline}
        hidden={hiddenAlarms}
        notice={alarmLineText(bed, app.now.peek())}
        room={longestWords}
      />
      <TileBody bed={bed} alarms={alarms} box={{ widthPx, heightPx: props.heightPx - plan.heightPx - abovePx }} />
      <Companions plan={plan} />
    </article>
  );
});

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

/** Returns the longest texts that the alarm line may show while the bed has these alarms. The line reserves room for them. */
function longestAlarmTexts(headline: Alarm | undefined, ofBed: readonly Alarm[]): string[] {
  if (!headline) return [];
  const texts = ofBed.map(widestAlarmText).toSorted((a, b) => b.length - a.length);
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
}) {
  const { alarm, notice } = props;
  if (!alarm) return <p class="tile__alarm tile__alarm--none">{notice}</p>;
  return (
    <p
      class={`tile__alarm tile__alarm--${alarm.priority} is-${lookOf(alarm)}`}
      data-testid="tile-alarm"
      {...namesAlarm(alarm)}
      data-look={lookOf(alarm)}
    >
      <span class="tile__words">
        <span class="tile__mark">{priorityMarks[alarm.priority]}</span>
        <span class="tile__text">{alarmText(alarm)}</span>
        {!isUnanswered(alarm) && <span class="tile__remark">acknowledged</span>}
        {remarksOf(alarm).map((word) => (
          <span key={word} class="tile__remark">
            {word}
          </span>
        ))}
        <TileDelivery alarm={alarm} />
        {props.hidden.count > 0 && <HiddenAlarms hidden={props.hidden} />}
      </span>
      <Reserve class="tile__words tile__room" words={props.room} />
    </p>
  );
}

/** Shows `+2 ***`: the number of alarms that are not in the alarm line, and the marks of the most serious of them. */
function HiddenAlarms({ hidden }: { hidden: ReturnType<typeof alarmsBesideHeadline> }) {
  return (
    <span class="tile__more" data-testid="tile-more">
      +{hidden.count}
      {hidden.named.map((alarm) => (
        <span
          key={alarm.alarmId}
          class={`tile__chip look look--${alarm.priority} is-${lookOf(alarm)}`}
          data-mark={priorityMarks[alarm.priority]}
          title={`${alarmText(alarm)}${alarm.present ? '' : ' (ended)'}`}
          data-priority={alarm.priority}
          data-look={lookOf(alarm)}
          {...marksAlarm(alarm)}
        >
          {priorityMarks[alarm.priority]}
          <span class="unseen"> {alarm.priority} priority</span>
        </span>
      ))}
    </span>
  );
}
