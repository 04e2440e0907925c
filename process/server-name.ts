/**
 * Which server a client of ours talks to. Several of Vigil's servers may be reached at one address, with certificates of one authority: so
 * a client asks for the name that the certificate of its server alone carries (certs/core/wanted.ts), and not for the address.
 */
import type { TextSetting } from './settings.ts';

/** Instead of a name: the certificate must carry the host of the address, as with a server whose certificate is the hospital's own. */
export const byAddress = 'address';

export const serverNameSetting = (env: string, fallback: string) =>
  ({
    kind: 'text',
    env,
    help: `name that its certificate must carry; "${byAddress}": the host name or address by which it is reached`,
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
    fallback,
  }) as const satisfies TextSetting;

/** What TLS is given for it. */
export function serverNameOption(name: string): { readonly servername?: string } {
  return name === byAddress ? {} : { servername: name };
}
