/**
 * Several gateways on one host: the name and the settings of each process, and the restart of one process after the
 * other.
 */
import type { ProcessOptions } from './processes.ts';
import type { Supervised } from './supervisor.ts';

/**
 * Returns the name and the settings of each gateway process. All processes share the MQTT port. The first process has
 * the metrics port `metricsPort`, and each further process the next port.
 * @param count the number of processes, 1 or more
 * @param env the environment of `npm start`, with the settings of the hospital's own broker (upstream). Only the first
 * process gets these settings, because otherwise every process would receive every message. If a shared subscription
 * (`VIGIL_UPSTREAM_GROUP`) distributes the messages, every process gets the settings, with its own client id.
 */
export function gatewayProcesses(
  count: number,
  metricsPort: number,
  env: Readonly<Record<string, string | undefined>> = {},
): readonly Required<Pick<ProcessOptions, 'name' | 'env'>>[] {
  const upstream = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('VIGIL_UPSTREAM_') && value !== undefined ? [[name, value]] : [],
    ),
  );
  const isShared = (upstream.VIGIL_UPSTREAM_GROUP ?? '') !== '';
  const clientId = upstream.VIGIL_UPSTREAM_CLIENT_ID ?? 'vigil';
  const upstreamOf = (index: number) => {
    if (index === 0) return upstream;
    return isShared ? { ...upstream, VIGIL_UPSTREAM_CLIENT_ID: `${clientId}.${index + 1}` } : {};
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

/** Restarts the processes one after the other. Each restart begins after the previous process is ready again. */
export async function restartOneByOne(processes: readonly Pick<Supervised, 'restart'>[]): Promise<void> {
  for (const { restart } of processes) await restart();
}
