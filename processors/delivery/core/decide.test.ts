import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import { type CallChain, type DeliveryChannel, deliveryChannels } from '../../../contracts/messages/delivery-policy.ts';
import { nextDueAtMs } from './decide.ts';
import { alarmOf, everybody, newWard, person, policyOfChain, seconds, t0 } from './delivery.testing.ts';
import { burstMax, messageEveryMs } from './rate.ts';
import { callsMax } from './state.ts';

const high = builtInPolicy.hospital.physiological.high;
const raised = (staff = everybody as Parameters<typeof newWard>[0], options: Parameters<typeof newWard>[1] = {}) => {
  const ward = newWard(staff, options);
  ward.alarm('raised', alarmOf('a'));
  return ward;
};

describe('the chain', () => {
  it('the chain calls the first person immediately, through each channel', () => {
    const ward = raised();
    expect(ward.messages()).toBe('screen anna 1, push anna 1');
    expect(ward.notices()).toEqual([]);
  });

  it.each([
    [59_999, 'anna'],
    [60_000, 'anna, ben'],
  ])('after %d ms without an answer, the chain has called %s', (ms, expected) => {
    const ward = raised();
    ward.at(ms);
    expect(ward.called()).toBe(expected);
  });

  it.each([
    [59_999, 'anna'],
    [60_000, 'anna, ben'],
    [70_000, 'anna, ben'],
  ])(
    'after 65 s, if all answers of the first %d ms have been read, the chain has called %s',
    (readUntilMs, expected) => {
      const ward = raised();
      ward.at(65_000, readUntilMs);
      expect(ward.called()).toBe(expected);
    },
  );

  it('the chain calls the last person again at its end, and the ward has a technical alarm', () => {
    const ward = raised();
    for (const minutes of [1, 2, 3]) ward.at(minutes * 60_000);
    expect([ward.called(), ward.notices()]).toEqual(['anna, ben, cleo, paul', []]);
    ward.at(4 * 60_000);
    expect([ward.called(), ward.notices()]).toEqual(['anna, ben, cleo, paul, paul+', ['nobody-answers']]);
    ward.at(5 * 60_000 - 1);
    expect(ward.called()).toBe('anna, ben, cleo, paul, paul+');
    ward.at(5 * 60_000);
    expect(ward.called()).toBe('anna, ben, cleo, paul, paul+, paul+');
  });

  it('the chain raises the technical alarm immediately if nobody has a duty; a person who gets a duty later is called', () => {
    const ward = raised({});
    expect([ward.called(), ward.notices()]).toEqual(['', ['nobody-to-call']]);
    ward.staff({ buddy: [person('ben')] });
    expect([ward.called(), ward.notices()]).toEqual(['ben', ['nobody-to-call']]);
    ward.answer('ben', 'accepted');
    expect(ward.notices()).toEqual([]);
  });

  it('the chain calls nobody in a ward that never had assignments, and starts when the ward gets an assignment', () => {
    const ward = newWard(undefined);
    ward.alarm('raised', alarmOf('a'));
    expect([ward.called(), ward.notices()]).toEqual(['', []]);
    ward.staff(everybody);
    expect(ward.called()).toBe('anna');
  });

  it.each<[string, Parameters<typeof newWard>[0], string]>([
    [
      'the person who covers, and not the person who is away',
      { nurse: [person('cover'), person('anna', 'away')], buddy: [person('ben')] },
      'cover, ben',
    ],
    [
      'a person who has not accepted after a person who has accepted',
      { nurse: [person('anna'), person('dora', 'not-accepted')] },
      'anna, dora',
    ],
    [
      'a person with two duties once',
      { nurse: [person('anna')], buddy: [person('anna')], physician: [person('paul')] },
      'anna, paul',
    ],
  ])('the chain calls %s', (_, staff, expected) => {
    const ward = raised(staff);
    ward.at(60_000);
    expect(ward.called()).toBe(expected);
  });

  it('the chain does not wait after a channel that only informs', () => {
    const steps: CallChain['steps'] = [
      { duty: 'physician', channels: ['mail'] as DeliveryChannel[], waitMs: 60_000 },
      { duty: 'nurse', channels: ['screen'] as DeliveryChannel[], waitMs: 60_000 },
    ];
    const ward = raised(everybody, { policy: policyOfChain({ ...high, steps }) });
    expect(ward.messages()).toBe('mail paul 1, screen anna 1');
    ward.answer('paul', 'accepted');
    expect(ward.round()?.phase).toBe('calling');
  });

  it.each([
    [9_999, ''],
    [10_000, 'anna'],
  ])('with firstAfterMs 10 s, after %d ms the chain has called "%s"', (ms, expected) => {
    const ward = raised(everybody, { policy: policyOfChain({ ...high, firstAfterMs: 10_000 }) });
    ward.at(ms);
    expect(ward.called()).toBe(expected);
  });

  it('the chain calls nobody for low priority, and says why', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', alarmOf('a', { priority: 'low' }));
    ward.at(60_000);
    ward.alarm('escalated', alarmOf('a', { priority: 'low', rev: 2, escalation: 1 }));
    expect(ward.events.map(({ type }) => type)).toEqual(['alarm-seen', 'not-sent', 'alarm-seen']);
  });

  it('the chain calls the technician for a technical alarm', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', alarmOf('a', { kind: 'technical', priority: 'medium' }));
    ward.at(120_000);
    expect(ward.called()).toBe('anna, tom');
  });
});

