/**
 * Checks that an installation of an older version gets a new topic, with its permissions and its turn, at the next
 * start.
 */
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assigned, assignmentOf } from '../../contracts/duties.testing.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { turns } from '../../contracts/turn-topics.ts';
import { startTestPlatform } from '../../tests/platform.ts';
import { openLogAs, until } from '../../tests/system.ts';
import { readTopic } from '../sealed-topic.ts';
import { adminKafka, ensureTopics } from './topics.ts';

let own: Awaited<ReturnType<typeof startTestPlatform>>;
beforeAll(async () => {
  // This test deletes a topic, so it needs its own Kafka.
  own = await startTestPlatform(`test-${process.pid}-topic`);
});
afterAll(() => own.platform.close());

const body = assigned('anna', 6, assignmentOf(1, 'anna', [7, 15]));
const commandId = '00000000-0000-4000-8000-000000000001';
const answer = { type: 'answer-seen', atMs: 0, commandId, alarmId: 'a'.repeat(16), userId: 'anna', answer: 'accepted' };
const cases = [
  ['assignments', 'dashboard', { key: 'ward', contentType: contentTypes.assignment, body }],
  [
    'deliveries',
    'delivery',
    { key: 'deliveries', contentType: contentTypes.delivery, body: { event: { ...answer, taken: true } } },
  ],
] as const;

it.each(cases)(
  'the set-up creates the topic %s in an older installation, and %s can write to it in a turn several times',
  async (topic, service, record) => {
    const { data } = own;
    const certs = join(data.stateDir, 'certs');
    const admin = adminKafka(data.kafkaBrokers, certs).admin();
    await admin.connect();
    const any = {
      resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
      operation: kafkajs.AclOperationTypes.ANY,
      permissionType: kafkajs.AclPermissionTypes.ANY,
    };
    await admin.deleteTopics({ topics: [topic] });
    await admin.deleteAcls({
      filters: [
        { ...any, resourceType: kafkajs.AclResourceTypes.TOPIC, resourceName: topic },
        { ...any, resourceType: kafkajs.AclResourceTypes.TRANSACTIONAL_ID, resourceName: turns[topic].id },
      ],
    });
    await until('the topic is gone', async () => !(await admin.listTopics()).includes(topic));
    await admin.disconnect();

    await ensureTopics(data.kafkaBrokers, certs);

    const [writer, operator] = [await openLogAs(data, service), await openLogAs(data, 'operator')];
    try {
      const turn = await writer.takeTurn(topic);
      for (let n = 0; n < 2; n += 1) {
        await turn.write([record]);
        await turn.commit();
      }
      // This record is not committed, so nobody reads it.
      await turn.write([record]);
      await turn.close();
      const read: unknown[] = [];
      await until('the operator reads both events', async () => {
        read.length = 0;
        const log = { error() {}, warn() {}, info() {} } as never;
        await readTopic(operator, log, { topic, start: 'beginning' }, (record) => read.push(record?.record.body));
        return read.length > 1;
      });
      expect(read).toEqual([record.body, record.body]);
    } finally {
      await writer.close();
      await operator.close();
    }
  },
);
