/** Keeps an answer of the server up to date while a page is open. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Answer } from '../shell/answer.ts';
import { createRefresher } from '../shell/refresher.ts';

/**
 * Sends a request when the page opens, and then at an interval. `data`: the newest answer; undefined before the first
 * answer. `problem`: why the last request failed. After a failure `data` stays.
 * @param everyMs returns the interval for the newest answer
 */
export function useRefreshed<T>(ask: () => Promise<Answer<T>>, everyMs: (data: T | undefined) => number) {
  const data = useSignal<T | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const newestAsk = useRef(ask);
  newestAsk.current = ask;
  const refresher = useMemo(
    () =>
      createRefresher<T>({
        ask: () => newestAsk.current(),
        everyMs: () => everyMs(data.peek()),
        onAnswer(answer) {
          problem.value = answer.ok ? undefined : answer.message;
          if (answer.ok) data.value = answer.data;
        },
      }),
    [],
  );
  useEffect(() => refresher.start(), []);
  return { data, problem, load: refresher.load };
}
