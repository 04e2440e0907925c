import { describe, expect, it, vi } from 'vitest';
import { newSubscription } from '../../../tests/delivery/messages.ts';
import type { SendResult } from './channel.ts';
import { isChannelDown, sendToPerson } from './send-to-person.ts';

const entries = [1, 2, 3].map((number) => newSubscription(`https://push.example/${number}`).entry);
const taken: SendResult = { kind: 'reached', stage: 'taken' };
const transient: SendResult = { kind: 'failed', class: 'transient', reason: 'Later.' };
const permanent: SendResult = { kind: 'failed', class: 'permanent', reason: 'Refused.' };
const ended: SendResult = { kind: 'ended', reason: 'Gone.' };

/** Sends to several phones, each with its own result. */
async function sendWith(...results: readonly (SendResult | Promise<SendResult>)[]) {
  const onEnded = vi.fn();
  const used = entries.slice(0, results.length);
  const result = await sendToPerson(used, async (entry) => results[used.indexOf(entry as never)]!, onEnded);
  await new Promise((resolve) => setImmediate(resolve));
  return { result, ended: onEnded.mock.calls.map(([entry]) => used.indexOf(entry)) };
}

describe('sendToPerson', () => {
  it('sendToPerson reaches the person if one of several phones is reached, even while another phone hangs', async () => {
    expect(await sendWith(permanent, new Promise<SendResult>(() => {}), taken)).toEqual({ result: taken, ended: [] });
    expect(await sendWith(ended, taken, ended)).toEqual({ result: taken, ended: [0, 2] });
  });

  it('sendToPerson reports a late success within 5 s of its beginning, while another phone hangs', async () => {
    vi.useFakeTimers();
    try {
      let reach: (result: SendResult) => void = () => {};
      const phones = [new Promise<SendResult>((resolve) => (reach = resolve)), new Promise<SendResult>(() => {})];
      const used = entries.slice(0, 2);
      const onResult = vi.fn();
      void sendToPerson(used, (entry) => phones[used.indexOf(entry as never)]!, vi.fn()).then(onResult);
      await vi.advanceTimersByTimeAsync(3_900);
      reach(taken);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(onResult).toHaveBeenCalledExactlyOnceWith(taken);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    [[transient, permanent, ended], transient],
    [[permanent, ended], permanent],
    [[ended], { kind: 'failed', class: 'permanent', reason: 'Gone.' }],
    [[], { kind: 'failed', class: 'permanent', reason: 'The person has no address in this channel.' }],
  ] as const)('if the results of the entries are %j, the result of sendToPerson is %j', async (results, expected) => {
    expect((await sendWith(...results)).result).toEqual(expected);
  });

  it('sendToPerson reports each entry that has ended, even after the person was reached', async () => {
    let answer: (result: SendResult) => void = () => {};
    const late = new Promise<SendResult>((resolve) => (answer = resolve));
    const sent = sendWith(taken, late);
    answer(ended);
    expect((await sent).ended).toEqual([1]);
  });
});

describe('isChannelDown', () => {
  const channel = (down: readonly number[]) =>
    ({ isDown: (entry: unknown) => down.includes(entries.indexOf(entry as never)) }) as never;

  it('isChannelDown is true only if no address of the person works', () => {
    expect(isChannelDown(channel([0, 1, 2]), entries)).toBe(true);
    expect(isChannelDown(channel([0, 2]), entries)).toBe(false);
    expect(isChannelDown(channel([]), [])).toBe(true);
    expect(isChannelDown({} as never, entries)).toBe(false);
  });
});
