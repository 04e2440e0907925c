/**
 * Checks that a phone cuts no notice: the closed strip shows each short text as a whole, also with the longest names.
 */
import { describe, expect, it } from 'vitest';
import { shortSilentProcessorText } from '../../dashboard/client/core/canary-words.ts';
import { firstThatFits } from '../../dashboard/client/core/short-texts.ts';
import { shortUnconfirmedText } from '../../dashboard/client/core/unconfirmed-words.ts';
import { shortSoundText } from '../../dashboard/client/core/ward-sound-words.ts';
import { openCalledPhone } from './called-phone.ts';
import { deliveryOf } from './delivery-double.ts';
import { resize } from './overflow.ts';
import { expectReadable, pressWhenStill } from './readable.ts';
import { longAlarmText, longBed, longFamilyName, longGivenName, longWard } from './scene.ts';

const called = openCalledPhone({
  ward: longWard,
  beds: [longBed, 'U-2', 'U-3', 'U-4'],
  familyName: () => longFamilyName,
});
const { beds, byId, raise } = called;
const sizes = [
  { name: '360', width: 360, height: 740 },
  { name: '390', width: 390, height: 844 },
  { name: '620', width: 620, height: 740 },
  { name: '640 on its side', width: 640, height: 360 },
  { name: '740 on its side', width: 740, height: 360 },
] as const;
const wardNotices = ['nobody-answers', 'nobody-to-call', 'too-old'] as const;

/** Returns the notices that do not fit into the strip, each with its height and the height of the strip. */
const cutNotices = () =>
  called.phone.page.locator('.notices__list').evaluate((list) => {
    const texts = [...list.querySelectorAll<HTMLElement>('.notice__short')];
    return texts.flatMap((text) => {
      const { top, height } = text.closest('.notice')!.getBoundingClientRect();
      const room = list.clientHeight;
      const textBottom = text.getBoundingClientRect().bottom - top;
      // The last pixels of the strip are clipped while there is more to see (`bar.css`).
      const isWhole = text.checkVisibility() && textBottom <= room - 5 && height <= room + 1;
      return isWhole ? [] : [`${text.textContent}: ${Math.round(textBottom)} px of ${room}`];
    });
  });

/** Raises all notices about Vigil itself and about deliveries that this server can have at the same time. */
async function raiseNotices(): Promise<void> {
  const { server, phone } = called;
  server.alive.kafka = server.alive.alarms = false;
  server.signs.kafkaAtMs -= 60_000;
  server.signs.judgedAtMs.fill(Date.now() - 60_000);
  server.signs.readingsAtMs = Date.now() + 600_000;
  server.signs.readingsSinceMs = 1;
  Object.assign(server.damage, { total: 2, lastAtMs: Date.now() });
  const alarms = beds.map((at) => raise(at, { text: longAlarmText }));
  phone.playDeliveries(
    wardNotices.map((notice, at) => deliveryOf(alarms[at]!, beds[at]!, { phase: 'repeating', notice })),
  );
  phone.playDown({ wards: [longWard], since: new Date().toISOString() });
  for (const id of ['kafka', 'alarms', 'damaged', 'delivery', ...wardNotices])
    await byId(`notice-${id}`).waitFor({ state: 'attached' });
}

describe('the closed strip of a phone', () => {
  it('the closed strip of a phone cuts none of the notices, counts those that it does not show, and opens to the whole texts', async () => {
    await raiseNotices();
    for (const size of sizes) {
      await resize(called.phone.page, size);
      expect(await cutNotices(), size.name).toEqual([]);
      expect(await byId('notice-kafka').innerText()).toContain('Watch the bedside monitors: no new values or alarms.');
      const others = (await called.phone.page.locator('.notice').count()) - 1;
      expect(await byId('notices-more').textContent(), size.name).toBe(`+${others} ***`);
    }
    await expectReadable(called.phone.page, 'notices-long', sizes);
    await pressWhenStill(byId('notices-more'));
    await byId('notice-alarms').getByText('The alarm processor is silent').waitFor();
    await expectReadable(called.phone.page, 'notices-long-open', sizes.slice(0, 1));
  });

  it('the closed strip of a phone has room for the short texts that this server cannot cause, and for the widest words', async () => {
    await raiseNotices();
    const who = {
      person: longGivenName,
      associationIds: [] as string[],
      alarms: 100,
      since: '',
      why: 'hidden' as const,
    };
    const some = { kafka: 'ok', alarms: 'stale', kafkaAt: null, alarmsAt: null } as const;
    const texts = [
      shortUnconfirmedText(who),
      shortUnconfirmedText({ ...who, person: 'Maximiliane' }),
      shortSoundText(longWard, false),
      shortSoundText(longWard, true),
      shortSoundText('INTENSIVE', false),
      'Watch the bedside monitors: this screen is too slow.',
      'Tell the operator now: a server certificate ended.',
      'Tell the operator: a server certificate ends soon.',
      'Check the bedside monitors: data may be missing.',
      'Log in again now: your session ends at 23:44:44.',
      shortSilentProcessorText({ ...some, notJudged: { partitions: 1, of: 12 } }),
      firstThatFits('Somebody must look: INTENSIVE WARD 12B and 10 more.', 'Somebody must look: 11 alarms.'),
      firstThatFits('Somebody must look: CARDIOLOGY 12 and 9.', ''),
      firstThatFits('Somebody must go: WWWWWWWWWWWWWW.', 'Somebody must go: an alarm.'),
      firstThatFits(`Somebody must go: ${'n'.repeat(23)}`, ''),
      firstThatFits(`Somebody must go: ${'e'.repeat(24)}`, ''),
      'Watch the bedside monitors: some values are missing.',
    ];
    for (const text of texts) expect(text).not.toBe('');
    for (const size of sizes) {
      await resize(called.phone.page, size);
      await byId('notices-more').evaluate((button) => {
        button.firstChild!.nodeValue = '+20 ***';
      });
      for (const text of texts) {
        await byId('notice-delivery')
          .locator('.notice__short')
          .evaluate((element, to) => {
            element.firstChild!.nodeValue = to;
          }, text);
        expect(await cutNotices(), size.name).toEqual([]);
      }
    }
  });
});

it('on a phone, screen readers find a heading of level one on the ward page', async () => {
  await resize(called.phone.page, sizes[0]);
  const heading = called.phone.page.getByRole('heading', { level: 1, name: longWard });
  await heading.waitFor({ state: 'attached' });
  expect(await called.phone.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
