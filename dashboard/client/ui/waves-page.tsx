/** The page "Waves": all waves of a stay for as long as the log keeps them, drawn as on paper. */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { dayMs, hourMs } from '../../../contracts/durations.ts';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';
import type { ReviewedAlarmRow } from '../../protocol/alarm-review.ts';
import type { WaveTimes } from '../../protocol/wave-times.ts';
import type { Calipers } from '../core/calipers.ts';
import { patientName } from '../core/numerics.ts';
import { type Bounds, type Paper, shownMs, startAfterKey, startWithin } from '../core/paper.ts';
import { formatRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';
import { unmarkedText, waveAlarmOf } from '../core/wave-alarms.ts';
import { waveBar } from '../core/wave-bar.ts';
import { type RowScale, rowPxFor, rowsThatFit, shownCodes } from '../core/wave-rows.ts';
import { useApp } from '../shell/app.ts';
import { marginPx } from '../shell/paper-painter.ts';
import { openPaperSettings, type PaperSettings } from '../shell/paper-settings.ts';
import { useTheme } from '../shell/theme.ts';
import { openWaveHistory, type WaveHistoryState } from '../shell/wave-history.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { useMovedFocus } from './moved-focus.ts';
import { WaveOverview } from './wave-overview.tsx';
import { WavePaper } from './wave-paper.tsx';
import { pictureOf, viewLabel } from './wave-picture.ts';
import { WaveTexts } from './wave-texts.tsx';
import { MoveTools, PaperTools } from './wave-tools.tsx';

/** How far the view stays behind the present, ms, because the newest samples have not come yet. */
const followLagMs = 2_000;
/** Kafka keeps waves for at least 24 h and at most 25 h. */
const keptMsMax = dayMs + hourMs;
/** How often the page asks the server for late samples, ms. */
const timesEveryMs = 10_000;
/** Maximum number of alarms that are marked. */
const alarmsMax = 190;

type WavesPageProps = { associationId: string; at: number | undefined };

export function WavesPage({ associationId, at }: WavesPageProps) {
  const app = useApp();
  const settings = useMemo(() => openPaperSettings(() => localStorage), []);
  const history = useMemo(() => {
    const ask = ({ fromMs, toMs }: TimeSpan, cancel: AbortSignal) => {
      const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString()) as [string, string];
      return app.api.waveHistory(associationId, { from, to }, cancel);
    };
    return openWaveHistory(ask, () => app.now.peek());
  }, [associationId]);
  useEffect(() => history.close, [history]);
  const times = useWaveTimes(associationId, history);
  const { alarms, alarmsProblem, unmarked } = useAlarms(associationId);
  const { about } = history.loaded.value;
  const who = about?.patient ? patientName(about.patient) : t('No patient');
  const isLive = app.screen.value?.beds.has(associationId) === true;
  return (
    <div class="ward">
      <main class="sheet waves-page" id="main" tabIndex={-1} data-testid="waves-page">
        <div class="sheet__head">
          <h1>
            {t('Waves')}
            {about && ` · ${about.bed ?? about.deviceId} · ${who}`}
          </h1>
          {isLive && (
            <a href={formatRoute({ page: 'patient', associationId })} data-testid="waves-patient">
              {t('Page of the patient')}
            </a>
          )}
        </div>
        {history.problem.value !== undefined && (
          <p class="form__problem" role="alert" data-testid="waves-error">
            {history.problem.value}{' '}
            <button class="button button--small" type="button" data-testid="waves-again" onClick={history.retry}>
              {t('Try again')}
            </button>
          </p>
        )}
        {alarmsProblem !== undefined && (
          <p class="form__problem" role="alert">
            {t('The alarms are not marked: {alarmsProblem}', { alarmsProblem })}
          </p>
        )}
        <View {...{ history, settings, alarms, unmarked, at, times }} />
      </main>
      <AlarmPanel />
    </div>
  );
}

