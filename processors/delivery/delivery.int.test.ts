/**
 * Tests the delivery process with a real Kafka: which persons it calls, and which answers it accepts. Also tests a
 * kill, the takeover by another process, and an old alarm.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type DeliveryLab, openDeliveryLab } from '../../tests/delivery/lab.ts';
import { figuresOf, type RunningProcess, startProcess, until } from '../../tests/system.ts';
import { beginAt } from './intake.ts';

const platform = inject('platform');
const minute = 60_000;
let lab: DeliveryLab;
let delivery: RunningProcess;

/** The beds of two alarms from before the start of the process. The second alarm was acknowledged. */
let early: Awaited<ReturnType<typeof wardWith>>;
let earlyAnswered: Awaited<ReturnType<typeof wardWith>>;
let [earlyNurse, startedMs] = ['', 0];

beforeAll(async () => {
  lab = await openDeliveryLab(platform);
  earlyNurse = nameOf('early');
  [early, earlyAnswered] = [await wardWith([earlyNurse, 'nurse']), await wardWith([earlyNurse, 'nurse'])];
  await early.event('raised');
  await earlyAnswered.event('raised');
  await earlyAnswered.event('acknowledged', { signal: 'acknowledged' });
  // The answer names a round that the process has not started, as after a loss of the topic `deliveries`.
  await early.answer(earlyNurse, 'accepted');
  startedMs = Date.now();
  delivery = await startProcess(platform, 'delivery');
});
afterAll(async () => {
  await delivery?.close();
  await lab?.close();
});

async function wardWith(...people: readonly [userId: string, duty: 'nurse' | 'buddy' | 'charge-nurse'][]) {
  const bed = await lab.admit();
  for (const [userId, duty] of people) await bed.assign(userId, duty);
  return bed;
}
const nameOf = (name: string) => `${name}-${randomUUID().slice(0, 6)}`;

describe('the delivery process and an alarm that began before its start', () => {
  it('the delivery process calls for an old alarm once, without a further event of the alarm, and not again after a restart', async () => {
    await early.callOf(earlyNurse);
    await early.painted(earlyNurse);
    await early.has('confirmed');
    expect(early.ofAlarm().filter(({ event }) => event.type === 'accepted' || event.type === 'answer-seen')).toEqual(
      [],
    );
    await delivery.kill();
    await delivery.start();
    // When the restarted process has called for a new alarm, it has also read everything from before its restart.
    const later = await wardWith([earlyNurse, 'nurse']);
    await later.event('raised');
    await later.callOf(earlyNurse);
    expect(early.called()).toHaveLength(1);
    expect(early.messages()).toHaveLength(1);
    expect(earlyAnswered.called()).toEqual([]);
    await later.event('cleared');
    await early.event('cleared');
  });

  it('at its first start, the process reads the alarms of the last day, and no older alarms', async () => {
    const hourMs = 60 * minute;
    const ends = await beginAt(lab.dashboard, undefined, Date.now() + 1_000 * hourMs);
    const read = (hours: number) => beginAt(lab.dashboard, undefined, startedMs + hours * hourMs);
    const first = await read(23);
    expect(BigInt(ends.commands)).toBeGreaterThan(0n);
    expect(first.alarms.some((offset, partition) => BigInt(offset) < BigInt(ends.alarms[partition]!))).toBe(true);
    expect((await read(25)).alarms).toEqual(ends.alarms);
    // An answer from before the first start never counts, but the answers after the stored position are read again.
    expect(first.commands).toBe(ends.commands);
    const stored = { ...first, commands: '0' };
    expect((await beginAt(lab.dashboard, stored, Date.now())).commands).toBe('0');
  });
});

