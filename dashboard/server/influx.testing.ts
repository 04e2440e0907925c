/** Writes values to the InfluxDB of a test, with the account of the trends processor. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

type Influx = { readonly influxUrl: string; readonly stateDir: string };

export const influxCaFile = ({ stateDir }: Influx) => join(stateDir, 'certs', 'ca.pem');

export const influxSecret = ({ stateDir }: Influx, name: string) =>
  readFileSync(join(stateDir, 'secrets', name), 'utf8').trim();

/** Returns one value as a line of InfluxDB's line protocol. */
export const influxLine = (associationId: string, code: string, value: number, atMs: number) =>
  `numerics,associationId=${associationId},code=${code} value=${value} ${atMs}`;

/** Writes lines to InfluxDB, and returns the HTTP status. */
export function writeLines(
  influx: Influx,
  retention: string,
  lines: readonly string[],
  user = 'trends',
): Promise<number> {
  const query = new URLSearchParams({
    db: 'vigil',
    rp: retention,
    precision: 'ms',
    u: user,
    p: influxSecret(influx, `influx-${user}.password`),
  });
  return new Promise((resolve, reject) => {
    const sent = request(
      `${influx.influxUrl}/write?${query}`,
      { method: 'POST', ca: readFileSync(influxCaFile(influx)) },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(lines.join('\n'));
  });
}
