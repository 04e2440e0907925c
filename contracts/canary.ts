/**
 * The canary: a test reading, sent every few seconds, that takes the whole way of a reading (docs/decisions/023-canary.md). This file
 * holds what the processes that send, carry and judge it must agree on.
 */

/**
 * The device id of every canary: the CN of its certificate. No bed can have it. With this certificate, the gateway accepts canaries and
 * refuses everything else. So a stolen key can do nothing else.
 */
export const canaryDeviceId = 'vigil-canary';

export const isCanary = (deviceId: string): boolean => deviceId === canaryDeviceId;

/** If no canary came for this long, the way of readings counts as broken, ms: three canaries of 5 s (ours). */
export const canarySilentMsDefault = 15_000;
