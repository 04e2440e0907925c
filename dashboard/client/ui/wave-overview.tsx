/**
 * The bar over the paper: the last 24 hours with alarms and outages, and the place of the view. A click or a key moves
 * the view.
 */
import { useRef } from 'preact/hooks';
import { hourMs, minuteMs } from '../../../contracts/durations.ts';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';
import { offsetMsAt, wallTime, zoneLabel } from '../../../contracts/zones.ts';
import { type Bounds, wholeHours } from '../core/paper.ts';
import { t } from '../core/texts.ts';
import { dateTimeText, markText } from '../core/times.ts';
import type { WaveAlarm } from '../core/wave-alarms.ts';
import { outagesText, spansWithin, type WaveBar } from '../core/wave-bar.ts';
import { pageZone } from '../core/zones.ts';

/** Width and height of the drawing, in its own units. */
const [wide, high] = [1_440, 40];
/**
 * Height of the tick of an alarm, by the priority of the alarm. So not only the colour of a tick shows the priority.
 */
const tickHeights = { high: 40, medium: 27, low: 14 } as const;
const labelEveryHours = 3;
/** A phone would cut off a label that begins after this share of the bar. */
const labelShareMax = 0.88;

type WaveOverviewProps = {
  bounds: Bounds;
  view: TimeSpan;
  alarms: readonly WaveAlarm[];
  bar: WaveBar;
  onShow: (middleMs: number) => void;
};

export function WaveOverview({ bounds, view, alarms, bar, onShow }: WaveOverviewProps) {
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
        <Band bounds={bounds} bar={bar} />
      </div>
      <ol class="overview__hours" aria-hidden="true">
        {hours
          .filter((ms) => wallTime(pageZone(), ms).hour % labelEveryHours === 0 && shareOf(ms) <= labelShareMax)
          .map((ms) => (
            <HourLabel key={ms} ms={ms} share={shareOf(ms)} />
          ))}
      </ol>
      <Legend bounds={bounds} bar={bar} zoneText={zoneLabel(pageZone(), middleMs)} />
    </div>
  );
}

type BandProps = { bounds: Bounds; bar: WaveBar };

/** The lower part of the bar: times with samples, times without samples, and times that are not known. */
function Band({ bounds, bar }: BandProps) {
  const span = Math.max(1, bounds.lastMs - bounds.firstMs);
  const parts = (spans: readonly TimeSpan[], look: string) =>
    spansWithin(spans, bounds).map(({ fromMs, toMs }) => (
      <span
        key={`${look} ${fromMs}`}
        class={`overview__${look}`}
        style={{ '--at': String((fromMs - bounds.firstMs) / span), '--part': String((toMs - fromMs) / span) }}
      />
    ));
  return (
    <div class="overview__band" aria-hidden="true" data-testid="waves-band">
      {parts(bar.known, 'known')}
      {parts(bar.empty, 'empty')}
    </div>
  );
}

/** Explains the patterns of the bar. Also says in words when samples were missing. */
function Legend({ bounds, bar, zoneText }: BandProps & { zoneText: string }) {
  return (
    <p class="dim overview__legend" data-testid="waves-legend">
      <span>{zoneText}</span>
      <span class="overview__look overview__look--known">{t('samples')}</span>
      <span class="overview__look overview__look--empty">{t('no samples')}</span>
      <span class="overview__look">{t('not known before you look there')}</span>
      <span data-testid="waves-outages">{outagesText(spansWithin(bar.empty, bounds))}</span>
    </p>
  );
}

function HourLabel({ ms, share }: { ms: number; share: number }) {
  return <li style={{ '--at': String(share) }}>{markText(ms)}</li>;
}
