import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { nurse, t0 } from '../core/fold.testing.ts';
import { sameLookMs } from '../core/seen-looks.ts';
import { createLookRecorder } from './strip.ts';

const requestOf = (sessionId: string, from: { readonly ip?: string; readonly station?: string } = {}) =>
  ({
    ...from,
    ...{ headers: {}, socket: {}, method: 'GET', routeOptions: { url: '/api/alarms/:alarmId/strip' } },
    live: { viewer: nurse, claims: { sessionId, userId: nurse.userId } },
  }) as unknown as FastifyRequest;
const look = { alarmId: 'alarm-0000000001', associationId: 'assoc-01', detail: 'HR.high, onset 1' };

it('an open strip page that asks again and again makes one record of its look in ten minutes', async () => {
  const clock = { ms: t0 };
  const records: (string | undefined)[] = [];
  let isTrailAway = true;
  const trail = {
    async record({ detail }: { detail?: string }) {
      if (isTrailAway) throw new Error('Kafka is away');
      records.push(detail);
    },
  };
  const record = createLookRecorder({ trail: trail as never, now: () => clock.ms });
  // A look that was not recorded is recorded at the next request.
  await expect(record(requestOf('s1'), look)).rejects.toThrow('Kafka is away');
  isTrailAway = false;
  for (let n = 0; n < 5; n += 1) {
    await record(requestOf('s1'), look);
    clock.ms += 15_000;
  }
  expect(records).toHaveLength(1);
  // Looks of another session, at another onset or at another patient are recorded, and so is the same look later.
  await record(requestOf('s2'), look);
  await record(requestOf('s1'), { ...look, detail: 'HR.high, onset 2' });
  await record(requestOf('s1'), { ...look, associationId: 'assoc-02' });
  clock.ms = t0 + sameLookMs;
  await record(requestOf('s1'), look);
  expect(records).toHaveLength(5);
});

it('the same look with a stolen cookie is recorded with the address and the browser from which it came', async () => {
  const records: (string | undefined)[][] = [];
  const trail = {
    async record({ address, station }: { address?: string; station?: string }) {
      records.push([address, station]);
    },
  };
  const record = createLookRecorder({ trail: trail as never, now: () => t0 });
  for (const from of [
    { ip: '10.0.0.7', station: 'ward-pc' },
    { ip: '10.0.0.9', station: 'ward-pc' },
    { ip: '10.0.0.7' },
    { ip: '10.0.0.7', station: 'ward-pc' },
  ])
    await record(requestOf('s1', from), look);
  expect(records).toEqual([
    ['10.0.0.7', 'ward-pc'],
    ['10.0.0.9', 'ward-pc'],
    ['10.0.0.7', undefined],
  ]);
});
