import { expect, it, vi } from 'vitest';
import { beginExchange, type Exchanges, releaseExchange, settleExchange } from './exchanges.ts';

function beginFirst() {
  const exchanges: Exchanges<string> = new Map();
  const first = beginExchange(exchanges, 7);
  if (first.step !== 'append') throw new Error('The first PUBLISH of a packet id must be appended.');
  return { exchanges, exchange: first.exchange };
}

it('beginExchange appends the first PUBLISH of a packet id, and appends the next PUBLISH only after PUBREL', () => {
  const { exchanges, exchange } = beginFirst();
  settleExchange(exchanges, 7, exchange, 'received', 'ok');
  expect(beginExchange(exchanges, 7).step).toBe('repeat');
  expect(releaseExchange(exchanges, 7)).toBe('complete');
  expect(releaseExchange(exchanges, 7)).toBe('not-found');
  expect(beginExchange(exchanges, 7).step).toBe('append');
});

it('a PUBLISH that is repeated before Kafka has answered gets the outcome of the first PUBLISH', () => {
  const { exchanges, exchange } = beginFirst();
  const onOutcome = vi.fn();
  const second = beginExchange(exchanges, 7);
  if (second.step !== 'share') throw new Error('A repeat before the answer must share the outcome.');
  second.exchange.waiting.push(onOutcome);
  expect(onOutcome).not.toHaveBeenCalled();
  settleExchange(exchanges, 7, exchange, 'received', 'ok');
  expect(onOutcome).toHaveBeenCalledExactlyOnceWith('ok');
});

it.each(['refused', 'failed'] as const)(
  'settleExchange frees the packet id of a message with the result %s',
  (result) => {
    const { exchanges, exchange } = beginFirst();
    settleExchange(exchanges, 7, exchange, result, 'x');
    expect(exchanges.size).toBe(0);
  },
);

it('releaseExchange does not end an exchange if PUBREL comes before PUBREC', () => {
  const { exchanges } = beginFirst();
  expect(releaseExchange(exchanges, 7)).toBe('too-early');
  expect(exchanges.size).toBe(1);
});

it('beginExchange keeps the exchanges of different packet ids apart', () => {
  const { exchanges } = beginFirst();
  expect(beginExchange(exchanges, 8).step).toBe('append');
});
