import { describe, expect, it } from 'vitest';
import { newAllowance, newHeldBack, noteHeldBack, refill, seemsSpent, spend } from './allowance.ts';

const rates = { bytesPerS: 1_000, messagesPerS: 10 };

describe("a device's allowance", () => {
  it.each([
    ['bytes', 20, 100, 1],
    ['messages', 20, 1, 1],
  ])('is two seconds of %s at once, and one more', (_, count, bytes, more) => {
    const allowance = newAllowance(rates, 0);
    for (let i = 0; i < count; i += 1) spend(allowance, bytes);
    expect(seemsSpent(allowance)).toBe(false);
    spend(allowance, more);
    expect(seemsSpent(allowance)).toBe(true);
  });

  it('says how long until the next packet: what was taken too much, at its rate', () => {
    const allowance = newAllowance(rates, 0);
    spend(allowance, 2_500);
    expect(refill(allowance, rates, 0)).toBe(500);
    expect(refill(allowance, rates, 499)).toBeCloseTo(1);
    expect(refill(allowance, rates, 500)).toBe(0);
  });

  it('waits for the slower of bytes and messages', () => {
    const allowance = newAllowance(rates, 0);
    for (let i = 0; i < 25; i += 1) spend(allowance, 82);
    // 50 bytes too much: 50 ms. 5 messages too many: 500 ms.
    expect(refill(allowance, rates, 0)).toBe(500);
  });

  it('lets through, in an hour, what an hour brings and a burst', () => {
    const allowance = newAllowance(rates, 0);
    let taken = 0;
    for (let nowMs = 0; nowMs < 3_600_000; nowMs += 100) {
      while (!seemsSpent(allowance) || refill(allowance, rates, nowMs) === 0) {
        spend(allowance, 50);
        taken += 1;
      }
    }
    expect(taken).toBeGreaterThan(35_990);
    expect(taken).toBeLessThan(36_030);
  });

  it('saves up no more than two seconds while its device is silent', () => {
    const allowance = newAllowance(rates, 0);
    spend(allowance, 3_000);
    refill(allowance, rates, 1_000_000);
    expect(allowance.bytes).toBe(2_000);
    expect(allowance.messages).toBe(20);
  });

  it('is not taken away by a clock that seems to go back', () => {
    const allowance = newAllowance(rates, 1_000);
    spend(allowance, 2_100);
    expect(refill(allowance, rates, 0)).toBe(100);
  });
});

describe('a device counts as held back', () => {
  it('after waiting again and again for 10 s, and not before', () => {
    const held = newHeldBack();
    const said: number[] = [];
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 100) if (noteHeldBack(held, nowMs)) said.push(nowMs);
    expect(said).toEqual([10_000]);
  });

  it('anew after a pause of more than 3 s', () => {
    const held = newHeldBack();
    for (let nowMs = 0; nowMs <= 9_000; nowMs += 1_000) noteHeldBack(held, nowMs);
    expect(noteHeldBack(held, 12_000)).toBe(true);
    expect(noteHeldBack(held, 15_001)).toBe(false);
    expect(noteHeldBack(held, 18_000)).toBe(false);
  });
});
