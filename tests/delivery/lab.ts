/**
 * A ward in a real Kafka for the tests of the delivery process: writes alarms, duties and answers, and reads the
 * deliveries.
 */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Alarm, AlarmEvent } from '../../contracts/messages/alarms.ts';
import type { Duty } from '../../contracts/messages/assignments.ts';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import type { DeliveryCommand, ReachEntry } from '../../contracts/messages/delivery-commands.ts';
import type { DeliverySign } from '../../contracts/messages/delivery-progress.ts';
import { type Actor, contentTypes } from '../../contracts/messages/records.ts';
import { createReader } from '../../log/kafka/reader.ts';
import { createSealedReading } from '../../log/sealed-reading.ts';
import { alarmOf } from '../../processors/delivery/core/delivery.testing.ts';
import { deliveriesKey } from '../../processors/delivery/writing.ts';
import { admitted, associate, openLogAs, until } from '../system.ts';

type Platform = Parameters<typeof openLogAs>[0];
export type DeliveryLab = Awaited<ReturnType<typeof openDeliveryLab>>;
type Record = DeliveryRecord & { readonly offset: number };

const actor = (userId: string): Actor => ({ userId, name: userId, role: 'nurse' });

export async function openDeliveryLab(platform: Platform) {
  const [alarms, dashboard, operator] = await Promise.all([
    openLogAs(platform, 'alarms'),
    openLogAs(platform, 'dashboard'),
    openLogAs(platform, 'operator'),
  ]);
  const records: Record[] = [];
  const signs: { sign: DeliverySign; boot: string }[] = [];
  const log = pino({ level: 'silent' });
  const reading = createSealedReading({ open: dashboard.open, log, leftOutOf: 'the test' });
  const reader = await createReader(dashboard.kafka, {
    group: `dashboard-${dashboard.boot}-deliveries`,
    topics: ['deliveries', 'presence'],
    start: 'beginning',
    log,
    async onRecords(batch) {
      for (const record of batch.records) {
        const read = record.value === null ? undefined : await reading.read(batch, record);
        if (read?.record.contentType === contentTypes.delivery)
          records.push({ ...read.record.body, offset: Number(record.offset) });
        if (read?.record.contentType === contentTypes.deliverySign)
          signs.push({ sign: read.record.body, boot: record.key });
      }
    },
  });

  /** Admits a patient to a new ward, to which the test then assigns people. */
  async function admit() {
    const ward = `ward-${randomUUID().slice(0, 8)}`;
    const period = admitted('BED-1', ward, 'Delivery');
    await associate(platform, operator, `bed-${randomUUID().slice(0, 8)}`, 1, period);
    const { associationId } = period;
    const alarmId = randomUUID();
    let rev = 0;
    let alarm: Alarm = alarmOf(alarmId, { associationId });
    const ofAlarm = () => records.filter(({ event }) => 'alarmId' in event && event.alarmId === alarmId);
    const messages = () =>
      records.flatMap(({ event }) =>
        event.type === 'message' && event.calls.some((call) => call.alarmId === alarmId) ? [event] : [],
      );
    const called = () => ofAlarm().flatMap(({ event }) => (event.type === 'called' ? [event] : []));

    const fields = (by: string) => ({ eventId: randomUUID(), ward, at: new Date().toISOString(), by: actor(by) });
    /** Assigns a person, who accepts the duty. */
    async function assign(userId: string, duty: Duty, name = userId) {
      const assignmentId = randomUUID();
      const [from, end] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
      const beds = duty === 'nurse' || duty === 'buddy' ? { beds: ['BED-1'] } : {};
      const assignment = { ...{ assignmentId, ward, duty, userId, name, from: from!, until: end! }, ...beds };
      const events = [
        { type: 'assigned', ...fields(userId), assignment },
        { type: 'accepted', ...fields(userId), assignmentId },
      ] as const;
      for (const event of events) await dashboard.append('assignments', ward, contentTypes.assignment, event);
      return {
        end: () =>
          dashboard.append('assignments', ward, contentTypes.assignment, {
            type: 'ended',
            ...fields(userId),
            assignmentId,
          }),
      };
    }

    return {
      ...{ ward, alarmId, associationId, assign, ofAlarm, messages, called },
      /** Returns the newest view of the alarm's delivery. */
      view: () => ofAlarm().findLast((record) => 'after' in record) as { after: unknown } | undefined,
      /** Writes an event of the engine. @param ageMs how old the event is */
      async event(type: AlarmEvent['type'], changes: Partial<Alarm> = {}, ageMs = 0) {
        rev += 1;
        const at = new Date(Date.now() - ageMs).toISOString();
        const raised = type === 'raised' ? { onsetAt: at, determinedAt: at, raisedAt: at } : {};
        alarm = { ...alarm, ...raised, ...changes, rev };
        const event: AlarmEvent = { type, at, alarm };
        await alarms.append('alarms', associationId, contentTypes.alarmEvent, event);
      },
      answer: (userId: string, answer: 'accepted' | 'rejected', round = 1, commandId = randomUUID()) =>
        command({ type: 'answer', commandId, at: new Date().toISOString(), by: actor(userId), alarmId, round, answer }),
      /** Reports, as a page of the person does, that the page has painted the calls so far. */
      painted: (userId: string) =>
        command({
          ...{ type: 'receipt', at: new Date().toISOString(), by: actor(userId), channel: 'screen', stage: 'painted' },
          calls: called().map(({ call }) => ({ alarmId, callId: call.callId })),
        }),
      /** Waits for the call of a person, and returns it. */
      callOf: (userId: string) =>
        until(`${userId} is called`, () => called().find(({ call }) => call.userId === userId)?.call),
      has: (type: string) => until(type, () => ofAlarm().find(({ event }) => event.type === type)),
    };
  }

  async function command(body: DeliveryCommand): Promise<void> {
    await dashboard.append('delivery-commands', body.by.userId, contentTypes.deliveryCommand, body);
  }

  return {
    ...{ records, signs, admit, dashboard },
    reach: (entry: ReachEntry) => dashboard.append('reach', entry.reachId, contentTypes.reach, entry),
    key: deliveriesKey,
    async close() {
      await reader.close();
      await Promise.all([alarms.close(), dashboard.close(), operator.close()]);
    },
  };
}
