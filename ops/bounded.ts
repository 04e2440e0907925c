/**
 * Resolves or rejects as the work does. Once `signal` is aborted, the work has `graceMs` to end by itself. After that this rejects with an
 * AbortError, and the work (a download, a broker that does not answer) runs on until the process ends.
 */
export async function endedWithin<T>(work: Promise<T>, signal: AbortSignal, graceMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => late.reject(signal.reason), graceMs);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
