import { expect, it } from 'vitest';
import { proofMs } from '../../protocol/accounts.ts';
import { createProofs } from './proofs.ts';

it('a proof is valid only for its session and for five minutes; a new proof replaces the former proof', () => {
  const clock = { ms: 1_000 };
  const proofs = createProofs(() => clock.ms);
  const { proof, untilMs } = proofs.issue('one');
  expect(untilMs).toBe(1_000 + proofMs);
  expect(proofs.isValid('one', proof)).toBe(true);
  expect(proofs.isValid('two', proof)).toBe(false);
  expect(proofs.isValid('one', '')).toBe(false);
  expect(proofs.isValid('one', `${proof}x`)).toBe(false);
  clock.ms = untilMs - 1;
  expect(proofs.isValid('one', proof)).toBe(true);
  clock.ms = untilMs;
  expect(proofs.isValid('one', proof)).toBe(false);
  const next = proofs.issue('one');
  expect(proofs.isValid('one', next.proof)).toBe(true);
  expect(proofs.isValid('one', proof)).toBe(false);
});

it('above the maximum of proofs, the oldest proof ends', () => {
  const proofs = createProofs(() => 0);
  const first = proofs.issue('session 0');
  const others = Array.from({ length: 1_000 }, (_, at) => proofs.issue(`session ${at + 1}`));
  expect(proofs.isValid('session 0', first.proof)).toBe(false);
  expect(proofs.isValid('session 1', others[0]!.proof)).toBe(true);
});
