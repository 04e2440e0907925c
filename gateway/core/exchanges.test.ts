import { expect, it, vi } from 'vitest';
import { beginExchange, type Exchanges, releaseExchange, settleExchange } from './exchanges.ts';

function begun() {
  const exchanges: Exchanges<string> = new Map();
  const first = beginExchange(exchanges, 7);
  if (first.step !== 'append') throw new Error('the first PUBLISH of an id is appended');
  return { exchanges, exchange: first.exchange };
}

it('appends the first, and again only after PUBREL', () => {
  const { exchanges, exchange } = begun();
  settleExchange(exchanges, 7, exchange, 'received', 'ok');
  expect(beginExchange(exchanges, 7).step).toBe('repeat');
  expect(releaseExchange(exchanges, 7)).toBe('complete');
  expect(releaseExchange(exchanges, 7)).toBe('not-found');
  expect(beginExchange(exchanges, 7).step).toBe('append');
});

it('shares the outcome of an append that is under way', () => {
  const { exchanges, exchange } = begun();
  const heard = vi.fn();
  const second = beginExchange(exchanges, 7);
  if (second.step !== 'share') throw new Error('a repeat of what is under way shares its outcome');
  second.exchange.waiting.push(heard);
  expect(heard).not.toHaveBeenCalled();
  settleExchange(exchanges, 7, exchange, 'received', 'ok');
  expect(heard).toHaveBeenCalledExactlyOnceWith('ok');
});

it.each(['refused', 'failed'] as const)('frees the id of a message that was %s', (result) => {
  const { exchanges, exchange } = begun();
  settleExchange(exchanges, 7, exchange, result, 'x');
  expect(exchanges.size).toBe(0);
});

it('does not release a message that has no PUBREC yet', () => {
  const { exchanges } = begun();
  expect(releaseExchange(exchanges, 7)).toBe('too-early');
  expect(exchanges.size).toBe(1);
});

it('knows ids apart', () => {
  const { exchanges } = begun();
  expect(beginExchange(exchanges, 8).step).toBe('append');
});
