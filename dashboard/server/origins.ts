/** Checks the addresses under which browsers reach the dashboard. */
import { VigilError } from '../../contracts/errors.ts';

/** @throws VigilError `settings-invalid` if an origin is not `https://host` or `https://host:port` */
export function requireOrigins(origins: readonly string[]): void {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || !origin.startsWith('https://'))
      throw new VigilError(
        'settings-invalid',
        `VIGIL_PUBLIC_ORIGIN has ${origin}. An origin must have the form https://host or https://host:port.`,
      );
  }
}
