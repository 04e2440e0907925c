/**
 * NEWS2 with its parts in the trends. A switch shows and hides the parts. The parts stand at the cursor or in a row of
 * the table.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Bed } from '../../protocol/rest.ts';
import type { ScorePick, TrendScores } from '../../protocol/trend-scores.ts';
import { createAnswerOrder } from '../core/answer-order.ts';
import { t } from '../core/texts.ts';
import { type NewsCode, scoredPartText, scoreOfStep, scoreTitle } from '../core/trend-scores.ts';
import type { Answer } from '../shell/answer.ts';
import { useApp } from '../shell/app.ts';

/** A span of a trend, by the clock of the device. */
export type ScoredSpan = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly clockErrorMs: number;
};

export type NewsParts = {
  readonly isOn: boolean;
  readonly toggle: () => void;
  readonly answer: Answer<TrendScores> | undefined;
};

/**
 * Loads the scores of a span while the switch is on. Loads them again for each newer answer of the trend.
 * @param span undefined while the trend is not loaded
 * @param key a new key, for example for a new span, drops the loaded scores
 */
export function useNewsParts(bed: Bed, span: ScoredSpan | undefined, pick: ScorePick, key: string): NewsParts {
  const app = useApp();
  const isOn = useSignal(false);
  const answer = useSignal<Answer<TrendScores> | undefined>(undefined);
  const order = useMemo(createAnswerOrder, []);
  const { fromMs, toMs, stepMs, clockErrorMs } = span ?? { fromMs: 0, toMs: 0, stepMs: 0, clockErrorMs: 0 };

  async function load() {
    const mayShow = order.ask();
    const [from, to] = [fromMs, toMs].map((ms) => new Date(ms - clockErrorMs).toISOString());
    const loaded = await app.api.trendScores(bed.associationId, { from: from!, to: to!, stepMs: String(stepMs), pick });
    if (mayShow()) answer.value = loaded;
  }

  useEffect(() => {
    answer.value = undefined;
    return () => order.dropAll();
  }, [bed.associationId, key, stepMs]);
  useEffect(() => {
    if (isOn.value && stepMs > 0) void load();
  }, [isOn.value, bed.associationId, key, fromMs, toMs, stepMs]);
  return {
    isOn: isOn.value,
    toggle: () => {
      isOn.value = !isOn.peek();
    },
    answer: answer.value,
  };
}

export function NewsPartsSwitch({ parts: { isOn, toggle, answer } }: { parts: NewsParts }) {
  return (
    <>
      <button
        class="button button--small"
        type="button"
        aria-pressed={isOn}
        data-testid="news2-parts-switch"
        onClick={toggle}
      >
        {t('Parts of NEWS2')}
      </button>
      {isOn && answer?.ok === false && (
        <span class="form__problem" role="alert" data-testid="news2-parts-error">
          {t('The parts of NEWS2 cannot be shown.')} {answer.message}
        </span>
      )}
    </>
  );
}

type PartsOfScoreProps = {
  answer: Answer<TrendScores> | undefined;
  code: NewsCode;
  stepAtMs: number;
  /** The value beside which the parts stand; undefined if this value is a mean. */
  shown: number | undefined;
};

/** The parts of one score, with the time of the score. */
export function PartsOfScore({ answer, code, stepAtMs, shown }: PartsOfScoreProps) {
  if (answer?.ok === false) return null;
  if (answer === undefined) return <p class="news-parts dim">{t('Loading the parts of NEWS2 …')}</p>;
  const score = scoreOfStep(answer.data, code, stepAtMs, shown);
  if (score === undefined)
    return (
      <p class="news-parts dim" data-testid="news2-parts-unknown">
        {t('The parts of this score are not known.')}
      </p>
    );
  return (
    <div class="news-parts" data-testid={`news2-parts-${code}`}>
      <strong>{scoreTitle(score)}</strong>
      <ul>
        {score.parts.map((part) => (
          <li
            key={part.parameter}
            class={part.points === 3 ? 'score__three' : part.points === undefined ? 'score__missing' : ''}
          >
            {scoredPartText(part, score)}
          </li>
        ))}
      </ul>
    </div>
  );
}
