import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { headerPrefix } from '../../log/envelope/header.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createOpening } from './opening.ts';

const time = '2026-03-01T10:00:00.000Z';
const origin = { topic: 'observations', key: 'association-1', writer: 'w', boot: 'b1', seq: 1 } as const;
const header = Buffer.from(`${headerPrefix('key-1', contentTypes.observation, origin)}1}`).toString('base64url');
const record = { offset: '5', key: 'association-1', timestampMs: 0, value: Buffer.from(`${header}..a.b.c`) };
const values = [{ code: 'MDC_ECG_HEART_RATE', value: 150, unit: '/min' }];
const plaintext = Buffer.from(JSON.stringify({ deviceId: 'bed-01', receivedAt: time, reading: { time, values } }));
const opened = { origin, contentType: contentTypes.observation, plaintext };

const command = {
  commandId: 'command-1',
  associationId: 'association-1',
  at: time,
  by: { userId: 'nurse', name: 'Nurse', role: 'nurse' },
  type: 'pause-audio',
  forMs: 60_000,
};

function createTestLog() {
  const lines: string[] = [];
  return { lines, log: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }) };
}

describe('opening', () => {
  it('open() returns a record without a promise if the data key is in memory', () => {
    const opening = createOpening({ open: () => opened }, pino({ level: 'silent' }));
    expect(opening.open('observations', 0, record)).toMatchObject({ ok: true });
  });

  const faults: [string, () => ReturnType<SealedLog['open']>][] = [
    [
      'was tampered with',
      () => {
        throw new VigilError('sealed-tampered', 'x');
      },
    ],
    [
      'was moved to another place',
      () => {
        throw new VigilError('sealed-moved', 'x');
      },
    ],
    [
      'is malformed',
      () => {
        throw new VigilError('sealed-malformed', 'x');
      },
    ],
    ['is sealed with a deleted key', () => Promise.reject(new VigilError('key-unknown', 'x'))],
    ['is sealed for other readers', () => Promise.reject(new VigilError('key-not-for-us', 'x'))],
    ['has another version', () => ({ ...opened, contentType: 'application/vnd.vigil.observation+json;v=9' })],
    [
      'is a command in the topic of readings',
      () => ({ ...opened, contentType: contentTypes.command, plaintext: Buffer.from(JSON.stringify(command)) }),
    ],
    ['does not fit its content type', () => ({ ...opened, plaintext: Buffer.from('{"HR": 150}') })],
  ];
  for (const [name, open] of faults)
    it(`a record that ${name} is skipped and counted, and its content is not logged`, async () => {
      const { lines, log } = createTestLog();
      const opening = createOpening({ open }, log);
      expect(await opening.open('observations', 3, record)).toBeUndefined();
      expect(opening.leftOut()).toBe(1);
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0]!)).toMatchObject({ topic: 'observations', partition: 3, offset: '5' });
      // The process id and the time are left out, because they can contain the digits 150.
      const { pid: _pid, time: _time, ...fields } = JSON.parse(lines[0]!);
      expect(JSON.stringify(fields)).not.toMatch(/150|HR|bed-01/);
    });

  it.each([
    ['directly', <T>(value: T) => value],
    ['in a promise', <T>(value: T) => Promise.resolve(value)],
  ])(
    'a record that makes our own code throw (opened %s) is skipped, so that later records are judged',
    async (_way, give) => {
      const broken = Object.defineProperty({ ...opened }, 'origin', {
        get() {
          throw new TypeError('HR 150');
        },
      });
      const { lines, log } = createTestLog();
      const opening = createOpening({ open: () => give(broken) }, log);
      expect(await opening.open('observations', 3, record)).toBeUndefined();
      expect(opening.leftOut()).toBe(1);
      expect(lines.join()).not.toMatch(/HR 150/);
    },
  );

  it('open() returns the receive time of a canary, and does not count the canary as skipped', () => {
    const canary = Buffer.from(JSON.stringify({ receivedAt: time }));
    const read = () => ({ ...opened, contentType: contentTypes.canary, plaintext: canary });
    const opening = createOpening({ open: read }, pino({ level: 'silent' }));
    expect(opening.open('observations', 0, record)).toEqual({ ok: false, canaryMs: Date.parse(time) });
    expect(opening.leftOut()).toBe(0);
  });

  it('a canary that does not fit its schema is skipped', () => {
    const canary = Buffer.from(JSON.stringify({ receivedAt: time, deviceId: 'bed-01' }));
    const read = () => ({ ...opened, contentType: contentTypes.canary, plaintext: canary });
    const opening = createOpening({ open: read }, pino({ level: 'silent' }));
    expect(opening.open('observations', 0, record)).toBeUndefined();
    expect(opening.leftOut()).toBe(1);
  });

  it('a tombstone is skipped', () => {
    const { log } = createTestLog();
    const opening = createOpening({ open: () => opened }, log);
    expect(opening.open('observations', 0, { ...record, value: null })).toBeUndefined();
  });
});
