/**
 * The service worker. It shows push messages as notifications, and confirms to the server that the messages are on the
 * device. It stores nothing. A page always comes from the network, because a stored page would show old patients as
 * present.
 */
import type { PushPayload } from '../../../contracts/messages/push-payload.ts';
import { noConnectionPage, notificationOf, receiptOf } from '../core/push-notification.ts';

/**
 * The parts of the service worker's global scope that this file uses. TypeScript's types for pages do not have them.
 */
type ExtendableEvent = Event & { waitUntil(promise: Promise<unknown>): void };
type PushEvent = ExtendableEvent & { readonly data: { json(): unknown } | null };
type FetchEvent = ExtendableEvent & { readonly request: Request; respondWith(answer: Promise<Response>): void };
type ClickEvent = ExtendableEvent & { readonly notification: Notification };
type WindowClient = {
  readonly visibilityState: string;
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
};
type Scope = {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly WindowClient[]>;
    openWindow(address: string): Promise<unknown>;
    claim(): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(name: 'install' | 'activate', handle: (event: ExtendableEvent) => void): void;
  addEventListener(name: 'push', handle: (event: PushEvent) => void): void;
  addEventListener(name: 'fetch', handle: (event: FetchEvent) => void): void;
  addEventListener(name: 'notificationclick', handle: (event: ClickEvent) => void): void;
};
const scope = self as unknown as Scope;
const language = navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en';

/** How long the service worker waits for the server. Browsers end a push event that takes much longer. */
const receiptMsMax = 10_000;

// Uses a new version of the service worker at once. No stored page depends on the old version, because no page is
// stored.
scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));

scope.addEventListener('fetch', (event) => {
  // Only requests for a page are handled here; all other requests go to the network.
  if (event.request.mode !== 'navigate') return;
  event.respondWith(fetch(event.request).catch(noConnection));
});

scope.addEventListener('push', (event) => event.waitUntil(takePush(event.data)));

scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openCalls());
});

/** Shows the notification first, because a person must see it even if the receipt fails. */
async function takePush(data: PushEvent['data']): Promise<void> {
  const payload = payloadOf(data);
  const { title, options } = notificationOf(payload, Date.now(), language);
  await scope.registration.showNotification(title, options);
  if (payload) await confirm(payload);
}

function payloadOf(data: PushEvent['data']): PushPayload | undefined {
  try {
    return (data?.json() ?? undefined) as PushPayload | undefined;
  } catch {
    return undefined;
  }
}

async function confirm(payload: PushPayload): Promise<void> {
  const { path, init } = receiptOf(payload);
  try {
    await fetch(path, { ...init, signal: AbortSignal.timeout(receiptMsMax) });
  } catch {
    // Without a receipt, Vigil shows only that the push service accepted the message.
  }
}

async function openCalls(): Promise<void> {
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = windows.find(({ visibilityState }) => visibilityState === 'visible') ?? windows[0];
  if (!open) {
    await scope.clients.openWindow('/#/calls');
    return;
  }
  open.postMessage({ type: 'open-calls' });
  await open.focus();
}

function noConnection(): Response {
  const { html, headers } = noConnectionPage(language);
  return new Response(html, { status: 503, headers });
}
