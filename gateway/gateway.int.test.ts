import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { connectDevice } from '../tests/device.ts';
import { ownPorts, type RunningHouse, startHouse } from '../tests/system.ts';

let gateway: RunningHouse;
const platform = await ownPorts(inject('platform'));
beforeAll(async () => {
  gateway = await startHouse(platform, 'gateway');
});
afterAll(() => gateway?.close());

it('acknowledges a reading', async () => {
  const device = await connectDevice(platform, 'bed-01');
  const seq = await device.observe({ MDC_ECG_HEART_RATE: 72, MDC_PULS_OXIM_SAT_O2: 97 });
  expect(seq).toBe(1);
  await device.close();
  console.log(gateway.output().slice(-3000));
});
