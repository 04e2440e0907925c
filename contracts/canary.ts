/**
 * The canary: a test reading that is sent every few seconds and passes through the same processes as a device's reading
 * (docs/decisions/023-canary.md). The sender, the gateway and the alarm processor use the constants of this file.
 */

/**
 * The device id of every canary: the CN of the canary's certificate. No bed can have this device. The gateway accepts nothing but canaries
 * from a client with this certificate, so a stolen key of the canary cannot send readings of patients.
 */
export const canaryDeviceId = 'vigil-canary';

export const isCanary = (deviceId: string): boolean => deviceId === canaryDeviceId;

/** If no canary arrived for this long, readings are assumed not to arrive either, ms: three canaries at 5 s (our choice). */
export const canarySilentMsDefault = 15_000;
