import { type Logger, pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { contentTypes } from '../contracts/messages/records.ts';
import { pseudonym } from '../log/envelope/pseudonym.ts';
import type { TableRecord } from '../log/sealed-log.ts';
import { followTables } from './tables.ts';

const pseudonymKey = Buffer.alloc(32, 1).toString('base64url');
const keyOf = (deviceId: string) => pseudonym(pseudonymKey, 'device', deviceId);
const devicesMax = 20;
const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' };

it('a gateway reports a record that it cannot use, but does not report signs of life, which are for the dashboards', async () => {
  const error = vi.fn();
  let put = (_contentType: string, _body: unknown) => {};
  await followTables({
    log: { error, info: () => {} } as unknown as Logger,
    ...{ pseudonymKey, devicesMax, onAssociation: () => {}, now: () => Date.UTC(2026, 0, 1) },
    sealedLog: {
      async followTable(_topics, onRecord) {
        put = (contentType, body) =>
          onRecord(
            { record: { contentType, body } } as never,
            { topic: 'presence', key: 'p', offset: '0' } as TableRecord,
          );
        return { ready: Promise.resolve(), close: async () => {} } as never;
      },
    },
  });
  put(contentTypes.deliverySign, { at: '2026-01-01T00:00:00.000Z', state: 'active' });
  expect(error).not.toHaveBeenCalled();
  put(contentTypes.presence, { at: 'no time', wards: [] });
  expect(error).toHaveBeenCalledTimes(1);
});

it('a gateway with too many devices stays ready, serves the devices in its table, and refuses all others', async () => {
  let putAssociations = (_deviceId: string) => {};
  const tables = await followTables({
    log: pino({ level: 'silent' }),
    pseudonymKey,
    now: () => Date.UTC(2026, 0, 1),
    onAssociation: () => {},
    devicesMax,
    sealedLog: {
      async followTable(_topics, onRecord) {
        putAssociations = (deviceId) => {
          const from = '2026-01-01T00:00:00.000Z';
          const period = { associationId: `association-${deviceId}`, patient, ward: 'icu', bed: '1', from, to: null };
          const body = { deviceId, version: 1, periods: [period] };
          const record: TableRecord = { topic: 'associations', key: keyOf(deviceId), offset: '0' } as TableRecord;
          onRecord({ record: { contentType: contentTypes.associations, body } } as never, record);
        };
        return { ready: Promise.resolve(), close: async () => {} } as never;
      },
    },
  });
  await tables.ready;
  for (let index = 0; index < devicesMax; index += 1) putAssociations(`d${index}`);
  expect([tables.isReady(), tables.serves(keyOf('new'))]).toEqual([true, true]);
  putAssociations('one-too-many');
  expect(tables.isReady()).toBe(true);
  expect(tables.serves(keyOf('d0'))).toBe(true);
  expect(tables.periodsOf(keyOf('d0'))).toHaveLength(1);
  expect([tables.serves(keyOf('one-too-many')), tables.serves(keyOf('new'))]).toEqual([false, false]);
});

it.each([
  ['that is new, of a clock that is an hour behind', -3_600_000, true, 1],
  ['that is new, of a clock that is an hour ahead', 3_600_000, true, 1],
  ['from before the start, of a dashboard that may still run', -30_000, false, 1],
  ['from before the start, of a dashboard that ended long ago', -30_001, false, 0],
])(
  'a gateway uses each presence record, except a record of a dashboard that ended long ago: a record %s',
  async (_name, aheadMs, isReady, count) => {
    const nowMs = Date.UTC(2026, 0, 1);
    let put = (_body: unknown) => {};
    const tables = await followTables({
      log: pino({ level: 'silent' }),
      ...{ pseudonymKey, devicesMax, onAssociation: () => {}, now: () => nowMs },
      sealedLog: {
        async followTable(_topics, onRecord) {
          put = (body) => {
            const record = { topic: 'presence', key: 'p', offset: '0' } as TableRecord;
            onRecord({ record: { contentType: contentTypes.presence, body } } as never, record);
          };
          return { ready: isReady ? Promise.resolve() : new Promise(() => {}), close: async () => {} } as never;
        },
      },
    });
    if (isReady) await tables.ready;
    put({ at: new Date(nowMs + aheadMs).toISOString(), wards: ['ICU'] });
    expect([...tables.presences()]).toHaveLength(count);
  },
);
