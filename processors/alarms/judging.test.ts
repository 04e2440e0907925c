import { expect, it } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import { createJudging } from './processor.ts';

const body = (second: number) => ({
  deviceId: 'bed-01',
  receivedAt: `2026-03-01T10:00:0${second}.000Z`,
  reading: {
    time: `2026-03-01T10:00:0${second}.000Z`,
    values: [{ code: 'MDC_ECG_HEART_RATE', value: 80, unit: '/min' }],
  },
});

/** The judging of one partition that notes what it gets. A test replaces functions of `code` to make them throw. */
function openJudging() {
  const noted: string[] = [];
  const failed: string[] = [];
  const code = { addReading: (_key: string) => {}, find: (_key: string): unknown => ({}) };
  const partition = {
    setLogEnd: () => {},
    hasEngine: () => false,
    addReading(key: string, offset: bigint) {
      code.addReading(key);
      noted.push(`reading ${offset}`);
    },
    skip: (topic: string, offset: bigint) => noted.push(`skip ${topic} ${offset}`),
  };
  const owner = { partition, outbox: { waitForRoom: async () => {} } };
  const origin = (key: string) => ({ topic: 'observations', key, writer: 'gateway', boot: 'b', seq: 1 });
  const judging = createJudging(
    {
      options: {
        sealedLog: {
          open: ({ key, value }: { key: string; value: Buffer }) => ({
            origin: origin(key),
            contentType: contentTypes.observation,
            plaintext: value,
          }),
          sealer: { keyFor: async () => {} },
        },
        associations: { find: (key: string) => code.find(key) },
        now: () => 0,
        log: { error: () => {} },
      },
      counts: { processor: { records: 0 } },
      failures: {
        note: ({ associationId, task }: { associationId: string; task: string }) =>
          failed.push(`${task} ${associationId}`),
      },
    } as never,
    { generation: () => 1, owners: () => new Map([[3, owner]]) } as never,
  );
  const records = ['a', 'bad', 'c'].map((key, index) => ({
    key,
    offset: String(index),
    timestampMs: 0,
    value: Buffer.from(JSON.stringify(body(index))),
  }));
  const judge = async () =>
    judging.onRecords({ topic: 'observations', partition: 3, records, highWatermark: '3' } as never);
  return { judge, code, noted, failed };
}

const faultAbout = (bad: string) => (key: string) => {
  if (key === bad) throw new TypeError('a fault of the code');
};

it('a record for which the code around the engine fails is left out, and the next records are judged', async () => {
  const { judge, code, noted, failed } = openJudging();
  code.addReading = faultAbout('bad');
  await judge();
  expect(noted).toEqual(['reading 0', 'skip observations 1', 'reading 2']);
  expect(failed).toEqual(['observation bad']);
});

it('if the association of one patient cannot be searched, the readings of all patients are judged', async () => {
  const { judge, code, noted, failed } = openJudging();
  code.find = (key) => faultAbout('bad')(key) ?? {};
  await judge();
  expect(noted).toEqual(['reading 0', 'reading 1', 'reading 2']);
  expect(failed).toEqual(['association bad']);
});
