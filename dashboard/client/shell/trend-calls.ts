/** The REST calls about trends. */

import type { ScorePick, TrendScores } from '../../protocol/trend-scores.ts';
import type { TrendTable } from '../../protocol/trend-table.ts';
import type { Trends } from '../../protocol/trends.ts';
import type { SlowCall } from './answer.ts';

/**
 * How long a request for trends waits. The server waits at most 10 s for InfluxDB, and then reads the log for at most
 * 12 s.
 */
const trendsTimeoutMs = 30_000;

type Asked = { readonly codes: string; readonly from: string; readonly to: string };

export function trendCalls(call: SlowCall) {
  const get = <Data>(associationId: string, path: string, query: Readonly<Record<string, string>>) =>
    call<Data>(
      'GET',
      `/api/associations/${encodeURIComponent(associationId)}/${path}?${new URLSearchParams(query)}`,
      undefined,
      { waitMs: trendsTimeoutMs },
    );
  return {
    trends: (associationId: string, query: Asked & { readonly points: string }) =>
      get<Trends>(associationId, 'trends', query),
    trendTable: (associationId: string, query: Asked & { readonly minutes: string }) =>
      get<TrendTable>(associationId, 'trends/table', query),
    trendScores: (
      associationId: string,
      query: Omit<Asked, 'codes'> & { readonly stepMs: string; readonly pick: ScorePick },
    ) => get<TrendScores>(associationId, 'trends/news2', query),
  };
}
