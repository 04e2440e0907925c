/** The read-out of the trends: all values at one time. A person chooses the time with mouse, finger or keys. */

import type { Signal } from '@preact/signals';
import { parameters } from '../../../contracts/parameters.ts';
import type { MarkedAlarm } from '../../protocol/trends.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { priorityNames } from '../core/name-words.ts';
import { serverText } from '../core/server-texts.ts';
import { t } from '../core/texts.ts';
import { clockText, dayMinuteText, zonedText } from '../core/times.ts';
import { alarmsAt } from '../core/trend-alarms.ts';
import { cursorValueText, type EarlierReader, labelAndDigits, type ValueReader } from '../core/trend-cursor.ts';
import { isNewsCode, type NewsCode } from '../core/trend-scores.ts';
import { useTheme } from '../shell/theme.ts';
import { colourOf } from './trend-plot.ts';
import { type NewsParts, NewsPartsSwitch, PartsOfScore } from './trend-scores.tsx';

type TrendCursorProps = {
  /** The codes in the order of the charts. */
  codes: readonly string[];
  valueAt: ValueReader;
  /** Reads the values of the compared time; undefined if nothing is compared. */
  earlierAt: EarlierReader | undefined;
  stepMs: number;
  fromMs: number;
  toMs: number;
  cursorMs: Signal<number | undefined>;
  alarms: readonly MarkedAlarm[];
  newsParts: NewsParts;
};

export function TrendCursor(props: TrendCursorProps) {
  const { codes, valueAt, earlierAt, stepMs, fromMs, toMs, cursorMs, alarms, newsParts } = props;
  const theme = useTheme().theme.value;
  const chosenMs = cursorMs.value;
  const atMs = chosenMs !== undefined && chosenMs >= fromMs && chosenMs < toMs ? chosenMs : undefined;
  const firstStep = Math.ceil(fromMs / stepMs);
  const lastStep = Math.max(firstStep, Math.ceil(toMs / stepMs) - 1);
  const step = atMs === undefined ? lastStep : Math.max(firstStep, Math.floor(atMs / stepMs));
  const texts =
    atMs === undefined
      ? []
      : codes.map((code) => ({ code, ...textsOf(code, atMs, valueAt), earlier: earlierAt?.(code, atMs) }));
  const present = atMs === undefined ? [] : alarmsAt(alarms, atMs, stepMs);
  return (
    <div class="trend-cursor" data-testid="trend-readout">
      <div class="trend-cursor__head">
        <label class="trend-cursor__slider">
          <span class="unseen">{t('Time of the values')}</span>
          <input
            type="range"
            data-testid="trend-cursor"
            min={firstStep}
            max={lastStep}
            step={1}
            value={step}
            aria-valuetext={atMs === undefined ? t('no time is chosen') : spokenText(atMs, texts, present)}
            onInput={(event) => {
              cursorMs.value = Math.max(fromMs, Number(event.currentTarget.value) * stepMs);
            }}
          />
        </label>
        {atMs === undefined ? (
          <span class="dim">{t('Move the slider or point at a chart to read all values at one time.')}</span>
        ) : (
          <>
            <strong data-testid="trend-cursor-time">{zonedText(atMs)}</strong>
            <button
              class="button button--small"
              type="button"
              data-testid="trend-cursor-clear"
              onClick={() => {
                cursorMs.value = undefined;
              }}
            >
              {t('Remove')}
            </button>
            {codes.some(isNewsCode) && <NewsPartsSwitch parts={newsParts} />}
          </>
        )}
      </div>
      {atMs !== undefined && (
        <dl class="trend-cursor__values">
          {texts.map(({ code, value, unit, since, earlier }) => (
            <div key={code} class="trend-cursor__value" data-testid={`trend-value-${code}`}>
              <dt style={{ '--colour': colourOf(code, theme) }}>{labelAndDigits(code).label}</dt>
              <dd>
                {value}
                {unit !== undefined && <span class="dim"> {unit}</span>}
                {since !== undefined && <span class="dim"> {t('of {since}', { since })}</span>}
                {earlier !== undefined && (
                  <span class="trend-cursor__earlier" data-testid={`trend-earlier-${code}`}>
                    {earlier}
                  </span>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {newsParts.isOn && atMs !== undefined && (
        <PartsAtCursor answer={newsParts.answer} codes={codes.filter(isNewsCode)} atMs={atMs} valueAt={valueAt} />
      )}
      {present.length > 0 && (
        <ul class="trend-cursor__alarms" aria-label={t('Alarms at this time')} data-testid="trend-cursor-alarms">
          {present.slice(0, alarmsMax).map((alarm) => (
            <li key={alarm.alarmId}>
              {priorityMarks[alarm.priority]} {serverText(alarm.text)} <span class="dim">{timesText(alarm)}</span>
            </li>
          ))}
          {present.length > alarmsMax && <li>{t('and {more} more', { more: present.length - alarmsMax })}</li>}
        </ul>
      )}
    </div>
  );
}

type PartsProps = {
  answer: NewsParts['answer'];
  codes: readonly NewsCode[];
  atMs: number;
  valueAt: ValueReader;
};

/** The parts of the scores that the read-out shows. */
function PartsAtCursor({ answer, codes, atMs, valueAt }: PartsProps) {
  return (
    <div class="trend-cursor__parts">
      {codes.map((code) => {
        const read = valueAt(code, atMs);
        return read && <PartsOfScore key={code} answer={answer} code={code} stepAtMs={read.atMs} shown={read.max} />;
      })}
    </div>
  );
}

type Texts = { readonly value: string; readonly unit: string | undefined; readonly since: string | undefined };

/**
 * Returns the value of a code as text; `–` without a value. If the value is from an earlier step than the step of the
 * cursor, the text has the time of the value.
 */
function textsOf(code: string, atMs: number, valueAt: ValueReader): Texts {
  const read = valueAt(code, atMs);
  if (read === undefined) return { value: '–', unit: undefined, since: undefined };
  return {
    value: cursorValueText(code, read),
    unit: parameters.get(code)?.unitLabel,
    since: read.isEarlier ? clockText(read.atMs) : undefined,
  };
}

/** Maximum number of alarms in the read-out. */
const alarmsMax = 4;

function timesText({ onsetMs, endMs }: MarkedAlarm): string {
  const since = dayMinuteText(onsetMs);
  return endMs === null ? t('since {since}', { since }) : t('{since} to {time}', { since, time: dayMinuteText(endMs) });
}

function spokenText(
  atMs: number,
  texts: readonly (Texts & { readonly code: string; readonly earlier: string | undefined })[],
  alarms: readonly MarkedAlarm[],
): string {
  const values = texts.map(({ code, value, since, earlier }) => {
    const text = value === '–' ? t('no value') : `${value}${since === undefined ? '' : t(' of {since}', { since })}`;
    return `${labelAndDigits(code).label} ${text}${earlier === undefined ? '' : ` (${earlier})`}`;
  });
  const alarmTexts = alarms
    .slice(0, alarmsMax)
    .map(({ priority, text }) =>
      t('{priority} alarm {text}', { priority: priorityNames[priority], text: serverText(text) }),
    );
  return `${zonedText(atMs)}: ${[...values, ...alarmTexts].join(', ')}`;
}
