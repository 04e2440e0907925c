import { expect, it } from 'vitest';
import { guessableFault } from './guessable.ts';

const own = ['nora.n', 'Nora Nightingale', 'step-down'];

it.each([
  'Password1234',
  'Password12345!',
  'P@ssw0rd1234',
  'Passw0rd!2026',
  'drowssap4321',
  'qwertyuiop12',
  '1qaz2wsx3edc',
  '123456789012',
  'abcdefghijkl',
  'iloveyou1234',
  'letmeinletmein',
  'Welcome12345',
  'Summer2026!!!!',
  'Hospital2024!',
  'Vigil2026!!!!',
  'noranoranora1',
  'Nightingale2026',
  'stepdown1234',
  'aaaaabbbbbccccc',
])('guessableFault refuses %s, which is easy to guess', async (password) => {
  expect((await guessableFault(password, own))?.message).toMatch(/is common/);
});

it.each([
  'a long enough phrase',
  'correct horse battery staple',
  'k3m8-qxtn-4wzp-7ryu',
  'café au lait tous les jours',
  'zq8!Lw2@pR5#',
])('guessableFault accepts %s', async (password) => {
  expect(await guessableFault(password, own)).toBeUndefined();
});