describe('an answer', () => {
  it('the answer `rejected` calls the next person immediately', () => {
    const ward = raised();
    ward.answer('anna', 'rejected');
    expect(ward.called()).toBe('anna, ben');
    ward.answer('anna', 'rejected');
    expect(ward.called()).toBe('anna, ben');
  });

  it('the answer `accepted` stops the calls, and the chain starts again if no acknowledgement follows', () => {
    const ward = raised();
    ward.at(5_000);
    ward.answer('anna', 'accepted');
    ward.at(124_999);
    expect(ward.called()).toBe('anna');
    ward.at(125_000);
    expect([ward.called(), ward.round()?.round]).toEqual(['anna, anna', 2]);
  });

  it('the answer `accepted` of a person who was called before stops the calls', () => {
    const ward = raised();
    ward.at(60_000);
    ward.answer('anna', 'accepted');
    ward.at(120_000);
    expect(ward.called()).toBe('anna, ben');
  });

  it.each([
    ['of a person who was not called', 'paul', 1],
    ['to an unknown round', 'anna', 2],
    ['to round 0', 'anna', 0],
  ])('an answer %s has no effect', (_, userId, round) => {
    const ward = raised();
    expect(ward.answer(userId, 'accepted', 'a', round)).toEqual([]);
    expect(ward.answer(userId, 'rejected', 'a', round)).toEqual([]);
  });

  it('the answers `accepted` and then `rejected` of the same person call the next person', () => {
    const ward = raised();
    ward.answer('anna', 'accepted');
    ward.answer('anna', 'rejected');
    expect([ward.called(), ward.round()?.phase]).toEqual(['anna, ben', 'calling']);
  });

  it('the answer `accepted` of two persons stops the calls until both have rejected', () => {
    const ward = raised();
    ward.at(60_000);
    ward.answer('anna', 'accepted');
    ward.answer('ben', 'accepted');
    ward.answer('anna', 'rejected');
    expect(ward.called()).toBe('anna, ben');
    ward.answer('ben', 'rejected');
    expect(ward.called()).toBe('anna, ben, cleo');
  });

  it('the answer `accepted` a third time, without an acknowledgement, does not stop the calls', () => {
    const ward = raised(everybody, { policy: policyOfChain({ ...high, ageMsMax: 3_600_000 }) });
    for (const round of [1, 2]) {
      ward.answer('anna', 'accepted', 'a', round);
      ward.at(round * 120_000);
    }
    expect(ward.answer('anna', 'accepted', 'a', 3)).toEqual([]);
    ward.at(300_000);
    expect(ward.called()).toBe('anna, anna, anna, ben');
  });

  it('the answer `rejected` of all persons keeps the technical alarm, and a new round calls them again after `repeatMs`', () => {
    const ward = raised({ nurse: [person('anna')], buddy: [person('ben')] });
    ward.answer('anna', 'rejected');
    ward.answer('ben', 'rejected');
    expect([ward.called(), ward.notices()]).toEqual(['anna, ben', ['nobody-answers']]);
    ward.at(59_999);
    expect(ward.called()).toBe('anna, ben');
    ward.at(60_000);
    expect([ward.called(), ward.notices()]).toEqual(['anna, ben, anna', ['nobody-answers']]);
    expect(ward.round()).toMatchObject({ round: 2, phase: 'calling' });
    ward.answer('anna', 'rejected', 'a', 2);
    expect(ward.called()).toBe('anna, ben, anna, ben');
    ward.answer('ben', 'accepted', 'a', 2);
    expect([ward.round()?.phase, ward.notices()]).toEqual(['accepted', []]);
  });

  it('the answer `rejected` of one of two persons calls only the other person again', () => {
    const ward = raised({ nurse: [person('anna')], buddy: [person('ben')] });
    ward.answer('anna', 'rejected');
    for (let ms = 60_000; ms <= 300_000; ms += 60_000) ward.at(ms);
    expect(ward.called()).toMatch(/^anna, ben(, ben\+)+$/);
  });

  it('if one person rejects the alarm and no call of the other person is confirmed, a new round calls the first person again', () => {
    const ward = raised({ nurse: [person('anna')], buddy: [person('ben')] }, { confirms: false });
    ward.down.add('ben push');
    ward.answer('anna', 'rejected');
    for (let ms = 1_000; ms <= 64_000; ms += 1_000) ward.at(ms);
    expect([ward.called(), ward.round()?.round]).toEqual(['anna, ben, ben+', 1]);
    ward.at(65_000);
    expect([ward.called(), ward.notices()]).toEqual(['anna, ben, ben+, anna', ['nobody-answers']]);
    expect(ward.round()).toMatchObject({ round: 2, phase: 'calling' });
    ward.answer('anna', 'accepted', 'a', 2);
    expect([ward.round()?.phase, ward.notices()]).toEqual(['accepted', []]);
  });

  it('if the person who rejected the alarm cannot be reached, a person whose call was not confirmed is called again', () => {
    const ward = raised({ nurse: [person('anna')], buddy: [person('ben')] }, { confirms: false });
    ward.answer('anna', 'rejected');
    for (const channel of deliveryChannels) ward.down.add(`anna ${channel}`);
    for (let ms = 1_000; ms <= 130_000; ms += 1_000) ward.at(ms);
    expect([ward.called(), ward.round()?.round]).toEqual(['anna, ben, ben+, ben+, ben+', 1]);
  });

  it('no new round starts only to inform a person who cannot answer', () => {
    const chain = {
      ...high,
      steps: [
        { duty: 'nurse', channels: ['push'], waitMs: 60_000 },
        { duty: 'physician', channels: ['mail'], waitMs: 60_000 },
      ],
    } satisfies CallChain;
    const ward = raised(everybody, { policy: policyOfChain(chain) });
    ward.answer('anna', 'rejected');
    ward.down.add('anna push');
    for (let ms = 60_000; ms <= 300_000; ms += 60_000) ward.at(ms);
    expect([ward.called(), ward.round()?.round]).toEqual(['anna, paul', 1]);
  });

  it('after all persons rejected the alarm, no new round calls a person whose channels are down', () => {
    const ward = raised({ nurse: [person('anna')] });
    ward.answer('anna', 'rejected');
    for (const channel of deliveryChannels) ward.down.add(`anna ${channel}`);
    for (let ms = 60_000; ms <= 300_000; ms += 60_000) ward.at(ms);
    expect([ward.called(), ward.round()?.round]).toEqual(['anna', 1]);
  });

  const nurseThenMail = policyOfChain({
    ...high,
    steps: [
      { duty: 'nurse', channels: ['screen'], waitMs: 60_000 },
      { duty: 'physician', channels: ['mail'], waitMs: 60_000 },
    ],
  });

  it('a person who can only be informed is informed once, although a person rejects the alarm in each round', () => {
    const ward = raised(everybody, { policy: nurseThenMail });
    for (let round = 1; round <= 4; round += 1) {
      ward.answer('anna', 'rejected', 'a', round);
      ward.at(round * 60_000);
    }
    expect([ward.called(), ward.round()?.round]).toEqual(['anna, paul, anna, anna, anna, anna', 5]);
    ward.alarm('escalated', alarmOf('a', { rev: 2, priority: 'high', escalation: 1 }));
    ward.answer('anna', 'accepted', 'a', 5);
    ward.at(400_000);
    ward.answer('anna', 'rejected', 'a', 6);
    expect(ward.called()).toBe('anna, paul, anna, anna, anna, anna, anna, paul');
  });

  it('a person whose message failed is informed in the next round', () => {
    const ward = raised(everybody, { policy: nurseThenMail, confirms: false });
    ward.answer('anna', 'rejected');
    const receipt = { kind: 'failed', class: 'permanent' } as const;
    ward.give({ type: 'receipt', alarmId: 'a', callId: 'a/1/2', channel: 'mail', receipt });
    ward.at(60_000);
    ward.answer('anna', 'rejected', 'a', 2);
    expect(ward.called()).toBe('anna, paul, anna, paul');
  });

  it('a person who rejects the alarm in each round is not called when the alarm is too old', () => {
    const ward = raised({ nurse: [person('anna')] });
    for (let round = 1; round < 40; round += 1) {
      ward.answer('anna', 'rejected', 'a', round);
      ward.at(round * 60_000);
    }
    expect([ward.round()?.phase, ward.notices()]).toEqual(['expired', ['too-old']]);
  });

  it('the answer `accepted` at the end of the chain ends the technical alarm', () => {
    const ward = raised({ nurse: [person('anna')] });
    ward.at(60_000);
    expect(ward.notices()).toEqual(['nobody-answers']);
    ward.answer('anna', 'accepted');
    expect(ward.notices()).toEqual([]);
  });
});

