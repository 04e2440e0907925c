import { describe, expect, it } from 'vitest';
import {
  addNotKept,
  bytesInKafka,
  newKept,
  noteNotKept,
  releaseRoom,
  reserveRoom,
  waveShare,
} from './rejected-budget.ts';

const dayMs = 86_400_000;
const limits = { deviceBytesPerDay: 100, allBytesPerDay: 250 };

describe('room in `rejected`', () => {
  it('is a day of one device at once, to the byte, and comes again within a day', () => {
    const all = newKept(0);
    const device = newKept(0);
    expect(reserveRoom(all, device, 99, limits, 0)).toBe(true);
    expect(reserveRoom(all, device, 2, limits, 0)).toBe(false);
    expect(reserveRoom(all, device, 1, limits, 0)).toBe(true);
    expect(reserveRoom(all, device, 50, limits, dayMs / 2 - 1)).toBe(false);
    expect(reserveRoom(all, device, 50, limits, dayMs / 2)).toBe(true);
  });

  it('is of a device as much as is still free of all: others that are bad leave some', () => {
    const all = newKept(0);
    expect(reserveRoom(all, newKept(0), 100, limits, 0)).toBe(true);
    expect(reserveRoom(all, newKept(0), 76, limits, 0)).toBe(true);
    // 74 are free.
    const third = newKept(0);
    expect(reserveRoom(all, third, 75, limits, 0)).toBe(false);
    expect(reserveRoom(all, third, 30, limits, 0)).toBe(true);
    // It has 30, and 44 are free.
    expect(reserveRoom(all, third, 14, limits, 0)).toBe(true);
    expect(reserveRoom(all, third, 1, limits, 0)).toBe(false);
    expect(reserveRoom(all, newKept(0), 29, limits, 0)).toBe(true);
  });

  it('is for waves three quarters of a device and of all: what is left is for everything else', () => {
    const all = newKept(0);
    const device = newKept(0);
    expect(reserveRoom(all, device, 75, limits, 0, waveShare)).toBe(true);
    expect(reserveRoom(all, device, 1, limits, 0, waveShare)).toBe(false);
    expect(reserveRoom(all, device, 25, limits, 0)).toBe(true);
    // Of all, waves may use 187.5: 100 are used.
    expect(reserveRoom(all, newKept(0), 75, limits, 0, waveShare)).toBe(true);
    expect(reserveRoom(all, newKept(0), 13, limits, 0, waveShare)).toBe(false);
    expect(reserveRoom(all, newKept(0), 75, limits, 0)).toBe(true);
  });

  it('leaves numerics room while waves take all that they may, for as long as numerics fit into what comes back', () => {
    const all = newKept(0);
    const device = newKept(0);
    const hour = { deviceBytesPerDay: 24_000, allBytesPerDay: 240_000 };
    for (let minute = 0; minute < 48 * 60; minute += 1) {
      const atMs = minute * 60_000;
      while (reserveRoom(all, device, 100, hour, atMs, waveShare));
      // 900 an hour, of the 1,000 that come back.
      expect(reserveRoom(all, device, 15, hour, atMs), `minute ${minute}`).toBe(true);
    }
  });

  it('comes back at once where a message that was counted could not be written', () => {
    const all = newKept(0);
    const device = newKept(0);
    reserveRoom(all, device, 100, limits, 0);
    releaseRoom(all, device, 100);
    expect([all.bytes, device.bytes]).toEqual([0, 0]);
    releaseRoom(all, device, 1);
    expect([all.bytes, device.bytes]).toEqual([0, 0]);
  });

  it('does not come by a clock that seems to go back', () => {
    const all = newKept(dayMs);
    const device = newKept(dayMs);
    reserveRoom(all, device, 100, limits, dayMs);
    expect(reserveRoom(all, device, 1, limits, 0)).toBe(false);
  });

  it('is counted as what lies in Kafka: base64 twice, and what is around it', () => {
    expect(bytesInKafka(0)).toBe(1_024);
    expect(bytesInKafka(9_000)).toBe(17_024);
  });
});

it('counts messages that were not kept by reason, with first and last time, and joins the counts', () => {
  const one = noteNotKept(undefined, 'payload-not-json', 10, 5);
  noteNotKept(one, 'payload-not-json', 20, 7);
  noteNotKept(one, 'time-invalid', 30, 6);
  expect(one).toEqual({
    messages: 3,
    bytes: 60,
    fromMs: 5,
    toMs: 7,
    reasons: new Map([
      ['payload-not-json', 2],
      ['time-invalid', 1],
    ]),
  });
  expect(addNotKept(one, undefined)).toBe(one);
  expect(addNotKept(one, noteNotKept(undefined, 'time-invalid', 1, 9))).toMatchObject({
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
