/** Tests what a takeover reads if a snapshot in `alarm-state` cannot be read. Kafka is a list in memory. */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import { t0 } from '../bed.testing.ts';
import { restorePartitions } from './restore.ts';

const one = '01900000-0000-7000-8000-000000000001';
const two = '01900000-0000-7000-8000-000000000002';
const offsetOfEvents = 6_000n;

const snapshot = (associationId: string, observations: string, change: object = {}) => ({
  associationId,
  at: new Date(t0).toISOString(),
  offsets: { observations, commands: '0' },
  live: [],
  engine: { v: 1, state: {}, told: '5900' },
  ...change,
});
type Written = { readonly key: string; readonly value: object | 'damaged' };

/** Restores partition 0 from these records of `alarm-state`. Also returns the offset at which `alarms` was read. */
async function restore(written: readonly Written[]) {
  const records = written.map(({ key, value }, index): LogRecord => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return { offset: String(index), key, value: Buffer.from(text), timestampMs: t0 };
  });
  let alarmsFrom: bigint | undefined;
  const ends = new Map([[0, { low: 0n, high: offsetOfEvents }]]);
  const restored = await restorePartitions({
    sealedLog: {
      open({ topic, key, value }) {
        if (value.toString() === 'damaged') throw new VigilError('sealed-malformed', 'It is damaged.');
        const origin = { topic, key, writer: 'alarms', boot: 'b', seq: 1 };
        return { origin, contentType: contentTypes.alarmState, plaintext: value };
      },
    },
    reader: {
      readEnds: async () => ends,
      committedOffsets: async () => new Map([['observations/0', 10n] as const, ['commands/0', 0n] as const]),
      async read(topic, starts, onRecord) {
        if (topic === 'alarms') alarmsFrom = starts.get(0);
        if (topic === 'alarm-state') for (const record of records) onRecord(0, record);
        return ends;
      },
      close: async () => {},
    },
    group: 'alarms',
    partitions: [0],
    log: pino({ level: 'silent' }),
  });
  return { ...restored.get(0)!, alarmsFrom };
}

describe('the last snapshot of a patient cannot be read', () => {
  it.each<{ name: string; value: Written['value'] }>([
    { name: 'is damaged', value: 'damaged' },
    { name: 'does not match its schema', value: snapshot(one, '9', { live: 'none' }) },
    { name: 'has no offsets', value: snapshot(one, '9', { offsets: { observations: 'nine', commands: '0' } }) },
  ])('if it $name, only this patient is in `unreadable`, and gets the second last snapshot', async ({ value }) => {
    const good = { key: two, value: snapshot(two, '9') };
    const after = await restore([{ key: one, value: snapshot(one, '5') }, good, { key: one, value }]);
    expect(after.unreadable).toEqual([one]);
    expect(after.states.map(({ associationId, offsets }) => [associationId, offsets.observations])).toEqual([
      [one, '5'],
      [two, '9'],
    ]);
    const alone = await restore([good, { key: one, value }]);
    expect([alone.unreadable, alone.states.length]).toEqual([[one], 1]);
  });

  it('the events of the patient’s former alarms are read too, although the other snapshots include them', async () => {
    const good = { key: two, value: snapshot(two, '9') };
    expect((await restore([good])).alarmsFrom).toBe(5_900n);
    expect((await restore([good, { key: one, value: 'damaged' }])).alarmsFrom).toBe(1_000n);
  });

  it('a readable snapshot after a damaged snapshot counts', async () => {
    const after = await restore([
      { key: one, value: 'damaged' },
      { key: one, value: snapshot(one, '7') },
    ]);
    expect([after.unreadable, after.states.length]).toEqual([[], 1]);
  });
});
