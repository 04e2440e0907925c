/** The buttons of the page "Waves": speed, gain, waves, the present, alarms, a time, and the calipers. */
import { type Signal, useSignal } from '@preact/signals';
import type { TimeSpan } from '../../../contracts/wave-runs.ts';
import { wallTime } from '../../../contracts/zones.ts';
import type { Calipers } from '../core/calipers.ts';
import { ecgGainChoices, instantOfTime, paperSpeedChoices } from '../core/paper.ts';
import { t } from '../core/texts.ts';
import type { WaveAlarm } from '../core/wave-alarms.ts';
import { waveOf } from '../core/wave-rows.ts';
import { pageZone } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';
import type { PaperSettings } from '../shell/paper-settings.ts';
import { ChoiceGroup } from './choice-group.tsx';

type MoveToolsProps = {
  follows: boolean;
  alarms: readonly WaveAlarm[];
  view: TimeSpan;
  onLive: () => void;
  onFreeze: () => void;
  onMiddle: (ms: number) => void;
  onPage: (pages: number) => void;
};

export function MoveTools(props: MoveToolsProps) {
  const { follows, onLive, onFreeze, onPage } = props;
  return (
    <div class="waves-page__tools">
      <button class="button" type="button" data-testid="waves-earlier" onClick={() => onPage(-1)}>
        {t('← Earlier')}
      </button>
      <button class="button" type="button" data-testid="waves-later" onClick={() => onPage(1)}>
        {t('Later →')}
      </button>
      <button class="button" type="button" data-testid="waves-live" onClick={follows ? onFreeze : onLive}>
        {follows ? t('Freeze') : t('Go to now')}
      </button>
      <span role="status" class="dim" data-testid="waves-state">
        {follows ? t('follows the present') : t('stands still')}
      </span>
      <AlarmButtons {...props} />
    </div>
  );
}

type PaperToolsProps = {
  settings: PaperSettings;
  loadedCodes: readonly string[];
  codes: readonly string[];
  chosen: Signal<readonly string[]>;
  calipers: Signal<Calipers | undefined>;
  view: TimeSpan;
  onMiddle: (ms: number) => void;
};

/** The choices of time, speed, gain and waves, and the calipers. */
export function PaperTools(props: PaperToolsProps) {
  const { speed, gain } = props.settings;
  return (
    <div class="waves-page__tools">
      <TimeForm {...props} />
      <ChoiceGroup
        legend={'mm/s'}
        showsLegend
        choices={paperSpeedChoices.map((choice) => ({ key: String(choice), text: String(choice) }))}
        chosen={speed.value.value}
        testId="waves-speed"
        onChoose={speed.choose}
      />
      <ChoiceGroup
        legend={'mm/mV'}
        showsLegend
        choices={ecgGainChoices.map((choice) => ({ key: String(choice), text: String(choice) }))}
        chosen={gain.value.value}
        testId="waves-gain"
        onChoose={gain.choose}
      />
      <WaveChoices {...props} />
      <CaliperButton {...props} />
    </div>
  );
}

/** The buttons that go to the next alarm before the middle of the view, and to the next alarm after it. */
function AlarmButtons({ alarms, view, onMiddle }: MoveToolsProps) {
  const middleMs = (view.fromMs + view.toMs) / 2;
  const times = alarms.map(({ fromMs }) => fromMs).sort((a, b) => a - b);
  // Leaves out the alarm in the middle, where the view already is.
  const before = times.findLast((ms) => ms < middleMs - 500);
  const after = times.find((ms) => ms > middleMs + 500);
  return (
    <>
      <button
        class="button"
        type="button"
        disabled={before === undefined}
        data-testid="waves-alarm-before"
        onClick={() => before !== undefined && onMiddle(before)}
      >
        {t('Alarm before')}
      </button>
      <button
        class="button"
        type="button"
        disabled={after === undefined}
        data-testid="waves-alarm-after"
        onClick={() => after !== undefined && onMiddle(after)}
      >
        {t('Alarm after')}
      </button>
    </>
  );
}

const timeOfDay = (ms: number) => {
  const { hour, minute, second } = wallTime(pageZone(), ms);
  return hour * 3_600 + minute * 60 + second;
};

function TimeForm({ onMiddle }: PaperToolsProps) {
  const app = useApp();
  const typed = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const ms = instantOfTime(typed.value, app.now.peek(), timeOfDay);
        problem.value =
          ms === undefined ? t('Type a time of the last 24 hours, for example 14:03 or 14:03:07.') : undefined;
        if (ms !== undefined) onMiddle(ms);
      }}
    >
      <label>
        {t('Time')}{' '}
        <input
          type="text"
          size={8}
          placeholder="14:03:07"
          value={typed.value}
          data-testid="waves-time"
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
      </label>{' '}
      <button class="button" type="submit" data-testid="waves-time-go">
        {t('Go')}
      </button>
      {problem.value !== undefined && (
        <p class="form__problem" role="alert" data-testid="waves-time-problem">
          {problem.value}
        </p>
      )}
    </form>
  );
}

/** A button for each wave of the stay. If no wave is chosen, the page shows the most important waves. */
function WaveChoices({ loadedCodes, codes, chosen }: PaperToolsProps) {
  if (loadedCodes.length < 2) return null;
  const toggle = (code: string) => {
    const wanted = codes.includes(code) ? codes.filter((other) => other !== code) : [code, ...codes];
    // On a phone only one wave fits: the wave that was pressed last.
    chosen.value = codes.length === 1 ? [code] : wanted;
  };
  return (
    <fieldset class="choice">
      <legend class="choice__legend">{t('Waves')}</legend>
      {loadedCodes.map((code) => (
        <button
          key={code}
          type="button"
          class="choice__one"
          aria-pressed={codes.includes(code)}
          data-testid={`waves-wave-${code}`}
          onClick={() => toggle(code)}
        >
          {waveOf(code).label}
        </button>
      ))}
    </fieldset>
  );
}

function CaliperButton({ calipers, view }: PaperToolsProps) {
  const lengthMs = view.toMs - view.fromMs;
  return (
    <button
      class="button"
      type="button"
      aria-pressed={calipers.value !== undefined}
      data-testid="waves-calipers"
      onClick={() => {
        calipers.value = calipers.value
          ? undefined
          : { aMs: view.fromMs + lengthMs * 0.4, bMs: view.fromMs + lengthMs * 0.6 };
      }}
    >
      {t('Calipers')}
    </button>
  );
}
