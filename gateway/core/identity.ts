/**
 * Decides which device a client is. The certificate names the device, and the client id must agree with the
 * certificate.
 */
import { textFault } from '../../contracts/text.ts';
import { deviceIdPattern } from '../../contracts/topics.ts';

/**
 * Maximum length of a client id: a device id of 64 characters, a slash, and 64 characters to distinguish the
 * connections of one device.
 */
export const clientIdLengthMax = 129;

export type Identity =
  | { readonly ok: true; readonly deviceId: string }
  | { readonly ok: false; readonly fault: 'certificate' | 'client-id' };

/**
 * Returns the device of a connection.
 * @param commonName the CN of the certificate's subject, as TLS reports it: a text, a list if the subject has several,
 * or undefined
 * @param clientId the client id of CONNECT: the device id, alone or followed by `/` and printable characters. An empty
 * client id is accepted here; the caller decides whether to assign a client id [MQTT-3.1.3-6]
 */
export function identify(commonName: unknown, clientId: string): Identity {
  if (!isDeviceId(commonName)) return { ok: false, fault: 'certificate' };
  if (clientId === '' || clientId === commonName) return { ok: true, deviceId: commonName };
  const belongsToDevice =
    clientId.length <= clientIdLengthMax && clientId.startsWith(`${commonName}/`) && textFault(clientId) === undefined;
  return belongsToDevice ? { ok: true, deviceId: commonName } : { ok: false, fault: 'client-id' };
}

/** Returns whether a CN is a valid device id. `.` and `..` are not valid, because device ids are used as file names. */
function isDeviceId(value: unknown): value is string {
  return typeof value === 'string' && deviceIdPattern.test(value) && value !== '.' && value !== '..';
}
