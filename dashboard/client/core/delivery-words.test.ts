import { describe, expect, it } from 'vitest';
import type { CallView, DeliveryView } from '../../../contracts/messages/deliveries.ts';
import {
  callLines,
  confirmationText,
  deliveryDownText,
  deliveryLine,
  deliveryNotices,
  roundNote,
  tileDeliveryLine,
} from './delivery-words.ts';
import { alarm } from './fixtures.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');
const alarmId = 'alarm-0000000001';

function call(fields: Partial<CallView> = {}): CallView {
  return {
    callId: `${alarmId}/1/1`,
    duty: 'nurse',
    userId: 'anna',
    name: 'Anna',
    channels: ['screen', 'push'],
    sent: [],
    failed: [],
    outcome: 'waiting',
    calledAtMs: nowMs - 20_000,
    repeat: 0,
    ...fields,
  };
}

function view(fields: Partial<DeliveryView> = {}): DeliveryView {
  return {
    alarmId,
    associationId: 'assoc-01',
    ward: 'ICU',
    bed: '1',
    kind: 'physiological',
    priority: 'high',
    notSent: null,
    phase: 'calling',
    round: 1,
    policyVersion: '1',
    notice: null,
    dueAtMs: nowMs + 40_000,
    acceptedBy: [],
    calls: [call()],
    ...fields,
  };
}

const text = (fields: Partial<DeliveryView>) => deliveryLine(view(fields), nowMs)?.text;
const ben = call({ callId: `${alarmId}/1/2`, userId: 'ben', name: 'Ben', duty: 'buddy' });

describe('the line about a delivery', () => {
  it.each([
    ['sent', 'calling Anna · 40 s · phone: sent'],
    ['taken', 'calling Anna · 40 s · phone: taken'],
    ['on-device', 'calling Anna · 40 s · phone: on the device'],
    ['painted', 'calling Anna · 40 s · phone: shown'],
  ] as const)('the line says how far the message has come (%s)', (stage, line) => {
    expect(text({ calls: [call({ sent: [{ channel: 'push', stage, atMs: nowMs }] })] })).toBe(line);
  });

  it('confirmationText says that a call is not confirmed, or that no channel reached the person', () => {
    expect(confirmationText(call())).toBe('not confirmed yet');
    expect(confirmationText(call({ failed: ['push'] }))).toBe('not confirmed yet');
    expect(confirmationText(call({ failed: ['push', 'screen'] }))).toBe('not reached');
  });

  it('confirmationText names only the best of several confirmations', () => {
    const sent = [
      { channel: 'mail', stage: 'taken', atMs: nowMs },
      { channel: 'screen', stage: 'painted', atMs: nowMs },
      { channel: 'push', stage: 'sent', atMs: nowMs },
    ] as const;
    expect(confirmationText(call({ sent: [...sent] }))).toBe('Vigil page: shown');
  });

  it.each([
    ['rejected', 'calling Ben · 40 s · not confirmed yet · rejected by Anna'],
    ['unanswered', 'calling Ben · 40 s · not confirmed yet · no answer from Anna'],
    ['unconfirmed', 'calling Ben · 40 s · not confirmed yet · Anna not reached'],
    ['undelivered', 'calling Ben · 40 s · not confirmed yet · Anna not reached'],
    ['gone', 'calling Ben · 40 s · not confirmed yet · Anna is not on duty'],
  ] as const)('the line says how the former call ended (%s)', (outcome, line) => {
    expect(text({ calls: [call({ outcome }), ben] })).toBe(line);
  });

  it('the line names each person who goes, and the time of the acceptance', () => {
    const answered = call({ outcome: 'accepted', sent: [{ channel: 'screen', stage: 'answered', atMs: nowMs }] });
    const acceptedBy = [{ userId: 'anna', name: 'Anna' }];
    const fields = { phase: 'accepted', acceptedBy, calls: [answered] } as const;
    expect(text({ ...fields, acceptedBy: [...acceptedBy], calls: [answered] })).toMatch(
      /^Anna goes \(accepted \d\d:\d\d\)$/,
    );
    expect(text({ phase: 'accepted', acceptedBy: [...acceptedBy, { userId: 'ben', name: 'Ben' }] })).toBe(
      'Anna goes (accepted), Ben goes (accepted)',
    );
  });

  it('if nobody comes for the alarm, the line begins with the reason and has `isBad`', () => {
    const repeating = view({ phase: 'repeating', notice: 'nobody-answers', calls: [call({ repeat: 1 })] });
    expect(deliveryLine(repeating, nowMs)).toEqual({
      text: 'nobody answers · calling Anna again · 40 s · not confirmed yet',
      isBad: true,
    });
    expect(deliveryLine(view({ notice: 'nobody-to-call', phase: null, calls: [] }), nowMs)).toEqual({
      text: 'nobody to call',
      isBad: true,
    });
    expect(text({ phase: 'expired', calls: [], notice: 'too-old' })).toBe('too old: nobody is called any more');
    expect(text({ phase: 'expired', calls: [] })).toBe('too old: nobody is called any more');
  });

  it('the line says when the first call comes and, after the end, who was called; there is no line if the policy calls nobody', () => {
    expect(text({ phase: 'beginning', calls: [], dueAtMs: nowMs + 4_200 })).toBe('calls somebody in 5 s');
    expect(text({ phase: 'stopped', calls: [call({ outcome: 'rejected' }), ben] })).toBe('called Anna, Ben');
    expect(text({ phase: 'stopped', calls: [] })).toBe('nobody was called');
    expect(deliveryLine(view({ phase: 'stopped' }), nowMs, true)?.text).toBe(
      'no calls: the alarm has ended · called Anna',
    );
    expect(text({ phase: null, notSent: 'low technical alarms call nobody', calls: [] })).toBeUndefined();
  });

  it('the countdown of the line never goes below zero, even after the clock of the page was set', () => {
    expect(text({ dueAtMs: nowMs - 90_000 })).toBe('calling Anna · 0 s · not confirmed yet');
  });
});

