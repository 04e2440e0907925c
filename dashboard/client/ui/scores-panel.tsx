/**
 * The panel with a bed's early warning scores: each part of NEWS2 with its age, shock index, qSOFA, and the nurse's
 * form.
 */
import { useSignal } from '@preact/signals';
import type { ScorePart, Scores } from '../../../contracts/messages/scores.ts';
import type { Bed } from '../../protocol/rest.ts';
import { ageText } from '../core/ages.ts';
import {
  adviceText,
  isOutdated,
  missingText,
  partNames,
  partText,
  qsofaText,
  shockIndexText,
  totalText,
} from '../core/score-words.ts';
import { t } from '../core/texts.ts';
import { whenText } from '../core/times.ts';
import { useApp } from '../shell/app.ts';
import { AssessmentForm } from './assessment-form.tsx';

/** @param isLive whether the stay is live on this screen. Only then can a person enter something */
export function ScoresPanel({ bed, isLive }: { bed: Bed; isLive: boolean }) {
  const app = useApp();
  const isEditing = useSignal(false);
  const { scores, patient } = bed;
  const setEditing = (isOpen: boolean) => {
    isEditing.value = isOpen;
  };
  if (patient?.category !== 'adult')
    return (
      <>
        <h2>{t('Scores')}</h2>
        <p class="dim">{t('NEWS2, shock index and qSOFA are for adults only.')}</p>
      </>
    );
  return (
    <>
      <div class="alarms__head">
        <h2 data-testid="news2-total">{totalText(scores, app.now.value) ?? 'NEWS2'}</h2>
        <span class="bar__gap" />
        {isLive && app.may('enter-assessment') && !isEditing.value && (
          <button class="button button--small" type="button" data-testid="assess" onClick={() => setEditing(true)}>
            {t('Enter consciousness, oxygen')}
          </button>
        )}
      </div>
      {isLive && isEditing.value && <AssessmentForm bed={bed} onDone={() => setEditing(false)} />}
      {scores ? (
        <ScoreTable scores={scores} />
      ) : (
        <p class="dim">{t('The alarm processor has not scored this patient yet.')}</p>
      )}
    </>
  );
}

function ScoreTable({ scores }: { scores: Scores }) {
  const nowMs = useApp().now.value;
  const { parts, risk = 'none' } = scores.news2;
  return (
    <>
      <p
        class={`score__advice score__advice--${isOutdated(scores, nowMs) ? 'none' : risk}`}
        role="status"
        data-testid="news2-advice"
      >
        {adviceText(scores, nowMs)}
      </p>
      <table class="table table--tight">
        <thead>
          <tr>
            <th scope="col">NEWS2</th>
            <th scope="col">{t('Value')}</th>
            <th scope="col" class="num">
              {t('Age')}
            </th>
            <th scope="col" class="num">
              {t('Points')}
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <PartRow key={part.parameter} part={part} scores={scores} />
          ))}
        </tbody>
      </table>
      <p data-testid="other-scores">
        {shockIndexText(scores)} · {qsofaText(scores)}
      </p>
    </>
  );
}

function PartRow({ part, scores }: { part: ScorePart; scores: Scores }) {
  const app = useApp();
  const { parameter, at, points } = part;
  const nowMs = app.now.value;
  const note = noteOf(part, scores, nowMs);
  return (
    <tr data-testid={`news2-${parameter}`}>
      <th scope="row">
        {partNames[parameter]}
        {note !== undefined && <span class="table__note">{note}</span>}
      </th>
      <td class={points === undefined ? 'dim' : ''}>{partText(part)}</td>
      <td class="num">{at === undefined ? '–' : ageText(nowMs - Date.parse(at))}</td>
      <td class={`num${points === 3 ? ' score__three' : ''}`}>
        {points ?? <span class="score__missing">{missingText(part, scores.news2)}</span>}
      </td>
    </tr>
  );
}

/** Returns who entered a part, and when. For SpO2, returns the scale too. Undefined if nobody entered the part. */
function noteOf({ parameter }: ScorePart, { news2, assessment }: Scores, nowMs: number): string | undefined {
  const who = ({ by, at }: { by: { name: string }; at: string }) => `${by.name} ${whenText(Date.parse(at), nowMs)}`;
  const { consciousness, oxygen, spo2Scale } = assessment;
  switch (parameter) {
    case 'consciousness':
      return consciousness && who(consciousness);
    case 'oxygen':
      return oxygen && who(oxygen);
    case 'SpO2':
      return spo2Scale
        ? t('scale {scale}, {who}', { scale: news2.scale, who: who(spo2Scale) })
        : t('scale 1 (default)');
    default:
      return undefined;
  }
}
