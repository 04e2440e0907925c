import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { finished } from 'node:stream/promises';
import { afterEach, expect, it, vi } from 'vitest';
import type { AuditedRecord } from '../core/audit-filter.ts';
import { createAuditExporter, exportStream, pieceLength } from './export.ts';

const at = '2026-01-06T22:00:00.000Z';
const proof = { boot: 'boot-1', prev: '', hash: 'h', writer: 'dashboard', key: 'k', sig: 's' } as const;
const newRecords = (length: number): AuditedRecord[] =>
  Array.from({ length }, (_, index) => ({
    record: { actor: { userId: 'nora' }, at, action: 'ward-viewed', n: index + 1, ...proof },
    atMs: Date.parse(at),
    verified: true,
  }));

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Opens a server that answers requests with `answer`. Returns a function that sends a request and reads nothing. */
async function openServer(answer: (response: ServerResponse) => Promise<void>) {
  const server = createServer((_request, response) => void answer(response));
  closers.push(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nhost: vigil\r\n\r\n');
    closers.push(() => socket.destroy());
    return socket;
  };
}

it.each(['csv', 'fhir'] as const)('an export as %s has each record once, in pieces', async (format) => {
  const pieces: string[] = [];
  for await (const piece of exportStream(newRecords(1_000), format)) pieces.push(String(piece));
  expect(pieces.length).toBeGreaterThan(2);
  const lines = pieces.join('').trimEnd().split('\n');
  expect(lines).toHaveLength(format === 'csv' ? 1_001 : 1_000);
  expect(new Set(lines).size).toBe(lines.length);
});

it('an export does not make text faster than its reader reads it', async () => {
  const stream = exportStream(newRecords(20_000), 'fhir');
  stream.read(0);
  for (let turn = 0; turn < 50; turn += 1) await new Promise((done) => setImmediate(done));
  expect(stream.readableLength).toBeLessThan(3 * pieceLength);
  stream.destroy();
});

it('while an export runs, a second export is refused, also for another account; afterwards an export is accepted', async () => {
  const exporter = createAuditExporter();
  const responses: ServerResponse[] = [];
  const outcomes: string[] = [];
  const request = await openServer(async (response) => {
    const account = `account-${outcomes.length}`;
    await exporter.begin(account, response).then(
      () => outcomes.push('accepted'),
      (error) => outcomes.push(error.code),
    );
    responses.push(response);
  });
  for (const expected of [['accepted'], ['accepted', 'rate-limited']]) {
    request();
    await vi.waitFor(() => expect(outcomes).toEqual(expected), 20_000);
  }
  responses[0]!.end();
  await finished(responses[0]!);
  await vi.waitFor(() => expect(responses[0]!.closed).toBe(true), 20_000);
  request();
  await vi.waitFor(() => expect(outcomes).toEqual(['accepted', 'rate-limited', 'accepted']), 20_000);
});

it.each([
  ['reads nothing', { quietMs: 200, wholeMs: 60_000 }],
  ['takes too long', { quietMs: 60_000, wholeMs: 200 }],
])(
  'an export of a client that %s ends, and the next export is accepted',
  async (_name, endAfter) => {
    const exporter = createAuditExporter(endAfter);
    let response: ServerResponse | undefined;
    const request = await openServer(async (opened) => {
      response = opened;
      await exporter.begin('alma', opened);
      // More text than the buffers of the two sockets hold.
      exportStream(newRecords(40_000), 'fhir').pipe(opened);
    });
    request();
    await vi.waitFor(() => expect(response?.closed).toBe(true), 30_000);
    expect(response?.writableFinished).toBe(false);
    const next = { once() {}, setTimeout() {}, destroy() {}, closed: true } as unknown as ServerResponse;
    await expect(exporter.begin('alma', next)).resolves.toBeUndefined();
  },
  60_000,
);
