/** Tests with a real log: a record that cannot be handled does not keep the other records from a reader. */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { expect, inject, it } from 'vitest';
import { contentTypes, type ObservationRecord } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import { openLogAs } from '../../tests/system.ts';
import { readSpan } from './span.ts';

const platform = inject('platform');

it('a record whose handling fails is left out and named in the log, and the later records are read', async () => {
  const [gateway, dashboard] = await Promise.all([openLogAs(platform, 'gateway'), openLogAs(platform, 'dashboard')]);
  const key = `span-${randomUUID()}`;
  const sinceMs = Date.now() - 60_000;
  for (const value of [70, 71, 72]) {
    const record: ObservationRecord = {
      deviceId: 'span-bed',
      receivedAt: formatInstant(Date.now()),
      reading: { time: formatInstant(Date.now()), values: [{ code: 'MDC_ECG_HEART_RATE', value, unit: '/min' }] },
    };
    await gateway.append('observations', key, contentTypes.observation, record);
  }
  const lines: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line) => void lines.push(JSON.parse(line).msg) });
  const values: (number | null | undefined)[] = [];
  const isWhole = await readSpan(
    { log: dashboard, logger, onBatch() {} },
    { topic: 'observations', key, sinceMs, untilMs: () => Date.now() + 60_000 },
    ({ record }) => {
      const value = record.contentType === contentTypes.observation ? record.body.reading.values[0]?.value : undefined;
      if (value === 71) throw new Error('this record cannot be handled');
      values.push(value);
    },
  );
  expect(values).toEqual([70, 72]);
  expect(isWhole).toBe(false);
  expect(lines).toEqual(['a record is left out of the explanation']);
  await Promise.all([gateway.close(), dashboard.close()]);
});
