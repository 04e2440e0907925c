import { pino } from 'pino';
import { expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { headerPrefix } from '../../log/envelope/header.ts';
import { newTrendCounters } from './counters.ts';
import { createIntake, readingSource } from './intake.ts';

const time = '2026-03-01T10:00:00.000Z';
const plaintext = Buffer.from(
  JSON.stringify({
    deviceId: 'bed-01',
    receivedAt: time,
    reading: { time, values: [{ code: 'MDC_ECG_HEART_RATE', value: 150, unit: '/min' }] },
  }),
);
function sealedRecord(writer: string, offset: string) {
  const origin = { topic: 'observations', key: 'association-1', writer, boot: 'b1', seq: 1 } as const;
  const header = Buffer.from(`${headerPrefix('key-1', contentTypes.observation, origin)}1}`).toString('base64url');
  return { offset, key: 'association-1', timestampMs: 0, value: Buffer.from(`${header}..a.b.c`) };
}
it('a forged record with another writer’s name does not keep genuine readings out of the trends', async () => {
  const intake = createIntake(
    readingSource(),
    pino({ level: 'silent' }),
    async ({ value }) => {
      const header = Buffer.from(value.toString('latin1').split('.')[0]!, 'base64url').toString();
      if (header.includes('"thief"')) throw new VigilError('key-unknown', 'x');
      return {
        origin: { topic: 'observations', key: 'association-1', writer: 'gateway', boot: 'b1', seq: 1 },
        contentType: contentTypes.observation,
        plaintext,
      } as never;
    },
    newTrendCounters(),
  );
  const batch = (record: ReturnType<typeof sealedRecord>) =>
    ({ topic: 'observations', partition: 0, records: [record], highWatermark: '9' }) as const;
  expect(await intake.points(batch(sealedRecord('thief', '1')))).toEqual([]);
  expect(await intake.points(batch(sealedRecord('gateway', '2')))).toHaveLength(1);
});
