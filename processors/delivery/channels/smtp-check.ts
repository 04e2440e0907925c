/**
 * Connects to a mail server and logs in, without a mail. This file replaces nodemailer's `verify`, which cannot be
 * ended: a server that sends one line each second without end would keep the connection open for ever.
 */
import SMTPConnection, { type Options } from 'nodemailer/lib/smtp-connection';
import { secondMs } from '../../../contracts/durations.ts';

/** Maximum wait for the answer to QUIT, ms (ours). */
const quitMsMax = secondMs;

/**
 * Resolves when the server has accepted the connection and the login. Rejects with the error of nodemailer, or when the
 * signal ends the try. Closes the connection in each case.
 * @param login undefined if the server needs no login
 */
export function checkLogin(
  options: Options,
  login: { readonly user: string; readonly pass: string } | undefined,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = new SMTPConnection(options);
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
      connection.close();
    };
    const onAbort = () => fail(signal.reason);
    const finish = () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
      const timer = setTimeout(() => connection.close(), quitMsMax);
      connection.once('end', () => clearTimeout(timer));
      connection.quit();
    };
    // This listener stays, because an error without a listener would end the process.
    connection.on('error', fail);
    connection.once('end', () => fail(new Error('The mail server ended the connection.')));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) return onAbort();
    connection.connect((error) => {
      if (error) fail(error);
      // As with a mail: Vigil does not log in to a server that offers no login.
      else if (login === undefined || !connection.allowsAuth) finish();
      else connection.login(login, (refusal) => (refusal ? fail(refusal) : finish()));
    });
  });
}
