import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import websocket from '@fastify/websocket';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { endAfterError } from './live-faults.ts';

let app: FastifyInstance;
let lines: { level: number; msg: string; [field: string]: unknown }[];

beforeEach(async () => {
  lines = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  app = fastify({ logger: { level: 'debug', stream }, disableRequestLogging: true });
  await app.register(websocket, { options: { maxPayload: 100 }, errorHandler: endAfterError });
  app.get('/live', { websocket: true }, () => {});
  app.get('/broken', { websocket: true }, () => {
    throw new Error('made up');
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  lines.length = 0;
});
afterEach(() => app.close());

/** Connects, sends the messages at once, and returns the code with which the server closed the connection. */
async function closeCodeAfter(path: string, messages: readonly string[] = []): Promise<number> {
  const { port } = app.server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  socket.on('error', () => {});
  socket.on('open', () => {
    for (const message of messages) socket.send(message);
  });
  const [code] = await once(socket, 'close');
  return code;
}

describe('the log of the server', () => {
  it.each([
    ['a message that is too large', ['x'.repeat(101)]],
    ['many messages that are too large', Array.from({ length: 50 }, () => 'x'.repeat(101))],
  ])('for a connection with %s, the log has one short line without a stack', async (_, messages) => {
    // The close frame may be lost if the client still sends when the server closes the connection.
    expect([1006, 1009]).toContain(await closeCodeAfter('/live', messages));
    expect(lines).toMatchObject([{ level: 30, code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' }]);
    expect(JSON.stringify(lines)).not.toMatch(/stack|RangeError|node_modules/);
  });

  it('for a fault of the server itself, the log has the stack', async () => {
    await closeCodeAfter('/broken');
    expect(lines).toMatchObject([
      { level: 50, error: 'made up', stack: expect.stringContaining('live-faults.test.ts') },
    ]);
  });
});
