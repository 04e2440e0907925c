import { createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { freePorts } from '../../ops/platform/ports.ts';
import { join, openBench } from '../../tests/gateway/listener.ts';

/** With so many connections, the chance that one of two listeners gets no connection is 2^-39. */
const count = 40;

it('two listeners share one port: the kernel spreads the connections, and a closed listener gets no more', async () => {
  const [port = 0] = await freePorts(1);
  const first = await openBench({}, '', { port, sharePort: true });
  const other = await openBench({}, '', { port, sharePort: true });
  const clients = await Promise.all(Array.from({ length: count }, (_, n) => join(first, `bed-${n}`)));
  const spread = [first.listener.connections(), other.listener.connections()];
  expect(spread[0]! + spread[1]!).toBe(count);
  expect(Math.min(...spread)).toBeGreaterThan(0);

  await first.close();
  const later = await Promise.all(Array.from({ length: 10 }, (_, n) => join(other, `later-${n}`)));
  expect(other.listener.connections()).toBe(spread[1]! + 10);
  for (const client of [...clients, ...later]) client.end();
  await other.close();
});

it('a listener does not share its port without the setting', async () => {
  const [port = 0] = await freePorts(1);
  const first = await openBench({}, '', { port, sharePort: true });
  const refused = /is in use by another process: set VIGIL_MQTT_PORT/;
  await expect(openBench({}, '', { port })).rejects.toThrow(refused);
  await first.close();

  const alone = await openBench({}, '', { port });
  await expect(openBench({}, '', { port, sharePort: true })).rejects.toThrow(refused);
  await alone.close();
});

it('a listener reports that the port is in use if another program listens on it', async () => {
  const stranger: Server = createServer();
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  const { port } = stranger.address() as { port: number };
  await expect(openBench({}, '', { port, sharePort: true })).rejects.toThrow(/is in use/);
  await new Promise((resolve) => stranger.close(resolve));
});