describe('the delivery process', () => {
  it('an alarm calls the nurse of the bed; the view names ward, bed, person and text', async () => {
    const anna = nameOf('anna');
    const bed = await wardWith([anna, 'nurse']);
    await bed.event('raised', { text: 'SpO2 84 < 88' });
    const call = await bed.callOf(anna);
    expect(call).toMatchObject({ duty: 'nurse', channels: expect.arrayContaining(['screen']) });
    await until('the message', () => bed.messages().length > 0);
    expect(bed.messages()).toMatchObject([{ userId: anna, channel: 'screen', messageId: `screen/${call.callId}` }]);
    expect(bed.view()).toBeDefined();
    const after = bed.ofAlarm().findLast(({ event }) => event.type === 'called');
    expect(after).toMatchObject({
      after: { ward: bed.ward, bed: 'BED-1', phase: 'calling', text: 'SpO2 84 < 88', calls: [{ userId: anna }] },
    });
  });

  it('a painted call is confirmed, so Vigil does not call the next person after 5 s', async () => {
    const [anna, ben] = [nameOf('anna'), nameOf('ben')];
    const bed = await wardWith([anna, 'nurse'], [ben, 'buddy']);
    await bed.event('raised');
    await bed.callOf(anna);
    await until('the message', () => bed.messages().length > 0);
    await bed.painted(anna);
    // The last record of the transaction has the view.
    expect(await bed.has('confirmed')).toMatchObject({
      after: { calls: [{ sent: [{ channel: 'screen', stage: 'painted' }] }] },
    });
    const receipt = bed.ofAlarm().find(({ event }) => event.type === 'receipt');
    expect(receipt).toMatchObject({ event: { stage: 'painted', userId: anna, channel: 'screen' } });
    const [message] = bed.messages();
    // The process has passed the time at which a missing confirmation would count.
    await until('the time of the confirmation is over', () => Date.now() > message!.confirmDueAtMs + 3_000);
    expect(bed.called().map(({ call }) => call.userId)).toEqual([anna]);
  });

  it('without a confirmation, the next person is called after 5 s, and another person cannot confirm the call', async () => {
    const [anna, ben] = [nameOf('anna'), nameOf('ben')];
    const bed = await wardWith([anna, 'nurse'], [ben, 'buddy']);
    await bed.event('raised');
    await bed.callOf(anna);
    await until('the message', () => bed.messages().length > 0);
    await bed.painted(ben);
    await bed.callOf(ben);
    const ended = bed.ofAlarm().flatMap(({ event }) => (event.type === 'call-ended' ? [event] : []));
    expect(ended).toMatchObject([{ outcome: 'unconfirmed' }]);
    const [message] = bed.messages();
    expect(ended[0]!.atMs).toBeGreaterThanOrEqual(message!.confirmDueAtMs);
    expect(bed.ofAlarm().filter(({ event }) => event.type === 'confirmed')).toEqual([]);
  });

  it('a rejection calls the buddy immediately; an acceptance stops the calls; each answer is accepted or gets a reason', async () => {
    const [anna, ben] = [nameOf('anna'), nameOf('ben')];
    const bed = await wardWith([anna, 'nurse'], [ben, 'buddy']);
    await bed.event('raised');
    await bed.callOf(anna);
    await bed.answer(anna, 'rejected');
    await bed.callOf(ben);
    await bed.answer(ben, 'accepted');
    await bed.has('accepted');
    await bed.answer(nameOf('stranger'), 'accepted');
    const answers = () => bed.ofAlarm().flatMap(({ event }) => (event.type === 'answer-seen' ? [event] : []));
    await until('three answers', () => answers().length === 3);
    expect(answers()).toMatchObject([
      { userId: anna, answer: 'rejected', taken: true },
      { userId: ben, answer: 'accepted', taken: true },
      { taken: false, reason: 'This alarm has not called you.' },
    ]);
    expect(bed.ofAlarm().findLast((record) => 'after' in record)).toMatchObject({
      after: { phase: 'accepted', acceptedBy: [{ userId: ben }] },
    });
  });

  it('a repeated answer gets one reply', async () => {
    const anna = nameOf('anna');
    const bed = await wardWith([anna, 'nurse']);
    await bed.event('raised');
    await bed.callOf(anna);
    const id = randomUUID();
    await bed.answer(anna, 'accepted', 1, id);
    await bed.answer(anna, 'accepted', 1, id);
    await bed.answer(anna, 'rejected');
    const answers = () => bed.ofAlarm().flatMap(({ event }) => (event.type === 'answer-seen' ? [event] : []));
    await until('the last answer', () => answers().some(({ answer }) => answer === 'rejected'));
    expect(answers().map(({ answer }) => answer)).toEqual(['accepted', 'rejected']);
  });

  it('an acknowledgement stops the calls', async () => {
    const anna = nameOf('anna');
    const bed = await wardWith([anna, 'nurse']);
    await bed.event('raised');
    await bed.callOf(anna);
    await bed.event('acknowledged', { signal: 'acknowledged' });
    expect(await bed.has('stopped')).toMatchObject({ event: { why: 'acknowledged' }, after: { phase: 'stopped' } });
  });

  it('a person whose duty has ended is not called any more, and a person who gets the duty is called', async () => {
    const [anna, ben] = [nameOf('anna'), nameOf('ben')];
    const bed = await lab.admit();
    const duty = await bed.assign(anna, 'nurse');
    await bed.event('raised');
    await bed.callOf(anna);
    await duty.end();
    expect(await bed.has('call-ended')).toMatchObject({ event: { outcome: 'gone' } });
    expect(await bed.has('chain-ended')).toMatchObject({ after: { notice: expect.any(String) } });
    await bed.assign(ben, 'nurse');
    await bed.callOf(ben);
  });

  it('an alarm from months ago is never sent, and the ward gets a notice', async () => {
    const anna = nameOf('anna');
    const bed = await wardWith([anna, 'nurse']);
    await bed.event('raised', {}, 90 * 24 * 60 * minute);
    expect(await bed.has('expired')).toMatchObject({ after: { notice: 'too-old' } });
    expect(bed.called()).toEqual([]);
    expect(bed.messages()).toEqual([]);
  });

  it('nobody is called in a ward without assignments', async () => {
    const [silent, loud] = [await lab.admit(), await wardWith([nameOf('anna'), 'nurse'])];
    await silent.event('raised');
    await loud.event('raised');
    await loud.has('called');
    await silent.has('alarm-seen');
    expect(silent.called()).toEqual([]);
  });

  it('the delivery process gives signs of life, and its metrics and its health say that it delivers', async () => {
    await until('a sign', () => lab.signs.some(({ sign }) => sign.state === 'active'));
    const { figures, status } = await figuresOf(delivery);
    expect(status).toBe(200);
    expect(figures).toMatch(/^vigil_delivery_owner 1$/m);
    expect(figures).toMatch(/^vigil_delivery_calls_total\{duty="nurse"\} [1-9]/m);
  });
});

