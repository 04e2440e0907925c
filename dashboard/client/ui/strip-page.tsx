/** The page "Strip": the waves around the onset of an alarm, as a page that can be printed. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Fact, type Say, stripFacts } from '../../../contracts/strip-facts.ts';
import { missingStripTexts, stripContentTexts } from '../../../contracts/strip-words.ts';
import type { StripAnswer } from '../../protocol/strip.ts';
import { placesText } from '../core/alarm-review-words.ts';
import { patientName } from '../core/numerics.ts';
import { labelText, serverText } from '../core/server-texts.ts';
import { askStripAgainIn, hasNewerSamples } from '../core/strip-again.ts';
import { t } from '../core/texts.ts';
import { zonedText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { alarmWard } from '../shell/zones.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { ScrollBox } from './scroll-box.tsx';
import { StripWaves } from './strip-waves.tsx';

/** Writes a sentence about the strip in the language of the page. The text of a device stays as it is. */
const say: Say = (form, values) => {
  if (values !== undefined) return t(form as string, values);
  const label = labelText(form);
  return label === form ? serverText(form) : label;
};

/** @param asked the onset that the page shows first */
export function StripPage({ alarmId, asked: firstOnset }: { alarmId: string; asked: number }) {
  const app = useApp();
  const onset = useSignal(firstOnset);
  const answer = useSignal<StripAnswer | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  /** Number of times that the person has asked again. */
  const asked = useSignal(0);
  /** Whether samples have come since the page was opened. */
  const hasNews = useSignal(false);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    answer.value = undefined;
    problem.value = undefined;
    hasNews.value = false;
    const ask = async () => {
      const result = await app.api.strip(alarmId, onset.value, controller.signal);
      if (controller.signal.aborted) return;
      const before = answer.peek();
      // The shown strip stays, even if a later request fails.
      if (!result.ok && before === undefined) problem.value = result.message;
      if (result.ok) {
        hasNews.value ||= hasNewerSamples(before, result.data);
        alarmWard.value = result.data.alarm.places.at(-1)?.ward;
        answer.value = result.data;
      }
      const shown = answer.peek();
      const inMs = shown && askStripAgainIn(shown, app.now.peek());
      if (inMs !== undefined) timer = setTimeout(() => void ask(), inMs);
    };
    void ask();
    // When the person leaves the page, the request is cancelled, so that the server stops reading.
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [alarmId, onset.value, asked.value]);
  const again = () => {
    asked.value += 1;
  };
  return (
    <div class="ward">
      <Sheet {...{ answer: answer.value, onset, problem: problem.value, hasNews: hasNews.value, onAgain: again }} />
      <AlarmPanel />
    </div>
  );
}

type SheetProps = {
  answer: StripAnswer | undefined;
  onset: Signal<number>;
  problem: string | undefined;
  hasNews: boolean;
  onAgain: () => void;
};

function Sheet({ answer, onset, problem, hasNews, onAgain }: SheetProps) {
  return (
    <main class="sheet strip" id="main" tabIndex={-1} data-testid="strip-page">
      <div class="sheet__head">
        <h1>{t('Waves around the onset')}</h1>
        {answer?.isOlder && (
          <OlderOnsets
            onset={answer.onset}
            onChoose={(chosen) => {
              onset.value = chosen;
            }}
          />
        )}
        {answer && !answer.isOlder && answer.alarm.onsets > 1 && (
          <OnsetChoice
            count={answer.alarm.onsets}
            chosen={answer.onset}
            onChoose={(chosen) => {
              onset.value = chosen;
            }}
          />
        )}
        <span class="bar__gap" />
        {answer?.strip && (
          <button class="button" type="button" data-testid="strip-print" onClick={() => window.print()}>
            {t('Print')}
          </button>
        )}
      </div>
      <ScrollBox label={t('Waves around the onset')}>
        {problem !== undefined && (
          <>
            <p class="form__problem" role="alert" data-testid="strip-error">
              {problem}
            </p>
            <button class="button" type="button" data-testid="strip-again" onClick={onAgain}>
              {t('Try again')}
            </button>
          </>
        )}
        {answer === undefined && problem === undefined && (
          <p role="status" data-testid="strip-waiting">
            {t('Loading …')}
          </p>
        )}
        {answer && <Known answer={answer} hasNews={hasNews} onAgain={onAgain} />}
      </ScrollBox>
    </main>
  );
}

