/** Several gateways on one host: what each is called and told, and how they are started anew without a gap. */
import type { HouseOptions } from './houses.ts';
import type { Supervised } from './supervisor.ts';

/**
 * One entry a process. They share the MQTT port; each has a metrics port of its own, from `metricsPort` upwards.
 * @param count 1 or more
 */
export function gatewayProcesses(
  count: number,
  metricsPort: number,
): readonly Required<Pick<HouseOptions, 'name' | 'env'>>[] {
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? 'gateway' : `gateway-${index + 1}`,
    env: {
      VIGIL_MQTT_SHARE_PORT: count > 1 ? 'on' : 'off',
      VIGIL_METRICS_PORT: String(metricsPort + index),
    },
  }));
}

/** The next is ended only when the one before serves again. */
export async function restartInTurn(processes: readonly Pick<Supervised, 'restart'>[]): Promise<void> {
  for (const { restart } of processes) await restart();
}
