/**
 * The canary: a test reading that takes the whole way of a reading, every few seconds (docs/decisions/023-canary.md). What the processes
 * that send, carry and judge it must agree on.
 */

/**
 * The device id of every canary: the CN of its certificate. No bed can have it. Whatever comes with this certificate is a canary or is
 * refused, so a stolen key can do nothing else.
 */
export const canaryDeviceId = 'vigil-canary';

export const isCanary = (deviceId: string): boolean => deviceId === canaryDeviceId;

/** No canary for so long and the way of readings counts as broken, ms: three canaries of 5 s (ours). */
export const canarySilentMsDefault = 15_000;