/** The choice of the onset if the alarm history no longer has the alarm. Then the number of its onsets is not known. */
function OlderOnsets({ onset, onChoose }: { onset: number; onChoose: (onset: number) => void }) {
  return (
    <>
      {onset > 1 && (
        <button class="button" type="button" data-testid="strip-first" onClick={() => onChoose(1)}>
          {t('First onset')}
        </button>
      )}
      <button class="button" type="button" data-testid="strip-next" onClick={() => onChoose(onset + 1)}>
        {t('Next onset')}
      </button>
    </>
  );
}

function OnsetChoice(props: { count: number; chosen: number; onChoose: (onset: number) => void }) {
  const { count, chosen, onChoose } = props;
  return (
    <label class="field">
      <span>{t('Onset')}</span>
      <select
        value={String(chosen)}
        data-testid="strip-onset"
        onChange={(event) => onChoose(Number(event.currentTarget.value))}
      >
        {Array.from({ length: count }, (_, at) => at + 1).map((number) => (
          <option key={number} value={String(number)} selected={number === chosen}>
            {t('{number} of {count}', { number, count })}
          </option>
        ))}
      </select>
    </label>
  );
}

function Known({ answer, hasNews, onAgain }: { answer: StripAnswer; hasNews: boolean; onAgain: () => void }) {
  const app = useApp();
  const { alarm, strip, missing, isDigestRight } = answer;
  const patient =
    alarm.patient === null ? t('no patient') : `${patientName(alarm.patient)}, ${alarm.patient.patientId}`;
  return (
    <>
      <p class="strip__patient" data-testid="strip-patient">
        <strong>{patient}</strong> · {placesText(alarm, true)}
      </p>
      {answer.isOlder && (
        <p class="notice notice--plain" data-testid="strip-older">
          {t('The alarm history no longer has this alarm. Its strip shows it as it was at this onset.')}
        </p>
      )}
      {missing !== null && (
        <p class="notice notice--plain" role="status" data-testid="strip-missing" data-state={missing}>
          {serverText(missingStripTexts[missing])}
        </p>
      )}
      {(missing === 'not-yet' || missing === 'overdue' || missing === 'again') && (
        <button class="button" type="button" data-testid="strip-again" onClick={onAgain}>
          {t('Look again')}
        </button>
      )}
      {/* The element is always on the page, so that a screen reader announces each new text. */}
      <p class="notice notice--plain" role="status" data-testid="strip-newer" hidden={!hasNews}>
        {hasNews && t('Samples have come since you opened this page. The strip now has them.')}
      </p>
      {strip && !strip.isComplete && (
        <p class="dim strip__incomplete" data-testid="strip-incomplete">
          {t('Samples are missing. If the device sends them, Vigil adds them about 10 minutes after the onset.')}{' '}
          <button class="button button--small" type="button" data-testid="strip-look" onClick={onAgain}>
            {t('Look again')}
          </button>
        </p>
      )}
      {strip && <Facts facts={stripFacts(strip, zonedText, say)} />}
      {strip && strip.content !== 'waves' && (
        <p class="notice notice--plain" role="status" data-testid="strip-missing" data-state={strip.content}>
          {serverText(stripContentTexts[strip.content])}
        </p>
      )}
      {strip && strip.content === 'waves' && <StripWaves strip={strip} />}
      {strip && (
        <p class={isDigestRight ? 'dim strip__digest' : 'form__problem strip__digest'} data-testid="strip-digest">
          {t('Digest of the samples:')} <code>{strip.digest}</code>.{' '}
          {isDigestRight
            ? t('The server has computed it again from the samples: it is equal.')
            : t('It does not belong to these samples: do not use this strip, and inform the operator.')}
        </p>
      )}
      <p class="print-only">{t('Printed {zoned}', { zoned: zonedText(app.now.value) })}</p>
    </>
  );
}

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl class="strip__facts" data-testid="strip-facts">
      {facts.map(({ name, text }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
