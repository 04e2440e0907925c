/** How a client of ours connects to InfluxDB. */
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
  // A list is signed by our authority: where InfluxDB's certificate is from another, nothing is looked up.
  return { ca, ...serverChecks({ serverName, caFile, crlFile: serverName === byAddress ? '' : crlFile, log }) };
}
