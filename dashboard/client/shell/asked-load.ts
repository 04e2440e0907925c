/**
 * Loads the page again only after the server has answered. If the server does not answer a load, a browser shows its
 * own error page, and the error page never tries again.
 */

/** Pause between two questions to the server. */
export const askAgainMs = 10_000;

/**
 * Returns a function that asks the server. If the server answers, and the page may still be loaded, the function loads
 * the page.
 */
export function createAskedLoad(options: {
  /** Asks the server for the page. Resolves with true if the server gives the page. */
  readonly ask: () => Promise<boolean>;
  /** Returns whether the page may be loaded now, because nothing would be lost. */
  readonly mayLoad: () => boolean;
  readonly load: () => void;
  readonly steady: () => number;
}): () => Promise<void> {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  return async () => {
    if (isAsking || options.steady() - askedAtMs < askAgainMs) return;
    isAsking = true;
    const hasAnswered = await options.ask().catch(() => false);
    isAsking = false;
    askedAtMs = options.steady();
    if (hasAnswered && options.mayLoad()) options.load();
  };
}
