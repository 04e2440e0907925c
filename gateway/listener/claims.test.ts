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

const appended = { kind: 'appended' } as const;
let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
  bench.claims = [];
});
afterEach(() => bench.close());

/** Returns a client that has sent CONNECT and waits for the claim of its client id. */
async function dialAndClaim(version: 4 | 5 = 5, more = {}) {
  const client = await dial(bench, await deviceCertificate('bed-07'), version);
  const before = bench.claims!.at(-1);
  client.send(connectPacket('bed-07', version, more));
  await until('the claim of the client id', () => bench.claims!.length > 0 && bench.claims!.at(-1) !== before);
  return client;
}
const nextClaim = () => bench.claims!.shift()!;

describe('CONNECT', () => {
  it('CONNECT is answered when the log has the claim; then the packets after CONNECT are handled in order', async () => {
    const client = await dialAndClaim();
    client.send(publishPacket(1, 1, 'one'), publishPacket(1, 2, 'two'), { cmd: 'pingreq' });
    await bench.letTimePass(1000);
    expect(client.unreadPackets()).toEqual([]);
    expect(bench.handedPublishes).toEqual([]);
    expect(bench.listener.paused().claim).toBe(1);
    nextClaim().settle(true);
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: 0 });
    await until('both publishes are handed on', () => bench.handedPublishes.length === 2);
    expect(bench.handedPublishes.map(({ text }) => text)).toEqual(['one', 'two']);
    for (const { settle } of bench.handedPublishes) settle(appended);
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: 1 });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'puback', messageId: 2 });
    expect(bench.listener.paused().claim).toBe(0);
    client.end();
  });

  it('if a client disconnects while it waits for its claim, its packets are handled and its will is published', async () => {
    const will = { topic: 'devices/bed-07/status', payload: Buffer.from('gone'), qos: 1, retain: false } as const;
    const client = await dial(bench, await deviceCertificate('bed-07'));
    client.send(connectPacket('bed-07', 5, { will }), publishPacket(0, 0, 'a last word'));
    client.socket.end();
    await until('the claim of the client id', () => bench.claims!.length > 0);
    await bench.letTimePass(1000);
    expect(bench.sinkCalls).toEqual([]);
    nextClaim().settle(true);
    await until('the end of the connection', () => bench.listener.connections() === 0);
    expect(bench.handedPublishes.map(({ text }) => text)).toEqual(['a last word']);
    expect(bench.sinkCalls).toEqual(['bed-07 connected', 'bed-07 will: gone', 'bed-07 ended: will']);
  });

  it('the time-out for CONNECT does not end a connection that waits for its claim', async () => {
    const client = await dialAndClaim();
    await bench.letTimePass(60_000);
    expect(bench.counters.connectTimeouts).toBe(0);
    nextClaim().settle(true);
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack' });
    client.end();
  });

  it('if two connections wait for one client id, the newer connection stays', async () => {
    const older = await dialAndClaim();
    const newer = await dialAndClaim();
    await older.closed;
    expect(bench.claims).toHaveLength(1);
    nextClaim().settle(true);
    expect(await newer.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: 0 });
    expect(bench.sinkCalls).toEqual(['bed-07 connected']);
    expect(bench.counters.takeOvers).toBe(1);
    newer.end();
  });

  it('the older connection ends only when the log has the claim of the newer connection', async () => {
    const older = await dialAndClaim();
    nextClaim().settle(true);
    await older.nextPacket();
    const newer = await dialAndClaim();
    older.send({ cmd: 'pingreq' });
    expect(await older.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    nextClaim().settle(true);
    expect(await older.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8e });
    expect(await newer.nextPacket()).toMatchObject({ cmd: 'connack' });
    newer.end();
  });

  it.each([4, 5] as const)(
    'a connection that waits for its claim is closed if the gateway shuts down, MQTT %d',
    async (version) => {
      const client = await dialAndClaim(version);
      const closing = bench.listener.close(5_000);
      await client.closed;
      expect(client.unreadPackets()).toEqual([]);
      await closing;
      expect(bench.claims).toEqual([]);
    },
  );

  it('CONNECT is refused if the gateway is not ready when the claim is in the log', async () => {
    const client = await dialAndClaim();
    bench.ready = false;
    nextClaim().settle(true);
    expect(await client.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: 0x88 });
    await client.closed;
  });

  it('CONNECT without a claim is accepted with a new session, because the old session may continue at another gateway', async () => {
    const session = { clean: false, properties: { sessionExpiryInterval: 600 } };
    const first = await dialAndClaim(5, session);
    nextClaim().settle(true);
    await first.nextPacket();
    first.end();
    await until('the end of the connection', () => bench.listener.connections() === 0);
    const second = await dialAndClaim(5, session);
    nextClaim().settle(true);
    expect(await second.nextPacket()).toMatchObject({ sessionPresent: true });
    second.end();
    await until('the end of the connection', () => bench.listener.connections() === 0);
    const third = await dialAndClaim(5, session);
    nextClaim().settle(false);
    expect(await third.nextPacket()).toMatchObject({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
    third.end();
  });
});

