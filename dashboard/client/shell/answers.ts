/**
 * Acknowledges alarms and pauses audio. A request is pending until an event of the server shows its effect. After a
 * refusal or a long silence the request is an error. The person sees the error, and can repeat the request.
 */

import { effect, type Signal, signal } from '@preact/signals';
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { audioPauseMsMax } from '../../../contracts/audio-pause.ts';
import type { Alarm, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import type { AcknowledgeRefused } from '../../protocol/rest.ts';
import { audioPausedUntilMs } from '../core/alarm-order.ts';
import { alarmText } from '../core/alarm-words.ts';
import type { Screen } from '../core/fold.ts';
import { serverText } from '../core/server-texts.ts';
import { t } from '../core/texts.ts';
import type { Api } from './api.ts';
import { refusalText } from './refusal-texts.ts';

export type RequestState =
  | { readonly state: 'pending'; readonly sinceSteadyMs: number; readonly commandId?: string }
  | {
      readonly state: 'error';
      readonly message: string;
      /**
       * Whether the alarm has changed since the person saw the alarm. If true, `message` says that the alarm was not
       * acknowledged, and what has become of the alarm.
       */
      readonly changed?: boolean;
    };

/** If the alarm processor has not answered within this time, the request becomes an error (ours). */
const answerWaitMs = 5_000;
const noAnswerMessage = () => t('The alarm processor has not answered. Look again, and try again.');
export const pauseMs = audioPauseMsMax;

/**
 * @param now the server's clock, ms since 1970; somebody may set this clock. At each change of this clock, all requests
 * are checked again
 * @param steady a clock that never runs backward or jumps, ms; measures how long an answer takes
 */
export function createAnswers(api: Api, screen: Signal<Screen | undefined>, now: Signal<number>, steady: () => number) {
  /**
   * Requests by key. The key is an alarm id, or `pause:` and an association id. An entry is deleted when its alarm is
   * acknowledged or no longer on the screen, so the map is bounded.
   */
  const requests = signal<ReadonlyMap<string, RequestState>>(new Map());

  function setRequest(key: string, value: RequestState | undefined) {
    const newRequests = new Map(requests.peek());
    if (value) newRequests.set(key, value);
    else newRequests.delete(key);
    requests.value = newRequests;
  }

  effect(() => {
    const alarms = screen.value?.alarms;
    const nowMs = now.value;
    for (const [key, entry] of requests.value) {
      if (key.startsWith('pause:')) {
        const id = key.slice('pause:'.length);
        const unanswered = (screen.value?.alarmsOf.get(id) ?? []).filter(isUnanswered);
        if (alarms && unanswered.every((alarm) => audioPausedUntilMs(alarm, nowMs) !== undefined)) {
          setRequest(key, undefined);
          continue;
        }
      } else {
        const alarm = alarms?.get(key);
        if (alarms && (!alarm || !isUnanswered(alarm))) {
          setRequest(key, undefined);
          continue;
        }
      }
      if (entry.state !== 'pending') continue;
      const answer = screen.value?.answers.get(entry.commandId ?? '');
      if (answer?.accepted === false)
        setRequest(key, { state: 'error', message: reasonOf(answer), ...(isAboutChange(answer) && { changed: true }) });
      else if (steady() - entry.sinceSteadyMs > answerWaitMs)
        setRequest(key, { state: 'error', message: noAnswerMessage() });
    }
  });

  async function request(key: string, send: () => ReturnType<Api['acknowledge']>, seenRev = 0) {
    if (requests.peek().get(key)?.state === 'pending') return;
    const sinceSteadyMs = steady();
    setRequest(key, { state: 'pending', sinceSteadyMs });
    const answer = await send();
    if (!answer.ok) setRequest(key, refusalOf(answer, seenRev));
    else if (requests.peek().get(key)?.state === 'pending')
      setRequest(key, { state: 'pending', sinceSteadyMs, commandId: answer.data.commandId });
  }

  /**
   * Resolves when the alarm processor has answered a command, or has not answered in time. The value is undefined if
   * the alarm processor accepted the command. If not, the value is a text with the reason.
   */
  function refusalOfCommand(commandId: string): Promise<string | undefined> {
    const since = steady();
    let stop = () => {};
    const refusal = new Promise<string | undefined>((resolve) => {
      stop = effect(() => {
        const isLate = now.value > 0 && steady() - since > answerWaitMs;
        const answer = screen.value?.answers.get(commandId);
        if (answer) resolve(answer.accepted ? undefined : refusalText(reasonOf(answer)));
        else if (isLate) resolve(noAnswerMessage());
      });
    });
    return refusal.finally(() => stop());
  }

  return {
    requests,
    refusalOfCommand,
    /** Acknowledges an alarm. `rev` is the revision that the person sees in the row of the button. */
    acknowledge: ({ alarmId, rev }: Pick<Alarm, 'alarmId' | 'rev'>) =>
      request(alarmId, () => api.acknowledge(alarmId, { rev }), rev),
    pauseAudio: (associationId: string) =>
      request(`pause:${associationId}`, () => api.pauseAudio(associationId, pauseMs)),
  };
}

/** Returns why the alarm processor refused a command. The first load has the German texts for alarms and pauses. */
const reasonOf = ({ reason }: CommandAnswer) => (reason === undefined ? t('It was refused.') : serverText(reason));

/** Returns whether the reason of a refusal itself says that an alarm was not acknowledged. */
const isAboutChange = ({ type, reason }: CommandAnswer) =>
  type === 'acknowledge' && reason?.startsWith('Not acknowledged') === true;

/** Returns the error for a refused request. If the alarm has changed, the text asks the person to look again. */
function refusalOf(
  answer: Extract<Awaited<ReturnType<Api['acknowledge']>>, { ok: false }>,
  seenRev: number,
): RequestState {
  const current = answer.status === 409 ? (answer.body as Partial<AcknowledgeRefused> | undefined)?.alarm : undefined;
  if (!current) return { state: 'error', message: answer.message };
  if (!isUnanswered(current) || current.rev < seenRev)
    return { state: 'error', message: answer.message, changed: true };
  const text = `${alarmText(current)}${current.present ? '' : t(', ended')}`;
  return {
    state: 'error',
    message: t('Not acknowledged. This alarm changed to “{text}”: look again.', { text }),
    changed: true,
  };
}
