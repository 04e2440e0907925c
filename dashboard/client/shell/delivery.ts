/**
 * The state of the page about deliveries: the deliveries on the screen, the calls of the person, and the person's
 * answers.
 */
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { Calls, CallsPainted, Deliveries } from '../../protocol/delivery.ts';
import { answerText, unknownText } from '../core/call-words.ts';
import { type CallCard, cardsAfter, isAnyPlaceKept, withAlarms, withoutRead } from '../core/calls.ts';
import { deliveriesAfter, noDeliveries } from '../core/delivery-fold.ts';
import type { Screen } from '../core/fold.ts';
import { t } from '../core/texts.ts';
import type { Api } from './api.ts';
import { openCallReporter } from './call-reporter.ts';
import { onNotificationPressed } from './push.ts';

/** The result of the person's answer to one call. A later call about the same alarm needs a new answer. */
export type AnswerState = {
  readonly callId: string;
  readonly answer: 'accepted' | 'rejected';
  /** Undefined: the request is pending. */
  readonly text?: string;
  readonly isTaken: boolean;
};

/** If the browser does not report the end of a touch, the touch counts as ended after this time. */
const heldMsMax = 10_000;
/** How long after a press on a call no card moves, ms (ours), because the person may press again at this place. */
const restMs = 3_000;

export type Delivery = ReturnType<typeof openDelivery>;

export function openDelivery(options: {
  readonly api: Pick<Api, 'answerCall'>;
  readonly screen: ReadonlySignal<Screen | undefined>;
  /** The server's time, ms since 1970. */
  readonly now: () => number;
  readonly steady: () => number;
  readonly isLive: () => boolean;
  /** Sends a report if the connection is open. Returns whether the report was sent. */
  readonly send: (report: CallsPainted) => boolean;
  /** Called when the person has pressed a notification. Must show the calls. */
  readonly openCalls: () => void;
}) {
  const { screen, now, steady } = options;
  const views = signal(noDeliveries);
  /** Whether the server calls persons. */
  const isOffered = signal(false);
  /** The cards in the order in which the page shows them. */
  const cards = signal<readonly CallCard[]>([]);
  /** The calls that the sheet had when the person folded it. */
  const foldedIds = signal<ReadonlySet<string>>(new Set());
  const { answers, answer } = createCallAnswers(options.api, cards);
  const hold = watchPointer(steady);
  /**
   * The newest list of the server. Present while the cards keep their old order, because the person presses a card or
   * has just answered.
   */
  let unsorted: Calls['calls'] | undefined;

  const isHeld = () => hold.isHeld() || [...answers.peek().values()].some(({ text }) => text === undefined);
  const openCalls = () => cards.peek().flatMap(({ call, state }) => (state === 'gone' ? [] : [call]));
  const reporter = openCallReporter(() => (options.isLive() ? openCalls() : undefined), options.send);

  const stopNotifications = onNotificationPressed(options.openCalls);

  return {
    views,
    isOffered,
    cards,
    answers,
    foldedIds,
    fold(shown: readonly CallCard[]) {
      foldedIds.value = new Set(shown.map(({ call }) => call.callId));
    },
    unfold() {
      foldedIds.value = new Set();
    },
    liveEvents: {
      onDeliveries(message: Deliveries) {
        views.value = deliveriesAfter(views.peek(), message);
      },
      onCalls({ calls, checkId }: Calls) {
        cards.value = cardsAfter(cards.peek(), calls, now(), isHeld());
        unsorted = isHeld() || isAnyPlaceKept(cards.peek(), now()) ? calls : undefined;
        reporter.changed(checkId);
      },
      /**
       * On a new connection the server sends everything again, and does not have the reports of the former connection.
       */
      onDeliveriesBegin() {
        isOffered.value = true;
        reporter.restart();
      },
    },
    /** Must be called about twice a second. */
    tick() {
      const alarms = screen.peek()?.alarms;
      if (unsorted && !isHeld()) {
        cards.value = cardsAfter(cards.peek(), unsorted, now(), false);
        if (!isAnyPlaceKept(cards.peek(), now())) unsorted = undefined;
      }
      const shown = withoutRead(cards.peek(), now(), isHeld());
      cards.value = alarms ? withAlarms(shown, alarms) : shown;
    },
    answer,
    clear() {
      unsorted = undefined;
      batch(() => {
        views.value = noDeliveries;
        cards.value = [];
        answers.value = new Map();
        foldedIds.value = new Set();
      });
    },
    close() {
      reporter.close();
      hold.close();
      stopNotifications();
    },
  };
}

/**
 * Watches fingers and mouse buttons. No card may move while a finger or button is down, or a moment after a press on a
 * call.
 */
function watchPointer(steady: () => number) {
  let heldSinceMs: number | undefined;
  let restUntilMs = Number.NEGATIVE_INFINITY;
  const onDown = ({ target }: PointerEvent) => {
    heldSinceMs = steady();
    if (target instanceof Element && target.closest('.call')) restUntilMs = steady() + restMs;
  };
  const onUp = () => {
    heldSinceMs = undefined;
  };
  const options = { capture: true, passive: true } as const;
  addEventListener('pointerdown', onDown, options);
  addEventListener('pointerup', onUp, options);
  addEventListener('pointercancel', onUp, options);
  return {
    isHeld: () => (heldSinceMs !== undefined && steady() - heldSinceMs < heldMsMax) || steady() < restUntilMs,
    close() {
      removeEventListener('pointerdown', onDown, options);
      removeEventListener('pointerup', onUp, options);
      removeEventListener('pointercancel', onUp, options);
    },
  };
}

/**
 * After these failures it is not known whether the person's answer counts. Perhaps the server wrote the answer to
 * Kafka, and only the server's reply was lost.
 */
const unclearCodes = ['no-answer', 'bad-answer', 'log-append-failed', 'internal'];

/** Returns a text about an answer of the person that the server has not confirmed. */
function refusalText({ code, message }: { code: string; message: string }, answer: AnswerState['answer']): string {
  return unclearCodes.includes(code) ? `${message} ${unknownText(answer)}` : t('Not taken. {message}', { message });
}

/** Sends the answers of the person. The state of a call changes only when the server reports the change. */
function createCallAnswers(api: Pick<Api, 'answerCall'>, cards: ReadonlySignal<readonly CallCard[]>) {
  /** By alarm id. Answers to calls without a card are removed. */
  const answers = signal<ReadonlyMap<string, AnswerState>>(new Map());

  function setAnswer(alarmId: string, state: AnswerState) {
    const shown = new Set(cards.peek().map(({ alarm }) => alarm.alarmId));
    const kept = [...answers.peek()].filter(([id]) => shown.has(id));
    answers.value = new Map([...kept, [alarmId, state]]);
  }

  return {
    answers,
    async answer({ call }: CallCard, answer: AnswerState['answer']): Promise<void> {
      const { callId, round, alarm } = call;
      const { alarmId } = alarm;
      const before = answers.peek().get(alarmId);
      if (before?.callId === callId && before.text === undefined) return;
      setAnswer(alarmId, { callId, answer, isTaken: false });
      const result = await api.answerCall(alarmId, { round, answer });
      setAnswer(alarmId, {
        callId,
        answer,
        text: result.ok ? answerText(result.data, answer) : refusalText(result, answer),
        isTaken: result.ok && result.data.result === 'taken',
      });
    },
  };
}
