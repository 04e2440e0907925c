/** The card of a call: the alarm, the patient's present values, and the buttons to answer. */

import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { waves } from '../../../contracts/parameters.ts';
import type { Bed } from '../../protocol/rest.ts';
import { lookOf, priorityMarks } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import { callStateText, othersText } from '../core/call-words.ts';
import { type CallCard, isDeliveryDownFor } from '../core/calls.ts';
import { priorityNames } from '../core/name-words.ts';
import { patientName, placeText, readoutsOf } from '../core/numerics.ts';
import { onsetText } from '../core/onset-words.ts';
import { formatRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';
import { whenText } from '../core/times.ts';
import { orderedWaves } from '../core/wave-choice.ts';
import { inZoneOf } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';
import { showsCalls } from '../shell/shown-calls.ts';
import { useCommonBeat } from './flash.ts';
import { ReadoutView } from './readout.tsx';
import { patientHref } from './top-bar.tsx';
import { WaveCanvas } from './waves.tsx';

/** Maximum number of numbers on a card. The number with the alarm is one of them. */
const readoutsMax = 4;

/** @param act a button in the corner of the card */
export function CallCardView({ card, act }: { card: CallCard; act?: ComponentChildren }) {
  const app = useApp();
  const { alarm, call, state } = card;
  const { alarmId, priority } = alarm;
  const box = useRef<HTMLElement>(null);
  const look = state === 'gone' ? 'over' : lookOf(alarm);
  useCommonBeat(box, state !== 'gone' && isUnanswered(alarm) ? `${alarmId}${look}` : undefined);
  const now = app.now.value;
  const bed = liveBed(card, app);
  const place = placeText(bed, alarm.deviceId, true);
  const valueAtOnset = onsetText(alarm);
  return (
    <article
      ref={box}
      class={`call call--${state}`}
      data-testid={`call-${alarmId}`}
      data-state={state}
      data-priority={priority}
      aria-label={t('Call to {place}: {alarm}', { place, alarm: alarmText(alarm) })}
    >
      <div class="call__about">
        <header class="call__head">
          <span class={`call__mark look look--${priority} is-${look}`} data-mark={priorityMarks[priority]}>
            {priorityMarks[priority]}
            <span class="unseen"> {t('{priority} priority', { priority: priorityNames[priority] })}</span>
          </span>
          <div class="call__what">
            <p class="call__place" {...showsCalls(state === 'gone' ? [] : [call.callId])}>
              {app.may('view-vitals') ? <a href={patientHref(alarm.associationId)}>{place}</a> : place}
            </p>
            <p class="call__text">{alarmText(alarm)}</p>
            {/* The alarm comes before the name, because a long name could move the alarm out of sight on a phone. */}
            {bed?.patient && <p class="call__patient">{patientName(bed.patient)}</p>}
            <p class="dim">
              {t('since')}{' '}
              <time dateTime={alarm.onsetAt}>
                {inZoneOf(bed?.ward, () => whenText(Date.parse(alarm.onsetAt), now))}
              </time>
              {!alarm.present && ` · ${t('ended')}`}
              {valueAtOnset !== undefined && (
                <>
                  {' · '}
                  <span data-testid={`call-onset-${alarmId}`}>{valueAtOnset}</span>
                </>
              )}
            </p>
          </div>
          {act}
        </header>
        {state !== 'gone' && bed && <PresentValues card={card} bed={bed} />}
      </div>
      <div class="call__acts">
        <CallActs card={card} />
        <div class="call__texts">
          <StateText card={card} />
        </div>
      </div>
    </article>
  );
}

/** Says what happens next. This text is below the buttons, so that no button moves when the text changes. */
function StateText({ card }: { card: CallCard }) {
  const app = useApp();
  const { alarm, call, state } = card;
  const down = app.screen.value?.deliveryDown;
  const surroundings = { view: app.delivery.views.value.get(alarm.alarmId), isDown: isDeliveryDownFor(card, down) };
  const others = state === 'gone' ? undefined : othersText(call);
  return (
    <>
      <p class={`call__state${state === 'late' ? ' is-refused' : ''}`} data-testid={`call-state-${alarm.alarmId}`}>
        {inZoneOf(liveBed(card, app)?.ward, () => callStateText(card, surroundings, app.now.value))}
      </p>
      <AnswerNote card={card} />
      {others !== undefined && (
        <p class="dim" data-testid={`call-others-${alarm.alarmId}`}>
          {others}
        </p>
      )}
    </>
  );
}

/**
 * Returns the present bed. If the screen does not watch the bed, returns the bed that came with the call. A locked page
 * shows no patient.
 */
function liveBed({ alarm, call }: CallCard, app: ReturnType<typeof useApp>): Bed | undefined {
  const live = app.screen.value?.beds.get(alarm.associationId);
  if (live) return live;
  return call.bed && app.locked.value ? { ...call.bed, patient: null } : (call.bed ?? undefined);
}

/** The patient's present values, and the wave that fits the alarm, if this page receives the wave. */
function PresentValues({ card: { alarm }, bed }: { card: CallCard; bed: Bed }) {
  const app = useApp();
  const alarms = app.screen.value?.alarmsOf.get(bed.associationId) ?? [alarm];
  const readouts = readoutsOf(bed.values);
  const isAbout = (code: string) => code === alarm.code;
  const about = readouts.find(({ values }) => values.some(({ numeric }) => isAbout(numeric.code)));
  const shown = [...(about ? [about] : []), ...readouts.filter((readout) => readout !== about)].slice(0, readoutsMax);
  const isWatched = app.screen.value?.beds.has(bed.associationId) ?? false;
  const drawable = orderedWaves(bed.waves.filter((code) => waves.has(code)));
  const wave = drawable.find(({ group }) => group === about?.group) ?? drawable[0];
  if (shown.length === 0) return <p class="dim call__values">{t('No values yet.')}</p>;
  return (
    <div class="call__now">
      {isWatched && wave && (
        <div class="call__wave" style={{ '--wave-rows': 1 }}>
          <WaveCanvas associationId={bed.associationId} waves={[wave]} />
        </div>
      )}
      <div class="call__values">
        {shown.map((readout) => (
          <ReadoutView key={readout.key} readout={readout} bed={bed} alarms={alarms} alwaysShowsAge />
        ))}
      </div>
    </div>
  );
}

/** Returns why the person cannot answer from this page now. */
function whyNot(app: ReturnType<typeof useApp>): string | undefined {
  if (app.locked.value) return t('Enter your password above to answer.');
  if (app.link.value !== 'live')
    return t('No connection to Vigil: no answer can be sent. Go to the bed, or call the ward.');
  return undefined;
}

/** Returns the answer of the person to this call, if the page has sent one. */
function ownAnswer(app: ReturnType<typeof useApp>, { alarm, call }: CallCard) {
  const kept = app.delivery.answers.value.get(alarm.alarmId);
  return kept?.callId === call.callId ? kept : undefined;
}

function CallActs({ card }: { card: CallCard }) {
  const app = useApp();
  const { alarm, call, state } = card;
  if (state === 'gone') return null;
  const { alarmId } = alarm;
  const answer = ownAnswer(app, card);
  const isPending = answer !== undefined && answer.text === undefined;
  const reason = whyNot(app);
  const act = (to: 'accepted' | 'rejected', text: string, isMain: boolean) => (
    <button
      class={`button call__button${isMain ? ' button--primary' : ''}${isPending && answer.answer === to ? ' is-pending' : ''}`}
      type="button"
      data-testid={`${to}-${alarmId}`}
      data-acts-on={`${call.callId} ${to}`}
      disabled={reason !== undefined || state === to}
      aria-disabled={isPending || undefined}
      onClick={() => void app.delivery.answer(card, to)}
    >
      {isPending && answer.answer === to ? t('Sending …') : text}
    </button>
  );
  return (
    <div class="call__buttons">
      {/*
       * A button keeps its place after a press, so that a second press at this place cannot give the opposite answer.
       */}
      {act('accepted', state === 'accepted' ? t('✓ You go') : t('I go'), true)}
      {act('rejected', state === 'rejected' ? t('✓ You cannot') : t('I cannot'), false)}
      <Acknowledge card={card} isOff={reason !== undefined} />
    </div>
  );
}

/** Says whether the server has accepted the person's answer, or why the person cannot answer. */
function AnswerNote({ card }: { card: CallCard }) {
  const app = useApp();
  const { state, alarm } = card;
  if (state === 'gone') return null;
  const answer = ownAnswer(app, card);
  const reason = whyNot(app);
  // True: at first the server did not know whether the answer counts, and has since accepted the answer.
  const isSettled = answer !== undefined && !answer.isTaken && state === answer.answer;
  return (
    <p class="call__note" role="status" data-testid={`call-answer-${alarm.alarmId}`}>
      {reason ? (
        <span class="is-refused">{reason}</span>
      ) : answer?.text !== undefined && !isSettled ? (
        <span class={answer.isTaken ? 'is-good' : 'is-refused'}>{answer.text}</span>
      ) : answer !== undefined && !isSettled ? (
        <span class="dim">{t('Your answer is on the way. It does not count yet.')}</span>
      ) : (
        state === 'waiting' && <span class="dim">{t('“I go” does not acknowledge: the alarm still sounds.')}</span>
      )}
    </p>
  );
}

/** The button that acknowledges the alarm. If the screen does not watch the ward of the alarm, a link to the ward. */
function Acknowledge({ card: { alarm, call }, isOff }: { card: CallCard; isOff: boolean }) {
  const app = useApp();
  const shown = app.screen.value?.alarms.get(alarm.alarmId);
  const pressed = useRef(alarm);
  if (!app.may('acknowledge') || !isUnanswered(alarm)) return null;
  if (!shown)
    return call.ward === null ? null : (
      <a class="button call__button" href={formatRoute({ page: 'ward', ward: call.ward })}>
        {t('Open {ward} to acknowledge', { ward: call.ward })}
      </a>
    );
  const request = app.answers.requests.value.get(alarm.alarmId);
  const isPending = request?.state === 'pending';
  return (
    <>
      <button
        class={`button call__button${isPending ? ' is-pending' : ''}`}
        type="button"
        data-testid={`call-ack-${alarm.alarmId}`}
        data-acts-on={`${alarm.alarmId} acknowledge`}
        disabled={isOff}
        aria-disabled={isPending || undefined}
        onPointerDown={() => {
          pressed.current = shown;
        }}
        onClick={(event) => void app.answers.acknowledge(event.detail === 0 ? shown : pressed.current)}
      >
        {isPending ? t('Sending …') : t('Acknowledge')}
      </button>
      {request?.state === 'error' && (
        <span class="is-refused" role="alert">
          {request.changed ? '' : t('Not acknowledged. ')}
          {request.message}
        </span>
      )}
    </>
  );
}
