import pino from 'pino';
import { expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { PartitionReader } from '../../log/kafka/read-all.ts';
import { restore } from './restore.ts';

const record = (offset: number) =>
  ({ key: 'deliveries', value: Buffer.from('not readable'), offset: String(offset), fetchedMs: 0 }) as LogRecord;

it('restore counts the records that cannot be opened', async () => {
  const ends = new Map([[0, { low: 0n, high: 2n }]]);
  const reader: Pick<PartitionReader, 'read' | 'readEnds'> = {
    readEnds: async () => ends,
    async read(_topic, _starts, onRecord) {
      for (const offset of [0, 1]) onRecord(0, record(offset));
      return ends;
    },
  };
  const open = () => {
    throw new VigilError('key-unknown', 'Its data key is missing.');
  };
  const restored = await restore({ open }, reader, pino({ level: 'silent' }));
  expect(restored).toMatchObject({ records: 2, leftOut: 2, positions: undefined });
});
