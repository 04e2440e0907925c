import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { Logger } from 'pino';
import { reportCertificates, serverCheckOptions } from './certificate-files.ts';
import { hospitalCertificate } from './server-name.ts';

/**
 * Returns the TLS options of a client of InfluxDB.
 * @param settings the settings of `influxSettings`, and `servicesCrlFile`
 */
export function influxTls(
  settings: { readonly influxCaFile: string; readonly influxServerName: string; readonly servicesCrlFile: string },
  log: Pick<Logger, 'info' | 'error'>,
): Pick<ConnectionOptions, 'ca' | 'servername' | 'checkServerIdentity'> {
  const { influxCaFile: caFile, influxServerName: serverName, servicesCrlFile: crlFile } = settings;
  const ca = readFileSync(caFile, 'utf8');
  reportCertificates('influx-ca', 'trusts', ca);
  // The CRL is signed by Vigil's own CA. So no CRL is checked for a certificate from the hospital.
  return {
    ca,
    ...serverCheckOptions({ serverName, caFile, crlFile: serverName === hospitalCertificate ? '' : crlFile, log }),
  };
}
