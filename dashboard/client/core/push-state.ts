/** Decides whether this device can receive calls while Vigil is closed, and what the person must do for this. */
import { t } from './texts.ts';

/** What the browser can do. */
export type PushAbility = {
  readonly isSecure: boolean;
  readonly hasServiceWorker: boolean;
  readonly hasPush: boolean;
  readonly permission: 'default' | 'granted' | 'denied' | undefined;
  /** Whether this device is an iPhone or iPad. On such a device only an installed page can receive calls. */
  readonly isApple: boolean;
  readonly isInstalled: boolean;
};

export type PushState =
  | { readonly state: 'not-offered' | 'must-install' | 'unsupported' | 'denied'; readonly text: string }
  | { readonly state: 'off' | 'on'; readonly text: string };

/**
 * Returns the state of this device.
 * @param isOffered whether the hospital has set up push messages
 * @param isRegistered whether the subscription of this browser is one of the person's entries at the server
 */
export function pushStateOf(ability: PushAbility, isOffered: boolean, isRegistered: boolean): PushState {
  const { isSecure, hasServiceWorker, hasPush, permission, isApple, isInstalled } = ability;
  if (!isOffered)
    return {
      state: 'not-offered',
      text: t('The hospital has not set up push messages. Keep Vigil open to be called.'),
    };
  if (isApple && !isInstalled)
    return {
      state: 'must-install',
      text: t(
        'On an iPhone or iPad: press Share, choose “Add to Home Screen”, and open Vigil from there. Then come back to this page.',
      ),
    };
  if (!isSecure || !hasServiceWorker || !hasPush)
    return {
      state: 'unsupported',
      text: t('This browser cannot be called while Vigil is closed. Use another browser, or keep Vigil open.'),
    };
  if (permission === 'denied')
    return {
      state: 'denied',
      text: t(
        'This device blocks the notifications of Vigil. Allow them in the settings of the browser, then load this page again.',
      ),
    };
  if (permission === 'granted' && isRegistered)
    return { state: 'on', text: t('This device is called, also while Vigil is closed.') };
  return { state: 'off', text: t('This device is not called while Vigil is closed.') };
}

/** Returns a name for this device that people recognise, for example `iPhone, Safari`. */
export function deviceLabel(userAgent: string): string {
  // The order matters: the user agent of an Android device also has the word Linux, and the user agent of an iPhone
  // also has the words Mac OS X.
  const device = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac', 'Linux'].find((name) => userAgent.includes(name));
  const browser =
    (/Edg\//.test(userAgent) && 'Edge') ||
    (/Firefox\/|FxiOS/.test(userAgent) && 'Firefox') ||
    (/Chrom(?:e|ium)\/|CriOS/.test(userAgent) && 'Chrome') ||
    (/Safari\//.test(userAgent) && 'Safari');
  return [device ?? t('Device'), browser || 'browser'].join(', ');
}
