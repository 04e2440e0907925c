/** Puts together what the paper of the page "Waves" shows. */
import { minuteMs } from '../../../contracts/durations.ts';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { chartColours, parameterColours } from '../core/colours.ts';
import { msPerPx, type Paper } from '../core/paper.ts';
import { t } from '../core/texts.ts';
import type { Theme } from '../core/theme.ts';
import { clockText, zonedText } from '../core/times.ts';
import type { WaveAlarm } from '../core/wave-alarms.ts';
import { spanOfStrokes, strokesOf } from '../core/wave-columns.ts';
import { minuteOf } from '../core/wave-minutes.ts';
import { type RowScale, scaleFor, scaleText, waveOf, yOf } from '../core/wave-rows.ts';
import type { PaperMark, PaperPicture, PaperRow } from '../shell/paper-painter.ts';
import type { PaperSettings } from '../shell/paper-settings.ts';
import type { LoadedWaves } from '../shell/wave-shelf.ts';

type PictureParts = {
  readonly loaded: LoadedWaves;
  readonly codes: readonly string[];
  readonly paper: Paper;
  readonly row: { readonly heightPx: number; readonly pxPerMm: number; readonly mmPerMv: number };
  /** The scale of each wave. A scale stays while the wave fits. */
  readonly scales: Map<string, RowScale>;
  readonly alarms: readonly WaveAlarm[];
  readonly theme: Theme;
};

export function pictureOf({ loaded, codes, paper, row, scales, alarms, theme }: PictureParts): PaperPicture {
  const place = { startMs: paper.startMs, msPerPx: msPerPx(paper), widthPx: paper.widthPx };
  const rows = codes.flatMap((code): PaperRow[] => {
    const loadedWave = loaded.waves.find((entry) => entry.code === code);
    if (loadedWave === undefined) return [];
    const wave = waveOf(code);
    const shown = spanOfStrokes(loadedWave.lines.flatMap((line) => strokesOf(line, place)));
    const scale = scaleFor(wave, scales.get(code), shown, row);
    scales.set(code, scale);
    const mark = { heightPx: row.mmPerMv * row.pxPerMm, text: '1 mV' };
    return [
      {
        wave: loadedWave,
        label: wave.label,
        colour: parameterColours[theme][wave.group],
        y: (value) => yOf(scale, value, row),
        ...(scale.kind === 'ecg' && { mark }),
        scaleText: scaleText(wave, scale, row),
      },
    ];
  });
  return {
    ...{ paper, rowPx: row.heightPx, rows, colours: chartColours[theme] },
    marks: alarms.flatMap((alarm) => marksOf(alarm)),
    loading: loadingParts({ fromMs: paper.startMs, toMs: paper.startMs + paper.widthPx * place.msPerPx }, loaded),
    timeText: clockText,
  };
}

/** Returns the lines at the beginning and the end of an alarm. */
function marksOf({ text, priority, fromMs, toMs }: WaveAlarm): PaperMark[] {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${priority}`).trim();
  const onset = { ms: fromMs, colour, text: `${priorityMarks[priority]} ${text}`, isEnd: false };
  return toMs === null ? [onset] : [onset, { ms: toMs, colour, text: t('end of {text}', { text }), isEnd: true }];
}

/** Returns the minutes of the view that are not loaded. */
function loadingParts({ fromMs, toMs }: TimeSpan, { minutes }: LoadedWaves): TimeSpan[] {
  const parts: TimeSpan[] = [];
  for (let ms = minuteOf(fromMs); ms < toMs; ms += minuteMs)
    if (!minutes.has(ms)) parts.push({ fromMs: ms, toMs: ms + minuteMs });
  return parts;
}

/** Returns what the paper shows, in words. */
export function viewLabel(
  { fromMs, toMs }: TimeSpan,
  { speed, gain }: PaperSettings,
  codes: readonly string[],
): string {
  const names = codes.map((code) => waveOf(code).label).join(', ');
  const scale = t('{speed} mm/s, ECG {gain} mm/mV', { speed: speed.value.value, gain: gain.value.value });
  return t('{part} from {zoned} to {time}, {scale}', {
    part: names === '' ? t('No wave') : names,
    zoned: zonedText(fromMs),
    time: clockText(toMs),
    scale,
  });
}
