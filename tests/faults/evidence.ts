import type { Found, Verdict } from './verdict.ts';

/** What came of a fleet's readings. */
export type Evidence = {
  readonly verdict: Verdict;
  /** Acknowledgements that overtook one of their connection. */
  readonly outOfOrder: number;
  readonly found: readonly Found[];
};
