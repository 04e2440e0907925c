/** Tests the channels in the delivery process, with a real Kafka and a push service on loopback. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { hospitalCa } from '../../tests/delivery/authority.ts';
import { type HttpsPeer, startHttpsPeer } from '../../tests/delivery/https-peer.ts';
import { type DeliveryLab, openDeliveryLab } from '../../tests/delivery/lab.ts';
import { decryptPush, newSubscription } from '../../tests/delivery/messages.ts';
import { type RunningProcess, startProcess, until } from '../../tests/system.ts';

const platform = inject('platform');
const folder = mkdtempSync(join(tmpdir(), 'vigil-channels-'));
let lab: DeliveryLab;
let delivery: RunningProcess;
let peer: HttpsPeer;

beforeAll(async () => {
  peer = await startHttpsPeer();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, hospitalCa.certificate);
  lab = await openDeliveryLab(platform);
  delivery = await startProcess(platform, 'delivery', {
    VIGIL_PUSH_HOSTS: peer.host,
    VIGIL_DELIVERY_PRIVATE_NETWORKS: '127.0.0.0/8',
    VIGIL_DELIVERY_CA_FILE: caFile,
  });
});
afterAll(async () => {
  await delivery?.close();
  await lab?.close();
  await peer?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a person on duty gets a canary and a call on the phone, and a phone whose subscription has ended is not used again', async () => {
  const anna = `anna-${randomUUID().slice(0, 6)}`;
  const subscription = newSubscription(peer.url('/anna'));
  const entry = { ...subscription.entry, userId: anna, name: anna };
  const payloads = () => peer.requests.map(({ body }) => decryptPush(subscription, body));
  const bed = await lab.admit();
  await bed.assign(anna, 'nurse');
  await lab.reach(entry);

  const check = await until('the canary', () => payloads().find(({ type }) => type === 'check'));
  const seen = await until('the canary is taken', () =>
    lab.records.find(
      ({ event }) => event.type === 'reach-seen' && event.reachId === entry.reachId && event.state === 'reached',
    ),
  );
  expect(seen.event).toMatchObject({ ...('checkId' in check && { checkId: check.checkId }), stage: 'taken' });

  await bed.event('raised', { text: 'SpO2 84 < 88' });
  const call = await bed.callOf(anna);
  expect(call.channels).toContain('push');
  const message = await until('the push message', () => payloads().find(({ type }) => type === 'calls'));
  expect(message).toMatchObject({ calls: [{ alarmId: bed.alarmId, callId: call.callId }] });
  expect(JSON.stringify(message)).not.toMatch(/SpO2|84 <|< 88/);
  await until('the receipt', () =>
    bed.ofAlarm().find(({ event }) => event.type === 'receipt' && event.channel === 'push' && event.stage === 'taken'),
  );
  await bed.has('confirmed');

  peer.answers = [{ status: 410 }];
  const other = await lab.admit();
  await other.assign(anna, 'nurse');
  await other.event('raised');
  await until('the end of the entry', () =>
    lab.records.find(({ event }) => event.type === 'reach-ended' && event.reachId === entry.reachId),
  );
  const count = peer.requests.length;
  const third = await lab.admit();
  await third.assign(anna, 'nurse');
  await third.event('raised');
  expect((await third.callOf(anna)).channels).not.toContain('push');
  expect(peer.requests).toHaveLength(count);
});