describe('a killed delivery process', () => {
  it('after a kill, the delivery process continues the wait, sends no message twice, and calls nobody for an alarm that was acknowledged meanwhile', async () => {
    const [anna, ben] = [nameOf('anna'), nameOf('ben')];
    const bed = await wardWith([anna, 'nurse'], [ben, 'buddy']);
    const other = await wardWith([anna, 'nurse']);
    await bed.event('raised');
    await bed.callOf(anna);
    await until('the message', () => bed.messages().length > 0);
    await bed.painted(anna);
    await bed.has('confirmed');
    const dueAtMs = () => {
      const last = bed.ofAlarm().findLast((record) => 'after' in record) as { after: { dueAtMs: number } } | undefined;
      return last?.after.dueAtMs;
    };
    const before = dueAtMs();
    await delivery.kill();
    // While no process runs, an alarm begins and is acknowledged: nobody gets a message about it.
    await other.event('raised');
    await other.event('acknowledged', { signal: 'acknowledged' });
    await delivery.start();
    await bed.answer(anna, 'rejected');
    await bed.callOf(ben);
    expect(bed.messages().filter(({ userId }) => userId === anna)).toHaveLength(1);
    const waits = bed.ofAlarm().flatMap((record) => ('after' in record ? [record] : []));
    expect(waits.some(({ event }) => event.type === 'wait-restarted')).toBe(false);
    expect(before).toBeGreaterThan(0);
    expect(other.messages()).toEqual([]);
    expect(other.called()).toEqual([]);
  });

  it('a second process stands by and takes over after a kill, and the first process stands by when it comes back', async () => {
    const second = await startProcess(platform, 'delivery', { VIGIL_DELIVERY_MEMBER_FILE: '' });
    try {
      await until('two processes give signs', () => new Set(lab.signs.slice(-4).map(({ boot }) => boot)).size >= 2);
      const states = () =>
        Promise.all(
          [delivery, second].map(
            async (running) => /^vigil_delivery_owner (\d)$/m.exec((await figuresOf(running)).figures)?.[1],
          ),
        );
      await until('one delivers', async () => (await states()).sort().join() === '0,1');
      const [owner, standby] = (await states())[0] === '1' ? [delivery, second] : [second, delivery];
      const anna = nameOf('anna');
      const bed = await wardWith([anna, 'nurse']);
      await owner.kill();
      const killedMs = Date.now();
      await bed.event('raised');
      await bed.callOf(anna);
      process.stdout.write(`delivery: a process that stood by called ${Date.now() - killedMs} ms after the kill\n`);
      // Without a confirmation, the person would be called again after 5 s.
      await bed.painted(anna);
      await bed.has('confirmed');
      expect((await figuresOf(standby)).figures).toMatch(/^vigil_delivery_owner 1$/m);
      await owner.start();
      await until('one delivers', async () => (await states()).sort().join() === '0,1');
      await bed.answer(anna, 'accepted');
      await bed.has('accepted');
      expect(bed.called()).toHaveLength(1);
      expect(bed.messages()).toHaveLength(1);
    } finally {
      await second.close();
    }
  });
});
