/**
 * Checks the calls of a person on a phone: a call comes, is accepted or rejected, waits, is refused, ends, and several
 * calls come at once.
 */
import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../contracts/durations.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { reachNotedEveryMs } from '../../contracts/reach-pace.ts';
import { until } from '../system.ts';
import { openCalledPhone } from './called-phone.ts';
import { callOf, callViewOf, deliveryOf } from './delivery-double.ts';
import { expectReadable, pressWhenStill, setHash, waitUntilStill } from './readable.ts';
import { raisedEvent } from './scene.ts';

const called = openCalledPhone();
const { beds, byId, stateText, answerText, isPainted, raise } = called;
const [bed, second] = beds;

describe('a call', () => {
  it('a call appears on every page with alarm, bed, time left and next person; the page reports the call when it has painted the call', async () => {
    await setHash(called.phone.page, '#/assignments');
    const alarm = raise(bed);
    const call = callOf(alarm, bed);
    called.phone.playCalls([call]);
    const sheet = byId('call-sheet');
    await sheet.getByText('CCU A-1').waitFor();
    await sheet.getByText('Patient A-1').waitFor();
    await sheet.getByText('HR 134 > 120').waitFor();
    await sheet.getByTestId('value-MDC_ECG_HEART_RATE').filter({ hasText: '134' }).waitFor();
    await stateText(alarm)
      .filter({ hasText: /^Answer within 0:\d\d\. Then Ben Buddy is called\.$/ })
      .waitFor();
    await byId('call-announcer')
      .filter({ hasText: 'Call to bed CCU A-1: HR 134 > 120' })
      .waitFor({ state: 'attached' });
    await until('the call is reported as painted', () => isPainted(call.callId));
    await expectReadable(called.phone.page, 'call-sheet');
  });

  it('a page does not report a call as painted while its tab is hidden', async () => {
    await called.phone.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    });
    const alarm = raise(bed);
    const call = callOf(alarm, bed);
    called.phone.playCalls([call], '00000000-0000-4000-8000-000000000001');
    await byId('call-sheet').waitFor();
    await called.phone.page.waitForTimeout(1_500);
    expect(called.phone.painted).toEqual([]);
    await called.phone.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'visible' });
    });
    await until('the call is reported', () => isPainted(call.callId));
    expect(called.phone.painted.some(({ checkId }) => checkId === '00000000-0000-4000-8000-000000000001')).toBe(true);
  });

  it('a person can accept a call with keys; the page says when the answer is taken; the alarm stays unacknowledged', async () => {
    const alarm = raise(bed);
    const call = callOf(alarm, bed);
    called.phone.playCalls([call]);
    let release = () => {};
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    called.phone.onAnswer(async () => {
      await isReleased;
      return { status: 200, body: { result: 'taken' } };
    });
    const accept = byId(`accepted-${alarm.alarmId}`);
    await accept.waitFor();
    expect(
      await called.phone.page.evaluate(() => document.activeElement?.closest('[data-testid=call-sheet]')),
    ).toBeNull();
    await accept.and(called.phone.page.locator(':not([data-unsettled])')).focus();
    await called.phone.page.keyboard.press('Enter');
    await answerText(alarm).filter({ hasText: 'It does not count yet' }).waitFor();
    await accept.filter({ hasText: 'Sending' }).waitFor();
    expect(await byId(`call-${alarm.alarmId}`).getAttribute('data-state')).toBe('waiting');
    expect(called.phone.answered).toEqual([{ alarmId: alarm.alarmId, body: { round: 1, answer: 'accepted' } }]);
    release();
    await answerText(alarm).filter({ hasText: 'Taken: you go.' }).waitFor();
    const { answerBy: _, ...answered } = call;
    called.phone.playCalls([{ ...answered, answered: 'accepted' }]);
    await stateText(alarm).filter({ hasText: 'sounds until somebody acknowledges' }).waitFor();
    // A second press at the same place must not give the other answer.
    expect(await accept.isDisabled()).toBe(true);
    expect(called.server.commands.filter(({ type }) => type === 'acknowledge')).toEqual([]);
    await byId('call-sheet').waitFor({ state: 'detached' });
    await setHash(called.phone.page, '#/calls');
    await pressWhenStill(byId(`call-ack-${alarm.alarmId}`));
    await until('the acknowledgement', () => called.server.commands.some(({ type }) => type === 'acknowledge'));
  });

  it('a person can reject a call, and the page then says who is called', async () => {
    const alarm = raise(bed);
    const call = callOf(alarm, bed);
    called.phone.playCalls([call]);
    await pressWhenStill(byId(`rejected-${alarm.alarmId}`));
    await answerText(alarm).filter({ hasText: 'Taken: you cannot go.' }).waitFor();
    const { answerBy: _, ...answered } = call;
    called.phone.playCalls([{ ...answered, answered: 'rejected', next: 'Cleo Charge' }]);
    const toBen = callViewOf(alarm, { userId: 'ben', name: 'Ben Buddy' });
    called.phone.playDeliveries([
      deliveryOf(alarm, bed, { calls: [callViewOf(alarm, { outcome: 'rejected' }), toBen] }),
    ]);
    await stateText(alarm).filter({ hasText: 'You cannot go. Ben Buddy is called now.' }).waitFor();
  });

  it.each([
    [200, { result: 'no-effect', reason: 'Ben Buddy goes already.' }, 'Not taken. Ben Buddy goes already.'],
    [202, { result: 'unknown' }, 'Not known yet whether Vigil has taken your answer.'],
    [403, { code: 'not-allowed', message: 'This is not your call.' }, 'Not taken. This is not your call.'],
  ] as const)(
    'after an answer to a call, the page shows the result that the server sends (%s)',
    async (status, body, text) => {
      const alarm = raise(bed);
      called.phone.playCalls([callOf(alarm, bed)]);
      called.phone.onAnswer(async () => ({ status, body }));
      await pressWhenStill(byId(`accepted-${alarm.alarmId}`));
      await answerText(alarm).filter({ hasText: text }).waitFor();
      expect(await byId(`call-${alarm.alarmId}`).getAttribute('data-state')).toBe('waiting');
      expect(await byId(`accepted-${alarm.alarmId}`).isEnabled()).toBe(true);
    },
  );

  it('a call cannot be answered without a connection, and the page says what to do', async () => {
    const alarm = raise(bed);
    called.phone.playCalls([callOf(alarm, bed)]);
    await byId(`accepted-${alarm.alarmId}`).waitFor();
    await called.phone.breakConnection();
    await byId('banner-lost').waitFor();
    await answerText(alarm).filter({ hasText: 'No connection to Vigil: no answer can be sent.' }).waitFor();
    expect(await byId(`accepted-${alarm.alarmId}`).isDisabled()).toBe(true);
    await called.phone.mendConnection();
    await byId('banner-lost').waitFor({ state: 'detached' });
    await until('the button works', () => byId(`accepted-${alarm.alarmId}`).isEnabled());
  });

  it('a call that another person ended names this person, and then disappears', async () => {
    const alarm = raise(bed);
    called.phone.playCalls([callOf(alarm, bed)]);
    await byId(`accepted-${alarm.alarmId}`).waitFor();
    const by = { userId: 'ben', name: 'Ben Buddy', role: 'nurse' } as const;
    const acknowledged: Alarm = {
      ...alarm,
      rev: 2,
      signal: 'acknowledged',
      acknowledgedBy: by,
      acknowledgedAt: new Date().toISOString(),
    };
    called.server.playAlarms({ ...raisedEvent(acknowledged), type: 'acknowledged' });
    called.phone.playCalls([]);
    await stateText(alarm)
      .filter({ hasText: /^Ben Buddy acknowledged the alarm at \d\d:\d\d\.$/ })
      .waitFor();
    expect(await byId(`accepted-${alarm.alarmId}`).count()).toBe(0);
    await byId('call-sheet').waitFor({ state: 'detached' });
  });
});

