/**
 * The waves of a strip on paper with a grid. Each half of each wave has a row. The speed is 25 mm/s, and the gain of an
 * ECG is 10 mm/mV.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Strip } from '../../../contracts/messages/strips.ts';
import {
  calibrationOf,
  drawingsOf,
  type HalfDrawing,
  halfMm,
  type Point,
  type WaveDrawing,
} from '../../../contracts/strip-drawing.ts';
import { hasRoomForText } from '../../../contracts/strip-row-texts.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { t } from '../core/texts.ts';
import { clockText } from '../core/times.ts';

/** Room at the left of the paper for the mark of 1 mV, mm, so that the mark does not cover the trace. */
const markMm = 9;
const mmPerPx = 25.4 / 96;

const halfTitles = () => [t('10 s before the onset'), t('10 s after the onset')] as const;

export function StripWaves({ strip }: { strip: Strip }) {
  const drawings = drawingsOf(strip);
  const onsetMs = parseInstant(strip.onsetAt) ?? 0;
  return (
    <div class="strip__halves" data-testid="strip-waves">
      {halfTitles().map((title, half) => {
        const fromMs = onsetMs + (half - 1) * 10_000;
        return (
          <div key={title} class="strip__half">
            <h2>
              {title}{' '}
              <span class="dim">
                {t('{time} to {time2}, clock of the device', {
                  time: clockText(fromMs),
                  time2: clockText(fromMs + 10_000),
                })}
              </span>
            </h2>
            <Half title={title} half={half} drawings={drawings} strip={strip} />
          </div>
        );
      })}
    </div>
  );
}

type HalfProps = { title: string; half: number; drawings: readonly WaveDrawing[]; strip: Strip };

/** The paper keeps its scale, so it scrolls in a narrow window. */
function Half({ title, half, drawings, strip }: HalfProps) {
  const box = useRef<HTMLElement>(null);
  // Scrolls to the end of the first half, because a person wants to see the onset first.
  useLayoutEffect(() => {
    if (half === 0 && box.current) box.current.scrollLeft = box.current.scrollWidth;
  }, []);
  return (
    <section
      ref={box}
      class="strip__scroll"
      aria-label={title}
      data-testid={`strip-half-${half}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1 needs it, as axe-core's rule scrollable-region-focusable says.
      tabIndex={0}
    >
      {drawings.map((drawing) => (
        <Wave key={drawing.code} drawing={drawing} half={half} strip={strip} />
      ))}
    </section>
  );
}

function Wave({ drawing, half, strip }: { drawing: WaveDrawing; half: number; strip: Strip }) {
  const { code, label, isEcg, heightMm, halves } = drawing;
  const { lines, gaps } = halves[half] as HalfDrawing;
  const emptyText =
    gaps.length === 0 ? '' : `, ${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}: ${gapText(strip)}`;
  const widthMm = halfMm + markMm;
  return (
    <figure class="strip__wave">
      <figcaption>
        <strong>{label}</strong> <span class="dim">{scaleText(drawing)}</span>
      </figcaption>
      <svg
        class="strip__paper"
        role="img"
        aria-label={`${label}, ${halfTitles()[half]}${emptyText}`}
        viewBox={`${-markMm} 0 ${widthMm} ${heightMm}`}
        width={`${widthMm}mm`}
        height={`${heightMm}mm`}
        data-testid={`strip-wave-${code}-${half}`}
        data-gaps={gaps.length}
      >
        <path class="strip__fine" d={gridPath(heightMm, 1)} data-testid="strip-grid" />
        <path class="strip__coarse" d={gridPath(heightMm, 5)} />
        {gaps.map((gap) => (
          <Gap key={gap.x} gap={gap} heightMm={heightMm} strip={strip} />
        ))}
        {isEcg && (
          <path class="strip__mark" d={pathOf(calibrationOf(drawing).map(({ x, y }) => ({ x: x - markMm + 1, y })))} />
        )}
        {lines.map((points) => (
          <path key={points[0]!.x} class="strip__trace" d={pathOf(points)} />
        ))}
        <path class="strip__onset" d={`M${half === 0 ? halfMm : 0} 0V${heightMm}`} />
      </svg>
    </figure>
  );
}

type GapProps = { gap: HalfDrawing['gaps'][number]; heightMm: number; strip: Strip };

function Gap({ gap: { x, width }, heightMm, strip }: GapProps) {
  return (
    <g>
      <rect class="strip__gap" x={x} y={0} width={width} height={heightMm} />
      <path class="strip__hatch" d={hatchPath(x, width, heightMm)} />
      {hasRoomForText(width, strip) && (
        <text class="strip__gap-text" transform={`translate(${x + width / 2} ${heightMm / 2 + 1}) scale(${mmPerPx})`}>
          {gapText(strip)}
        </text>
      )}
    </g>
  );
}

/** Explains the hatched parts of the paper. If some messages could not be read, a gap may come from such a message. */
function gapText({ unreadable }: Strip): string {
  return unreadable === undefined ? t('no samples') : t('no samples, or cannot be read');
}

function scaleText({ isEcg, isCut, unit, topValue, bottomValue }: WaveDrawing): string {
  const cutText = isCut ? t('. The wave is too high for the row: what is beyond its edges is drawn on the edge') : '';
  if (isEcg)
    return t('25 mm/s, 10 mm/mV: a large square is 0.2 s and 0.5 mV, and the mark at the left is 1 mV{cut}', {
      cut: cutText,
    });
  const shown = (value: number) => Number(value.toPrecision(3));
  return t('25 mm/s: a large square is 0.2 s; from {shown} to {shown2} {part}', {
    shown: shown(bottomValue),
    shown2: shown(topValue),
    part: unit === '1' ? t('(no unit)') : unit,
  });
}

const rounded = (mm: number) => Math.round(mm * 100) / 100;

const pathOf = (points: readonly Point[]) =>
  points.length === 1
    ? `M${rounded(points[0]!.x)} ${rounded(points[0]!.y)}h.3`
    : points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${rounded(x)} ${rounded(y)}`).join('');

function gridPath(heightMm: number, stepMm: number): string {
  const count = (lengthMm: number) => Array.from({ length: Math.floor(lengthMm / stepMm) + 1 }, (_, at) => at * stepMm);
  const vertical = count(halfMm).map((x) => `M${x} 0V${heightMm}`);
  const horizontal = count(heightMm).map((y) => `M0 ${y}H${halfMm}`);
  return [...vertical, ...horizontal].join('');
}

function hatchPath(fromX: number, width: number, heightMm: number): string {
  const count = Math.floor((width + heightMm) / 4);
  return Array.from({ length: count }, (_, at) => {
    const x = fromX + (at + 1) * 4;
    const right = Math.min(x, fromX + width);
    const left = Math.max(fromX, x - heightMm);
    return `M${right} ${x - right}L${left} ${x - left}`;
  }).join('');
}
