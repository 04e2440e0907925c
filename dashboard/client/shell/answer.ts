/** Types: the answer to a REST request, and the function that sends requests. */
export type Answer<T> =
  | { readonly ok: true; readonly data: T }
  | {
      readonly ok: false;
      readonly status: number;
      readonly code: string;
      readonly message: string;
      /**
       * The whole body of the refusal. The body may have further fields, for example `AcknowledgeRefused` after a 409.
       */
      readonly body?: unknown;
    };

export type Call = <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<Answer<T>>;

/** Sends a request that may wait longer than other requests, and that the page can cancel. */
export type SlowCall = <T>(
  method: 'GET',
  path: string,
  body?: undefined,
  wait?: { readonly waitMs: number; readonly cancel?: AbortSignal },
) => Promise<Answer<T>>;