describe('several calls', () => {
  it('if several calls wait, the page shows the most urgent call first, names the others, and lists all under "My calls"', async () => {
    const alarms = beds.map((at, index) => raise(at, index === 1 ? {} : { priority: 'medium', text: 'RR 31 > 30' }));
    const calls = alarms.map((alarm, index) => callOf(alarm, beds[index]!));
    called.phone.playCalls([calls[1]!, calls[0]!, calls[2]!, calls[3]!]);
    await byId('call-sheet').getByText('CCU A-2').waitFor();
    await byId('other-calls').filter({ hasText: '3 more calls' }).waitFor();
    await until('all are painted', () => calls.every(({ callId }) => isPainted(callId)));
    await byId('fresh-alarms').waitFor({ state: 'detached' });
    await expectReadable(called.phone.page, 'call-sheet-several');
    await setHash(called.phone.page, '#/calls');
    await called.phone.page.getByRole('heading', { name: 'My calls: 4' }).waitFor();
    expect(await called.phone.page.getByTestId(/^call-alarm/).count()).toBe(4);
    await expectReadable(called.phone.page, 'calls-page');
  });

  it('several calls do not change places while a finger is down; a press answers no other call', async () => {
    const alarm = raise(bed, { priority: 'medium' });
    const call = callOf(alarm, bed);
    called.phone.playCalls([call]);
    const accept = byId(`accepted-${alarm.alarmId}`);
    await waitUntilStill(accept);
    const box = (await accept.boundingBox())!;
    await called.phone.page.mouse.move(box.x + 10, box.y + 10);
    await called.phone.page.mouse.down();
    const worse = raise(second);
    called.phone.playCalls([callOf(worse, second), call]);
    await byId('other-calls').filter({ hasText: 'CCU A-2' }).waitFor();
    expect(await byId('call-sheet').getByRole('article').getAttribute('data-testid')).toBe(`call-${alarm.alarmId}`);
    await called.phone.page.mouse.up();
    await until('the answer', () => called.phone.answered.length > 0);
    expect(called.phone.answered.map(({ alarmId }) => alarmId)).toEqual([alarm.alarmId]);
    await byId(`call-${worse.alarmId}`).waitFor();
  });
});

