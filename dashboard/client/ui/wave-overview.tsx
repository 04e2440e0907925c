/** The bar over the paper: the last 24 hours with alarms and loaded gaps, and the place of the view. A click or a key moves the view. */
import { useRef } from 'preact/hooks';
import { hourMs, minuteMs } from '../../../contracts/durations.ts';
import type { WaveGap } from '../../../contracts/wave-gaps.ts';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';
import { offsetMsAt, wallTime, zoneLabel } from '../../../contracts/zones.ts';
import { type Bounds, wholeHours } from '../core/paper.ts';
import { t } from '../core/texts.ts';
import { dateTimeText, markText } from '../core/times.ts';
import type { WaveAlarm } from '../core/wave-alarms.ts';
import type { LoadedMinute } from '../core/wave-minutes.ts';
import { pageZone } from '../core/zones.ts';

/** Width and height of the drawing, in its own units. */
const [wide, high] = [1_440, 40];
/** Height of the tick of an alarm, by its priority: the form shows the priority as well as the colour. */
const tickHeights = { high: 40, medium: 27, low: 14 } as const;
const labelEveryHours = 3;
/** A label after this share of the bar would be cut off on a phone. */
const labelShareMax = 0.88;

type WaveOverviewProps = {
  bounds: Bounds;
  view: TimeSpan;
  alarms: readonly WaveAlarm[];
  minutes: ReadonlyMap<number, LoadedMinute>;
  gaps: readonly WaveGap[];
  onShow: (middleMs: number) => void;
};

export function WaveOverview({ bounds, view, alarms, minutes, gaps, onShow }: WaveOverviewProps) {
  const isDragged = useRef(false);
  const span = Math.max(1, bounds.lastMs - bounds.firstMs);
  const x = (ms: number) => ((ms - bounds.firstMs) / span) * wide;
  const middleMs = (view.fromMs + view.toMs) / 2;
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowLeft: -minuteMs, ArrowDown: -minuteMs, ArrowRight: minuteMs, ArrowUp: minuteMs },
    ...{ PageUp: -hourMs, PageDown: hourMs, Home: -span, End: span },
  };
  const showAt = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    onShow(bounds.firstMs + ((event.clientX - left) / Math.max(1, width)) * span);
  };
  const shareOf = (ms: number) => (ms - bounds.firstMs) / span;
  const hours = wholeHours(bounds, (ms) => -offsetMsAt(pageZone(), ms) / minuteMs);
  return (
    <div class="overview">
      <div
        class="overview__bar"
        role="slider"
        tabIndex={0}
        aria-label={t('Time of the view in the last 24 hours')}
        aria-valuemin={0}
        aria-valuemax={Math.round(span / minuteMs)}
        aria-valuenow={Math.round((middleMs - bounds.firstMs) / minuteMs)}
        aria-valuetext={dateTimeText(middleMs)}
        data-testid="waves-overview"
        onPointerDown={(event) => {
          isDragged.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          showAt(event);
        }}
        onPointerMove={(event) => {
          if (isDragged.current) showAt(event);
        }}
        onPointerUp={() => {
          isDragged.current = false;
        }}
        onPointerCancel={() => {
          isDragged.current = false;
        }}
        onKeyDown={(event) => {
          const step = steps[event.key];
          if (step === undefined) return;
          event.preventDefault();
          onShow(middleMs + step);
        }}
      >
        <svg viewBox={`0 0 ${wide} ${high}`} preserveAspectRatio="none" aria-hidden="true">
          {[...minutes.keys()].map((ms) => (
            <rect key={ms} class="overview__loaded" x={x(ms)} y={34} width={x(ms + minuteMs) - x(ms)} height={6} />
          ))}
          {gaps.map(({ code, fromMs, toMs }) => (
            <rect
              key={`${code} ${fromMs}`}
              class="overview__gap"
              x={x(fromMs)}
              y={34}
              width={Math.max(1, x(toMs) - x(fromMs))}
              height={6}
            />
          ))}
          {alarms.map((alarm) => (
            <rect
              key={alarm.alarmId}
              class={`overview__alarm overview__alarm--${alarm.priority}`}
              x={x(alarm.fromMs)}
              y={high - tickHeights[alarm.priority]}
              width={3}
              height={tickHeights[alarm.priority]}
            />
          ))}
          <rect
            class="overview__view"
            x={Math.min(wide - 4, x(view.fromMs))}
            y={1}
            width={Math.max(4, x(view.toMs) - x(view.fromMs))}
            height={high - 2}
          />
        </svg>
      </div>
      <ol class="overview__hours" aria-hidden="true">
        {hours
          .filter((ms) => wallTime(pageZone(), ms).hour % labelEveryHours === 0 && shareOf(ms) <= labelShareMax)
          .map((ms) => (
            <HourLabel key={ms} ms={ms} share={shareOf(ms)} />
          ))}
      </ol>
      <p class="dim overview__zone">{zoneLabel(pageZone(), middleMs)}</p>
    </div>
  );
}

function HourLabel({ ms, share }: { ms: number; share: number }) {
  return <li style={{ '--at': String(share) }}>{markText(ms)}</li>;
}
