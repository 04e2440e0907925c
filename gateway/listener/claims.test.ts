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

/** Has sent CONNECT, and waits for its claim. */
async function dialled(version: 4 | 5 = 5, more = {}) {
  const client = await dial(bench, await deviceCertificate('bed-07'), version);
  const before = bench.claims!.at(-1);
  client.send(connectPacket('bed-07', version, more));
  await until('the claim', () => bench.claims!.length > 0 && bench.claims!.at(-1) !== before);
  return client;
}
const next = () => bench.claims!.shift()!;

describe('CONNECT', () => {
  it('is answered when the log has the claim, and what came behind it is taken then, in order', async () => {
    const client = await dialled();
    client.send(publishPacket(1, 1, 'one'), publishPacket(1, 2, 'two'), { cmd: 'pingreq' });
    await bench.pass(1000);
    expect(client.rest()).toEqual([]);
    expect(bench.handed).toEqual([]);
    expect(bench.listener.paused().claim).toBe(1);
    next().settle(true);
    expect(await client.next()).toMatchObject({ cmd: 'connack', reasonCode: 0 });
    await until('both', () => bench.handed.length === 2);
    expect(bench.handed.map(({ text }) => text)).toEqual(['one', 'two']);
    for (const { settle } of bench.handed) settle(appended);
    expect(await client.next()).toMatchObject({ cmd: 'pingresp' });
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 1 });
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 2 });
    expect(bench.listener.paused().claim).toBe(0);
    client.end();
  });

  it('whose client has gone meanwhile: what it had sent is taken, and its will published', async () => {
    const will = { topic: 'devices/bed-07/status', payload: Buffer.from('gone'), qos: 1, retain: false } as const;
    const client = await dial(bench, await deviceCertificate('bed-07'));
    client.send(connectPacket('bed-07', 5, { will }), publishPacket(0, 0, 'a last word'));
    client.socket.end();
    await until('the claim', () => bench.claims!.length > 0);
    await bench.pass(1000);
    expect(bench.said).toEqual([]);
    next().settle(true);
    await until('the end', () => bench.listener.connections() === 0);
    expect(bench.handed.map(({ text }) => text)).toEqual(['a last word']);
    expect(bench.said).toEqual(['bed-07 connected', 'bed-07 will: gone', 'bed-07 ended: will']);
  });

  it('does not fall to the time-out for CONNECT while the log is slow', async () => {
    const client = await dialled();
    await bench.pass(60_000);
    expect(bench.counters.connectTimeouts).toBe(0);
    next().settle(true);
    expect(await client.next()).toMatchObject({ cmd: 'connack' });
    client.end();
  });

  it('of two that wait for one client id the newer stays', async () => {
    const older = await dialled();
    const newer = await dialled();
    await older.closed;
    expect(bench.claims).toHaveLength(1);
    next().settle(true);
    expect(await newer.next()).toMatchObject({ cmd: 'connack', reasonCode: 0 });
    expect(bench.said).toEqual(['bed-07 connected']);
    expect(bench.counters.takeOvers).toBe(1);
    newer.end();
  });

  it('leaves the older connection until its own claim is in the log', async () => {
    const older = await dialled();
    next().settle(true);
    await older.next();
    const newer = await dialled();
    older.send({ cmd: 'pingreq' });
    expect(await older.next()).toMatchObject({ cmd: 'pingresp' });
    next().settle(true);
    expect(await older.next()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8e });
    expect(await newer.next()).toMatchObject({ cmd: 'connack' });
    newer.end();
  });

  it.each([4, 5] as const)('of MQTT %d is refused where the gateway goes meanwhile', async (version) => {
    const client = await dialled(version);
    const closing = bench.listener.close(5_000);
    await client.closed;
    expect(client.rest()).toEqual([]);
    await closing;
    expect(bench.claims).toEqual([]);
  });

  it('is refused where the gateway cannot serve any more when the claim comes', async () => {
    const client = await dialled();
    bench.ready = false;
    next().settle(true);
    expect(await client.next()).toMatchObject({ cmd: 'connack', reasonCode: 0x88 });
    await client.closed;
  });

  it('without its claim is accepted, with a new session: the former may have gone on elsewhere', async () => {
    const session = { clean: false, properties: { sessionExpiryInterval: 600 } };
    const first = await dialled(5, session);
    next().settle(true);
    await first.next();
    first.end();
    await until('the end', () => bench.listener.connections() === 0);
    const second = await dialled(5, session);
    next().settle(true);
    expect(await second.next()).toMatchObject({ sessionPresent: true });
    second.end();
    await until('the end', () => bench.listener.connections() === 0);
    const third = await dialled(5, session);
    next().settle(false);
    expect(await third.next()).toMatchObject({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
    third.end();
  });
});

