/** Tests that the time in a will, which the device wrote when it connected, does not count as news about its clock. */
import pino from 'pino';
import { expect, it } from 'vitest';
import { createCounters } from './counters.ts';
import { createIngest } from './ingest.ts';
import type { Incoming } from './listener/sink.ts';
import { createMeasures } from './measures.ts';
import { createSource } from './source.ts';

const hourMs = 3_600_000;
const t0 = Date.UTC(2026, 0, 1, 12);
/** How far the device's clock is ahead. */
const aheadMs = 200_000;
const endMs = t0 + hourMs;
const changeMs = endMs + 300_000;

/**
 * Publishes 1 h of readings, then a will from the start of the connection, and then the readings that the device stored
 * during an outage of 10 min. The patient changed in the middle of the outage.
 */
function publishOutage(willTime: number | undefined) {
  const keys: { readonly key: string; readonly trueMs: number }[] = [];
  let trueMs = t0;
  const period = { stampMs: t0, ward: 'icu' };
  const publish = createIngest({
    append: ({ key }, settle) => {
      keys.push({ key, trueMs });
      settle();
    },
    rejections: {
      keep: (_message, _fault, _how, settle) => settle(),
      keepApart: (_message, _fault, _isWaveform, settle) => {
        settle();
        return true;
      },
    },
    tables: {
      periodsOf: () => [
        { ...period, associationId: 'before', fromMs: t0 - hourMs, toMs: changeMs },
        { ...period, associationId: 'after', fromMs: changeMs, toMs: Number.POSITIVE_INFINITY },
      ],
      serves: () => true,
    },
    bounds: { aheadMaxMs: 300_000, lateMaxMs: 24 * hourMs },
    attribution: 'by-clock',
    counters: createCounters(),
    measures: createMeasures(),
    log: pino({ level: 'silent' }),
  });
  const source = createSource('a2V5', 'bed-07', 'connection');
  const send = (kind: string, body: object, receivedAtMs: number, will?: Incoming['will']) =>
    publish(
      {
        source,
        topic: `devices/bed-07/${kind}`,
        payload: Buffer.from(JSON.stringify(body)),
        receivedAtMs,
        ...(will && { will }),
      },
      () => {},
    );
  let seq = 0;
  const values = [{ code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }];
  const read = (receivedAtMs: number) => {
    seq += 1;
    send('observations', { boot: 'b1', seq, time: new Date(trueMs + aheadMs).toISOString(), values }, receivedAtMs);
  };
  for (trueMs = t0; trueMs < endMs; trueMs += 10_000) read(trueMs + 50);
  const time = willTime === undefined ? {} : { time: new Date(willTime + aheadMs).toISOString() };
  send('status', { online: false, ...time }, endMs + 2_000, { reason: 'keep-alive' });
  const storedFrom = keys.length;
  const reconnectMs = endMs + 600_000;
  for (trueMs = endMs; trueMs < reconnectMs; trueMs += 10_000) read(reconnectMs + (trueMs - endMs) / 500);
  return keys.slice(storedFrom);
}

it('a will with a time does not change how stored readings are attributed', () => {
  const stored = publishOutage(t0);
  expect(stored.filter(({ key, trueMs }) => key !== (trueMs < changeMs ? 'before' : 'after'))).toEqual([]);
  expect(stored.length).toBeGreaterThan(0);
  expect(stored).toEqual(publishOutage(undefined));
});