describe('the assignment board', () => {
  it('the assignment board shows who can be reached now, shows in red who cannot, and shows who would be called', async () => {
    await setHash(called.phone.page, '#/assignments');
    const part = byId('ward-reach');
    await part.getByText('Not known: Not ready.').waitFor();
    const at = new Date(Date.now() - 240_000).toISOString();
    const person = { duties: ['nurse'], role: 'nurse' };
    called.phone.playWardReach({
      at: new Date().toISOString(),
      isRunning: true,
      people: [
        {
          ...person,
          userId: 'anna',
          name: 'Anna Nurse',
          isReached: true,
          channels: [
            { channel: 'screen', state: 'reached', stage: 'painted', at },
            { channel: 'mail', state: 'reached', stage: 'taken', at },
          ],
        },
        {
          ...person,
          userId: 'ben',
          name: 'Ben Buddy',
          isReached: false,
          channels: [{ channel: 'push', state: 'down', at, reason: 'the subscription has ended' }],
        },
      ],
    } as Parameters<typeof called.phone.playWardReach>[0]);
    await byId('reach-of-ben').filter({ hasText: 'cannot be reached now' }).waitFor();
    await part.getByText(`an unchanged result every ${reachNotedEveryMs / minuteMs} to `).waitFor();
    expect(await part.locator('li').first().getAttribute('data-testid')).toBe('reach-of-ben');
    await byId('reach-of-ben')
      .filter({ hasText: 'phone: not reached, 4 min ago (the subscription has ended)' })
      .waitFor();
    await byId('reach-of-anna').filter({ hasText: 'e-mail: taken by service, 4 min ago' }).waitFor();
    const call = { role: 'nurse', standing: 'accepted', channels: ['screen', 'push'], waitMs: 60_000 };
    called.phone.playWho({
      at: new Date().toISOString(),
      policyVersion: 'built-in',
      calls: [
        { ...call, afterMs: 0, duty: 'nurse', userId: 'anna', name: 'Anna Nurse' },
        { ...call, afterMs: 60_000, duty: 'buddy', userId: 'ben', name: 'Ben Buddy', fault: 'has a disabled account' },
      ],
      empty: [{ duty: 'physician', away: ['Vera Physician'] }],
      end: 'Then the ward gets a technical alarm, and Ben Buddy is called again every 60 s.',
    } as Parameters<typeof called.phone.playWho>[0]);
    await called.phone.page.locator('[name=who-bed]').selectOption('A-2');
    await called.phone.page.locator('[name=who-priority]').selectOption('medium');
    await called.phone.page.locator('[name=who-time]').focus();
    await called.phone.page.keyboard.press('Enter');
    const answer = byId('who-answer');
    await answer.getByText('at once: Anna Nurse (nurse) by Vigil page, phone.').waitFor();
    await answer.getByText('But Ben Buddy has a disabled account.').waitFor();
    await answer.getByText('No physician can be called: Vera Physician is away.').waitFor();
    await answer.getByText('is called again every 60 s').waitFor();
    const [address] = called.phone.asked.filter((url) => url.includes('/who?'));
    expect([...new URL(address!).searchParams].flat().join(' ')).toBe('bed A-2 kind physiological priority medium');
    await expectReadable(called.phone.page, 'board-reach');
  });
});

