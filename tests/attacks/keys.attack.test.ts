/**
 * An attacker controls the gateway and floods its topic of keys. After the flood, all other processes must still be
 * able to restart.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keysTopics, topicsOf } from '../../contracts/topics.ts';
import { childrenOf } from '../scan.ts';
import { until } from '../system.ts';
import { browserFrom, connectKafkaAs, loggedInBrowser, product } from './attacker.ts';

const address = '127.0.9.1';
const floodRecords = 30_000;

const pidOf = (program: string) => childrenOf(product.pid).find(({ command }) => command.includes(program))?.pid;
const readyCount = (name: string) =>
  readFileSync(join(product.stateDir, 'logs', `${name}.log`), 'utf8').split('"msg":"ready"').length - 1;

it('after a flood of garbage and tombstones into the gateway’s topic of keys, killed processes restart and read values', async () => {
  const keysTopicsOfGateway = topicsOf('gateway', 'writers').filter((topic) =>
    (keysTopics as readonly string[]).includes(topic),
  );
  expect(keysTopicsOfGateway.length).toBeGreaterThan(0);
  const producer = connectKafkaAs('gateway').producer();
  await producer.connect();
  for (const topic of keysTopicsOfGateway) {
    const messages = Array.from({ length: 1_000 }, (_, index) => ({
      key: randomBytes(16).toString('base64url'),
      value: index % 3 === 0 ? null : randomBytes(index % 3 === 1 ? 16 : 200),
    }));
    for (let sent = 0; sent < floodRecords; sent += messages.length) await producer.send({ topic, acks: -1, messages });
  }
  await producer.disconnect();

  const programs = [
    ['dashboard', 'dashboard/server/main.ts'],
    ['alarms', 'alarms/main.ts'],
    ['trends', 'trends/main.ts'],
  ] as const;
  const processesBefore = programs.map(([name, program]) => ({
    name,
    program,
    pid: pidOf(program),
    ready: readyCount(name),
  }));
  for (const { pid } of processesBefore) {
    expect(pid).toBeDefined();
    process.kill(pid!, 'SIGKILL');
  }
  for (const { name, program, pid, ready } of processesBefore) {
    await until(`a new process of ${name}`, () => ![undefined, pid].includes(pidOf(program)));
    await until(`${name} is ready again`, () => readyCount(name) > ready);
  }
  await until('the server answers', async () => {
    const { status } = await browserFrom(address)
      .get('/healthz')
      .catch(() => ({ status: 0 }));
    return status === 200;
  });
  const chief = await loggedInBrowser('chief', address);
  const live = await chief.live({ type: 'watch', scope: { ward: '*' }, waves: null });
  const startedAt = new Date().toISOString();
  // The records of the patients are encrypted with keys that were in Kafka before the flood. The new process has read
  // these keys and the whole flood.
  await until('patients of both wards with current values', () => {
    const beds = live.of('snapshot').flatMap((snapshot) => snapshot.beds);
    const values = live.of('delta').flatMap((delta) => delta.beds.flatMap(({ values }) => values));
    return (
      beds.length >= 8 &&
      beds.filter(({ patient }) => patient !== null).length >= 8 &&
      values.some(({ receivedAt }) => receivedAt > startedAt)
    );
  });
  live.close();
});
