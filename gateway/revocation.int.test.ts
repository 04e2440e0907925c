/**
 * Tests that an operator's command ends a connection, with a gateway as `npm start` runs it and the CRL of `npm run
 * certs`.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../certs/ensure.ts';
import { connectMqtt, publishFor } from '../tests/gateway/gateway.ts';
import { ownPorts, type RunningProcess, root, startProcess } from '../tests/system.ts';

const platform = await ownPorts(inject('platform'));
const run = randomUUID().slice(0, 6);
const [lost, other] = [`lost-${run}`, `other-${run}`];
const reading = () => ({
  time: new Date().toISOString(),
  values: [{ code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' }],
});
const certs = (...args: string[]) => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'certs/main.ts'), ...args, '--state', platform.stateDir],
    { encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
};
let gateway: RunningProcess;
beforeAll(async () => {
  await ensureCertificates({ stateDir: platform.stateDir, devices: [lost, other], nowMs: Date.now() });
  gateway = await startProcess(platform, 'gateway');
});
afterAll(() => gateway?.close());

it('npm run certs -- revoke ends the connection of the device within 5 s, and no other connection; the device can connect with a new certificate', async () => {
  const stolen = await connectMqtt(platform, lost);
  const good = await connectMqtt(platform, other);
  expect(await publishFor(stolen, `devices/${lost}/observations`, reading())).toBe(0);
  const ended = new Promise<void>((resolve) => stolen.once('close', () => resolve()));
  const disconnect = new Promise((resolve) => stolen.once('disconnect', resolve));
  certs('revoke', lost);
  const revokedMs = performance.now();
  await ended;
  expect(performance.now() - revokedMs).toBeLessThan(5_000);
  expect(await disconnect).toMatchObject({
    reasonCode: 0x87,
    properties: { reasonString: 'The client certificate is revoked.' },
  });
  await expect(connectMqtt(platform, lost)).rejects.toMatchObject({ code: 0x87 });
  expect(await publishFor(good, `devices/${other}/observations`, reading())).toBe(0);
  expect(gateway.output()).toContain('"cause":"certificate"');

  certs('device', lost);
  const again = await connectMqtt(platform, lost);
  expect(await publishFor(again, `devices/${lost}/observations`, reading())).toBe(0);
  await Promise.all([again.endAsync(true), good.endAsync(true)]);
});
