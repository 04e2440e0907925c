/**
 * Returns the result of `work`. After `signal` is aborted, waits `graceMs` more for the work and then rejects with an AbortError. The work
 * (for instance a download) is not stopped by that; it ends with the process.
 */
export async function endedWithin<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
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
