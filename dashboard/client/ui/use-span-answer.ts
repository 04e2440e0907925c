/** Asks the server about a span that ends now. Asks again at an interval, so that a page stays up to date. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { hourMs } from '../../../contracts/durations.ts';
import { createAnswerOrder } from '../core/answer-order.ts';
import type { Answer } from '../shell/answer.ts';
import { useApp } from '../shell/app.ts';

const refreshMs = 30_000;

export type Between = { readonly from: string; readonly to: string };

/** Returns the span moved back by some hours. */
export function hoursBefore({ from, to }: Between, hours: number): Between {
  const [earlierFrom, earlierTo] = [from, to].map((at) => new Date(Date.parse(at) - hours * hourMs).toISOString());
  return { from: earlierFrom!, to: earlierTo! };
}

/**
 * Returns the newest answer; undefined until the first answer has come.
 * @param key must change with everything that changes the question. A new key drops the old answer. With an empty key,
 * no question is sent
 * @param ask sends the question about the last `spanMs`
 */
export function useSpanAnswer<Data>(key: string, spanMs: number, ask: (between: Between) => Promise<Answer<Data>>) {
  const app = useApp();
  const answer = useSignal<Answer<Data> | undefined>(undefined);
  const order = useMemo(createAnswerOrder, []);

  async function load() {
    const mayShow = order.ask();
    const toMs = app.now.peek();
    const loaded = await ask({ from: new Date(toMs - spanMs).toISOString(), to: new Date(toMs).toISOString() });
    if (mayShow()) answer.value = loaded;
  }

  useEffect(() => {
    if (key === '') return;
    answer.value = undefined;
    void load();
    const timer = setInterval(() => void load(), refreshMs);
    return () => {
      // The values of the former key, for example of 24 h, must not appear under the present key.
      order.dropAll();
      clearInterval(timer);
    };
  }, [key]);
  return { answer: answer.value, retry: () => void load() };
}
