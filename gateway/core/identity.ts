/** Identifies a client. Its certificate decides, and its client id must agree. */
import { textFault } from '../../contracts/text.ts';
import { deviceIdPattern } from '../../contracts/topics.ts';

/** Longest client id that is accepted: a device id, a slash, and as much again to distinguish one device's connections. */
export const clientIdLengthMax = 129;

export type Identity =
  | { readonly ok: true; readonly deviceId: string }
  | { readonly ok: false; readonly fault: 'certificate' | 'client-id' };

/**
 * Returns the device of a connection.
 * @param commonName the subject's CN as TLS reports it: text, a list if the subject has several, or undefined
 * @param clientId as in CONNECT: the device id, alone or followed by `/` and more characters that a screen can show. An empty one
 * is accepted here: the caller decides whether to assign one [MQTT-3.1.3-6].
 */
export function identify(commonName: unknown, clientId: string): Identity {
  if (!isDeviceId(commonName)) return { ok: false, fault: 'certificate' };
  if (clientId === '' || clientId === commonName) return { ok: true, deviceId: commonName };
  const own =
    clientId.length <= clientIdLengthMax && clientId.startsWith(`${commonName}/`) && textFault(clientId) === undefined;
  return own ? { ok: true, deviceId: commonName } : { ok: false, fault: 'client-id' };
}

/** Whether a CN may be a device id. `.` and `..` may not: ids become file names. */
function isDeviceId(value: unknown): value is string {
  return typeof value === 'string' && deviceIdPattern.test(value) && value !== '.' && value !== '..';
}
