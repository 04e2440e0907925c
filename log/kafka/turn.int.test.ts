import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import pino from 'pino';
import { afterEach, expect, inject, it, vi } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import { serviceEnv } from '../../ops/platform/service-env.ts';
import { readSettings } from '../../process/settings.ts';
import { openSealedLog } from '../sealed-log.ts';
import { createReader } from './reader.ts';
import { kafkaSettings } from './settings.ts';

const require = createRequire(import.meta.url);
type EndTxn = (this: unknown, request: object) => Promise<unknown>;
const Broker = require('kafkajs/src/broker') as { prototype: { endTxn: EndTxn } };
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };

const writesMin = 30;
const writesMax = 600;

afterEach(() => void vi.restoreAllMocks());

it('a write right after a commit is tried again after about 20 ms, leaves no warning, and is in the log once', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const settings = readSettings(kafkaSettings, serviceEnv(inject('platform'), 'dashboard'));
  const sealedLog = await openSealedLog({ settings, service: 'dashboard', boot: randomUUID().slice(0, 8), log });
  const turn = await sealedLog.takeTurn('associations');
  const key = `device-${randomUUID()}`;
  // A new cluster makes the topic of its transactions at the first turn, which leaves warnings.
  lines.length = 0;
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const isTriedAgain = () => timers.mock.calls.some(([, ms = 0]) => ms >= 16 && ms <= 24);
  // On a busy machine, Kafka has often ended the transaction before the next write arrives. Then Kafka refuses nothing.
  let written = 0;
  while (written < writesMax && (written < writesMin || !isTriedAgain())) {
    written += 1;
    const body = { deviceId: 'd1', version: written, periods: [] };
    await turn.write([{ key, contentType: contentTypes.associations, body }]);
    await turn.commit();
  }
  expect(isTriedAgain(), `Kafka refused at least one of ${written} writes, and kafkajs tried it again`).toBe(true);
  timers.mockRestore();
  expect(lines).toEqual([]);

  const versions: number[] = [];
  const reader = await createReader(sealedLog.kafka, {
    ...{ group: `dashboard-${randomUUID()}`, topics: ['associations'], start: 'beginning', log },
    async onRecords({ records }) {
      for (const record of records) {
        if (record.key !== key || record.value === null) continue;
        const { plaintext } = await sealedLog.open({ topic: 'associations', key, value: record.value });
        versions.push(JSON.parse(plaintext.toString()).version);
      }
    },
  });
  await reader.caughtUp;
  expect(versions).toEqual(Array.from({ length: written }, (_, n) => n + 1));
  await Promise.all([turn.close(), reader.close()]);
  await sealedLog.close();
});

it('after a commit without an answer, the next turn shows whether the records are in the log', async () => {
  const log = pino({ level: 'silent' });
  const settings = readSettings(kafkaSettings, serviceEnv(inject('platform'), 'dashboard'));
  const sealedLog = await openSealedLog({ settings, service: 'dashboard', boot: randomUUID().slice(0, 8), log });
  const signal = AbortSignal.timeout(60_000);
  const body = { deviceId: 'd1', version: 1, periods: [] };
  const turnOf = async () => {
    const turn = await sealedLog.takeTurn('associations');
    await turn.write([{ key: `device-${randomUUID()}`, contentType: contentTypes.associations, body }]);
    return turn;
  };
  // The answer of each EndTxn is replaced. So the commit itself was made, or was never sent.
  const { endTxn } = Broker.prototype;
  const answers = async (isSent: boolean) => {
    const turn = await turnOf();
    Broker.prototype.endTxn = async function broken(request) {
      if (isSent) await endTxn.call(this, request);
      throw createErrorFromCode(-1);
    };
    await expect(turn.commit()).rejects.toMatchObject({ code: 'log-append-failed', class: 'ambiguous' });
    Broker.prototype.endTxn = endTxn;
    const next = await sealedLog.takeTurn('associations');
    const wasCommitted = await turn.wasCommitted(signal);
    await Promise.all([turn.close(), next.close()]);
    return wasCommitted;
  };
  try {
    expect([await answers(true), await answers(false), await answers(true)]).toEqual([true, false, true]);
    // A commit that Kafka confirms when the caller no longer waits counts as saved.
    const late = await turnOf();
    await late.commit();
    const next = await sealedLog.takeTurn('associations');
    expect(await late.wasCommitted(signal)).toBe(true);
    await Promise.all([late.close(), next.close()]);
  } finally {
    Broker.prototype.endTxn = endTxn;
    await sealedLog.close();
  }
});
