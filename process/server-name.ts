/**
 * Makes sure that our client reaches the right server. Several of Vigil's servers may have one address, with certificates of one
 * authority. So a client asks for the name that only its server's certificate carries (certs/core/wanted.ts), and not for the address.
 */
import type { TextSetting } from './settings.ts';

/** Instead of a name: the certificate must carry the host of the address. For a server with a certificate of the hospital's own. */
export const byAddress = 'address';

export const serverNameSetting = (env: string, fallback: string) =>
  ({
    kind: 'text',
    env,
    help: `name that its certificate must carry; "${byAddress}": the host name or address by which it is reached`,
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
    fallback,
  }) as const satisfies TextSetting;

/** Returns the TLS option for the name. */
export function serverNameOption(name: string): { readonly servername?: string } {
  return name === byAddress ? {} : { servername: name };
}
