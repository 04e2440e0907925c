/** Checks that an installation of an older version gets a new topic, with its permissions and its turn, at the next start. */
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assigned, assignmentOf } from '../../contracts/duties.testing.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { turns } from '../../contracts/topics.ts';
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

it('the set-up creates the topic assignments in an older installation, and a dashboard can write to it in a turn', async () => {
  const { data } = own;
  const certs = join(data.stateDir, 'certs');
  const admin = adminKafka(data.kafkaBrokers, certs).admin();
  await admin.connect();
  const any = {
    resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
    operation: kafkajs.AclOperationTypes.ANY,
    permissionType: kafkajs.AclPermissionTypes.ANY,
  };
  await admin.deleteTopics({ topics: ['assignments'] });
  await admin.deleteAcls({
    filters: [
      { ...any, resourceType: kafkajs.AclResourceTypes.TOPIC, resourceName: 'assignments' },
      { ...any, resourceType: kafkajs.AclResourceTypes.TRANSACTIONAL_ID, resourceName: turns.assignments.id },
    ],
  });
  await until('the topic is gone', async () => !(await admin.listTopics()).includes('assignments'));
  await admin.disconnect();

  await ensureTopics(data.kafkaBrokers, certs);

  const [dashboard, operator] = [await openLogAs(data, 'dashboard'), await openLogAs(data, 'operator')];
  try {
    const turn = await dashboard.takeTurn('assignments');
    const body = assigned('anna', 6, assignmentOf(1, 'anna', [7, 15]));
    await turn.write([{ key: 'ward', contentType: contentTypes.assignment, body }]);
    await turn.commit();
    await turn.close();
    const read: unknown[] = [];
    await until('the operator reads the event', async () => {
      read.length = 0;
      const log = { error() {}, warn() {}, info() {} } as never;
      await readTopic(operator, log, { topic: 'assignments', start: 'beginning' }, (record) =>
        read.push(record?.record.body),
      );
      return read.length > 0;
    });
    expect(read).toEqual([body]);
  } finally {
    await dashboard.close();
    await operator.close();
  }
});
