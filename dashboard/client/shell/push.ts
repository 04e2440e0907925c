/** Subscribes this browser to push messages, through the service worker (sw.ts). */
import type { PushAbility } from '../core/push-state.ts';
import { deviceLabel } from '../core/push-state.ts';
import { shownLanguage, t } from '../core/texts.ts';
import type { Api } from './api.ts';

const workerPath = '/sw.js';
const entryKey = 'vigil.push';

/** Returns what this browser can do now. */
export function pushAbility(): PushAbility {
  const isStandalone = matchMedia('(display-mode: standalone)').matches;
  const apple = (navigator as { standalone?: boolean }).standalone;
  return {
    isSecure: isSecureContext,
    hasServiceWorker: 'serviceWorker' in navigator,
    hasPush: 'PushManager' in window,
    permission: 'Notification' in window ? Notification.permission : undefined,
    isApple: apple !== undefined,
    isInstalled: apple === true || isStandalone,
  };
}

/** The entry of this browser at the server, and the person of this entry. */
type OwnEntry = { readonly userId: string; readonly reachId: string };

function storedEntry(): OwnEntry | undefined {
  try {
    const entry = JSON.parse(localStorage.getItem(entryKey) ?? 'null') as Partial<OwnEntry> | null;
    if (typeof entry?.userId === 'string' && typeof entry.reachId === 'string') return entry as OwnEntry;
  } catch {
    // The stored text is not from Vigil. The device then counts as not registered, and the person can turn the calls on
    // again.
  }
  return undefined;
}

/** Returns the id of the entry of this browser; undefined if the browser has no subscription for this person. */
export async function ownReachId(userId: string): Promise<string | undefined> {
  const entry = storedEntry();
  if (entry?.userId !== userId || !('serviceWorker' in navigator)) return undefined;
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = await registration?.pushManager?.getSubscription();
  return subscription ? entry.reachId : undefined;
}

/**
 * Asks for the permission, subscribes, and registers the subscription at the server. Must be called during a press of
 * the person, because at other times browsers do not ask for the permission. Returns undefined, or a sentence that says
 * why the device gets no calls.
 */
export async function turnPushOn(api: Pick<Api, 'pushKey' | 'addReach'>, userId: string): Promise<string | undefined> {
  try {
    if ((await Notification.requestPermission()) !== 'granted')
      return t('Not turned on: this device did not allow notifications.');
    const key = await api.pushKey();
    if (!key.ok) return t('Not turned on. {message}', { message: key.message });
    await navigator.serviceWorker.register(workerPath, { scope: '/', updateViaCache: 'none' });
    const registration = await navigator.serviceWorker.ready;
    const subscription = await subscribe(registration, key.data.publicKey, userId);
    const { endpoint, keys } = subscription.toJSON();
    if (!endpoint || !keys?.p256dh || !keys.auth)
      return t('Not turned on: the browser gave an incomplete subscription.');
    const answer = await api.addReach({
      channel: 'push',
      label: deviceLabel(navigator.userAgent),
      language: shownLanguage(),
      endpoint,
      p256dh: keys.p256dh,
      auth: keys.auth,
    });
    if (!answer.ok) return t('Not turned on. {message}', { message: answer.message });
    localStorage.setItem(entryKey, JSON.stringify({ userId, reachId: answer.data.reachId } satisfies OwnEntry));
    return undefined;
  } catch (error) {
    return t('Not turned on: {part}.', { part: error instanceof Error ? error.message : t('the browser refused') });
  }
}

/**
 * Subscribes with the key of the server. First ends a subscription of another person, because that person's calls would
 * come to this device. Also ends a subscription with a former key of the server.
 */
async function subscribe(
  registration: ServiceWorkerRegistration,
  publicKey: string,
  userId: string,
): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  const former = await registration.pushManager.getSubscription();
  const owner = storedEntry()?.userId;
  const isOthers = owner !== undefined && owner !== userId;
  if (former && (isOthers || base64url(former.options.applicationServerKey) !== publicKey)) await former.unsubscribe();
  return registration.pushManager.subscribe(options);
}

function base64url(bytes: ArrayBuffer | null): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** Ends the subscription of this browser. Does not remove the entry at the server. */
export async function turnPushOff(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration('/');
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
  localStorage.removeItem(entryKey);
}

/**
 * Starts the service worker if the page is installed. The service worker shows the page "no connection". A ward screen
 * in a browser runs no service worker, so a fault of the service worker can never stop the screen.
 */
export function startWorkerIfInstalled(): void {
  const { hasServiceWorker, isInstalled } = pushAbility();
  if (hasServiceWorker && isInstalled)
    navigator.serviceWorker.register(workerPath, { scope: '/', updateViaCache: 'none' }).catch(() => {
      // Without a service worker the page works too. "How I am reached" shows that this device gets no calls.
    });
}

/**
 * Calls `open` each time a person presses a notification while this page is open. Returns a function that stops these
 * calls of `open`.
 */
export function onNotificationPressed(open: () => void): () => void {
  const container = navigator.serviceWorker;
  if (!container) return () => {};
  const onMessage = ({ data }: MessageEvent) => {
    if ((data as { type?: unknown } | null)?.type === 'open-calls') open();
  };
  container.addEventListener('message', onMessage);
  return () => container.removeEventListener('message', onMessage);
}
