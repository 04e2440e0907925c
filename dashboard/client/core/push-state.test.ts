import { describe, expect, it } from 'vitest';
import { deviceLabel, type PushAbility, pushStateOf } from './push-state.ts';

const able: PushAbility = {
  isSecure: true,
  hasServiceWorker: true,
  hasPush: true,
  permission: 'default',
  isApple: false,
  isInstalled: false,
};

describe('whether this device can be called while Vigil is closed', () => {
  it.each([
    ['not-offered', {}, false, false],
    ['must-install', { isApple: true, hasPush: false }, true, false],
    ['off', { isApple: true, isInstalled: true }, true, false],
    ['unsupported', { hasPush: false }, true, false],
    ['unsupported', { hasServiceWorker: false }, true, false],
    ['unsupported', { isSecure: false }, true, false],
    ['denied', { permission: 'denied' }, true, true],
    ['off', {}, true, false],
    ['off', { permission: 'granted' }, true, false],
    ['off', { permission: 'default' }, true, true],
    ['on', { permission: 'granted' }, true, true],
  ] as const)('the state is %s with %o (offered: %s, registered: %s)', (state, changes, isOffered, isRegistered) => {
    expect(pushStateOf({ ...able, ...changes }, isOffered, isRegistered).state).toBe(state);
  });
});

it.each([
  [
    'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36',
    'Android, Chrome',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1',
    'iPhone, Safari',
  ],
  ['Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0', 'Windows, Edge'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Linux, Firefox'],
  ['something else', 'Device, browser'],
])('the device %s is called %s', (userAgent, label) => expect(deviceLabel(userAgent)).toBe(label));
