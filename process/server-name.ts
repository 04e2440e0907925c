/**
 * Makes sure that a client reaches the right server. Several servers of Vigil may have the same address, and the same
 * CA signs their certificates. So a client does not check the address. It checks a name that only the certificate of
 * the right server has (certs/core/wanted.ts).
 */
import type { TextSetting } from './settings.ts';

/**
 * Value of the setting for a server whose certificate is from the hospital. With this value, the certificate must have
 * the server's host name or address.
 */
export const hospitalCertificate = 'address';

export const serverNameSetting = (env: string, fallback: string) =>
  ({
    kind: 'text',
    env,
    help: `name that the server's certificate must have. With the value "${hospitalCertificate}", the certificate must have the host name or IP address to which this process connects`,
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
    fallback,
  }) as const satisfies TextSetting;

/** Returns the TLS option for the name that the server's certificate must have. */
export function serverNameOption(name: string): { readonly servername?: string } {
  return name === hospitalCertificate ? {} : { servername: name };
}