describe('a claim of another gateway', () => {
  const claimed = async (version: 4 | 5 = 5, more = {}) => {
    bench.claims = undefined;
    return join(bench, 'bed-07', version, more);
  };

  it('ends the connection here: 0x8E, session taken over', async () => {
    const client = await claimed();
    bench.listener.endClaimedElsewhere('bed-07');
    expect(await client.next()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8e });
    await client.closed;
    expect(bench.said).toEqual(['bed-07 connected', 'bed-07 ended: taken-over']);
    expect(bench.counters.takenElsewhere).toBe(1);
  });

  it('ends that of MQTT 3.1.1 without a word', async () => {
    const client = await claimed(4);
    bench.listener.endClaimedElsewhere('bed-07');
    await client.closed;
    expect(client.rest()).toEqual([]);
  });

  it('acknowledges nothing more of what was in flight', async () => {
    const client = await claimed();
    client.send(publishPacket(1, 1));
    await until('the publish', () => bench.handed.length === 1);
    bench.listener.endClaimedElsewhere('bed-07');
    bench.handed[0]!.settle(appended);
    await client.closed;
    expect(client.rest()).toMatchObject([{ cmd: 'disconnect' }]);
  });

  it('ends its session, so that a packet id of then hides no message of now', async () => {
    const session = { clean: false, properties: { sessionExpiryInterval: 600 } };
    const client = await claimed(5, session);
    bench.atOnce = appended;
    client.send(publishPacket(2, 7, 'then'));
    expect(await client.next()).toMatchObject({ cmd: 'pubrec', messageId: 7 });
    client.end();
    await until('the end', () => bench.listener.connections() === 0);
    expect(bench.listener.sessions()).toBe(1);
    bench.listener.endClaimedElsewhere('bed-07');
    expect(bench.listener.sessions()).toBe(0);
    const again = await claimed(5, session);
    expect(again.connack).toMatchObject({ sessionPresent: false });
    bench.atOnce = undefined;
    again.send(publishPacket(2, 7, 'now'));
    await until('the message', () => bench.handed.length === 1);
    expect(bench.handed[0]!.text).toBe('now');
    again.end();
  });

  it('takes back a will that waits for its delay', async () => {
    const properties = { willDelayInterval: 30 };
    const will = {
      topic: 'devices/bed-07/status',
      payload: Buffer.from('gone'),
      qos: 1,
      retain: false,
      properties,
    } as const;
    const client = await claimed(5, { will, properties: { sessionExpiryInterval: 600 } });
    client.end();
    await until('the end', () => bench.listener.connections() === 0);
    bench.listener.endClaimedElsewhere('bed-07');
    await bench.pass(60_000);
    expect(bench.said).toEqual(['bed-07 connected', 'bed-07 ended: will']);
  });

  it('leaves a connection whose own claim comes later in the log', async () => {
    const client = await dialled();
    next().settle(false);
    await client.next();
    bench.listener.endClaimedElsewhere('bed-07');
    client.send({ cmd: 'pingreq' });
    expect(await client.next()).toMatchObject({ cmd: 'pingresp' });
    client.end();
  });

  it('says nothing of other client ids', async () => {
    const client = await claimed();
    for (const other of ['bed-08', 'bed-07/2', '', '__proto__']) bench.listener.endClaimedElsewhere(other);
    client.send({ cmd: 'pingreq' });
    expect(await client.next()).toMatchObject({ cmd: 'pingresp' });
    client.end();
  });
});
