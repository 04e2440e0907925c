/**
 * Waits for `work` and returns its result. After `signal` is aborted, waits for at most `graceMs`, and then rejects
 * with an AbortError. The work (for instance a download) is not stopped; it continues until it is finished or the
 * process ends.
 */
export async function awaitWithGrace<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => deadline.reject(signal.reason), graceMs);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, deadline.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
