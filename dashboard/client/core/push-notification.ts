/** Decides what the service worker shows and confirms for a push message. */
import type { PushPayload } from '../../../contracts/messages/push-payload.ts';
import { requestHeader } from '../../protocol/pace.ts';

type ShownNotification = { readonly title: string; readonly options: Record<string, unknown> };

const icon = '/icon-192.png';
const twoDigits = (n: number) => String(n).padStart(2, '0');

/**
 * Returns the notification for a push message. Each push message must show a notification. Otherwise Chrome shows its
 * own text, and Safari ends the subscription. So a canary shows a silent line, which replaces the line of the former
 * canary.
 * @param payload undefined if the message cannot be read. Such a message may still be a call.
 */
export function notificationOf(payload: PushPayload | undefined, nowMs: number): ShownNotification {
  switch (payload?.type) {
    case 'calls': {
      const { title, body, tag, calls } = payload;
      const isHigh = payload.priority === 'high';
      return {
        title,
        options: {
          body,
          tag,
          icon,
          badge: icon,
          // If a message replaces a former message about the same alarm, the person must hear the new message, too.
          renotify: true,
          requireInteraction: true,
          vibrate: isHigh ? [300, 100, 300, 100, 600] : [300, 100, 300],
          data: { calls },
        },
      };
    }
    case 'check': {
      const at = new Date(nowMs);
      return {
        title: 'Vigil can reach this device',
        options: {
          body: `Checked at ${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}.`,
          tag: 'vigil-check',
          icon,
          silent: true,
        },
      };
    }
    default:
      return {
        title: 'Vigil calls you',
        options: {
          body: 'This message cannot be read. Open Vigil now.',
          tag: 'vigil-unreadable',
          icon,
          renotify: true,
          requireInteraction: true,
        },
      };
  }
}

/** Returns the request that confirms to the server that the message is on the device. */
export function receiptOf(payload: PushPayload): { readonly path: string; readonly init: RequestInit } {
  const body = payload.type === 'check' ? { calls: [], checkId: payload.checkId } : { calls: payload.calls };
  return {
    path: '/api/push-receipt',
    init: {
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { 'content-type': 'application/json', [requestHeader.name]: requestHeader.value },
      body: JSON.stringify(body),
    },
  };
}

/** The page that appears instead of Vigil if there is no network. It tries again by itself, at the
 * address without its part after `#`: with this part the browser would not load anything. It has no data of a patient. */
export const noConnectionPage = {
  html: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<meta http-equiv="refresh" content="5; url=/">
<title>No connection · Vigil</title>
<h1>No connection to Vigil</h1>
<p>This device shows no alarms and no calls now. Go to the ward, or watch the bedside monitors.</p>
<p>This page tries again every 5 s.</p>
</html>`,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  },
} as const;