describe('a receipt', () => {
  const first = 'a/1/1';
  const receipt = (
    ward: ReturnType<typeof newWard>,
    channel: DeliveryChannel,
    kind: 'transient' | 'permanent' | 'painted',
  ) =>
    ward.give({
      ...{ type: 'receipt', alarmId: 'a', callId: first, channel },
      receipt: kind === 'painted' ? { kind: 'reached', stage: kind } : { kind: 'failed', class: kind },
    });

  it.each([
    [4_999, 'anna'],
    [5_000, 'anna, ben'],
  ])('if no channel confirms a call within 5 s, the next person is called: after %d ms "%s"', (ms, expected) => {
    const ward = raised(everybody, { confirms: false });
    ward.at(ms);
    expect(ward.called()).toBe(expected);
  });

  it('a receipt does not end the wait for the answer, even if the message was painted', () => {
    const ward = raised(everybody, { confirms: false });
    receipt(ward, 'screen', 'painted');
    ward.at(5_000);
    expect(ward.called()).toBe('anna');
    ward.at(60_000);
    expect(ward.called()).toBe('anna, ben');
  });

  it('after a permanent failure, the next person is called if no other channel is left', () => {
    const ward = raised(everybody, { confirms: false });
    receipt(ward, 'push', 'transient');
    receipt(ward, 'push', 'permanent');
    expect(ward.called()).toBe('anna');
    receipt(ward, 'screen', 'transient');
    expect(ward.called()).toBe('anna');
    receipt(ward, 'screen', 'permanent');
    expect(ward.called()).toBe('anna, ben');
    expect(receipt(ward, 'screen', 'permanent')).toEqual([]);
  });

  it('a receipt about an unknown call or channel has no effect', () => {
    const ward = raised();
    expect(receipt(ward, 'mail', 'permanent')).toEqual([]);
    const input = { type: 'receipt', alarmId: 'b', callId: first, channel: 'screen' } as const;
    expect(ward.give({ ...input, receipt: { kind: 'reached', stage: 'sent' } })).toEqual([]);
  });

  it('a person whose channels are all down is left out, and the other persons are called', () => {
    const ward = newWard(everybody);
    for (const channel of ['screen', 'push']) ward.down.add(`anna ${channel}`);
    ward.alarm('raised', alarmOf('a'));
    expect(ward.messages()).toBe('screen ben 1, push ben 1');
  });

  it('if no channel reaches anybody, the ward has a technical alarm immediately', () => {
    const ward = newWard({ nurse: [person('anna')] });
    for (const channel of ['screen', 'push']) ward.down.add(`anna ${channel}`);
    ward.alarm('raised', alarmOf('a'));
    expect([ward.called(), ward.notices()]).toEqual(['', ['nobody-to-call']]);
    ward.down.clear();
    ward.give({ type: 'changed' });
    expect(ward.called()).toBe('anna');
  });
});

