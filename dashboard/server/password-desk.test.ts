import { describe, expect, it } from 'vitest';
import { type Guess, suspectTries } from './core/guesses.ts';
import { createPasswordDesk } from './password-desk.ts';

const account = { password: 'hash', disabled: false };
const knownPerson = (userId: string, place = 'station-1'): Guess => ({ userId, proof: 'known', place });
const stranger = (userId: string, address: string): Guess => ({ userId, proof: 'none', place: address });
const atStation = (userId: string, place: string): Guess => ({ userId, proof: 'station', place });

/**
 * Creates a desk that checks the next password when the test calls `judgeNext`. Only passwords that begin with `right`
 * are right.
 */
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
  it('of 58 wrong guesses that come at the same time, only the first five passwords are checked', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const answers = Array.from({ length: 58 }, () =>
      desk.judge(stranger('nora', '10.0.0.1'), 'wrong', account).catch(codeOf),
    );
    await settle();
    for (let index = 0; index < 58; index += 1) await judgeNext();
    const answersGiven = await Promise.all(answers);
    expect(answersGiven.filter((answer) => answer === false)).toHaveLength(5);
    expect(answersGiven.filter((answer) => answer === 'rate-limited')).toHaveLength(53);
  });

  it('a person who has logged in at this browser before is served next, while many tries from other browsers wait', async () => {
    const { desk, judgeNext, settle, atWork } = newDesk();
    for (let index = 0; index < 40; index += 1) {
      for (let times = 0; times < 5; times += 1) {
        void desk.judge(stranger(`u${index}-${times}`, `10.0.0.${index}`), 'wrong', undefined).catch(codeOf);
        void desk.judge(atStation(`u${index}-${times}`, `station-${index}`), 'wrong', undefined).catch(codeOf);
      }
    }
    await settle();
    expect(atWork()).toHaveLength(2);
    const noraVerdict = desk.judge(knownPerson('nora'), 'right', account);
    // When one of the two present checks ends, Nora's password is checked next.
    await judgeNext();
    expect(atWork()).toContain('right');
    await judgeNext();
    await judgeNext();
    expect(await noraVerdict).toBe(true);
  });

  it('a new address is served before addresses with many wrong tries, and these addresses are served in rotation', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const flood: Promise<unknown>[] = [];
    const answered: string[] = [];
    const ask = (userId: string, address: string) => {
      const answer = desk.judge(stranger(userId, address), 'right', userId === 'nora' ? account : undefined);
      flood.push(answer.then(() => answered.push(address), codeOf));
    };
    // Each of the 40 addresses first makes several wrong tries.
    for (let index = 0; index < 40 * suspectTries; index += 1) {
      ask(`u${index}`, `10.0.0.${index % 40}`);
      await settle();
      await judgeNext();
    }
    answered.length = 0;
    for (let index = 0; index < 40 * 10; index += 1) ask(`v${index}`, `10.0.0.${index % 40}`);
    await settle();
    ask('nora', '10.9.9.9');
    for (let index = 0; index < 3; index += 1) await judgeNext();
    expect(answered).toContain('10.9.9.9');
    ask('nora', '10.0.0.40');
    ask('nora', '10.0.0.1');
    for (let index = 0; index < 90; index += 1) await judgeNext();
    // An address with many tries is served, too: twice within two rounds of all addresses.
    expect(answered.filter((address) => address === '10.0.0.1').length).toBeGreaterThanOrEqual(2);
    for (let index = 0; index < 300; index += 1) await judgeNext();
    const refused = (await Promise.all(flood)).filter((answer) => answer === 'rate-limited');
    expect(refused.length).toBeGreaterThanOrEqual(400 - 256 - 3);
  });

  it('while 40 addresses with one wrong try wait, a new address waits for at most two of their tries', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const answered: string[] = [];
    const ask = (userId: string, address: string) => {
      const answer = desk.judge(stranger(userId, address), 'right', userId === 'nora' ? account : undefined);
      void answer.then(() => answered.push(address), codeOf);
    };
    for (let index = 0; index < 40; index += 1) {
      ask(`u${index}`, `10.0.0.${index}`);
      await settle();
      await judgeNext();
    }
    answered.length = 0;
    for (let index = 0; index < 120; index += 1) ask(`v${index}`, `10.0.0.${index % 40}`);
    await settle();
    ask('nora', '10.9.9.9');
    for (let index = 0; index < 3; index += 1) await judgeNext();
    expect(answered).toContain('10.9.9.9');
    for (let index = 0; index < 120; index += 1) await judgeNext();
    expect(answered).toHaveLength(121);
  });

  it('tries that are refused because too many wait, and tries of another person, do not count', async () => {
    const { desk, judgeNext, settle } = newDesk();
    const first = Array.from({ length: 17 }, (_, at) =>
      desk.judge(atStation(`u${at}`, 'station-1'), 'wrong', undefined),
    );
    await settle();
    for (let index = 0; index < 20; index += 1)
      await expect(desk.judge(atStation('nora', 'station-1'), 'right', account)).rejects.toMatchObject({
        code: 'rate-limited',
      });
    for (let index = 0; index < 17; index += 1) await judgeNext();
    await Promise.all(first);
    const noraVerdict = desk.judge(atStation('nora', 'station-1'), 'right', account);
    await settle();
    await judgeNext();
    expect(await noraVerdict).toBe(true);
  });

  it('the right password of an account that is disabled or does not exist is refused', async () => {
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
