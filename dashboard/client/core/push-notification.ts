/** Decides what the service worker shows for a push message, and what it confirms to the server. */

import type { Language } from '../../../contracts/languages.ts';
import type { PushPayload } from '../../../contracts/messages/push-payload.ts';
import { machineZone, wallTime, zoneLabel } from '../../../contracts/zones.ts';
import { requestHeader } from '../../protocol/pace.ts';

/**
 * The texts of the service worker. The service worker has its own texts, because it does not load the German texts of
 * the page.
 */
const wordsOf = {
  en: {
    reached: 'Vigil can reach this device',
    checkedAt: 'Checked at',
    calls: 'Vigil calls you',
    unreadable: 'This message cannot be read. Open Vigil now.',
    title: 'No connection · Vigil',
    heading: 'No connection to Vigil',
    advice: 'This device shows no alarms and no calls now. Go to the ward, or watch the bedside monitors.',
    again: 'This page tries again every 5 s.',
  },
  de: {
    reached: 'Vigil erreicht dieses Gerät',
    checkedAt: 'Geprüft um',
    calls: 'Vigil ruft Sie',
    unreadable: 'Diese Nachricht ist nicht lesbar. Öffnen Sie jetzt Vigil.',
    title: 'Keine Verbindung · Vigil',
    heading: 'Keine Verbindung zu Vigil',
    advice:
      'Dieses Gerät zeigt jetzt keine Alarme und keine Rufe. Gehen Sie zur Station, oder beobachten Sie die Monitore am Bett.',
    again: 'Diese Seite versucht es alle 5 s wieder.',
  },
} as const satisfies Record<Language, unknown>;

type ShownNotification = { readonly title: string; readonly options: Record<string, unknown> };

const icon = '/icon-192.png';
const twoDigits = (n: number) => String(n).padStart(2, '0');

function timeText(ms: number): string {
  const zone = machineZone();
  const { hour, minute } = wallTime(zone, ms);
  return `${twoDigits(hour)}:${twoDigits(minute)} ${zoneLabel(zone, ms)}`;
}

/**
 * Returns the notification for a push message. Each push message must show a notification. Without a notification,
 * Chrome shows its own text, and Safari ends the subscription. So a canary shows a silent line, which replaces the line
 * of the former canary.
 * @param payload undefined if the message cannot be read. Such a message may still be a call.
 * @param language the language of the browser, because a service worker does not know who is logged in
 */
export function notificationOf(payload: PushPayload | undefined, nowMs: number, language: Language): ShownNotification {
  const texts = wordsOf[language];
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
          // If a message replaces a former message about its alarm, the person must hear the new message too.
          renotify: true,
          requireInteraction: true,
          vibrate: isHigh ? [300, 100, 300, 100, 600] : [300, 100, 300],
          data: { calls },
        },
      };
    }
    case 'check': {
      return {
        title: texts.reached,
        options: {
          // A service worker does not know the zone of the person's ward, so the time has the label of its zone.
          body: `${texts.checkedAt} ${timeText(nowMs)}.`,
          tag: 'vigil-check',
          icon,
          silent: true,
        },
      };
    }
    default:
      return {
        title: texts.calls,
        options: {
          body: texts.unreadable,
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

/**
 * The page that appears instead of Vigil if there is no network. The page has no data of a patient. Again and again,
 * the page tries to load Vigil from its address without the part after `#`. With this part the browser would not load
 * anything.
 */
export function noConnectionPage(language: Language) {
  const texts = wordsOf[language];
  const html = `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<meta http-equiv="refresh" content="5; url=/">
<title>${texts.title}</title>
<h1>${texts.heading}</h1>
<p>${texts.advice}</p>
<p>${texts.again}</p>
</html>`;
  return { html, headers: noConnectionHeaders };
}

const noConnectionHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;
