/**
 * The lines of alarms above the charts: one line for each priority. A mark, whose shape shows the priority, stands
 * where an alarm began.
 */
import { priorities } from '../../../contracts/priorities.ts';
import type { Trends } from '../../protocol/trends.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { t } from '../core/texts.ts';
import { alarmCountText, alarmMarks, unknownMarksTexts } from '../core/trend-alarms.ts';

/** Shapes in a box of 10 × 10: a triangle, a diamond and a disc. */
const shapes = {
  high: <path d="M5 0 10 10H0Z" />,
  medium: <path d="M5 0 10 5 5 10 0 5Z" />,
  low: <circle cx="5" cy="5" r="4" />,
} as const;

export function TrendAlarms({ trends }: { trends: Trends }) {
  const { marks } = trends;
  const drawn = alarmMarks(marks.alarms, trends);
  const unknown = unknownMarksTexts(trends);
  return (
    <div class="trend-alarms" data-testid="trend-alarms">
      {priorities.map((priority) => (
        <div key={priority} class={`trend-alarms__row trend-alarms__row--${priority}`} aria-hidden="true">
          <span class="trend-alarms__name">{priorityMarks[priority]}</span>
          <span class="trend-alarms__lane">
            {drawn
              .filter((mark) => mark.priority === priority)
              .map(({ alarmId, left, width, isBegunBefore }) => (
                <span
                  key={alarmId}
                  class="trend-alarms__bar"
                  data-testid={`trend-alarm-${alarmId}`}
                  style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
                >
                  {!isBegunBefore && (
                    <svg class="trend-alarms__mark" viewBox="0 0 10 10" aria-hidden="true">
                      {shapes[priority]}
                    </svg>
                  )}
                </span>
              ))}
          </span>
        </div>
      ))}
      <p class="unseen" data-testid="trend-alarm-count">
        {t('In this time: {alarmCount}.', { alarmCount: alarmCountText(marks.alarms) })}
      </p>
      {unknown.length > 0 && (
        <p class="dim" data-testid="trend-marks-unknown">
          {unknown.join(' ')}
        </p>
      )}
    </div>
  );
}
