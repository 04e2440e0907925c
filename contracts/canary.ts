/**
 * The canary: a test reading that is sent every few seconds and passes through the same processes as a device's reading
 * (docs/decisions/023-canary.md). The sender, the gateway and the alarm processor use the constants of this file.
 */

/**
 * The device id of every canary: the CN of the canary's certificate. No bed can have this device. The gateway accepts
 * only canaries from a client with this certificate, so a stolen key of the canary cannot send readings of patients.
 */
export const canaryDeviceId = 'vigil-canary';

export const isCanary = (deviceId: string): boolean => deviceId === canaryDeviceId;

/**
 * Longest time without a canary, ms. After this time, Vigil assumes that readings do not arrive either. Three canaries
 * are sent in this time (our choice).
 */
export const canarySilentMsDefault = 15_000;
