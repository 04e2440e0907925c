/** The file of the state folder with the addresses of Kafka and InfluxDB. `npm start` writes it for `npm run vigil`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { writeAtomic } from '../certs/files.ts';
import { VigilError } from '../contracts/errors.ts';

const Addresses = Type.Object({
  /** `host:port` of each broker, comma-separated. */
  kafkaBrokers: Type.String({ pattern: '^[A-Za-z0-9.:,-]+$', maxLength: 1_000 }),
  influxUrl: Type.String({ pattern: '^https://[^\\s/]+$', maxLength: 1_000 }),
});
export type Addresses = Static<typeof Addresses>;

const check = Compile(Addresses);
const fileOf = (stateDir: string) => join(stateDir, 'addresses.json');

export function writeAddresses(stateDir: string, { kafkaBrokers, influxUrl }: Addresses): void {
  writeAtomic(fileOf(stateDir), `${JSON.stringify({ kafkaBrokers, influxUrl }, undefined, 2)}\n`, 0o600);
}

/**
 * Returns the addresses of the last start with this state folder; undefined if there was no start.
 * @throws VigilError `settings-invalid` if the file cannot be read or has another form
 */
export function readAddresses(stateDir: string): Addresses | undefined {
  const file = fileOf(stateDir);
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new VigilError('settings-invalid', `${file} cannot be read: ${(cause as Error).message}.`, { cause });
  }
  try {
    const value: unknown = JSON.parse(content);
    if (check.Check(value)) return value;
  } catch {
    // The error below is also thrown for text that is not JSON.
  }
  const message = `${file} is damaged: delete it, and start Vigil again or set VIGIL_KAFKA_BROKERS and VIGIL_INFLUX_URL.`;
  throw new VigilError('settings-invalid', message);
}