describe('the delivery of an alarm on the ward screen', () => {
  it('the tile and the list of the ward screen show who is called, who goes, and that nobody answers', async () => {
    await called.phone.page.setViewportSize({ width: 1366, height: 768 });
    const [alarm, other, third] = [raise(bed), raise(second), raise(beds[2]!, { priority: 'medium' })];
    called.phone.playDeliveries([
      deliveryOf(alarm, bed),
      deliveryOf(other, second, {
        phase: 'accepted',
        dueAtMs: null,
        acceptedBy: [{ userId: 'ben', name: 'Ben Buddy' }],
      }),
      deliveryOf(third, beds[2]!, { phase: 'repeating', notice: 'nobody-answers' }),
    ]);
    await byId(`delivery-${alarm.alarmId}`)
      .filter({ hasText: /calling Anna Nurse · \d+ s · phone: taken/ })
      .waitFor();
    await byId('bed-A-2').getByTestId('tile-delivery').filter({ hasText: 'Ben Buddy goes' }).waitFor();
    await byId('bed-A-3').getByTestId('tile-delivery').filter({ hasText: 'nobody answers' }).waitFor();
    await byId('notice-nobody-answers').filter({ hasText: 'Nobody answers the calls about A-3' }).waitFor();
    called.phone.playDown({ wards: ['CCU'], since: new Date().toISOString() });
    await byId('notice-delivery').filter({ hasText: 'Vigil calls nobody in CCU since' }).waitFor();
    await byId('fresh-alarms').waitFor({ state: 'detached' });
    await expectReadable(called.phone.page, 'ward-deliveries');
    await called.phone.page.setViewportSize({ width: 1366, height: 768 });
    await pressWhenStill(byId(`delivery-${alarm.alarmId}`).locator('summary'));
    await byId(`delivery-${alarm.alarmId}`)
      .filter({ hasText: /\d\d:\d\d:\d\d Anna Nurse \(nurse\): has not answered yet/ })
      .waitFor();
    await expectReadable(called.phone.page, 'ward-deliveries-open');
  });
});
