/** How our clients connect to InfluxDB. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { Logger } from 'pino';
import { serverChecks, showCertificates } from './certificate-files.ts';
import { byAddress } from './server-name.ts';

/** @param settings `influxSettings`, and the list of the services' CA (`kafkaClientSettings`) */
export function influxTls(
  settings: { readonly influxCaFile: string; readonly influxServerName: string; readonly servicesCrlFile: string },
  log: Pick<Logger, 'info' | 'error'>,
): Pick<ConnectionOptions, 'ca' | 'servername' | 'checkServerIdentity'> {
  const { influxCaFile: caFile, influxServerName: serverName, servicesCrlFile: crlFile } = settings;
  const ca = readFileSync(caFile, 'utf8');
  showCertificates('influx-ca', 'trusts', ca);
  // Our authority signs the list. If InfluxDB's certificate comes from another authority, no list is checked.
  return { ca, ...serverChecks({ serverName, caFile, crlFile: serverName === byAddress ? '' : crlFile, log }) };
}
