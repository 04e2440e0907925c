import { describe, expect, it } from 'vitest';
import { dayMs } from '../../contracts/durations.ts';
import {
  addNotKept,
  bytesInKafka,
  newUsedBudget,
  noteNotKept,
  releaseSpace,
  reserveSpace,
  waveShare,
} from './rejected-budget.ts';

const limits = { deviceBytesPerDay: 100, allBytesPerDay: 250 };

describe('reserveSpace', () => {
  it('reserveSpace lets a device use its budget of a day in one moment, but not one byte more, and frees the budget again within a day', () => {
    const all = newUsedBudget(0);
    const device = newUsedBudget(0);
    expect(reserveSpace(all, device, 99, limits, 0)).toBe(true);
    expect(reserveSpace(all, device, 2, limits, 0)).toBe(false);
    expect(reserveSpace(all, device, 1, limits, 0)).toBe(true);
    expect(reserveSpace(all, device, 50, limits, dayMs / 2 - 1)).toBe(false);
    expect(reserveSpace(all, device, 50, limits, dayMs / 2)).toBe(true);
  });

  it('reserveSpace lets a device use at most as many bytes as remain free in the budget of all devices', () => {
    const all = newUsedBudget(0);
    expect(reserveSpace(all, newUsedBudget(0), 100, limits, 0)).toBe(true);
    expect(reserveSpace(all, newUsedBudget(0), 76, limits, 0)).toBe(true);
    // 74 bytes are free.
    const third = newUsedBudget(0);
    expect(reserveSpace(all, third, 75, limits, 0)).toBe(false);
    expect(reserveSpace(all, third, 30, limits, 0)).toBe(true);
    // The third device uses 30 bytes, and 44 bytes are free.
    expect(reserveSpace(all, third, 14, limits, 0)).toBe(true);
    expect(reserveSpace(all, third, 1, limits, 0)).toBe(false);
    expect(reserveSpace(all, newUsedBudget(0), 29, limits, 0)).toBe(true);
  });

  it('reserveSpace lets waves use three quarters of both budgets, and leaves the rest for other messages', () => {
    const all = newUsedBudget(0);
    const device = newUsedBudget(0);
    expect(reserveSpace(all, device, 75, limits, 0, waveShare)).toBe(true);
    expect(reserveSpace(all, device, 1, limits, 0, waveShare)).toBe(false);
    expect(reserveSpace(all, device, 25, limits, 0)).toBe(true);
    // Waves may use 187.5 bytes of the budget of all devices, and 100 bytes are used.
    expect(reserveSpace(all, newUsedBudget(0), 75, limits, 0, waveShare)).toBe(true);
    expect(reserveSpace(all, newUsedBudget(0), 13, limits, 0, waveShare)).toBe(false);
    expect(reserveSpace(all, newUsedBudget(0), 75, limits, 0)).toBe(true);
  });

  it('reserveSpace always has space for numerics that fit into their quarter, even if waves use their whole part', () => {
    const all = newUsedBudget(0);
    const device = newUsedBudget(0);
    const hour = { deviceBytesPerDay: 24_000, allBytesPerDay: 240_000 };
    for (let minute = 0; minute < 48 * 60; minute += 1) {
      const atMs = minute * 60_000;
      while (reserveSpace(all, device, 100, hour, atMs, waveShare));
      // Numerics use 900 bytes per hour, and 1,000 bytes per hour become free.
      expect(reserveSpace(all, device, 15, hour, atMs), `minute ${minute}`).toBe(true);
    }
  });

  it('releaseSpace frees the bytes of a message that could not be written', () => {
    const all = newUsedBudget(0);
    const device = newUsedBudget(0);
    reserveSpace(all, device, 100, limits, 0);
    releaseSpace(all, device, 100);
    expect([all.bytes, device.bytes]).toEqual([0, 0]);
    releaseSpace(all, device, 1);
    expect([all.bytes, device.bytes]).toEqual([0, 0]);
  });

  it('reserveSpace frees nothing if the clock seems to go back', () => {
    const all = newUsedBudget(dayMs);
    const device = newUsedBudget(dayMs);
    reserveSpace(all, device, 100, limits, dayMs);
    expect(reserveSpace(all, device, 1, limits, 0)).toBe(false);
  });

  it('bytesInKafka adds a third to the payload twice, because the payload is base64 twice, and 1,024 bytes for the rest of the record', () => {
    expect(bytesInKafka(0)).toBe(1_024);
    expect(bytesInKafka(9_000)).toBe(17_024);
  });
});

it('noteNotKept counts messages and bytes by reason, with the first and last time; addNotKept adds two such totals', () => {
  const counts = noteNotKept(undefined, 'payload-not-json', 10, 5);
  noteNotKept(counts, 'payload-not-json', 20, 7);
  noteNotKept(counts, 'time-invalid', 30, 6);
  expect(counts).toEqual({
    messages: 3,
    bytes: 60,
    fromMs: 5,
    toMs: 7,
    reasons: new Map([
      ['payload-not-json', 2],
      ['time-invalid', 1],
    ]),
  });
  expect(addNotKept(counts, undefined)).toBe(counts);
  expect(addNotKept(counts, noteNotKept(undefined, 'time-invalid', 1, 9))).toMatchObject({
    messages: 4,
    bytes: 61,
    fromMs: 5,
    toMs: 9,
    reasons: new Map([
      ['payload-not-json', 2],
      ['time-invalid', 2],
    ]),
  });
});
