/**
 * Which certificates a Vigil installation has, and from which of the two authorities each comes.
 *
 * Services and devices have separate authorities, so that a service's certificate opens no MQTT listener and a device's
 * certificate opens no Kafka.
 */

/** `serverAuth` and `clientAuth` of RFC 5280, 4.2.1.12. */
export type Purpose = 'server' | 'client';

export type AuthorityName = 'ca' | 'device-ca';

export type WantedCertificate = {
  /** Path inside `certs/` without the ending: `kafka`, `devices/bed-07`. */
  readonly file: string;
  readonly commonName: string;
  readonly authority: AuthorityName;
  readonly purposes: readonly Purpose[];
  /** Host names and addresses by which clients reach it; empty for what only connects. */
  readonly names: readonly string[];
};

export const authorities: Readonly<Record<AuthorityName, string>> = {
  ca: 'Vigil services CA',
  'device-ca': 'Vigil devices CA',
};

/** Where every server of one machine is reached. */
const localNames = ['localhost', '127.0.0.1', '::1'] as const;

/** Servers that are no Kafka clients: their certificates open nothing, they only prove who answers. */
const serverFiles = ['mqtt-server', 'web-server', 'influxdb'] as const;

/**
 * The certificates of the services.
 * @param clients names of the Kafka client identities, besides the broker itself
 * @param extraNames further host names of the servers (compose service names, a hospital's DNS name)
 */
export function serviceCertificates(clients: readonly string[], extraNames: readonly string[]): WantedCertificate[] {
  const names = [...new Set([...localNames, ...extraNames])];
  return [
    // The broker connects to its own controller, so it is a client too.
    { file: 'kafka', commonName: 'kafka', authority: 'ca', purposes: ['server', 'client'], names },
    ...serverFiles.map(
      (file): WantedCertificate => ({ file, commonName: file, authority: 'ca', purposes: ['server'], names }),
    ),
    ...clients.map(
      (name): WantedCertificate => ({ file: name, commonName: name, authority: 'ca', purposes: ['client'], names: [] }),
    ),
  ];
}

/** The certificate of one bedside device: its common name is the device's identity. */
export function deviceCertificate(deviceId: string): WantedCertificate {
  return {
    file: `devices/${deviceId}`,
    commonName: deviceId,
    authority: 'device-ca',
    purposes: ['client'],
    names: [],
  };
}

const hostPattern = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$/;
const ipv6Pattern = /^[0-9A-Fa-f:]{2,39}$/;

/** Whether a text can be a subject alternative name: a DNS name or an IP address. */
export function isHostName(text: string): boolean {
  return hostPattern.test(text) || (text.includes(':') && ipv6Pattern.test(text));
}
