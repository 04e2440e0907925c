import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Bench,
  connectPacket,
  deviceCertificate,
  dial,
  join,
  openBench,
  publishPacket,
  until,
} from '../../tests/gateway/listener.ts';
import { reason } from '../core/reasons.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const will = { topic: 'devices/bed-07/status', payload: 'gone', qos: 1, retain: true } as const;
const expectSinkCalls = (...lines: string[]) =>
  until(lines.join(', '), () => bench.sinkCalls.length >= lines.length).then(() =>
    expect(bench.sinkCalls).toEqual(lines),
  );

describe.each([4, 5] as const)('MQTT %i', (version) => {
  it('the will of a lost connection is published', async () => {
    const client = await join(bench, 'bed-07', version, { will });
    client.end();
    await expectSinkCalls('bed-07 connected', 'bed-07 will: gone', 'bed-07 ended: will');
  });

  it('no will is published after DISCONNECT', async () => {
    const client = await join(bench, 'bed-07', version, { will });
    client.send({ cmd: 'disconnect', reasonCode: 0 });
    await client.closed;
    await expectSinkCalls('bed-07 connected', 'bed-07 ended: closed');
  });

  it('a connection ends one and a half times Keep Alive after its last packet, not earlier', async () => {
    const client = await join(bench, 'bed-07', version, { will, keepalive: 60 });
    for (let i = 0; i < 2; i += 1) {
      await bench.letTimePass(80_000);
      client.send({ cmd: 'pingreq' });
      expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    }
    await bench.letTimePass(90_000);
    await client.closed;
    if (version === 5)
      expect(client.unreadPackets()).toMatchObject([{ cmd: 'disconnect', reasonCode: reason.keepAliveTimeout }]);
    await expectSinkCalls('bed-07 connected', 'bed-07 will: gone', 'bed-07 ended: keep-alive');
  });

  it('Keep Alive does not end a paused connection', async () => {
    await bench.close();
    bench = await openBench({ unackedBytesMax: 1 });
    const client = await join(bench, 'bed-07', version, { keepalive: 60 });
    client.send(publishPacket(1, 1), publishPacket(1, 2));
    await until('the connection is paused', () => bench.counters.pausedUnacked > 0);
    await bench.letTimePass(1_000_000);
    expect(bench.listener.connections()).toBe(1);
    bench.handedPublishes[0]!.settle({ kind: 'appended' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: 1 });
  });

  it('the newest connection gets the client id', async () => {
    const older = await join(bench, 'bed-07', version, { will });
    const newer = await join(bench, 'bed-07', version);
    await older.closed;
    if (version === 5)
      expect(older.unreadPackets()).toMatchObject([{ cmd: 'disconnect', reasonCode: reason.sessionTakenOver }]);
    newer.send({ cmd: 'pingreq' });
    expect(await newer.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    await expectSinkCalls(
      'bed-07 connected',
      'bed-07 will: gone',
      'bed-07 ended: taken-over',
      'bed-07 connected again',
    );
    expect(bench.counters.takeOvers).toBe(1);
  });

  it('a connection that loses its client id is reported if it is alive, but not if its client answers nothing', async () => {
    const older = await join(bench, 'bed-07', version);
    await join(bench, 'bed-07', version);
    await until('the report of the lost client id', () => bench.lostIdWhileAlive.length > 0);
    expect(bench.lostIdWhileAlive).toEqual(['bed-07']);
    await older.closed;
    const dead = await join(bench, 'bed-08', version);
    dead.socket.allowHalfOpen = true;
    await join(bench, 'bed-08', version);
    await once(dead.socket, 'end');
    // The listener destroys its socket after a second. From then on, writes of the client fail.
    await until('a destroyed socket', () => {
      if (!dead.socket.destroyed) dead.send({ cmd: 'pingreq' });
      return dead.socket.destroyed;
    });
    expect(bench.lostIdWhileAlive).toEqual(['bed-07']);
    // A connection that ends by DISCONNECT has not lost its client id.
    const orderly = await join(bench, 'bed-09', version);
    orderly.send({ cmd: 'disconnect' });
    await orderly.closed;
    expect(bench.lostIdWhileAlive).toEqual(['bed-07']);
  });

  it('publishes of the older connection are not acknowledged on the newer connection', async () => {
    const keep = { clean: false, properties: { sessionExpiryInterval: 60 } };
    const older = await join(bench, 'bed-07', version, keep);
    older.send(publishPacket(1, 1));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    const newer = await join(bench, 'bed-07', version, keep);
    bench.handedPublishes[0]!.settle({ kind: 'appended' });
    await older.closed;
    newer.send({ cmd: 'pingreq' });
    expect(await newer.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    expect(older.unreadPackets().map(({ cmd }) => cmd)).not.toContain('puback');
  });

  it('a listener that shuts down reads nothing more, acknowledges messages in flight, and sends DISCONNECT', async () => {
    const client = await join(bench, 'bed-07', version, { will });
    client.send(publishPacket(1, 1));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    const closed = bench.listener.close(20_000);
    await expect(dial(bench, await deviceCertificate('bed-08'))).rejects.toThrow();
    client.send(publishPacket(1, 2));
    bench.handedPublishes[0]!.settle({ kind: 'appended' });
    await closed;
    await client.closed;
    const goodbye = version === 5 ? [{ cmd: 'disconnect', reasonCode: reason.serverShuttingDown }] : [];
    expect(client.unreadPackets()).toMatchObject([{ cmd: 'puback', messageId: 1 }, ...goodbye]);
    expect(bench.handedPublishes).toHaveLength(1);
    expect(bench.sinkCalls).toEqual(['bed-07 connected', 'bed-07 ended: drained']);
  });
});

it('a listener that shuts down reads nothing more from a paused connection', async () => {
  await bench.close();
  bench = await openBench({ inFlightMax: 2 });
  const client = await join(bench, 'bed-07', 4);
  client.send(...[1, 2, 3, 4, 5].map((id) => publishPacket(1, id)));
  await until('the connection is paused', () => bench.counters.pausedInFlight > 0);
  const closed = bench.listener.close(20_000);
  for (const { settle } of bench.handedPublishes) settle({ kind: 'appended' });
  await closed;
  await client.closed;
  expect(client.unreadPackets()).toMatchObject([1, 2].map((messageId) => ({ cmd: 'puback', messageId })));
  expect(bench.handedPublishes).toHaveLength(2);
});

describe('MQTT 5', () => {
  it('the will is published after DISCONNECT with 0x04', async () => {
    const client = await join(bench, 'bed-07', 5, { will });
    client.send({ cmd: 'disconnect', reasonCode: reason.disconnectWithWill });
    await expectSinkCalls('bed-07 connected', 'bed-07 will: gone', 'bed-07 ended: will');
  });

  const delayedWillOptions = (willDelayInterval: number, sessionExpiryInterval: number) => ({
    will: { ...will, properties: { willDelayInterval } },
    properties: { sessionExpiryInterval },
  });

  it('a delayed will is published after its delay', async () => {
    const client = await join(bench, 'bed-07', 5, delayedWillOptions(20, 60));
    client.end();
    await until('the report of the end', () => bench.sinkCalls.length === 2);
    await bench.letTimePass(15_000);
    expect(bench.sinkCalls).toEqual(['bed-07 connected', 'bed-07 ended: will']);
    await bench.letTimePass(10_000);
    await expectSinkCalls('bed-07 connected', 'bed-07 ended: will', 'bed-07 will: gone');
  });

  it('a delayed will is published at the end of its session if the session ends before the delay is over', async () => {
    const client = await join(bench, 'bed-07', 5, delayedWillOptions(60, 20));
    client.end();
    await until('the report of the end', () => bench.sinkCalls.length === 2);
    await bench.letTimePass(21_000);
    await expectSinkCalls('bed-07 connected', 'bed-07 ended: will', 'bed-07 will: gone');
  });

  it('a delayed will is not published if the client connects again in time', async () => {
    const client = await join(bench, 'bed-07', 5, delayedWillOptions(20, 60));
    client.end();
    await until('the report of the end', () => bench.sinkCalls.length === 2);
    await join(bench, 'bed-07', 5, { clean: false, keepalive: 300 });
    await bench.letTimePass(100_000);
    expect(bench.sinkCalls).toEqual(['bed-07 connected', 'bed-07 ended: will', 'bed-07 connected']);
  });

  it('a delayed will is published if the client connects again with a clean start', async () => {
    const client = await join(bench, 'bed-07', 5, delayedWillOptions(60, 60));
    client.end();
    await until('the report of the end', () => bench.sinkCalls.length === 2);
    await join(bench, 'bed-07', 5, { clean: true });
    expect(bench.sinkCalls).toEqual([
      'bed-07 connected',
      'bed-07 ended: will',
      'bed-07 will: gone',
      'bed-07 connected',
    ]);
  });

  it('a session ends after its expiry', async () => {
    const client = await join(bench, 'bed-07', 5, { properties: { sessionExpiryInterval: 20 } });
    client.end();
    await until('the end of the connection', () => bench.listener.connections() === 0);
    await bench.letTimePass(21_000);
    expect((await join(bench, 'bed-07', 5, { clean: false })).connack).toMatchObject({ sessionPresent: false });
  });

  it('DISCONNECT can shorten the life of a session, but cannot keep a session that must end with its connection', async () => {
    const first = await join(bench, 'bed-07', 5, { properties: { sessionExpiryInterval: 60 } });
    first.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    await first.closed;
    const second = await join(bench, 'bed-07', 5, { clean: false });
    expect(second.connack).toMatchObject({ sessionPresent: false });
    second.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 60 } });
    expect(await second.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: reason.protocolError });
  });

  it('if there are too many sessions, the session that has been without a connection for the longest time ends', async () => {
    await bench.close();
    bench = await openBench({ sessionsMax: 2 });
    const keep = { clean: false, properties: { sessionExpiryInterval: 60 } };
    for (const id of ['bed-01', 'bed-02', 'bed-03']) {
      (await join(bench, id, 5, keep)).end();
      await until('the end of the connection', () => bench.listener.connections() === 0);
    }
    expect(bench.counters.sessionsEvicted).toBe(1);
    expect((await join(bench, 'bed-03', 5, keep)).connack).toMatchObject({ sessionPresent: true });
    expect((await join(bench, 'bed-01', 5, keep)).connack).toMatchObject({ sessionPresent: false });
  });
});

it('a connection ends if a packet is not completed in time', async () => {
  const client = await join(bench, 'bed-07', 5, { keepalive: 300 });
  client.sendBytes(Buffer.from([0x32, 0x40, 0x00]));
  await bench.letTimePass(0);
  await bench.letTimePass(20_000);
  expect(bench.listener.connections()).toBe(1);
  await bench.letTimePass(15_000);
  await client.closed;
  expect(bench.counters.packetTimeouts).toBe(1);
  const first = await dial(bench, await deviceCertificate('bed-07'));
  first.send(connectPacket('bed-07', 5));
  expect(await first.nextPacket()).toMatchObject({ cmd: 'connack' });
});
