import { expect, it } from 'vitest';
import { gatewayProcesses, restartInTurn } from './gateways.ts';

it('one gateway does not share its port', () => {
  expect(gatewayProcesses(1, 9464)).toEqual([
    { name: 'gateway', env: { VIGIL_MQTT_SHARE_PORT: 'off', VIGIL_METRICS_PORT: '9464' } },
  ]);
});

it('several gateways share the port, each with its own name and metrics port', () => {
  const three = gatewayProcesses(3, 9464);
  expect(three.map(({ name }) => name)).toEqual(['gateway', 'gateway-2', 'gateway-3']);
  expect(three.map(({ env }) => env.VIGIL_METRICS_PORT)).toEqual(['9464', '9465', '9466']);
  expect(new Set(three.map(({ env }) => env.VIGIL_MQTT_SHARE_PORT))).toEqual(new Set(['on']));
});

it('only one of them takes from a broker upstream, or all if a group shares the messages out', () => {
  const told = { VIGIL_UPSTREAM_URL: 'mqtts://broker', VIGIL_KAFKA_PORT: '1', OTHER: 'x' };
  const upstreamOf = (env: Record<string, string>) =>
    gatewayProcesses(2, 9464, env).map(({ env: given }) => [given.VIGIL_UPSTREAM_URL, given.VIGIL_UPSTREAM_CLIENT_ID]);
  expect(upstreamOf(told)).toEqual([
    ['mqtts://broker', undefined],
    [undefined, undefined],
  ]);
  expect(upstreamOf({ ...told, VIGIL_UPSTREAM_GROUP: 'wards' })).toEqual([
    ['mqtts://broker', undefined],
    ['mqtts://broker', 'vigil.2'],
  ]);
  expect(gatewayProcesses(1, 9464, told)[0]?.env).not.toHaveProperty('OTHER');
  expect(gatewayProcesses(1, 9464, told)[0]?.env).not.toHaveProperty('VIGIL_KAFKA_PORT');
});

it('ends the next gateway only when the one before serves again', async () => {
  const told: string[] = [];
  const process_ = (name: string) => ({
    async restart() {
      told.push(`${name} ends`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      told.push(`${name} serves`);
    },
  });
  await restartInTurn([process_('one'), process_('two')]);
  expect(told).toEqual(['one ends', 'one serves', 'two ends', 'two serves']);
});