describe('the line on a tile', () => {
  it('the line on a tile says who is called, who goes, or that nobody answers', () => {
    const line = (fields: Partial<DeliveryView>) => tileDeliveryLine(view(fields), nowMs)?.text;
    expect(line({})).toBe('calling Anna · 40 s');
    expect(line({ phase: 'accepted', acceptedBy: [{ userId: 'ben', name: 'Ben' }] })).toBe('Ben goes');
    expect(line({ phase: 'repeating', notice: 'nobody-answers' })).toBe('nobody answers');
    expect(line({ phase: 'stopped' })).toBeUndefined();
    expect(tileDeliveryLine(undefined, nowMs)).toBeUndefined();
  });
});

it('the full list has each call with its times, the outcome, and each channel', () => {
  const sent = [{ channel: 'push', stage: 'on-device', atMs: nowMs }] as const;
  const [line] = callLines(view({ calls: [call({ outcome: 'rejected', sent: [...sent], failed: ['mail'] })] }), nowMs);
  expect(line?.text).toMatch(/^\d\d:\d\d:\d\d Anna \(nurse\): cannot go$/);
  expect(line?.stages[0]).toMatch(/^phone: on the phone \d\d:\d\d:\d\d$/);
  expect(line?.stages[1]).toBe('e-mail: failed');
});

it('the full list says that the calls of earlier rounds are not in it', () => {
  expect(roundNote(view())).toBeUndefined();
  expect(roundNote(view({ round: 2 }))).toBe('Calls of this round; earlier rounds are under “why?”.');
});

describe('the notices of a ward', () => {
  it('a notice names three alarms for which nobody comes, high alarms first, and counts the others', () => {
    const views = ['1', '2', '3', '4'].map((bed, i) =>
      view({ alarmId: `alarm-000000000${i}`, bed, notice: 'nobody-answers', priority: i === 3 ? 'high' : 'medium' }),
    );
    const alarms = new Map([['alarm-0000000003', alarm('alarm-0000000003', { text: 'HR 134 > 120' })]]);
    expect(deliveryNotices(views, alarms, false)).toEqual([
      {
        id: 'notice-nobody-answers',
        isHigh: true,
        text: 'Somebody must go: nobody answers the calls about 4 HR 134 > 120, 1, 2 and 1 more.',
        shortText: 'Somebody must go: 4 HR 134 > 120 and 3 more.',
      },
    ]);
    expect(deliveryNotices([view()], new Map(), false)).toEqual([]);
  });

  it.each([
    ['the bed, if the alarm is too long', '4', 'Somebody must go: 4.'],
    ['the number of alarms, if the bed is too long, too', 'B'.repeat(45), 'Somebody must go: an alarm.'],
  ])('the short text of a notice names %s', (_name, bed, expected) => {
    const alarmId = 'alarm-0000000003';
    const long = new Map([[alarmId, alarm(alarmId, { text: 'x'.repeat(120) })]]);
    const [notice] = deliveryNotices([view({ alarmId, bed, notice: 'nobody-answers' })], long, false);
    expect(notice!.shortText).toBe(expected);
  });

  it('deliveryDownText says in which wards nobody is called', () => {
    expect(deliveryDownText({ wards: ['CCU'], since: null }, nowMs)).toEqual({
      text: 'Vigil calls nobody in CCU: the delivery process gives no sign of life. Watch this screen, and tell the operator.',
      shortText: 'Watch this screen: Vigil calls nobody in CCU.',
    });
    expect(deliveryDownText({ wards: ['CCU', 'ICU', 'SD'], since: null }, nowMs).shortText).toBe(
      'Watch this screen: Vigil calls nobody in 3 wards.',
    );
    expect(deliveryDownText({ wards: [], since: null }, nowMs).shortText).toBe(
      'Watch this screen: Vigil calls nobody.',
    );
  });
});
