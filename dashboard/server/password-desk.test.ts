import { describe, expect, it } from 'vitest';
import { type Guess, suspectTries } from './core/guesses.ts';
import { createPasswordDesk } from './password-desk.ts';

const account = { password: 'hash', disabled: false };
const knownPerson = (userId: string, place = 'station-1'): Guess => ({ userId, proof: 'known', place });
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
    expect(given.filter((answer) => answer === false)).toHaveLength(5);
    expect(given.filter((answer) => answer === 'rate-limited')).toHaveLength(53);
  });

  it('has a place for a known person while strangers from many addresses and stations of the house wait', async () => {
    const { desk, judgeNext, settle, atWork } = newDesk();
    for (let at = 0; at < 40; at += 1) {
      for (let times = 0; times < 5; times += 1) {
        void desk.judge(stranger(`u${at}-${times}`, `10.0.0.${at}`), 'wrong', undefined).catch(codeOf);
        void desk.judge(atStation(`u${at}-${times}`, `station-${at}`), 'wrong', undefined).catch(codeOf);
      }
    }
    await settle();
    expect(atWork()).toHaveLength(2);
    const hers = desk.judge(knownPerson('nora'), 'right', account);
    // One of the two at work ends: hers is the next.
    await judgeNext();
    expect(atWork()).toContain('right');
    await judgeNext();
    await judgeNext();
    expect(await hers).toBe(true);
  });

  it('serves new browsers before addresses that have tried much, and those in turn; none of them is shut out', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const flood: Promise<unknown>[] = [];
    const answered: string[] = [];
    const ask = (userId: string, address: string) => {
      const answer = desk.judge(stranger(userId, address), 'right', userId === 'nora' ? account : undefined);
      flood.push(answer.then(() => answered.push(address), codeOf));
    };
    // What each of the 40 has tried before.
    for (let at = 0; at < 40 * suspectTries; at += 1) {
      ask(`u${at}`, `10.0.0.${at % 40}`);
      await settle();
      await judgeNext();
    }
    answered.length = 0;
    for (let at = 0; at < 40 * 10; at += 1) ask(`v${at}`, `10.0.0.${at % 40}`);
    await settle();
    ask('nora', '10.9.9.9');
    for (let at = 0; at < 3; at += 1) await judgeNext();
    expect(answered).toContain('10.9.9.9');
    ask('nora', '10.0.0.40');
    ask('nora', '10.0.0.1');
    for (let at = 0; at < 90; at += 1) await judgeNext();
    // One of them comes in its turn, too: two rounds of the others later.
    expect(answered.filter((address) => address === '10.0.0.1').length).toBeGreaterThanOrEqual(2);
    for (let at = 0; at < 300; at += 1) await judgeNext();
    const refused = (await Promise.all(flood)).filter((answer) => answer === 'rate-limited');
    expect(refused.length).toBeGreaterThanOrEqual(400 - 256 - 3);
  });

  it('serves an address that has not tried before after at most two tries of 40 that have tried once', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const answered: string[] = [];
    const ask = (userId: string, address: string) => {
      const answer = desk.judge(stranger(userId, address), 'right', userId === 'nora' ? account : undefined);
      void answer.then(() => answered.push(address), codeOf);
    };
    for (let at = 0; at < 40; at += 1) {
      ask(`u${at}`, `10.0.0.${at}`);
      await settle();
      await judgeNext();
    }
    answered.length = 0;
    for (let at = 0; at < 120; at += 1) ask(`v${at}`, `10.0.0.${at % 40}`);
    await settle();
    ask('nora', '10.9.9.9');
    for (let at = 0; at < 3; at += 1) await judgeNext();
    expect(answered).toContain('10.9.9.9');
    for (let at = 0; at < 120; at += 1) await judgeNext();
    expect(answered).toHaveLength(121);
  });

  it('does not count a guess that it refused as too busy, nor one of another person', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const first = Array.from({ length: 17 }, (_, at) =>
      desk.judge(atStation(`u${at}`, 'station-1'), 'wrong', undefined),
    );
    await settle();
    for (let at = 0; at < 20; at += 1)
      await expect(desk.judge(atStation('nora', 'station-1'), 'right', account)).rejects.toMatchObject({
        code: 'rate-limited',
      });
    for (let at = 0; at < 17; at += 1) await judgeNext();
    await Promise.all(first);
    const hers = desk.judge(atStation('nora', 'station-1'), 'right', account);
    await settle();
    await judgeNext();
    expect(await hers).toBe(true);
  });

  it('refuses the right password of an account that is disabled or does not exist', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const answers = [{ ...account, disabled: true }, undefined].map((stored) =>
      desk.judge(knownPerson('nora'), 'right', stored),
    );
    await settle();
    await judgeNext();
    await judgeNext();
    expect(await Promise.all(answers)).toEqual([false, false]);
  });
});
