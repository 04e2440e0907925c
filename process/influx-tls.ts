/** Creates the TLS options of clients of InfluxDB. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { Logger } from 'pino';
import { serverChecks, showCertificates } from './certificate-files.ts';
import { byAddress } from './server-name.ts';

/** Returns the TLS options of a client of InfluxDB. @param settings the settings of `influxSettings`, and `servicesCrlFile` */
export function influxTls(
  settings: { readonly influxCaFile: string; readonly influxServerName: string; readonly servicesCrlFile: string },
  log: Pick<Logger, 'info' | 'error'>,
): Pick<ConnectionOptions, 'ca' | 'servername' | 'checkServerIdentity'> {
  const { influxCaFile: caFile, influxServerName: serverName, servicesCrlFile: crlFile } = settings;
  const ca = readFileSync(caFile, 'utf8');
  showCertificates('influx-ca', 'trusts', ca);
  // The CRL is signed by Vigil's own CA. If InfluxDB's certificate comes from another CA, no CRL is checked.
  return { ca, ...serverChecks({ serverName, caFile, crlFile: serverName === byAddress ? '' : crlFile, log }) };
}
