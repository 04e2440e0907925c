/**
 * Checks what a called person can do on a small phone: fold the sheet, see the other alarms, and press while calls come
 * and end.
 */
import { describe, expect, it } from 'vitest';
import { until } from '../system.ts';
import { openCalledPhone } from './called-phone.ts';
import { callOf, deliveryOf } from './delivery-double.ts';
import { findUnreadableTexts, resize } from './overflow.ts';
import { expectReadable, pressEnterWhenStill, pressWhenStill, setHash, waitUntilStill } from './readable.ts';

const called = openCalledPhone();
const { beds, byId, stateText, answerText, isPainted, raise } = called;
const [bed, second, third] = beds;
/** Windows of phones (one is held sideways), of a tablet and of two screens. */
const sizes = [
  { name: '360', width: 360, height: 740 },
  { name: '390', width: 390, height: 844 },
  { name: '740 on its side', width: 740, height: 360 },
  { name: '768', width: 768, height: 1024 },
  { name: '1366', width: 1366, height: 768 },
  { name: '1920', width: 1920, height: 1080 },
] as const;
const small = sizes[0];

describe('the sheet of a call', () => {
  it('the sheet of a call shows bed, reading and both answers without scrolling, at each size', async () => {
    const atOnset = { code: 'MDC_ECG_HEART_RATE', value: 122, limit: 120, unit: '/min' };
    const alarm = raise(bed, { atOnset });
    called.phone.playCalls([callOf(alarm, bed)]);
    await byId(`call-onset-${alarm.alarmId}`).getByText('at onset HR 122 /min (limit 120)').waitFor();
    for (const size of sizes) {
      await resize(called.phone.page, size);
      for (const part of [byId(`accepted-${alarm.alarmId}`), byId(`rejected-${alarm.alarmId}`)]) {
        const box = (await part.boundingBox())!;
        const sheet = (await byId('call-sheet').boundingBox())!;
        expect(box.y + box.height, size.name).toBeLessThanOrEqual(sheet.y + sheet.height);
        expect(sheet.y + sheet.height, size.name).toBeLessThanOrEqual(size.height);
      }
    }
    await expectReadable(called.phone.page, 'sheet', sizes);
  });

  it('the sheet of a call folds to one line with bed, reading and time left; its calls count as painted, and the form on the page behind it can be used', async () => {
    await resize(called.phone.page, small);
    await setHash(called.phone.page, '#/assignments');
    const [alarm, other] = [raise(bed), raise(second, { priority: 'medium', text: 'RR 31 > 30' })];
    const calls = [callOf(alarm, bed), callOf(other, second)];
    called.phone.playCalls(calls);
    await pressWhenStill(byId('call-fold'));
    const line = byId('call-line');
    await line.filter({ hasText: 'CCU A-1 HR 134 > 120 and 1 more call' }).waitFor();
    await byId('call-line-state')
      .filter({ hasText: /^0:\d\d left$/ })
      .waitFor();
    expect((await byId('call-sheet').boundingBox())!.height).toBeLessThan(100);
    await expectReadable(called.phone.page, 'sheet-folded', sizes);
    await until('both are painted', () => calls.every(({ callId }) => isPainted(callId)));
    await resize(called.phone.page, small);
    await called.phone.page.locator('[name=who-bed]').selectOption('A-2');
    // The focus stays in the sheet, for a person who uses keys.
    await pressEnterWhenStill(line);
    await byId('call-fold').waitFor();
    expect(await called.phone.page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(
      'call-fold',
    );
  });

  it('the sheet of a call opens again when another alarm calls, and when the call is repeated', async () => {
    const alarm = raise(bed);
    const call = callOf(alarm, bed);
    called.phone.playCalls([call]);
    await pressWhenStill(byId('call-fold'));
    await byId('call-line').waitFor();
    const { answerBy: _, ...late } = call;
    called.phone.playCalls([{ ...late, missed: 'unanswered' }]);
    await byId('call-line-state').filter({ hasText: 'time over' }).waitFor();
    called.phone.playCalls([callOf(alarm, bed, { isAgain: true, isWardTold: true })]);
    await byId(`accepted-${alarm.alarmId}`).waitFor();
    await pressWhenStill(byId('call-fold'));
    await byId('call-line').waitFor();
    const worse = raise(second);
    called.phone.playCalls([callOf(worse, second), callOf(alarm, bed)]);
    await byId(`accepted-${worse.alarmId}`).waitFor();
  });

  it('the sheet of a call says why Vigil did not wait, who else was called, and what is next', async () => {
    const alarm = raise(bed);
    const { answerBy: _, next: __, ...call } = callOf(alarm, bed);
    called.phone.playCalls([{ ...call, missed: 'unconfirmed', others: [{ name: 'Ben Buddy', outcome: 'waiting' }] }]);
    await stateText(alarm)
      .filter({ hasText: 'No page or phone of yours confirmed this call in time' })
      .filter({ hasText: 'Ben Buddy is called now. You can still answer.' })
      .waitFor();
    await byId(`call-others-${alarm.alarmId}`)
      .filter({ hasText: 'Also called: Ben Buddy (has not answered yet).' })
      .waitFor();
    await expectReadable(called.phone.page, 'sheet-missed', sizes);
    const againAt = new Date(Date.now() + 120_000).toISOString();
    called.phone.playCalls([{ ...call, answered: 'accepted', againAt }]);
    await stateText(alarm)
      .filter({ hasText: /If nobody acknowledges it within [12]:\d\d, Vigil calls again\.$/ })
      .waitFor();
    called.phone.playDown({ wards: ['CCU'], since: new Date().toISOString() });
    called.phone.playCalls([callOf(alarm, bed)]);
    await stateText(alarm).filter({ hasText: 'Vigil calls nobody now, and your answer may not count' }).waitFor();
  });

  it('the sheet of a call no longer says "Not known yet" when the answer is taken', async () => {
    const alarm = raise(bed);
    const call = callOf(alarm, bed);
    called.phone.playCalls([call]);
    called.phone.onAnswer(async () => ({ status: 202, body: { result: 'unknown' } }));
    await pressWhenStill(byId(`accepted-${alarm.alarmId}`));
    await answerText(alarm).filter({ hasText: 'Not known yet' }).waitFor();
    const { answerBy: _, ...answered } = call;
    called.phone.playCalls([{ ...answered, answered: 'accepted' }]);
    await stateText(alarm).filter({ hasText: 'You go.' }).waitFor();
    expect(await answerText(alarm).textContent()).toBe('');
  });
});

describe('a call that ends while the thumb is on its button', () => {
  it.each([
    ['the page is behind the button', 1],
    ['another call takes its place', 2],
  ])('a press does nothing if the call ends while the thumb is on its button: %s', async (_name, count) => {
    await resize(called.phone.page, small);
    const alarms = beds.slice(0, count).map((at) => raise(at));
    const calls = alarms.map((alarm, at) => callOf(alarm, beds[at]!));
    called.phone.playCalls(calls);
    const accept = byId(`accepted-${alarms[0]!.alarmId}`);
    await waitUntilStill(accept);
    const box = (await accept.boundingBox())!;
    const { mouse } = called.phone.page;
    const hash = await called.phone.page.evaluate(() => location.hash);
    await mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await mouse.down();
    called.phone.playCalls(calls.slice(1));
    await byId(`call-${alarms[0]!.alarmId}`).and(called.phone.page.locator('[data-state=gone]')).waitFor();
    await mouse.up();
    await mouse.down();
    await mouse.up();
    await called.phone.page.waitForTimeout(500);
    expect(called.phone.answered).toEqual([]);
    expect(called.server.commands).toEqual([]);
    expect(await called.phone.page.evaluate(() => location.hash)).toBe(hash);
  });
});

describe('a person who presses "I go" again at the same place', () => {
  it.each([
    ['#/calls', 'on the page "My calls"'],
    ['#/assignments', 'on the sheet'],
  ])('a person who presses "I go" again at the same place accepts no other call (%s, %s)', async (hash) => {
    const { page } = called.phone;
    await resize(page, small);
    await setHash(page, hash);
    const alarms = [bed, second, third].map((at) => raise(at));
    const calls = alarms.map((alarm, at) => callOf(alarm, beds[at]!));
    const { answerBy: _, ...first } = calls[0]!;
    // The server puts an answered call behind the waiting calls.
    const after = [calls[1]!, calls[2]!, { ...first, answered: 'accepted' as const }];
    called.phone.onAnswer(async () => {
      called.phone.playCalls(after);
      return { status: 200, body: { result: 'taken' } };
    });
    called.phone.playCalls(calls);
    const accept = byId(`accepted-${alarms[0]!.alarmId}`);
    await waitUntilStill(accept);
    const box = (await accept.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.click(x, y);
    await accept.filter({ hasText: 'You go' }).waitFor();
    await page.waitForTimeout(1_200);
    await page.mouse.click(x, y);
    await answerText(alarms[0]!).filter({ hasText: 'Taken: you go.' }).waitFor();
    expect(called.phone.answered.map(({ alarmId }) => alarmId)).toEqual([alarms[0]!.alarmId]);
    await expectReadable(page, `answered-${hash.slice(2)}`, [small]);
    // The call that waits comes to the first place when the person has not pressed for a while.
    await until('the next call is first', async () => {
      const card = page.getByTestId(/^call-alarm/).first();
      return (await card.getAttribute('data-testid')) === `call-${alarms[1]!.alarmId}`;
    });
  });
});

describe('the page "My calls" on a phone', () => {
  it('the page "My calls" names an alarm for which nobody is called, and lists all alarms below the calls', async () => {
    await resize(called.phone.page, small);
    await setHash(called.phone.page, '#/calls');
    const [alarm, ended] = [raise(bed), raise(third, { text: 'RR 4 < 5', signal: 'latched', present: false })];
    called.phone.playCalls([callOf(alarm, bed)]);
    const below = byId('alarms-below');
    await below.filter({ hasText: /^\*\*\* A-3 RR 4 < 5, ended: no call to you/ }).waitFor();
    await pressWhenStill(below);
    await until('the list is in sight', async () => {
      const box = await byId(`ack-${ended.alarmId}`).boundingBox();
      return box !== null && box.y + box.height <= small.height;
    });
    await expectReadable(called.phone.page, 'calls-with-alarms', sizes);
    await resize(called.phone.page, small);
    called.phone.playCalls([]);
    await below.filter({ hasText: 'and 1 more' }).waitFor();
  });
});

it('the top bar fits on a small phone, even with numbers at "Calls" and at "Assignments"', async () => {
  const { page } = called.phone;
  const waiting = { wards: [{ ward: 'CCU', now: 12, later: 0 }] };
  await page.route('**/api/duties/waiting', (route) => route.fulfill({ json: waiting }));
  called.phone.playCalls(beds.map((at) => callOf(raise(at), at)));
  await byId('tab-waiting').filter({ hasText: '12' }).waitFor();
  await page.getByRole('link', { name: 'Calls 4' }).waitFor();
  for (const width of [320, 340, 360]) {
    await resize(page, { width, height: 740 });
    const tooWide = await page.evaluate(() =>
      [...document.querySelectorAll('.bar, .bar *')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth)
        .map((element) => `${element.className} ${element.textContent}`),
    );
    expect(tooWide, `${width} px`).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width} px`).toBeLessThanOrEqual(width);
  }
  await expectReadable(page, 'two-numbers', [small, { name: '320', width: 320, height: 740 }]);
});

describe('the strip of a phone', () => {
  it('the strip of a phone says that somebody must go, and opens to a text that names all beds', async () => {
    const alarms = beds.map((at) => raise(at));
    called.phone.playDeliveries(
      alarms.map((alarm, at) => deliveryOf(alarm, beds[at]!, { phase: 'repeating', notice: 'nobody-answers' })),
    );
    await resize(called.phone.page, small);
    const notice = byId('notice-nobody-answers');
    await notice.getByText('Somebody must go: A-1 HR 134 > 120 and 3 more.').waitFor();
    expect(await findUnreadableTexts(called.phone.page)).toEqual([]);
    const list = (await called.phone.page.locator('.notices__list').boundingBox())!;
    const text = (await notice.locator('.notice__short').boundingBox())!;
    expect(text.y + text.height).toBeLessThanOrEqual(list.y + list.height);
    await expectReadable(called.phone.page, 'strip-nobody-answers', sizes);
    await resize(called.phone.page, small);
    await pressWhenStill(byId('notices-more'));
    await notice.getByText('nobody answers the calls about A-1 HR 134 > 120, A-2 HR 134 > 120, A-3').waitFor();
  });
});
