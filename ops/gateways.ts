/** Several gateways on one host: the name and settings of each, and a rolling restart without a gap. */
import type { HouseOptions } from './houses.ts';
import type { Supervised } from './supervisor.ts';

/**
 * Returns one entry for each process. They share the MQTT port. Each has its own metrics port, from `metricsPort` upwards.
 * @param count 1 or more
 * @param env the environment of `npm start`. Only the first process gets the settings of a broker upstream, because each process would take
 * every message. With a shared subscription group all processes get them, each with its own client ids
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

/** Ends the next process only when the one before serves again. */
export async function restartInTurn(processes: readonly Pick<Supervised, 'restart'>[]): Promise<void> {
  for (const { restart } of processes) await restart();
}