/** Loads the alarms of the patient in the last 24 hours, and again when an alarm of the bed begins or ends. */
function useAlarms(associationId: string) {
  const app = useApp();
  const alarms = useSignal<readonly ReviewedAlarmRow[]>([]);
  const problem = useSignal<string | undefined>(undefined);
  const unmarked = useSignal<string | undefined>(undefined);
  const alarmsKey = (app.screen.value?.alarmsOf.get(associationId) ?? [])
    .map(({ alarmId, present }) => `${alarmId} ${present}`)
    .join();
  useEffect(() => {
    let isCurrent = true;
    const fromMs = app.now.peek() - dayMs;
    const from = new Date(fromMs).toISOString();
    void app.api.alarmReview({ associationId, from, limit: alarmsMax }).then((answer) => {
      if (!isCurrent) return;
      problem.value = answer.ok ? undefined : answer.message;
      if (!answer.ok) return;
      alarms.value = answer.data.rows;
      unmarked.value = unmarkedText(answer.data, fromMs);
    });
    return () => {
      isCurrent = false;
    };
  }, [associationId, alarmsKey]);
  return { alarms: alarms.value, alarmsProblem: problem.value, unmarked: unmarked.value };
}

/** Asks again and again for the times with samples. If samples of a minute came late, loads the minute again. */
function useWaveTimes(associationId: string, history: WaveHistoryState): WaveTimes | undefined {
  const app = useApp();
  const times = useSignal<WaveTimes | undefined>(undefined);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    times.value = undefined;
    const ask = async () => {
      const answer = await app.api.waveTimes(associationId, times.peek()?.change);
      if (!isCurrent) return;
      if (answer.ok) {
        times.value = answer.data;
        history.reload(answer.data.changed);
      }
      // Does not ask again if the stay has ended, or if the person may not see the stay.
      if (answer.ok || answer.status === 0 || answer.status === 429 || answer.status >= 500)
        timer = setTimeout(() => void ask(), timesEveryMs);
    };
    void ask();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [associationId, history]);
  return times.value;
}

/** Returns the size of the room for the paper, CSS pixels. Returns the new size after each change. */
function useRoom() {
  const element = useRef<HTMLDivElement>(null);
  const size = useSignal({ widthPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    const measure = () => {
      const box = element.current!;
      const top = box.getBoundingClientRect().top;
      // The paper fits into the window. The texts below the paper may be out of view.
      const heightPx = Math.max(0, innerHeight - top - 60);
      const widthPx = Math.max(0, box.clientWidth - 2);
      if (size.peek().widthPx !== widthPx || size.peek().heightPx !== heightPx) size.value = { widthPx, heightPx };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element.current!);
    addEventListener('resize', measure);
    measure();
    return () => {
      observer.disconnect();
      removeEventListener('resize', measure);
    };
  }, []);
  return { element, ...size.value };
}

type ViewProps = {
  history: WaveHistoryState;
  settings: PaperSettings;
  alarms: readonly ReviewedAlarmRow[];
  /** The sentence about alarms that are not marked; undefined if all alarms are marked. */
  unmarked: string | undefined;
  at: number | undefined;
  /** The times at which the device sent waves, as far as the server knows. */
  times: WaveTimes | undefined;
};

