/** Starts Kafka and InfluxDB with certificates, for tests and benchmarks. */
import { ensureCertificates } from '../../certs/ensure.ts';
import { canaryDeviceId } from '../../contracts/canary.ts';
import { type Influx, startInflux } from './influx.ts';
import { type Kafka, startKafka } from './kafka.ts';
import { ensureSoftware, type Software } from './software.ts';

export type PlatformOptions = {
  readonly stateDir: string;
  readonly softwareDir: string;
  readonly ports: {
    readonly kafka: number;
    readonly kafkaController: number;
    readonly influx: number;
  };
  readonly devices?: readonly string[];
  /** Called with a phrase when a download begins. */
  readonly report: (line: string) => void;
};

export type Platform = {
  readonly software: Software;
  readonly kafka: Kafka;
  readonly influx: Influx;
  close(): Promise<void>;
};

/**
 * Creates the certificates, then starts Kafka and InfluxDB at the same time. If one of the two starts fails, stops the
 * other program.
 * @throws VigilError
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { stateDir, ports } = options;
  const software = await ensureSoftware(options.softwareDir, options.report);
  await ensureCertificates({ stateDir, devices: [canaryDeviceId, ...(options.devices ?? [])], nowMs: Date.now() });
  const [kafka, influx] = await Promise.allSettled([
    startKafka({ software, stateDir, port: ports.kafka, controllerPort: ports.kafkaController, shortLived: true }),
    startInflux({ software, stateDir, port: ports.influx }),
  ]);
  if (kafka.status === 'fulfilled' && influx.status === 'fulfilled') {
    return {
      software,
      kafka: kafka.value,
      influx: influx.value,
      close: async () => {
        await Promise.all([kafka.value.close(), influx.value.close()]);
      },
    };
  }
  if (kafka.status === 'fulfilled') await kafka.value.close();
  if (influx.status === 'fulfilled') await influx.value.close();
  throw kafka.status === 'rejected' ? kafka.reason : (influx as PromiseRejectedResult).reason;
}
