/** One process is in the attacker's hand: it floods its own topic of keys, and then the others are started anew. All must come up. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keysTopics, topicsOf } from '../../contracts/topics.ts';
import { childrenOf } from '../scan.ts';
import { until } from '../system.ts';
import { browserFrom, connectKafkaAs, loggedIn, product } from './attacker.ts';

const address = '127.0.9.1';
const floodRecords = 30_000;

const pidOf = (program: string) => childrenOf(product.pid).find(({ command }) => command.includes(program))?.pid;
const readyCount = (name: string) =>
  readFileSync(join(product.stateDir, 'logs', `${name}.log`), 'utf8').split('"msg":"ready"').length - 1;

it('a flood of garbage and tombstones into the gateway’s own keys holds up no process that is started anew', async () => {
  const mine = topicsOf('gateway', 'writers').filter((topic) => (keysTopics as readonly string[]).includes(topic));
  expect(mine.length).toBeGreaterThan(0);
  const producer = connectKafkaAs('gateway').producer();
  await producer.connect();
  for (const topic of mine) {
    const messages = Array.from({ length: 1_000 }, (_, at) => ({
      key: randomBytes(16).toString('base64url'),
      value: at % 3 === 0 ? null : randomBytes(at % 3 === 1 ? 16 : 200),
    }));
    for (let sent = 0; sent < floodRecords; sent += messages.length) await producer.send({ topic, acks: -1, messages });
  }
  await producer.disconnect();

  const programs = [
    ['dashboard', 'dashboard/server/main.ts'],
    ['alarms', 'alarms/main.ts'],
    ['trends', 'trends/main.ts'],
  ] as const;
  const before = programs.map(([name, program]) => ({ name, program, pid: pidOf(program), ready: readyCount(name) }));
  for (const { pid } of before) {
    expect(pid).toBeDefined();
    process.kill(pid!, 'SIGKILL');
  }
  for (const { name, program, pid, ready } of before) {
    await until(`${name} is another process`, () => ![undefined, pid].includes(pidOf(program)));
    await until(`${name} is ready again`, () => readyCount(name) > ready);
  }
  await until('the server answers', async () => {
    const { status } = await browserFrom(address)
      .get('/healthz')
      .catch(() => ({ status: 0 }));
    return status === 200;
  });
  const chief = await loggedIn('chief', address);
  const live = await chief.live({ type: 'watch', scope: { ward: '*' }, waves: null });
  const startedAt = new Date().toISOString();
  // Sealed before the flood with a key that lies before it, and read after it by a process that has read it all.
  await until('patients of both wards with values of now', () => {
    const beds = live.of('snapshot').flatMap((snapshot) => snapshot.beds);
    const news = live.of('delta').flatMap((delta) => delta.beds.flatMap(({ values }) => values));
    return (
      beds.length >= 8 &&
      beds.filter(({ patient }) => patient !== null).length >= 8 &&
      news.some(({ receivedAt }) => receivedAt > startedAt)
    );
  });
  live.close();
});