/** The state of the view: its time, its size, and the functions that move the view. */
function useView({ history, settings, at }: ViewProps) {
  const app = useApp();
  const room = useRoom();
  const loaded = history.loaded.value;
  const follows = useSignal(at === undefined);
  /**
   * The instant in the middle of the view. The instant stays in the middle if the speed or the size of the page
   * changes.
   */
  const middle = useSignal<number | undefined>(at);
  const { pxPerMm, isCalibrated } = settings.size();
  const deviceNow = app.now.value - loaded.clockErrorMs;
  const format = {
    widthPx: Math.max(0, room.widthPx - marginPx(pxPerMm)),
    mmPerSecond: Number(settings.speed.value.value),
    pxPerMm,
  };
  const viewMs = shownMs(format);
  const bounds: Bounds = { firstMs: deviceNow - keptMsMax, lastMs: deviceNow + viewMs * 0.1 };
  const presentMs = deviceNow - followLagMs - viewMs;
  const wantedMs = follows.value ? presentMs : (middle.value ?? deviceNow) - viewMs / 2;
  const paper: Paper = { ...format, startMs: startWithin(wantedMs, viewMs, bounds) };
  const view = { fromMs: paper.startMs, toMs: paper.startMs + viewMs };

  useEffect(() => {
    if (room.widthPx > 0) history.show(view, follows.value);
  }, [Math.floor(view.fromMs / 200), Math.floor(viewMs), follows.value, room.widthPx]);
  // Moves the view if the address changes to a different time of this stay, for example to the time of another alarm.
  useEffect(() => {
    if (at === undefined) return;
    follows.value = false;
    middle.value = at;
  }, [at]);

  const moveTo = (startMs: number) => {
    follows.value = false;
    middle.value = startWithin(startMs, viewMs, bounds) + viewMs / 2;
  };
  return {
    ...{ room, paper, view, pxPerMm, isCalibrated, bounds, moveTo, follows: follows.value, deviceNow },
    middleTo: (ms: number) => moveTo(ms - viewMs / 2),
    pageBy: (pages: number) => moveTo(paper.startMs + pages * 0.9 * viewMs),
    goLive() {
      follows.value = true;
    },
    /** Moves the view by a key. Returns whether the key does something. */
    moveByKey(key: string, isShift: boolean): boolean {
      const next = startAfterKey(key, isShift, paper.startMs, viewMs, bounds);
      if (next === 'live') follows.value = true;
      else if (next !== undefined) moveTo(next);
      return next !== undefined;
    },
  };
}

function View(props: ViewProps) {
  const { history, settings, unmarked } = props;
  const theme = useTheme().theme.value;
  const loaded = history.loaded.value;
  const alarms = props.alarms.map((row) => waveAlarmOf(row, loaded.clockErrorMs));
  const chosen = useSignal<readonly string[]>([]);
  const calipers = useSignal<Calipers | undefined>(undefined);
  const scales = useRef(new Map<string, RowScale>()).current;
  const shown = useView(props);
  const { room, paper, view, pxPerMm } = shown;
  const loadedCodes = loaded.waves.map(({ code }) => code);
  const codes = shownCodes(loadedCodes, chosen.value, rowsThatFit(room.widthPx, room.heightPx));
  const row = { heightPx: rowPxFor(room.heightPx, codes.length), pxPerMm, mmPerMv: Number(settings.gain.value.value) };
  const picture = pictureOf({ loaded, codes, paper, row, scales, alarms, theme });
  // On a phone the paper stands above the choices, so that a person sees the paper at once.
  const isNarrow = room.widthPx < 600;
  useMovedFocus();
  // With the `key`, the tools are one component at both places, so that typed text stays when a person turns a tablet.
  const paperTools = (
    <PaperTools key="tools" {...{ settings, loadedCodes, codes, chosen, calipers, view }} onMiddle={shown.middleTo} />
  );
  return (
    <>
      <MoveTools
        {...{ alarms, view, follows: shown.follows }}
        onLive={shown.goLive}
        onFreeze={() => shown.moveTo(paper.startMs)}
        onMiddle={shown.middleTo}
        onPage={shown.pageBy}
      />
      {!isNarrow && paperTools}
      <WaveOverview
        bounds={{ firstMs: shown.bounds.firstMs, lastMs: shown.deviceNow }}
        {...{ view, alarms }}
        bar={waveBar({ ...loaded, codes, times: props.times })}
        onShow={shown.middleTo}
      />
      <div class="waves-page__room" ref={room.element}>
        {room.widthPx > 0 && (
          <WavePaper
            picture={picture}
            label={viewLabel(view, settings, codes)}
            calipers={calipers.value}
            onMove={shown.moveTo}
            onKey={shown.moveByKey}
            onCalipers={(next) => {
              calipers.value = next;
            }}
          />
        )}
      </div>
      {isNarrow && paperTools}
      <WaveTexts
        {...{
          loaded,
          codes,
          view,
          alarms,
          unmarked,
          settings,
          calipers: calipers.value,
          isCalibrated: shown.isCalibrated,
        }}
      />
    </>
  );
}
