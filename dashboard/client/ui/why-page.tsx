/** The page "Why did nobody come?": what the log shows about one alarm, first the findings, then the details. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { logPartTitles, lookTitles, noPersonText } from '../../../contracts/explain/titles.ts';
import type { ExplanationAnswer } from '../../protocol/explain.ts';
import { formatRoute } from '../core/routes.ts';
import { saidText } from '../core/said-text.ts';
import { serverText } from '../core/server-texts.ts';
import { t } from '../core/texts.ts';
import { clockText, dateTimeText } from '../core/times.ts';
import { barsOf } from '../core/why-bars.ts';
import { useApp } from '../shell/app.ts';
import { alarmWard } from '../shell/zones.ts';
import { ScrollBox } from './scroll-box.tsx';
import { WhyCalls, WhyDuty } from './why-calls.tsx';

export function WhyPage({ alarmId }: { alarmId: string }) {
  const app = useApp();
  const explanation = useSignal<ExplanationAnswer | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  useEffect(() => {
    const controller = new AbortController();
    void app.api.explain(alarmId, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      if (answer.ok) {
        alarmWard.value = answer.data.ward;
        explanation.value = answer.data;
      } else problem.value = answer.message;
    });
    // When the person leaves the page, the request is cancelled, so that the server stops reading.
    return () => controller.abort();
  }, [alarmId]);
  const current = explanation.value;
  return (
    <main class="sheet" id="main" tabIndex={-1} data-testid="why-page">
      <div class="sheet__head">
        <h1>{t('Why did nobody come?')}</h1>
        <span class="bar__gap" />
        {app.may('view-patients') && (
          <a class="button" href={formatRoute({ page: 'strip', alarmId })} data-testid="why-strip">
            {t('Waves around the onset')}
          </a>
        )}
        <code class="dim why__id">{alarmId}</code>
      </div>
      <ScrollBox label={t('Explanation')} class="why">
        {problem.value !== undefined && (
          <p class="form__problem" role="alert" data-testid="why-error">
            {problem.value}
          </p>
        )}
        {current === undefined && problem.value === undefined && (
          <p role="status" data-testid="why-waiting">
            {t('Reading the log. This can take a minute. Leave this page to stop it.')}
          </p>
        )}
        {current && <Known explanation={current} />}
      </ScrollBox>
    </main>
  );
}

function Known({ explanation }: { explanation: ExplanationAnswer }) {
  const { text, priority, ward, bed, deviceId, isOver, incomplete } = explanation;
  const raised = explanation.chain.steps.find(({ name }) => name === 'raised')?.time;
  const alarmMs = raised?.kind === 'at' ? raised.atMs : 0;
  const missing = incomplete.map((part) => t(logPartTitles[part])).join(', ');
  return (
    <>
      <p class="why__alarm" data-testid="why-alarm">
        <strong>{serverText(text)}</strong>
        {t(', {priority} priority · ward {ward}, bed {bed}, device {deviceId} · {part}', {
          priority: t(priority),
          ward: ward ?? t('not known'),
          bed: bed ?? t('not known'),
          deviceId,
          part: isOver ? t('the alarm has ended') : t('the log has no end of the alarm'),
        })}
      </p>
      <section aria-labelledby="why-findings">
        <h2 id="why-findings">{t('Findings')}</h2>
        <Findings explanation={explanation} alarmMs={alarmMs} />
        {incomplete.length > 0 && (
          <p class="dim" data-testid="why-incomplete">
            {t('Records may be missing in: {missing}. What depends on them is not known.', { missing })}
          </p>
        )}
      </section>
      <section aria-labelledby="why-chain">
        <h2 id="why-chain">{t('Delay chain')}</h2>
        <Chain explanation={explanation} />
      </section>
      <section aria-labelledby="why-duty">
        <h2 id="why-duty">{t('Who was on duty')}</h2>
        <WhyDuty onDuty={explanation.onDuty} />
      </section>
      <section aria-labelledby="why-calls">
        <h2 id="why-calls">{t('Calls')}</h2>
        <WhyCalls explanation={explanation} />
      </section>
      <section aria-labelledby="why-seen">
        <h2 id="why-seen">{t('Who could see it')}</h2>
        <Lookers explanation={explanation} />
      </section>
      <section aria-labelledby="why-timeline">
        <h2 id="why-timeline">{t('Timeline')}</h2>
        <ol class="why__timeline" data-testid="why-timeline">
          {explanation.timeline.map((line, index) => (
            // The key is the index, because the lines never change, and two lines can be equal.
            <li key={index}>
              <time dateTime={new Date(line.atMs).toISOString()}>{dateTimeText(line.atMs)}</time>
              <span>{saidText(line, alarmMs)}</span>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

function Findings({ explanation: { findings }, alarmMs }: { explanation: ExplanationAnswer; alarmMs: number }) {
  if (findings.length === 0) return <p data-testid="why-findings">{t('The log shows no cause.')}</p>;
  return (
    <ol class="why__findings" data-testid="why-findings">
      {findings.map((finding) => (
        <li key={finding.text} data-kind={finding.kind}>
          {saidText(finding, alarmMs)}
        </li>
      ))}
    </ol>
  );
}

function Chain({ explanation: { chain } }: { explanation: ExplanationAnswer }) {
  return (
    <>
      <ul class="why__chain" data-testid="why-chain">
        {barsOf(chain).map(({ name, title, kind, length, text, atMs }) => (
          <li key={name} class={`why__step is-${kind}`} data-testid={`why-step-${name}`}>
            <span class="why__title">{title}</span>
            <span class="why__at dim">{atMs === undefined ? '' : clockText(atMs)}</span>
            <svg class="why__bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect width={Math.max(kind === 'time' ? 0.5 : 0, length * 100)} height="10" />
            </svg>
            <span class="why__text">{text}</span>
          </li>
        ))}
      </ul>
      <p class="dim">
        {t(
          'Each bar is the time since the step before it. Its length grows with the logarithm of the time. Hatched: not known. After the event is in the log, it goes to the screens and to the called persons at the same time.',
        )}
      </p>
    </>
  );
}

function Lookers({ explanation: { lookers } }: { explanation: ExplanationAnswer }) {
  const { during, openedBefore, answer } = lookers;
  return (
    <ul data-testid="why-lookers">
      {during.map(({ userId, name, kind, atMs }) => (
        <li key={`${userId} ${kind}`}>
          {t('{name} {look} at {time}', { name, look: t(lookTitles[kind]), time: dateTimeText(atMs) })}
        </li>
      ))}
      {openedBefore.map(({ userId, name, kind, atMs }) => (
        <li key={`${userId} ${kind} ${atMs}`} class="dim">
          {t('{name} {look} at {time}, before the alarm; whether the screen still showed it is not known', {
            name,
            look: t(lookTitles[kind]),
            time: dateTimeText(atMs),
          })}
        </li>
      ))}
      {answer === 'no-person' && <li>{t(noPersonText)}</li>}
      {answer === 'not-known' && openedBefore.length === 0 && <li>{t('not known')}</li>}
    </ul>
  );
}
