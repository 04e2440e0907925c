import { describe, expect, it } from 'vitest';
import type { Guess } from './core/guesses.ts';
import { createPasswordDesk } from './password-desk.ts';

const account = { password: 'hash', disabled: false };
const known = (userId: string, place = 'station-1'): Guess => ({ userId, proof: 'known', place });
const stranger = (userId: string, address: string): Guess => ({ userId, proof: 'none', place: address });
const atStation = (userId: string, place: string): Guess => ({ userId, proof: 'station', place });

/** A desk whose passwords are judged when `judgeNext` says so: right ones are `right`. */
function newDesk() {
  const judging: { password: string; done: () => void }[] = [];
  const desk = createPasswordDesk(
    () => 1_000_000,
    (password) =>
      new Promise((resolve) => judging.push({ password, done: () => resolve(password.startsWith('right')) })),
  );
  const settle = () => new Promise((done) => setImmediate(done));
  return {
    desk,
    settle,
    atWork: () => judging.map(({ password }) => password),
    async judgeNext() {
      judging.shift()?.done();
      await settle();
    },
  };
}
const codeOf = (error: { code: string }) => error.code;

describe('the password desk', () => {
  it('judges five of 58 wrong guesses at once, and then none', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const answers = Array.from({ length: 58 }, () =>
      desk.judge(stranger('nora', '10.0.0.1'), 'wrong', account).catch(codeOf),
    );
    await settle();
    for (let at = 0; at < 58; at += 1) await judgeNext();
    const given = await Promise.all(answers);
    expect(given.filter((one) => one === false)).toHaveLength(5);
    expect(given.filter((one) => one === 'rate-limited')).toHaveLength(53);
  });

  it('has a place for who is known though strangers from many addresses and stations of the house wait', async () => {
    const { desk, judgeNext, settle, atWork } = newDesk();
    for (let at = 0; at < 40; at += 1) {
      for (let times = 0; times < 5; times += 1) {
        void desk.judge(stranger(`u${at}-${times}`, `10.0.0.${at}`), 'wrong', undefined).catch(codeOf);
        void desk.judge(atStation(`u${at}-${times}`, `station-${at}`), 'wrong', undefined).catch(codeOf);
      }
    }
    await settle();
    expect(atWork()).toHaveLength(2);
    const hers = desk.judge(known('nora'), 'right', account);
    // One of the two at work ends: hers is the next.
    await judgeNext();
    expect(atWork()).toContain('right');
    await judgeNext();
    await judgeNext();
    expect(await hers).toBe(true);
  });

  it('serves addresses in turn: a stranger from a new one waits for one of each, and is not refused', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const flood = Array.from({ length: 40 * 16 }, (_, at) =>
      desk.judge(stranger(`u${at}`, `10.0.0.${at % 40}`), 'wrong', undefined).catch(codeOf),
    );
    await settle();
    let hers: unknown;
    void desk.judge(stranger('nora', '10.9.9.9'), 'right', account).then((answer) => {
      hers = answer;
    }, codeOf);
    for (let at = 0; at < 42; at += 1) await judgeNext();
    expect(hers).toBe(true);
    for (let at = 0; at < 300; at += 1) await judgeNext();
    expect((await Promise.all(flood)).filter((one) => one === 'rate-limited').length).toBeGreaterThan(300);
  });

  it('takes no try for a guess that it refused as too busy, and none of another person', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const first = Array.from({ length: 17 }, (_, at) => desk.judge(stranger(`u${at}`, '10.0.0.1'), 'wrong', undefined));
    await settle();
    for (let at = 0; at < 20; at += 1)
      await expect(desk.judge(stranger('nora', '10.0.0.1'), 'right', account)).rejects.toMatchObject({
        code: 'rate-limited',
      });
    for (let at = 0; at < 17; at += 1) await judgeNext();
    await Promise.all(first);
    const hers = desk.judge(stranger('nora', '10.0.0.1'), 'right', account);
    await settle();
    await judgeNext();
    expect(await hers).toBe(true);
  });

  it('takes no right password of an account that is disabled or not there', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const answers = [{ ...account, disabled: true }, undefined].map((one) => desk.judge(known('nora'), 'right', one));
    await settle();
    await judgeNext();
    await judgeNext();
    expect(await Promise.all(answers)).toEqual([false, false]);
  });
});