describe('the end', () => {
  it.each([
    ['an acknowledgement by anybody', 'acknowledged', { signal: 'acknowledged' }, 'acknowledged'],
    ['the end of the condition', 'resolved', { present: false, signal: 'latched' }, 'ended'],
    ['a more serious alarm of the same cause', 'updated', { under: 'SpO2.extreme-low' }, 'other-alarm-calls'],
  ] as const)('%s stops the calls and the technical alarm', (_, type, changes, why) => {
    const ward = raised({ nurse: [person('anna')] });
    ward.at(60_000);
    const stopped = ward.alarm(type, alarmOf('a', { rev: 2, ...changes }));
    expect(stopped.at(-1)).toMatchObject({ type: 'stopped', why });
    const calls = ward.called();
    for (const minutes of [2, 3, 10]) ward.at(minutes * 60_000);
    expect([ward.called(), ward.notices(), nextDueAtMs(ward.state(), t0)]).toEqual([
      calls,
      [],
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('the event `cleared` removes the alarm from the state', () => {
    const ward = raised();
    ward.alarm('cleared', alarmOf('a', { rev: 2, present: false, signal: 'off' }));
    expect(ward.state().alarms.size).toBe(0);
  });

  it('an event of an older revision changes nothing', () => {
    const ward = raised();
    ward.alarm('acknowledged', alarmOf('a', { rev: 3, signal: 'acknowledged' }));
    expect(ward.alarm('updated', alarmOf('a', { rev: 2 }))).toEqual([]);
    expect(ward.alarm('acknowledged', alarmOf('a', { rev: 3, signal: 'acknowledged' }))).toEqual([]);
  });

  it('an alarm that was acknowledged or late when its first event came needs no state', () => {
    const ward = newWard(everybody);
    ward.alarm('acknowledged', alarmOf('a', { signal: 'acknowledged' }));
    ward.alarm('raised', alarmOf('b', { late: true }));
    expect(ward.state().alarms.size).toBe(0);
  });
});

describe('a new round', () => {
  const on = (rev: number, more = {}) => alarmOf('a', { rev, ...more });
  const ended = (rev: number) => alarmOf('a', { rev, present: false, signal: 'latched' });

  it('a new round begins when an acknowledged alarm calls again', () => {
    const ward = raised();
    ward.alarm('acknowledged', on(2, { signal: 'acknowledged' }));
    ward.at(180_000);
    ward.alarm('realarmed', on(3));
    expect([ward.called(), ward.round()?.round]).toEqual(['anna, anna', 2]);
  });

  it('a new round does not start when an unanswered alarm escalates, because a new round would call the next person later', () => {
    const ward = raised();
    ward.at(50_000);
    ward.alarm('escalated', on(2, { escalation: 1 }));
    ward.at(60_000);
    expect([ward.called(), ward.round()?.round]).toEqual(['anna, ben', 1]);
  });

  it('a new round begins when the priority rises, and keeps the technical alarm', () => {
    const ward = newWard({ nurse: [person('anna')] });
    ward.alarm('raised', alarmOf('a', { priority: 'medium' }));
    ward.at(120_000);
    expect(ward.notices()).toEqual(['nobody-answers']);
    ward.alarm('updated', on(2));
    expect([ward.called(), ward.notices()]).toEqual(['anna, anna+, anna', ['nobody-answers']]);
    ward.alarm('updated', on(3, { priority: 'medium' }));
    ward.alarm('updated', on(4));
    expect(ward.round()?.round).toBe(2);
  });

  it('an answer to a call about the less urgent alarm does not stop the calls about the more urgent alarm', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', alarmOf('a', { priority: 'medium' }));
    ward.alarm('updated', on(2));
    expect(ward.answer('anna', 'accepted', 'a', 1)).toEqual([]);
    ward.answer('anna', 'accepted', 'a', 2);
    expect(ward.round()?.phase).toBe('accepted');
  });

  it.each([
    ['goes on with its round', 60_000, 'anna, ben', 1],
    ['begins a new round', 60_001, 'anna, anna', 2],
  ])('an unanswered alarm that comes back %s after %d ms', (_, ms, called, round) => {
    const ward = raised();
    ward.alarm('resolved', ended(2));
    ward.at(ms);
    ward.alarm('updated', on(3, { onsets: 2 }));
    expect([ward.called(), ward.round()?.round]).toEqual([called, round]);
  });

  it('an alarm that comes and goes every 10 s calls the second person as soon as a steady alarm does', () => {
    const ward = raised();
    for (let tens = 1; tens <= 6; tens += 1) {
      ward.at(tens * 10_000);
      ward.alarm('updated', tens % 2 === 1 ? ended(tens + 1) : on(tens + 1, { onsets: 1 + tens }));
    }
    expect(ward.called()).toBe('anna, ben');
  });

  it('a new round begins when an accepted alarm ended and comes back', () => {
    const ward = raised();
    ward.answer('anna', 'accepted');
    ward.alarm('resolved', ended(2));
    ward.at(10_000);
    ward.alarm('updated', on(3, { onsets: 2 }));
    expect(ward.called()).toBe('anna, anna');
  });
});

describe('the age', () => {
  const policy = policyOfChain({ ...high, steps: high.steps.slice(0, 1), ageMsMax: 60_000 });
  it.each([
    [60_000, 'anna', []],
    [60_001, '', ['too-old']],
  ])('an alarm whose first event comes %d ms after its start calls "%s"', (ms, called, notices) => {
    const ward = newWard(everybody, { policy });
    ward.at(ms);
    ward.alarm('updated', alarmOf('a'));
    expect([ward.called(), ward.notices()]).toEqual([called, notices]);
  });

  it('an alarm that becomes too old is not sent any more, and the ward has a notice until the alarm escalates', () => {
    const ward = raised(everybody, { policy });
    ward.at(60_000);
    ward.at(120_000);
    expect([ward.called(), ward.notices()]).toEqual(['anna, anna+', ['too-old']]);
    ward.alarm('escalated', alarmOf('a', { rev: 2, escalation: 1 }));
    expect([ward.called(), ward.notices()]).toEqual(['anna, anna+, anna', []]);
  });

  it('an alarm from the future is not old', () => {
    const ward = newWard(everybody, { policy });
    ward.at(-3_600_000);
    ward.alarm('updated', alarmOf('a'));
    expect(ward.called()).toBe('anna');
  });
});

describe('persons who come and go', () => {
  it('a hand-over calls the new person immediately', () => {
    const ward = raised({ nurse: [person('anna')] });
    ward.staff({ nurse: [person('dora')] });
    expect(ward.called()).toBe('anna, dora');
  });

  it('an alarm that begins again calls the new person if the called person has left the duty meanwhile', () => {
    const ward = raised({ nurse: [person('anna')] });
    ward.alarm('resolved', alarmOf('a', { rev: 2, present: false, signal: 'latched' }));
    ward.staff({ nurse: [person('dora')] });
    ward.at(10_000);
    ward.alarm('updated', alarmOf('a', { rev: 3, onsets: 2 }));
    expect(ward.called()).toBe('anna, dora');
  });

  it('a person who is away and comes back is called again', () => {
    const ward = raised({ nurse: [person('anna')] });
    ward.staff({ nurse: [person('anna', 'away')] });
    expect(ward.notices()).toEqual(['nobody-answers']);
    ward.staff({ nurse: [person('anna')] });
    expect(ward.called()).toBe('anna, anna');
  });
});

describe('the clock', () => {
  it('a wait that a kill interrupted continues after the restart', () => {
    const ward = raised();
    ward.at(59_999);
    expect(nextDueAtMs(ward.state(), t0 + 59_999)).toBe(t0 + 60_000);
  });

  it('a clock that is set back by a day starts the wait again, so that the wait is not endless', () => {
    const ward = raised();
    ward.at(-86_400_000);
    expect(nextDueAtMs(ward.state(), t0 - 86_400_000)).toBe(t0 - 86_400_000 + 60_000);
    ward.at(-86_400_000 + 60_000);
    expect(ward.called()).toBe('anna, ben');
  });

  it('a clock that is set forward by a day ends the wait, and the ward gets a notice about an old alarm', () => {
    const ward = raised();
    ward.at(86_400_000);
    expect([ward.called(), ward.notices()]).toEqual(['anna', ['too-old']]);
  });
});

describe('a round that goes on for days', () => {
  it('a round that goes on for days remembers at most 200 calls, does not start from the first person again, and accepts the answer of each person', () => {
    const ward = raised();
    for (let minute = 1; minute <= 400; minute += 1) {
      ward.at(minute * 60_000);
      ward.alarm('escalated', alarmOf('a', { rev: minute + 1, escalation: minute }));
    }
    const round = ward.round()!;
    expect([round.calls.length, round.callCount]).toEqual([callsMax, 401]);
    expect(ward.called()).toBe(['anna, ben, cleo, paul', ...Array(397).fill('paul+')].join(', '));
    expect(round.calls.at(-1)).toMatchObject({ callId: 'a/1/401', repeat: 397 });
    ward.answer('anna', 'accepted');
    expect(ward.round()).toMatchObject({ phase: 'accepted', acceptedBy: ['anna'] });
  });

  it('a round that goes on for days still accepts the answer of a person whose calls were dropped', () => {
    const ward = newWard({ nurse: [person('nurse-0')] });
    ward.alarm('raised', alarmOf('a'));
    for (let n = 1; n <= callsMax + 20; n += 1) ward.staff({ nurse: [person(`nurse-${n}`)] });
    const { calls, callCount } = ward.round()!;
    expect([calls.length, callCount, calls.some(({ userId }) => userId === 'nurse-5')]).toEqual([callsMax, 221, false]);
    ward.answer('nurse-5', 'accepted');
    expect(ward.round()).toMatchObject({ phase: 'accepted', acceptedBy: ['nurse-5'] });
  });
});

describe('a person of an earlier round', () => {
  it('if a person of an earlier round rejects the alarm before the new round has called this person, the new round leaves this person out', () => {
    const ward = raised();
    ward.at(60_000);
    ward.answer('ben', 'accepted');
    ward.at(60_000 + high.acceptedMs);
    expect(ward.called()).toBe('anna, ben, anna');
    ward.answer('ben', 'rejected', 'a', 2);
    ward.at(120_000 + high.acceptedMs);
    expect(ward.called()).toBe('anna, ben, anna, cleo');
    expect(ward.answer('ben', 'rejected', 'a', 2)).toEqual([]);
    ward.answer('ben', 'accepted', 'a', 2);
    expect(ward.round()).toMatchObject({ phase: 'accepted', acceptedBy: ['ben'], rejectedBy: [] });
  });
});

describe('a person who accepted', () => {
  it('a person who accepted does not count any more after leaving the duty; the next person is called', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', alarmOf('a'));
    ward.answer('anna', 'accepted');
    ward.staff({ ...everybody, nurse: [person('anna', 'away')] });
    expect(ward.called()).toBe('anna, ben');
    expect(ward.state().alarms.get('a')?.round).toMatchObject({ phase: 'calling', acceptedBy: [] });
  });

  it('a person who accepted can take the acceptance back and accept again only once, so that nobody can stop the calls for ever', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', alarmOf('a'));
    for (let n = 0; n < 5; n += 1) {
      ward.answer('anna', 'accepted');
      ward.answer('anna', 'rejected');
    }
    expect(ward.events.filter(({ type }) => type === 'accepted')).toHaveLength(2);
    expect(ward.called()).toBe('anna, ben, cleo');
  });
});

it('at the end of a chain, a person who was reached is called again before a person who was not reached', () => {
  const ward = newWard(everybody, { confirms: false });
  ward.alarm('raised', alarmOf('a'));
  const receipt = { kind: 'reached', stage: 'painted' } as const;
  ward.give({ type: 'receipt', alarmId: 'a', callId: 'a/1/1', channel: 'screen', receipt });
  for (const s of [60, 65, 70, 75]) ward.at(seconds(s));
  expect(ward.called()).toBe('anna, ben, cleo, paul, anna+');
});

it('at the end of a chain, a person who comes back is called', () => {
  const ward = newWard(everybody);
  ward.alarm('raised', alarmOf('a'));
  ward.staff({ ...everybody, nurse: [person('anna', 'away')] });
  for (const s of [60, 120, 180]) ward.at(seconds(s));
  ward.staff(everybody);
  expect(ward.called()).toBe('anna, ben, cleo, paul, paul+, anna');
});

it('a person who comes back while others are called gets the next call', () => {
  const ward = newWard(everybody);
  ward.alarm('raised', alarmOf('a'));
  ward.staff({ ...everybody, nurse: [person('anna', 'away')] });
  ward.staff(everybody);
  ward.at(seconds(60));
  expect(ward.called()).toBe('anna, ben, anna');
});

it('a person without an open page is not called again before the wait of the repeated call is over', () => {
  const ward = newWard({ nurse: [person('anna')] }, { confirms: false });
  ward.alarm('raised', alarmOf('a'));
  for (let s = 1; s <= 180; s++) ward.at(seconds(s));
  expect(ward.called()).toBe('anna, anna+, anna+, anna+');
});

it('a person who was also informed by mail is called again at the end of the chain', () => {
  const policy = policyOfChain({
    steps: [
      { duty: 'nurse', channels: ['screen'], waitMs: seconds(60) },
      { duty: 'charge-nurse', channels: ['screen', 'mail'], waitMs: seconds(60) },
    ],
    ...{ repeatMs: seconds(60), acceptedMs: seconds(120), ageMsMax: seconds(3_600) },
  });
  const ward = newWard({ nurse: [person('anna')], 'charge-nurse': [person('anna')] }, { policy });
  ward.alarm('raised', alarmOf('a'));
  for (let s = 1; s <= 240; s++) ward.at(seconds(s));
  expect(ward.called()).toBe('anna, anna, anna+, anna+, anna+, anna+');
});

it('an alarm that comes and goes calls the next person after two acceptances of the first person', () => {
  const ward = newWard(everybody);
  const alarm = (rev: number, changes: object = {}) => alarmOf('a', { rev, onsets: Math.ceil(rev / 2), ...changes });
  for (const n of [0, 1, 2]) {
    ward.at(seconds(40 * n));
    ward.alarm(n === 0 ? 'raised' : 'updated', alarm(2 * n + 1));
    ward.answer('anna', 'accepted', 'a', n + 1);
    if (n < 2) ward.alarm('resolved', alarm(2 * n + 2, { present: false, signal: 'latched' }));
  }
  expect(ward.events.filter(({ type }) => type === 'accepted')).toHaveLength(2);
  ward.at(seconds(80 + 60));
  expect(ward.called()).toBe('anna, anna, anna, ben');
});

describe('an alarm that was removed from the screens and begins again with the same id', () => {
  const lowSpo2 = (rev: number, changes: object = {}) => alarmOf('a', { rev, ...changes });
  const remove = (ward: ReturnType<typeof newWard>, rev: number) => {
    ward.alarm('resolved', lowSpo2(rev, { present: false, signal: 'off' }));
    ward.alarm('cleared', lowSpo2(rev + 1, { present: false, signal: 'off' }));
  };

  it('an alarm that begins again with the same id continues its round within 60 s, so that it calls the second person', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', lowSpo2(1));
    ward.at(seconds(50));
    remove(ward, 2);
    expect(ward.state().alarms.size).toBe(0);
    ward.at(seconds(70));
    ward.alarm('updated', lowSpo2(4, { onsets: 2 }));
    expect(ward.called()).toBe('anna, ben');
  });

  it('an alarm that begins again with the same id after more than 60 s begins a new round, and no message has the id of an earlier message', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', lowSpo2(1));
    ward.at(seconds(10));
    remove(ward, 2);
    ward.at(seconds(200));
    ward.alarm('updated', lowSpo2(4, { onsets: 2 }));
    const ids = ward.events.flatMap((event) => (event.type === 'message' ? [event.messageId] : []));
    expect(ward.called()).toBe('anna, anna');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('an alarm that begins again with the same id has the age of its new onset, and a repeated record of the former occurrence calls nobody', () => {
    const ward = newWard(everybody);
    ward.alarm('raised', lowSpo2(1));
    ward.at(seconds(10));
    remove(ward, 2);
    ward.at(seconds(1_200));
    ward.alarm('raised', lowSpo2(1));
    expect(ward.called()).toBe('anna');
    ward.alarm('updated', lowSpo2(4, { onsets: 2 }));
    expect(ward.called()).toBe('anna, anna');
    expect(ward.state().alarms.get('a')).toMatchObject({ round: { phase: 'calling', notice: null } });
  });
});

describe('messages', () => {
  const ofPatient = (alarmId: string, more = {}) => alarmOf(alarmId, { associationId: 'patient', ...more });
  it('alarms of one patient within 3 s become one message', () => {
    const ward = newWard({ nurse: [person('anna')] });
    for (const id of ['a', 'b', 'c']) ward.alarm('raised', ofPatient(id));
    expect(ward.messages()).toBe('screen anna 1, push anna 1');
    ward.at(2_999);
    expect(ward.messages()).toBe('screen anna 1, push anna 1');
    ward.at(3_000);
    expect(ward.messages()).toBe('screen anna 1, push anna 1, screen anna 2, push anna 2');
  });

  it('the wait for a person’s answer starts with the message', () => {
    const ward = newWard(everybody);
    for (const id of ['a', 'b']) ward.alarm('raised', ofPatient(id));
    ward.at(3_000);
    ward.at(62_999);
    expect(ward.called()).toBe('anna, anna, ben');
    ward.at(63_000);
    expect(ward.called()).toBe('anna, anna, ben, ben');
  });

  it('nothing that waits is sent after an acknowledgement', () => {
    const ward = newWard({ nurse: [person('anna')] });
    for (const id of ['a', 'b']) ward.alarm('raised', ofPatient(id));
    ward.alarm('acknowledged', ofPatient('b', { rev: 2, signal: 'acknowledged' }));
    ward.at(3_000);
    expect(ward.messages()).toBe('screen anna 1, push anna 1');
    expect([...ward.state().slots.values()].every(({ pending }) => pending.length === 0)).toBe(true);
  });

  it('nothing that waits is sent to a person who has left the duty, and the person is called after coming back', () => {
    const ward = newWard(everybody);
    for (const id of ['a', 'b']) ward.alarm('raised', ofPatient(id));
    const nora = { ...everybody, nurse: [person('nora')] };
    ward.staff(nora);
    ward.at(seconds(6));
    expect(ward.messages()).not.toContain('anna 2');
    expect(ward.events.filter((event) => event.type === 'message' && event.userId === 'anna')).toHaveLength(2);
    ward.staff({ ...nora, nurse: [person('nora'), person('anna')] });
    ward.at(seconds(66));
    ward.at(seconds(70));
    const ofB = ward.events.flatMap((event) =>
      event.type === 'message' && event.userId === 'anna' ? event.calls.map(({ alarmId }) => alarmId) : [],
    );
    expect(ofB.filter((id) => id === 'b')).toHaveLength(2);
  });

  it('nothing that waits is sent for a call that failed or was not answered', () => {
    const ward = newWard(everybody);
    for (const id of ['a', 'b']) ward.alarm('raised', ofPatient(id));
    const { callId } = ward.round('b')!.calls[0]!;
    for (const channel of ['screen', 'push'] as const)
      ward.give({ type: 'receipt', alarmId: 'b', callId, channel, receipt: { kind: 'failed', class: 'permanent' } });
    expect(ward.round('b')!.calls[0]).toMatchObject({ outcome: 'undelivered' });
    ward.at(seconds(4));
    expect(
      ward.events.some((event) => event.type === 'message' && event.calls.some((call) => call.callId === callId)),
    ).toBe(false);
  });

  it('calls beyond the rate limit are in the next message', () => {
    const ward = newWard({ nurse: [person('anna')] });
    for (let n = 0; n < 40; n += 1) ward.alarm('raised', alarmOf(`alarm-${n}`));
    const sent = () =>
      ward.events.flatMap((event) => (event.type === 'message' && event.channel === 'screen' ? [event] : []));
    expect(sent()).toHaveLength(burstMax);
    ward.at(messageEveryMs - 1);
    expect(sent()).toHaveLength(burstMax);
    ward.at(messageEveryMs);
    expect(sent()).toHaveLength(burstMax + 1);
    expect(sent().at(-1)).toMatchObject({ onlyCounted: 40 - burstMax - 20 });
    expect(new Set(sent().flatMap(({ calls }) => calls.map(({ alarmId }) => alarmId)))).toHaveProperty('size', 40);
  });

  it('500 alarms within 10 s are all sent, each once through each channel', () => {
    const ward = newWard({ nurse: [person('anna')] });
    for (let n = 0; n < 500; n += 1) {
      ward.at(n * 20);
      ward.alarm('raised', alarmOf(`alarm-${n}`));
    }
    ward.at(seconds(20));
    const sent = ward.events.flatMap((event) =>
      event.type === 'message' && event.channel === 'push' ? event.calls : [],
    );
    expect([sent.length, new Set(sent.map(({ callId }) => callId)).size]).toEqual([500, 500]);
  });
});
