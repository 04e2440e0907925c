/** Several gateways on one host: what each is called and told, and how they are started anew without a gap. */
import type { HouseOptions } from './houses.ts';
import type { Supervised } from './supervisor.ts';

/**
 * One entry a process. They share the MQTT port; each has a metrics port of its own, from `metricsPort` upwards.
 * @param count 1 or more
 * @param env what `npm start` was told: the settings of a broker upstream go to the first process alone, since each would take every
 * message; or to all, where a group shares them out, each with client ids of its own
 */
export function gatewayProcesses(
  count: number,
  metricsPort: number,
  env: Readonly<Record<string, string | undefined>> = {},
): readonly Required<Pick<HouseOptions, 'name' | 'env'>>[] {
  const upstream = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('VIGIL_UPSTREAM_') && value !== undefined ? [[name, value]] : [],
    ),
  );
  const shared = (upstream.VIGIL_UPSTREAM_GROUP ?? '') !== '';
  const clientId = upstream.VIGIL_UPSTREAM_CLIENT_ID ?? 'vigil';
  const upstreamOf = (index: number) => {
    if (index === 0) return upstream;
    return shared ? { ...upstream, VIGIL_UPSTREAM_CLIENT_ID: `${clientId}.${index + 1}` } : {};
  };
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? 'gateway' : `gateway-${index + 1}`,
    env: {
      ...upstreamOf(index),
      VIGIL_MQTT_SHARE_PORT: count > 1 ? 'on' : 'off',
      VIGIL_METRICS_PORT: String(metricsPort + index),
    },
  }));
}

/** The next is ended only when the one before serves again. */
export async function restartInTurn(processes: readonly Pick<Supervised, 'restart'>[]): Promise<void> {
  for (const { restart } of processes) await restart();
}
