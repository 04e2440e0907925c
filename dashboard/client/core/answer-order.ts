/** Decides which answers of a server may be shown, if several questions wait for an answer at the same time. */

export type AnswerOrder = {
  /**
   * Must be called when a question is sent. The returned function must be called when the answer has come. It returns
   * whether the answer may be shown.
   */
  ask(): () => boolean;
  /** Forbids the answers to all earlier questions, for example because the person chose a different time. */
  dropAll(): void;
};

/**
 * An answer may be shown if no answer to a later question was shown before. So a slow answer never replaces a newer
 * answer.
 */
export function createAnswerOrder(): AnswerOrder {
  let asked = 0;
  /** Only answers to questions with a greater number may be shown. */
  let answeredTo = 0;
  return {
    ask() {
      asked += 1;
      const number = asked;
      return () => {
        if (number <= answeredTo) return false;
        answeredTo = number;
        return true;
      };
    },
    dropAll() {
      answeredTo = asked;
    },
  };
}
