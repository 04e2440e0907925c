import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { headerPrefix } from '../../log/envelope/header.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createOpening } from './opening.ts';

const time = '2026-03-01T10:00:00.000Z';
const place = { topic: 'observations', key: 'association-1', writer: 'w', boot: 'b1', seq: 1 } as const;
const header = Buffer.from(`${headerPrefix('key-1', contentTypes.observation, place)}1}`).toString('base64url');
const record = { offset: '5', key: 'association-1', timestampMs: 0, value: Buffer.from(`${header}..a.b.c`) };
const values = [{ code: 'MDC_ECG_HEART_RATE', value: 150, unit: '/min' }];
const plaintext = Buffer.from(JSON.stringify({ deviceId: 'bed-01', receivedAt: time, reading: { time, values } }));
const opened = { place, contentType: contentTypes.observation, plaintext };

const command = {
  commandId: 'command-1',
  associationId: 'association-1',
  at: time,
  by: { userId: 'nurse', name: 'Nurse', role: 'nurse' },
  type: 'pause-audio',
  forMs: 60_000,
};

function logged() {
  const lines: string[] = [];
  return { lines, log: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }) };
}

describe('opening the engines’ records', () => {
  it('is immediate if the key is known', () => {
    const opening = createOpening({ open: () => opened }, pino({ level: 'silent' }));
    expect(opening.take('observations', 0, record)).toMatchObject({ ok: true });
  });

  const faults: [string, () => ReturnType<SealedLog['open']>][] = [
    [
      'tampered',
      () => {
        throw new VigilError('sealed-tampered', 'x');
      },
    ],
    [
      'moved',
      () => {
        throw new VigilError('sealed-moved', 'x');
      },
    ],
    [
      'malformed',
      () => {
        throw new VigilError('sealed-malformed', 'x');
      },
    ],
    ['sealed with a key that is gone', () => Promise.reject(new VigilError('key-unknown', 'x'))],
    ['not for us', () => Promise.reject(new VigilError('key-not-for-us', 'x'))],
    ['of another version', () => ({ ...opened, contentType: 'application/vnd.vigil.observation+json;v=9' })],
    [
      'a command among the readings, where a gateway writes',
      () => ({ ...opened, contentType: contentTypes.command, plaintext: Buffer.from(JSON.stringify(command)) }),
    ],
    ['not what it says', () => ({ ...opened, plaintext: Buffer.from('{"HR": 150}') })],
  ];
  for (const [name, open] of faults)
    it(`skips one that is ${name}, counted, without its content in the log`, async () => {
      const { lines, log } = logged();
      const opening = createOpening({ open }, log);
      expect(await opening.take('observations', 3, record)).toBeUndefined();
      expect(opening.leftOut()).toBe(1);
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0]!)).toMatchObject({ topic: 'observations', partition: 3, offset: '5' });
      // The number of this process and the time may have these digits too.
      const { pid: _pid, time: _time, ...said } = JSON.parse(lines[0]!);
      expect(JSON.stringify(said)).not.toMatch(/150|HR|bed-01/);
    });

  it.each([
    ['at once', <T>(found: T) => found],
    ['later', <T>(found: T) => Promise.resolve(found)],
  ])('skips one over which our own code throws %s, so that those behind it are judged', async (_when, give) => {
    const broken = Object.defineProperty({ ...opened }, 'place', {
      get() {
        throw new TypeError('HR 150');
      },
    });
    const { lines, log } = logged();
    const opening = createOpening({ open: () => give(broken) }, log);
    expect(await opening.take('observations', 3, record)).toBeUndefined();
    expect(opening.leftOut()).toBe(1);
    expect(lines.join()).not.toMatch(/HR 150/);
  });

  it('returns the time of a canary’s receipt; the engines ignore it, and it does not count as skipped', () => {
    const canary = Buffer.from(JSON.stringify({ receivedAt: time }));
    const read = () => ({ ...opened, contentType: contentTypes.canary, plaintext: canary });
    const opening = createOpening({ open: read }, pino({ level: 'silent' }));
    expect(opening.take('observations', 0, record)).toEqual({ ok: false, canaryMs: Date.parse(time) });
    expect(opening.leftOut()).toBe(0);
  });

  it('skips a false canary', () => {
    const canary = Buffer.from(JSON.stringify({ receivedAt: time, deviceId: 'bed-01' }));
    const read = () => ({ ...opened, contentType: contentTypes.canary, plaintext: canary });
    const opening = createOpening({ open: read }, pino({ level: 'silent' }));
    expect(opening.take('observations', 0, record)).toBeUndefined();
    expect(opening.leftOut()).toBe(1);
  });

  it('skips a tombstone', () => {
    const { log } = logged();
    const opening = createOpening({ open: () => opened }, log);
    expect(opening.take('observations', 0, { ...record, value: null })).toBeUndefined();
  });
});
