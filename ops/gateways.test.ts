import { expect, it } from 'vitest';
import { gatewayProcesses, restartOneByOne } from './gateways.ts';

it('gatewayProcesses does not share the port of a single gateway', () => {
  expect(gatewayProcesses(1, 9464)).toEqual([
    { name: 'gateway', env: { VIGIL_MQTT_SHARE_PORT: 'off', VIGIL_METRICS_PORT: '9464' } },
  ]);
});

it('gatewayProcesses gives several gateways the same MQTT port, but different names and metrics ports', () => {
  const three = gatewayProcesses(3, 9464);
  expect(three.map(({ name }) => name)).toEqual(['gateway', 'gateway-2', 'gateway-3']);
  expect(three.map(({ env }) => env.VIGIL_METRICS_PORT)).toEqual(['9464', '9465', '9466']);
  expect(new Set(three.map(({ env }) => env.VIGIL_MQTT_SHARE_PORT))).toEqual(new Set(['on']));
});

it('gatewayProcesses connects only the first gateway to the hospital’s broker, or all gateways in a shared subscription', () => {
  const startEnv = { VIGIL_UPSTREAM_URL: 'mqtts://broker', VIGIL_KAFKA_PORT: '1', OTHER: 'x' };
  const upstreamOf = (env: Record<string, string>) =>
    gatewayProcesses(2, 9464, env).map((gateway) => [
      gateway.env.VIGIL_UPSTREAM_URL,
      gateway.env.VIGIL_UPSTREAM_CLIENT_ID,
    ]);
  expect(upstreamOf(startEnv)).toEqual([
    ['mqtts://broker', undefined],
    [undefined, undefined],
  ]);
  expect(upstreamOf({ ...startEnv, VIGIL_UPSTREAM_GROUP: 'wards' })).toEqual([
    ['mqtts://broker', undefined],
    ['mqtts://broker', 'vigil.2'],
  ]);
  expect(gatewayProcesses(1, 9464, startEnv)[0]?.env).not.toHaveProperty('OTHER');
  expect(gatewayProcesses(1, 9464, startEnv)[0]?.env).not.toHaveProperty('VIGIL_KAFKA_PORT');
});

it('restartOneByOne ends a gateway only after the previous gateway is ready again', async () => {
  const events: string[] = [];
  const process_ = (name: string) => ({
    async restart() {
      events.push(`${name} ends`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(`${name} is ready`);
    },
  });
  await restartOneByOne([process_('one'), process_('two')]);
  expect(events).toEqual(['one ends', 'one is ready', 'two ends', 'two is ready']);
});
