/** Keeps an answer of the server up to date while a page is open. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Answer } from '../shell/answer.ts';

/**
 * Sends a request when the page opens, and then at an interval. `data` is the newest answer, and undefined until the
 * first answer. `problem` says why the last request failed; `data` then stays.
 * @param everyMs returns the interval for the newest answer
 */
export function useRefreshed<T>(ask: () => Promise<Answer<T>>, everyMs: (data: T | undefined) => number) {
  const data = useSignal<T | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  async function load() {
    const answer = await ask();
    problem.value = answer.ok ? undefined : answer.message;
    if (answer.ok) data.value = answer.data;
  }
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hasLeft = false;
    const loadAgain = async () => {
      await load();
      if (!hasLeft) timer = setTimeout(() => void loadAgain(), everyMs(data.peek()));
    };
    void loadAgain();
    return () => {
      hasLeft = true;
      clearTimeout(timer);
    };
  }, []);
  return { data, problem, load };
}
