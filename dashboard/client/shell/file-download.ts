/** Requests a file from the server. The browser saves the file. */

import { requestHeader } from '../../protocol/pace.ts';
import { t } from '../core/texts.ts';
import { refusalText } from './refusal-texts.ts';

/** How long the page waits for the whole file. */
const timeoutMs = 60_000;

/** Downloads a file. If the download fails, returns a sentence that says why. */
export async function downloadFile(path: string, body: unknown): Promise<string | undefined> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { [requestHeader.name]: requestHeader.value, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return await refusalOf(response);
    const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'vigil.txt';
    // The browser must not save a file before the whole file has arrived, because a part of a file could look complete.
    saveFile(await response.blob(), name);
    return undefined;
  } catch {
    return t('The file did not arrive. Try again.');
  }
}

async function refusalOf(response: Response): Promise<string> {
  const fallback = t('The server refused this ({status}).', { status: response.status });
  try {
    const { message } = (await response.json()) as { message?: unknown };
    return typeof message === 'string' ? await refusalText(message) : fallback;
  } catch {
    return fallback;
  }
}

/** Lets the browser save a file. */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
