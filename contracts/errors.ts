/**
 * All error codes of Vigil, each with its class. Code that decides whether to retry may look only at the class.
 *
 * `transient`: the call had no effect and may succeed later. `ambiguous`: the call may or may not have had its effect
 * (a time-out after sending); repeat the call only if the call is idempotent. `permanent`: the same call will fail
 * again.
 */
export type ErrorClass = 'transient' | 'ambiguous' | 'permanent';

const classes = {
  'settings-invalid': 'permanent',
  'port-taken': 'permanent',
  'missing-program': 'permanent',
  'no-space': 'permanent',
  'certificate-invalid': 'permanent',
  'payload-not-json': 'permanent',
  'payload-not-utf8': 'permanent',
  'payload-schema': 'permanent',
  'payload-too-large': 'permanent',
  'code-unknown': 'permanent',
  'unit-unknown': 'permanent',
  'value-implausible': 'permanent',
  'time-invalid': 'permanent',
  'association-unclear': 'permanent',
  'apart-budget-spent': 'transient',
  'topic-unknown': 'permanent',
  'topic-not-authorized': 'permanent',
  'sealed-malformed': 'permanent',
  'sealed-moved': 'permanent',
  'sealed-tampered': 'permanent',
  'key-unknown': 'transient',
  'key-not-for-us': 'permanent',
  'log-unavailable': 'transient',
  'log-append-failed': 'ambiguous',
  'log-offset-regressed': 'permanent',
  'log-backlog-full': 'transient',
  'log-closed': 'transient',
  'turn-lost': 'transient',
  'trends-unavailable': 'transient',
  'not-logged-in': 'permanent',
  'rate-limited': 'transient',
  'not-allowed': 'permanent',
  locked: 'permanent',
  'password-needed': 'permanent',
  'not-found': 'permanent',
  conflict: 'permanent',
  'bed-occupied': 'permanent',
  'place-unknown': 'permanent',
  'patient-invalid': 'permanent',
  'recording-invalid': 'permanent',
  'start-failed': 'permanent',
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof classes;
export const errorCodes: readonly string[] = Object.keys(classes);

/**
 * An error as core functions return it: plain data, no stack. `message` is one sentence for a person, without patient
 * data or payload.
 */
export type Fault = { readonly code: ErrorCode; readonly message: string };

/** An error as shell functions throw it. */
export class VigilError extends Error {
  readonly code: ErrorCode;
  readonly class: ErrorClass;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'VigilError';
    this.code = code;
    this.class = classes[code];
  }
}
