import { expect, it } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { OpenedRecord } from '../../log/envelope/header.ts';
import { raised, t0 } from './core/bed.testing.ts';
import { createQueue } from './core/queue.ts';
import { createIntake } from './intake.ts';

const log = { error() {}, warn() {}, info() {} } as never;
/** Opens a record that is not sealed: the value is the JSON of the event. */
const open = ({ key, value }: { key: string; value: Buffer }): OpenedRecord => ({
  contentType: contentTypes.alarmEvent,
  origin: { topic: 'alarms', key, writer: 'alarms', boot: 'b1', seq: 1 },
  plaintext: value,
});

const first = raised();
const end = raised({ rev: 2, present: false }, { type: 'resolved', at: formatInstant(t0 + 20_000) });
const again = (onsets: number) =>
  raised({ rev: 2 * onsets, onsets }, { type: 'updated', at: formatInstant(t0 + onsets * 60_000) });

function openIntake() {
  const queue = createQueue();
  const intake = createIntake({ open } as never, queue, () => t0, log);
  const take = (...events: (typeof first)[]) =>
    intake.take({
      ...{ topic: 'alarms', partition: 0, highWatermark: '9' },
      records: events.map((event, at) => ({
        ...{ offset: String(at), timestampMs: t0, key: event.alarm.associationId, fetchedMs: 0 },
        value: Buffer.from(JSON.stringify(event)),
      })),
    } as never);
  return { queue, intake, take };
}
const keysOf = (jobs: { onset: { key: string } }[]) => jobs.map(({ onset }) => onset.key.split('.')[1]);

it('after a restart, each onset is found again in the events that are read again, although the state knows all onsets', async () => {
  const { queue, intake, take } = openIntake();
  intake.learn({ associationId: 'association-1', live: [again(3).alarm] } as never);
  await take(first, end, again(2), again(3));
  expect(keysOf(queue.clear())).toEqual(['1', '2', '3']);
});

it('after a new assignment, the onsets that waited are found again', async () => {
  const { queue, intake, take } = openIntake();
  await take(first, end, again(2), again(3));
  intake.rewind(queue.clear().filter(({ onset }) => onset.alarm.onsets > 1));
  await take(again(2), again(3));
  expect(keysOf(queue.clear())).toEqual(['2', '3']);
});

it('after a restart, an update without a new onset is no onset', async () => {
  const { queue, intake, take } = openIntake();
  intake.learn({ associationId: 'association-1', live: [again(2).alarm] } as never);
  await take(again(2));
  expect(queue.size).toBe(0);
});
