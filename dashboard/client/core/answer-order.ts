/** Decides which answers of a server may be shown, if several questions are on their way at the same time. */

export type AnswerOrder = {
  /** Call this when a question is sent. Returns a function: call it when the answer has come. It returns whether the answer may be shown. */
  ask(): () => boolean;
  /** From now on, no answer to an earlier question may be shown, for example because the person chose another time. */
  dropAll(): void;
};

/** An answer may be shown if no answer to a later question was shown before. A slow answer must not replace a newer one. */
export function createAnswerOrder(): AnswerOrder {
  let asked = 0;
  /** Questions with a greater number may be answered. */
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