describe('a claim of another gateway', () => {
  const joinClaimed = async (version: 4 | 5 = 5, more = {}) => {
    bench.claims = undefined;
    return join(bench, 'bed-07', version, more);
  };

  it('a claim of another gateway ends the connection with 0x8E', async () => {
    const client = await joinClaimed();
    bench.listener.endClaimedElsewhere('bed-07');
    expect(await client.nextPacket()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8e });
    await client.closed;
    expect(bench.sinkCalls).toEqual(['bed-07 connected', 'bed-07 ended: taken-over']);
    expect(bench.counters.takenElsewhere).toBe(1);
  });

  it('a claim of another gateway ends a connection of MQTT 3.1.1 without a packet', async () => {
    const client = await joinClaimed(4);
    bench.listener.endClaimedElsewhere('bed-07');
    await client.closed;
    expect(client.unreadPackets()).toEqual([]);
  });

  it('publishes in flight are not acknowledged after the claim of another gateway', async () => {
    const client = await joinClaimed();
    client.send(publishPacket(1, 1));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    bench.listener.endClaimedElsewhere('bed-07');
    bench.handedPublishes[0]!.settle(appended);
    await client.closed;
    expect(client.unreadPackets()).toMatchObject([{ cmd: 'disconnect' }]);
  });

  it('a claim of another gateway ends the session, so that an old packet id does not hide a new message', async () => {
    const session = { clean: false, properties: { sessionExpiryInterval: 600 } };
    const client = await joinClaimed(5, session);
    bench.immediateOutcome = appended;
    client.send(publishPacket(2, 7, 'then'));
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pubrec', messageId: 7 });
    client.end();
    await until('the end of the connection', () => bench.listener.connections() === 0);
    expect(bench.listener.sessions()).toBe(1);
    bench.listener.endClaimedElsewhere('bed-07');
    expect(bench.listener.sessions()).toBe(0);
    const again = await joinClaimed(5, session);
    expect(again.connack).toMatchObject({ sessionPresent: false });
    bench.immediateOutcome = undefined;
    again.send(publishPacket(2, 7, 'now'));
    await until('the publish is handed on', () => bench.handedPublishes.length === 1);
    expect(bench.handedPublishes[0]!.text).toBe('now');
    again.end();
  });

  it('a delayed will is not published after the claim of another gateway', async () => {
    const properties = { willDelayInterval: 30 };
    const will = {
      topic: 'devices/bed-07/status',
      payload: Buffer.from('gone'),
      qos: 1,
      retain: false,
      properties,
    } as const;
    const client = await joinClaimed(5, { will, properties: { sessionExpiryInterval: 600 } });
    client.end();
    await until('the end of the connection', () => bench.listener.connections() === 0);
    bench.listener.endClaimedElsewhere('bed-07');
    await bench.letTimePass(60_000);
    expect(bench.sinkCalls).toEqual(['bed-07 connected', 'bed-07 ended: will']);
  });

  it('a claim of another gateway does not end a connection whose own claim comes later in the log', async () => {
    const client = await dialAndClaim();
    nextClaim().settle(false);
    await client.nextPacket();
    bench.listener.endClaimedElsewhere('bed-07');
    client.send({ cmd: 'pingreq' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    client.end();
  });

  it('a claim of another client id has no effect', async () => {
    const client = await joinClaimed();
    for (const other of ['bed-08', 'bed-07/2', '', '__proto__']) bench.listener.endClaimedElsewhere(other);
    client.send({ cmd: 'pingreq' });
    expect(await client.nextPacket()).toMatchObject({ cmd: 'pingresp' });
    client.end();
  });
});
