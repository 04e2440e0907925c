import { describe, expect, it } from 'vitest';
import { isOverspent, newAllowance, newHeldBack, noteWait, refill, spend } from './allowance.ts';

const rates = { bytesPerS: 1_000, messagesPerS: 10 };

describe('newAllowance, spend and refill', () => {
  it.each([
    ['bytes', 20, 100, 1],
    ['messages', 20, 1, 1],
  ])(
    'a device with a new allowance may send at once as many %s as its rate allows in two seconds, and no more',
    (_, count, bytes, more) => {
      const allowance = newAllowance(rates, 0);
      for (let i = 0; i < count; i += 1) spend(allowance, bytes);
      expect(isOverspent(allowance)).toBe(false);
      spend(allowance, more);
      expect(isOverspent(allowance)).toBe(true);
    },
  );

  it('refill returns the time until a device that sent more than its allowance may send again', () => {
    const allowance = newAllowance(rates, 0);
    spend(allowance, 2_500);
    expect(refill(allowance, rates, 0)).toBe(500);
    expect(refill(allowance, rates, 499)).toBeCloseTo(1);
    expect(refill(allowance, rates, 500)).toBe(0);
  });

  it('refill returns the longer of the times for bytes and for messages', () => {
    const allowance = newAllowance(rates, 0);
    for (let i = 0; i < 25; i += 1) spend(allowance, 82);
    // 50 bytes above the allowance need 50 ms. 5 messages above the allowance need 500 ms.
    expect(refill(allowance, rates, 0)).toBe(500);
  });

  it('a device can send in an hour what the rate allows in an hour, and one burst', () => {
    const allowance = newAllowance(rates, 0);
    let sent = 0;
    for (let nowMs = 0; nowMs < 3_600_000; nowMs += 100) {
      while (!isOverspent(allowance) || refill(allowance, rates, nowMs) === 0) {
        spend(allowance, 50);
        sent += 1;
      }
    }
    expect(sent).toBeGreaterThan(35_990);
    expect(sent).toBeLessThan(36_030);
  });

  it('a silent device saves up at most the allowance of two seconds', () => {
    const allowance = newAllowance(rates, 0);
    spend(allowance, 3_000);
    refill(allowance, rates, 1_000_000);
    expect(allowance.bytes).toBe(2_000);
    expect(allowance.messages).toBe(20);
  });

  it('refill does not lower the content of a bucket if the clock seems to go back', () => {
    const allowance = newAllowance(rates, 1_000);
    spend(allowance, 2_100);
    expect(refill(allowance, rates, 0)).toBe(100);
  });
});

describe('noteWait', () => {
  it('noteWait reports that a device is held back after it had to wait again and again for 10 s, and not before', () => {
    const heldBack = newHeldBack();
    const heldBackAtMs: number[] = [];
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 100) if (noteWait(heldBack, nowMs)) heldBackAtMs.push(nowMs);
    expect(heldBackAtMs).toEqual([10_000]);
  });

  it('after more than 3 s without a wait, a device must again wait for 10 s before noteWait reports that it is held back', () => {
    const heldBack = newHeldBack();
    for (let nowMs = 0; nowMs <= 9_000; nowMs += 1_000) noteWait(heldBack, nowMs);
    expect(noteWait(heldBack, 12_000)).toBe(true);
    expect(noteWait(heldBack, 15_001)).toBe(false);
    expect(noteWait(heldBack, 18_000)).toBe(false);
  });
});
