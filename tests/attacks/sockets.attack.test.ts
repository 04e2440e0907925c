/**
 * Attacks on the live connection: handshakes that the dashboard's page does not send, and frames that no browser sends.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeCodes } from '../../dashboard/protocol/pace.ts';
import type { Browser } from '../../dashboard/server/browser.testing.ts';
import { until } from '../system.ts';
import { certFile, loggedInBrowser, origin, product } from './attacker.ts';

const address = '127.0.5.1';
let nurse: Browser;

beforeAll(async () => {
  nurse = await loggedInBrowser('icu-nurse-11', address);
});

type Handshake = { readonly origin?: string | null; readonly cookie?: string | null; readonly ticket?: string };

/**
 * Sends a handshake and waits for the answer. Returns the socket, the status of the answer, the frames received so far,
 * and a promise that resolves when the connection is closed.
 */
async function handshake({ origin: from = origin, cookie = nurse.cookie(), ticket }: Handshake = {}) {
  const ownTicket = ticket ?? (await nurse.post('/api/ticket')).body.ticket;
  const socket = connect({
    host: '127.0.0.1',
    port: product.httpPort,
    localAddress: address,
    ca: certFile('ca.pem'),
    servername: 'localhost',
  } as Parameters<typeof connect>[0] & object);
  let bytes = Buffer.alloc(0);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.on('data', (part: Buffer) => {
    bytes = Buffer.concat([bytes, part]);
  });
  socket.write(
    [
      `GET /api/live?ticket=${ownTicket} HTTP/1.1`,
      `Host: localhost:${product.httpPort}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      'Sec-WebSocket-Version: 13',
      ...(from === null ? [] : [`Origin: ${from}`]),
      ...(cookie === null ? [] : [`Cookie: ${cookie}`]),
      '\r\n',
    ].join('\r\n'),
  );
  const headEnd = await until('the answer to the handshake', () => {
    const at = bytes.indexOf('\r\n\r\n');
    return at >= 0 && at;
  });
  return {
    socket,
    closed,
    status: () => Number(bytes.toString('latin1').split(' ')[1]),
    frames: () => bytes.subarray(headEnd + 4),
  };
}

/** Opens a valid live connection. Tries again while the server answers that it is busy. */
async function openLive() {
  for (;;) {
    const live = await handshake();
    if (live.status() === 101) return live;
    expect([429, 503]).toContain(live.status());
    live.socket.destroy();
    await sleep(500);
  }
}

type Frame = {
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly masked?: boolean;
  readonly reserved?: number;
  /** Length in the header of the frame. By default the length of the payload. */
  readonly length?: number;
};

/** Returns a frame of RFC 6455, section 5.2. */
function frame(payload: string | Buffer, options: Frame = {}): Buffer {
  const { opcode = 1, fin = true, masked = true, reserved = 0 } = options;
  const body = Buffer.from(payload);
  const length = options.length ?? body.length;
  const head = [(fin ? 0x80 : 0) | (reserved << 4) | opcode];
  const bit = masked ? 0x80 : 0;
  if (length < 126) head.push(bit | length);
  else if (length < 65_536) head.push(bit | 126, length >> 8, length & 255);
  else {
    const long = Buffer.alloc(8);
    long.writeBigUInt64BE(BigInt(length));
    head.push(bit | 127, ...long);
  }
  const mask = masked ? randomBytes(4) : Buffer.alloc(0);
  const data = masked ? body.map((byte, at) => byte ^ (mask[at % 4] ?? 0)) : body;
  return Buffer.concat([Buffer.from(head), mask, data]);
}

/** Returns the code of the server's close frame, or undefined if the server has sent none. */
function closeCodeOf(bytes: Buffer): number | undefined {
  for (let at = 0; at + 2 <= bytes.length; ) {
    const opcode = (bytes[at] ?? 0) & 15;
    let length = (bytes[at + 1] ?? 0) & 127;
    let start = at + 2;
    if (length === 126) {
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(start));
      start += 8;
    }
    if (opcode === 8) return length >= 2 ? bytes.readUInt16BE(start) : undefined;
    at = start + length;
  }
  return undefined;
}

const watchMessage = JSON.stringify({ type: 'watch', scope: { ward: 'icu' }, waves: null });

describe('a handshake', () => {
  it.each<[string, number, Handshake]>([
    ['from another site', 403, { origin: 'https://evil.example' }],
    ['from a sandboxed frame', 403, { origin: 'null' }],
    ['without an origin', 403, { origin: null }],
    ['from Vigil’s host without TLS', 403, { origin: origin.replace('https', 'http') }],
    ['from a host whose name begins with Vigil’s name', 403, { origin: `${origin}.evil.example` }],
    ['without a login', 401, { cookie: null }],
    ['with a forged cookie', 401, { cookie: '__Host-vigil=eyJhbGciOiJub25lIn0.e30.' }],
    ['with a guessed ticket', 403, { ticket: randomBytes(32).toString('base64url') }],
    ['with an empty ticket', 403, { ticket: '' }],
    ['with a ticket that is too long', 400, { ticket: 'x'.repeat(101) }],
  ])('a handshake %s is answered with %i and closed', async (_name, status, options) => {
    const live = await handshake(options);
    expect(live.status()).toBe(status);
    await live.closed;
  });

  it('a handshake with a used ticket is refused', async () => {
    const { ticket } = (await nurse.post('/api/ticket')).body;
    const first = await handshake({ ticket });
    expect(first.status()).toBe(101);
    const second = await handshake({ ticket });
    expect(second.status()).toBe(403);
    first.socket.destroy();
  });

  it('a correct handshake opens a live connection that shows the ward', async () => {
    const live = await handshake();
    expect(live.status()).toBe(101);
    live.socket.write(frame(watchMessage));
    await until('the ward', () => live.frames().includes('"type":"snapshot"'));
    live.socket.destroy();
  });
});

describe('a frame', () => {
  const watchFields = { type: 'watch', scope: { ward: 'icu' }, waves: null };
  it.each<[string, readonly number[], () => Buffer[]]>([
    ['of 16,385 bytes', [1009], () => [frame('x'.repeat(16_385))]],
    ['whose header says 2^40 bytes', [1009], () => [frame('x', { length: 2 ** 40 })]],
    ['whose header says 2^62 bytes', [1009], () => [frame('x', { length: 2 ** 62 })]],
    [
      'in fragments that are too long together',
      [1009],
      () => [
        frame('x'.repeat(9_000), { fin: false }),
        frame('x'.repeat(9_000), { fin: false, opcode: 0 }),
        frame('', { opcode: 0 }),
      ],
    ],
    ['that is not masked', [1002], () => [frame(watchMessage, { masked: false })]],
    ['with reserved bits', [1002], () => [frame(watchMessage, { reserved: 4 })]],
    ['with a reserved opcode', [1002], () => [frame(watchMessage, { opcode: 3 })]],
    ['that continues a message which never began', [1002], () => [frame(watchMessage, { opcode: 0 })]],
    ['that is a ping of 126 bytes', [1002], () => [frame('x'.repeat(126), { opcode: 9 })]],
    ['that is not UTF-8', [1007], () => [frame(Buffer.from([0xc0, 0xaf, 0xff]))]],
    ['with binary data', [closeCodes.badMessage], () => [frame(watchMessage, { opcode: 2 })]],
    ['that is no JSON', [closeCodes.badMessage], () => [frame('{')]],
    ['that is empty', [closeCodes.badMessage], () => [frame('')]],
    ['with an unknown member', [closeCodes.badMessage], () => [frame(JSON.stringify({ ...watchFields, as: 'chief' }))]],
    [
      'with the member __proto__',
      [closeCodes.badMessage],
      () => [frame(watchMessage.replace('{', '{"__proto__":{"ward":"*"},'))],
    ],
    ['that is nested 8,000 deep', [closeCodes.badMessage], () => [frame('['.repeat(8_000) + ']'.repeat(8_000))]],
    [
      'with 101 associations',
      [closeCodes.badMessage],
      () => [frame(JSON.stringify({ ...watchFields, waves: { associations: Array(101).fill('association-0') } }))],
    ],
    ['of garbage', [1002, 1007, 1009], () => [Buffer.from([0xff, 0xff, ...randomBytes(4_096)])]],
  ])('a frame %s ends only its own connection', async (_name, codes, frames) => {
    const other = await openLive();
    other.socket.write(frame(watchMessage));
    const live = await openLive();
    // In one write: bytes that come after the server has ended the connection can make the client lose the close frame.
    live.socket.write(Buffer.concat(frames()));
    await until('the close frame', () => closeCodeOf(live.frames()) !== undefined);
    live.socket.destroy();
    expect(codes).toContain(closeCodeOf(live.frames()));
    expect(live.frames().includes('"type":"snapshot"')).toBe(false);
    await until('the ward on the other connection', () => other.frames().includes('"type":"snapshot"'));
    other.socket.destroy();
  });

  it('the server closes a connection that sends one byte each second or nothing, even if the client does not answer the close frame', async () => {
    const refused = await openLive();
    const sentMs = performance.now();
    refused.socket.write(frame('{'));
    await refused.closed;
    // The server waits 2 s for the answer to its close frame. Without this limit, the server would cut the connection
    // off after 15 s.
    expect(performance.now() - sentMs).toBeLessThan(12_000);
    const slow = await openLive();
    const silent = await openLive();
    const bytes = frame(watchMessage);
    const timer = setInterval(() => slow.socket.write(bytes.subarray(0, 1)), 1_000);
    await Promise.all([slow.closed, silent.closed]);
    clearInterval(timer);
    expect(silent.frames().includes('"type":"snapshot"')).toBe(false);
  });
});
