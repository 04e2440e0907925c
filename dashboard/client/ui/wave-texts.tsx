/**
 * The texts below the paper of the page "Waves": the measure of the calipers, the alarms and gaps in view, and notes
 * about the times.
 */

import type { TimeSpan } from '../../../contracts/wave-runs.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { type Calipers, measure, measureText } from '../core/calipers.ts';
import { priorityNames } from '../core/name-words.ts';
import { serverText } from '../core/server-texts.ts';
import { t } from '../core/texts.ts';
import { clockText, zonedText } from '../core/times.ts';
import type { WaveAlarm } from '../core/wave-alarms.ts';
import { valueAt } from '../core/wave-columns.ts';
import { clockErrorNote, emptyText, gapTexts } from '../core/wave-gap-words.ts';
import { waveOf } from '../core/wave-rows.ts';
import type { PaperSettings } from '../shell/paper-settings.ts';
import type { LoadedWaves } from '../shell/wave-shelf.ts';
import { PaperSize } from './paper-size.tsx';

/** Maximum number of gaps and of alarms that are listed. */
const listedMax = 20;

type WaveTextsProps = {
  loaded: LoadedWaves;
  codes: readonly string[];
  view: TimeSpan;
  alarms: readonly WaveAlarm[];
  /** The sentence about alarms that are not marked; undefined if all alarms are marked. */
  unmarked: string | undefined;
  calipers: Calipers | undefined;
  isCalibrated: boolean;
  settings: PaperSettings;
};

export function WaveTexts({ loaded, codes, view, alarms, unmarked, calipers, isCalibrated, settings }: WaveTextsProps) {
  const isSeen = ({ fromMs, toMs }: TimeSpan) => toMs > view.fromMs && fromMs < view.toMs;
  const shown = loaded.waves.filter(({ code }) => codes.includes(code));
  const gaps = shown.flatMap((wave) => wave.gaps.filter(isSeen));
  const seenAlarms = alarms.filter(({ fromMs, toMs }) => isSeen({ fromMs, toMs: toMs ?? Number.POSITIVE_INFINITY }));
  const doubled = shown.filter(({ lines }) =>
    lines.slice(1).some((line) => line.some((trace) => isSeen(spanOf(trace)))),
  );
  const note = clockErrorNote(loaded.clockErrorMs);
  const empty = loaded.minutes.size > 0 && loaded.waves.length === 0 ? emptyText(view, loaded) : undefined;
  return (
    <div class="waves-page__texts">
      <p data-testid="waves-span">
        {t('{zoned} to {time}', { zoned: zonedText(view.fromMs), time: clockText(view.toMs) })}
        {!isCalibrated && <span class="dim"> {t('· not calibrated')}</span>}
      </p>
      {empty !== undefined && (
        <p class="notice notice--plain" role="status" data-testid="waves-empty">
          {empty}
        </p>
      )}
      {calipers && (
        <ul class="waves-page__list" data-testid="waves-measure">
          {shown.map(({ code, lines }) => (
            <li key={code}>
              {waveOf(code).label}:{' '}
              {measureText(
                measure(calipers, (ms) => valueAt(lines[0] ?? [], ms)),
                waveOf(code).unit,
              )}
            </li>
          ))}
        </ul>
      )}
      {unmarked !== undefined && (
        <p class="notice notice--plain" data-testid="waves-unmarked">
          {unmarked}
        </p>
      )}
      {note !== undefined && <p class="notice notice--plain">{note}</p>}
      {doubled.length > 0 && (
        <p class="notice notice--plain" data-testid="waves-doubled">
          {t(
            '{doubled}: two recordings claim the same time. The clock of the device was set back, or two devices use one certificate. The second recording is dotted.',
            { doubled: doubled.map(({ code }) => waveOf(code).label).join(', ') },
          )}
        </p>
      )}
      {loaded.unreadable > 0 && (
        <p class="notice notice--plain" role="status">
          {t('{unreadable} records of this stay could not be opened. Their waves are missing here.', {
            unreadable: loaded.unreadable,
          })}
        </p>
      )}
      {(seenAlarms.length > 0 || gaps.length > 0) && (
        <ul class="waves-page__list" data-testid="waves-in-view">
          {seenAlarms.slice(0, listedMax).map((alarm) => (
            <li key={alarm.alarmId}>
              {priorityMarks[alarm.priority]} <span class="unseen">{priorityNames[alarm.priority]}: </span>
              {t('{text}, from {time}{part}', {
                text: serverText(alarm.text),
                time: clockText(alarm.fromMs),
                part: alarm.toMs === null ? '' : t(' to {time}', { time: clockText(alarm.toMs) }),
              })}
            </li>
          ))}
          {gaps.slice(0, listedMax).map(({ code, fromMs, toMs, reason }) => (
            <li key={`${code} ${fromMs}`}>
              {t('{part}: {gap}, {time} to {time2}', {
                part: code === null ? t('All waves') : waveOf(code).label,
                gap: gapTexts[reason],
                time: clockText(fromMs),
                time2: clockText(toMs),
              })}
            </li>
          ))}
        </ul>
      )}
      <PaperSize settings={settings} />
    </div>
  );
}

const spanOf = ({ startMs, values, rateHz }: { startMs: number; values: Float32Array; rateHz: number }) => ({
  fromMs: startMs,
  toMs: startMs + (values.length * 1000) / rateHz,
});
