/** Sends a question to the server again and again while a page is open. */
import { t } from '../core/texts.ts';
import type { Answer } from './answer.ts';

export type Refresher = {
  /** Asks at once. Never rejects. */
  load(): Promise<void>;
  /** Asks at once, and again after each answer. Returns a function that stops the questions. */
  start(): () => void;
};

/**
 * @param options `everyMs` returns the pause after an answer. `onAnswer` gets the answers. An answer is dropped if a
 * later question was answered first, because the dropped answer may be older than a change.
 */
export function createRefresher<T>(options: {
  readonly ask: () => Promise<Answer<T>>;
  readonly everyMs: () => number;
  readonly onAnswer: (answer: Answer<T>) => void;
}): Refresher {
  let asked = 0;
  let answered = 0;

  async function load(): Promise<void> {
    asked += 1;
    const number = asked;
    // An error that nobody catches would end the questions, and the page would show old data without a notice.
    const answer = await options.ask().catch(noAnswer);
    if (number < answered) return;
    answered = number;
    options.onAnswer(answer);
  }

  return {
    load,
    start() {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let hasLeft = false;
      const loadAgain = async () => {
        await load();
        if (!hasLeft) timer = setTimeout(() => void loadAgain(), options.everyMs());
      };
      void loadAgain();
      return () => {
        hasLeft = true;
        clearTimeout(timer);
      };
    },
  };
}

const noAnswer = () =>
  ({ ok: false, status: 0, code: 'no-answer', message: t('The server does not answer.') }) as const;
